"""Pools and who takes their slots; variables and what they hold."""

import pytest

from tests.graph.furnishing import STATES
from tests.world import World


def test_a_pool_tells_who_takes_its_slots(furnished: World) -> None:
    told = furnished.data(
        """{ pools { nodes {
          name slots description includeDeferred runningSlots queuedSlots scheduledSlots deferredSlots occupiedSlots
          openSlots
        } totalCount } }"""
    )["pools"]

    assert told["totalCount"] == 3
    pools = {pool["name"]: pool for pool in told["nodes"]}
    assert list(pools) == ["default_pool", "endless", "narrow"]
    taken = {state: number + 1 for number, state in enumerate(STATES)}
    occupied = taken["running"] + taken["queued"] + taken["deferred"]
    assert pools["narrow"] == {
        "name": "narrow",
        "slots": 30,
        "description": None,
        "includeDeferred": True,
        "runningSlots": taken["running"],
        "queuedSlots": taken["queued"],
        "scheduledSlots": taken["scheduled"],
        "deferredSlots": taken["deferred"],
        "occupiedSlots": occupied,
        "openSlots": 30 - occupied,
    }
    assert (pools["endless"]["slots"], pools["endless"]["openSlots"], pools["endless"]["occupiedSlots"]) == (
        -1,
        None,
        0,
    )
    assert pools["default_pool"]["openSlots"] == 128


def test_a_pool_has_its_task_instances(furnished: World) -> None:
    told = furnished.data(
        """{ pool(name: "narrow") {
          taskInstances(first: 2) { totalCount nodes { taskId dagRun { runId } } pageInfo { hasNextPage } }
          running: taskInstances(filter: {state: [RUNNING]}) { nodes { taskId poolSlots pool { name } } }
        } }"""
    )["pool"]

    assert told["taskInstances"] == {
        "totalCount": len(STATES),
        "nodes": [{"taskId": f"t{number}", "dagRun": {"runId": "r4"}} for number in (0, 1)],
        "pageInfo": {"hasNextPage": True},
    }
    assert told["running"] == {"nodes": [{"taskId": "t3", "poolSlots": 4, "pool": {"name": "narrow"}}]}


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ('{name: ["narrow", "nope"]}', ["narrow"]),
        ('{nameContains: "N"}', ["endless", "narrow"]),
        ('{nameContains: "_"}', ["default_pool"]),
        ("{name: []}", []),
    ],
)
def test_pools_are_found_by_name(furnished: World, condition: str, found: list[str]) -> None:
    told = furnished.data(f"{{ pools(filter: {condition}) {{ nodes {{ name }} totalCount }} }}")["pools"]

    assert [pool["name"] for pool in told["nodes"]] == found
    assert told["totalCount"] == len(found)


def test_a_variable_is_told_in_the_clear(furnished: World) -> None:
    told = furnished.data('{ variable(key: "encrypted") { key value description isEncrypted } }')["variable"]

    assert told == {"key": "encrypted", "value": "s3cret", "description": "hidden", "isEncrypted": True}


@pytest.mark.parametrize(
    ("condition", "found"),
    [('{key: ["plain"]}', ["plain"]), ('{keyContains: "EN"}', ["encrypted"]), ('{keyContains: "x"}', [])],
)
def test_variables_are_found_by_key(furnished: World, condition: str, found: list[str]) -> None:
    told = furnished.data(f"{{ variables(filter: {condition}) {{ nodes {{ key }} totalCount }} }}")["variables"]

    assert [variable["key"] for variable in told["nodes"]] == found
    assert told["totalCount"] == len(found)


def test_the_deployment_says_which_airflow_it_is(furnished: World) -> None:
    told = furnished.data("{ deployment { airflowVersion migration isKnown database } viewer { name method role } }")

    assert told["deployment"] == {
        "airflowVersion": furnished.generation.minor,
        "migration": furnished.generation.migration,
        "isKnown": True,
        "database": furnished.service.engine.dialect.name,
    }
    assert told["viewer"] == {"name": "tester", "method": "test", "role": "admin"}
