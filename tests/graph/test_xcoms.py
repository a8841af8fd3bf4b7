"""XComs: both forms in which Airflow stores them, and who is told what."""

import pickle
from datetime import UTC, datetime

import pytest
from sqlalchemy import LargeBinary, bindparam, text

from resolvers.access.actor import EVERYTHING, Actor, Scope
from resolvers.access.permissions import Permission
from resolvers.metadata.engine import write_transaction
from resolvers.settings import Role
from tests.world import World

VALUES = {
    "dict": {"a": [1, None, True, "é"], "b": {}},
    "list": [1.5, -(2**40)],
    "number": 42,
    "nothing": None,
    "return_value": "text",
    "wrapped": {"__classname__": "builtins.set", "__version__": 1, "__data__": [1]},
}


@pytest.fixture
def filled(world: World) -> World:
    """Return a world with a task instance that left something of everything, and a mapped one beside it."""
    world.dag("etl", {"load": [], "other": []})
    world.run("etl", "r")
    world.task_instance("etl", "r", "load")
    for key, value in VALUES.items():
        world.xcom("etl", "r", "load", key, value)
    for index in range(3):
        world.task_instance("etl", "r", "other", map_index=index)
        world.xcom("etl", "r", "other", "return_value", index, map_index=index)
    return world


def test_values_come_as_they_were_left(filled: World) -> None:
    told = filled.data(
        """{ taskInstance(dagId: "etl", runId: "r", taskId: "load") {
          xcoms { totalCount nodes { key value leftAt mapIndex dagRun { runId } taskInstance { taskId } } }
        } }"""
    )["taskInstance"]["xcoms"]

    assert {one["key"]: one["value"] for one in told["nodes"]} == VALUES
    assert told["totalCount"] == len(VALUES)
    assert told["nodes"][0] == {
        "key": "dict",
        "value": VALUES["dict"],
        "leftAt": "2026-03-01T00:00:00+00:00",
        "mapIndex": -1,
        "dagRun": {"runId": "r"},
        "taskInstance": {"taskId": "load"},
    }


def test_an_xcom_is_found_by_its_key(filled: World) -> None:
    told = filled.data(
        """{
          usual: xcom(dagId: "etl", runId: "r", taskId: "load") { id value }
          mapped: xcom(dagId: "etl", runId: "r", taskId: "other", mapIndex: 2) { value }
          none: xcom(dagId: "etl", runId: "r", taskId: "load", key: "nope") { value }
        }"""
    )

    assert told["usual"]["value"] == "text"
    assert told["mapped"] == {"value": 2}
    assert told["none"] is None
    again = filled.data("query ($id: ID!) { node(id: $id) { ... on XCom { key } } }", id=told["usual"]["id"])
    assert again["node"] == {"key": "return_value"}


def test_the_xcoms_of_a_run_are_narrowed(filled: World) -> None:
    told = filled.data(
        """{ dagRun(dagId: "etl", runId: "r") {
          xcoms(filter: {key: ["return_value"], mapIndex: [-1, 1]}) { nodes { taskId mapIndex } }
        } xcoms(filter: {dagId: ["etl"], taskId: ["other"]}, first: 2) { totalCount nodes { mapIndex } } }"""
    )

    assert told["dagRun"]["xcoms"]["nodes"] == [{"taskId": "load", "mapIndex": -1}, {"taskId": "other", "mapIndex": 1}]
    assert told["xcoms"] == {"totalCount": 3, "nodes": [{"mapIndex": 0}, {"mapIndex": 1}]}


def test_a_pickle_is_read_as_far_as_it_holds_plain_data(filled: World) -> None:
    if filled.generation.number == 3:
        assert filled.data('{ xcoms(filter: {key: ["number"]}) { nodes { value } } }')["xcoms"]["nodes"] == [
            {"value": 42}
        ]
        return
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    with write_transaction(filled.service.engine) as connection:
        for key, value in {"dict": {"at": moment}, "list": print}.items():
            stored = text("UPDATE xcom SET value = :stored WHERE xcom.key = :key")
            stored = stored.bindparams(bindparam("stored", pickle.dumps(value), LargeBinary), key=key)
            connection.execute(stored)

    told = filled.data('{ xcoms(filter: {key: ["dict", "list"]}) { nodes { value } } }')["xcoms"]["nodes"]

    assert told[0]["value"] == {"at": "2026-03-01T00:00:00+00:00"}
    assert "print" in str(told[1]["value"])


def test_secrets_in_xcoms_and_rendered_fields_are_for_editors(filled: World) -> None:
    filled.xcom("etl", "r", "load", "api_token", "s3cret")
    filled.xcom("etl", "r", "load", "settings", {"password": "s3cret", "user": "ada"})
    filled.rendered("etl", "r", "load", {"env": {"DB_PASSWORD": "s3cret"}, "command": "run"})
    document = """{ taskInstance(dagId: "etl", runId: "r", taskId: "load") {
      renderedFields xcoms(filter: {key: ["api_token", "settings"]}) { nodes { value } } } }"""

    viewer = filled.data(document, actor=filled.actor(Role.VIEWER))["taskInstance"]
    user = filled.data(document, actor=filled.actor(Role.USER))["taskInstance"]

    assert [one["value"] for one in viewer["xcoms"]["nodes"]] == ["***", {"password": "***", "user": "ada"}]
    assert viewer["renderedFields"] == {"env": {"DB_PASSWORD": "***"}, "command": "run"}
    assert [one["value"] for one in user["xcoms"]["nodes"]] == ["s3cret", {"password": "s3cret", "user": "ada"}]
    assert user["renderedFields"]["env"] == {"DB_PASSWORD": "s3cret"}


def test_who_may_read_task_instances_but_no_xcoms_is_told_none(filled: World) -> None:
    allowed: dict[Permission, Scope] = dict.fromkeys(set(Permission) - {Permission.XCOM_READ}, EVERYTHING)
    actor = Actor("someone", "test", allowed)

    told = filled.graph("{ taskInstances { nodes { xcoms { totalCount nodes { key } } } } }", actor=actor)
    refused = filled.graph("{ xcoms { nodes { key } } }", actor=actor)

    assert all(one["xcoms"] == {"totalCount": 0, "nodes": []} for one in told["data"]["taskInstances"]["nodes"])
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
