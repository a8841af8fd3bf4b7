"""What a DAG's file says of its tasks and task groups, and how they hang together."""

import pytest

from tests.world import World, simple_dag


def test_tasks_hang_together_in_both_directions(furnished: World) -> None:
    told = furnished.data(
        """{ dag(dagId: "nested_groups") { tasks {
          taskId label upstreamTaskIds downstreamTaskIds upstream { taskId downstream { taskId } } downstream { taskId }
        } } }"""
    )["dag"]["tasks"]

    by_id = {task["taskId"]: task for task in told}
    assert set(by_id["outer.inner.one"]["downstreamTaskIds"]) == {"outer.inner.two"}
    assert by_id["outer.inner.two"]["label"] == "two"
    for task in told:
        assert [one["taskId"] for one in task["upstream"]] == task["upstreamTaskIds"]
        assert [one["taskId"] for one in task["downstream"]] == task["downstreamTaskIds"]
        for one in task["upstream"]:
            assert task["taskId"] in [back["taskId"] for back in one["downstream"]]


def test_a_task_is_in_its_group_and_a_group_has_its_tasks(furnished: World) -> None:
    told = furnished.data(
        """{ dag(dagId: "nested_groups") {
          tasks { taskId taskGroupId taskGroup { groupId tooltip } }
          taskGroups {
            dagId groupId parentId label tooltip isMapped uiColor uiFgcolor taskIds groupIds upstreamTaskIds
            downstreamTaskIds tasks { taskId taskGroupId }
          }
        } }"""
    )["dag"]

    groups = {group["groupId"]: group for group in told["taskGroups"]}
    assert {"outer", "outer.inner", "empty_one"} <= set(groups)
    outer = groups["outer"]
    assert (outer["parentId"], outer["label"], outer["tooltip"], outer["uiColor"]) == (
        None,
        "outer",
        "Everything in between",
        "#abc",
    )
    assert groups["outer.inner"]["parentId"] == "outer"
    assert list(groups).index("outer") < list(groups).index("outer.inner")
    for group in groups.values():
        assert [task["taskId"] for task in group["tasks"]] == group["taskIds"]
        assert all(task["taskGroupId"] == group["groupId"] for task in group["tasks"])
    for task in told["tasks"]:
        assert (task["taskGroup"] and task["taskGroup"]["groupId"]) == task["taskGroupId"]
    assert groups["empty_one"]["tasks"] == []


def test_a_task_tells_what_the_file_said(furnished: World) -> None:
    told = furnished.data(
        """{ dag(dagId: "mapped") { tasks {
          dagId taskId displayName label operator operatorClass operatorModule owner retries retryDelay executionTimeout
          triggerRule dependsOnPast waitForDownstream poolName poolSlots queue executor priorityWeight weightRule
          startsOn endsOn isMapped isSetup isTeardown docMd params templateFields uiColor uiFgcolor
          dag { dagId } pool { name }
        } } }"""
    )["dag"]["tasks"]

    by_id = {task["taskId"]: task for task in told}
    assert {
        "dagId": "mapped",
        "operator": "BashOperator",
        "owner": "someone",
        "retries": 2,
        "priorityWeight": 4,
        "weightRule": "absolute",
        "queue": "slow",
        "isMapped": True,
        "isSetup": False,
        "isTeardown": False,
        "triggerRule": "ALL_SUCCESS",
        "dag": {"dagId": "mapped"},
        "pool": {"name": "default_pool"},
    }.items() <= by_id["literal"].items()
    assert {
        "operator": "@task",
        "retries": 4,
        "retryDelay": 30.0,
        "poolName": "narrow",
        "poolSlots": 2,
        "pool": {"name": "narrow"},
        "triggerRule": "ALL_DONE",
    }.items() <= by_id["records"].items()
    assert by_id["again"]["displayName"] == "Once more"
    assert by_id["end"]["isMapped"] is False


def test_a_task_has_its_instances(furnished: World) -> None:
    told = furnished.data(
        """{ dag(dagId: "mapped") { tasks { taskId instances(first: 2) {
          nodes { runId mapIndex } totalCount pageInfo { hasNextPage }
        } some: instances(filter: {mapIndex: [2]}) { nodes { mapIndex } } } } }"""
    )["dag"]["tasks"]

    doubled = next(task for task in told if task["taskId"] == "double")
    assert doubled["instances"] == {
        "nodes": [{"runId": "m", "mapIndex": 0}, {"runId": "m", "mapIndex": 1}],
        "totalCount": 3,
        "pageInfo": {"hasNextPage": True},
    }
    assert doubled["some"] == {"nodes": [{"mapIndex": 2}]}
    never = next(task for task in told if task["taskId"] == "end")
    assert never["instances"] == {"nodes": [], "totalCount": 0, "pageInfo": {"hasNextPage": False}}


def test_a_dag_that_was_never_serialized_or_not_readably_has_no_tasks(world: World) -> None:
    world.dag("good", {"a": ["b"], "b": []})
    world.dag("odd", serialized={"__version": 99, "dag": "what?"})

    told = world.data("{ dags { nodes { dagId tasks { taskId } taskGroups { groupId } definition { timezone } } } }")[
        "dags"
    ]["nodes"]

    assert told == [
        {
            "dagId": "good",
            "tasks": [{"taskId": "a"}, {"taskId": "b"}],
            "taskGroups": [],
            "definition": {"timezone": "UTC"},
        },
        {"dagId": "odd", "tasks": [], "taskGroups": [], "definition": None},
    ]


@pytest.mark.parametrize("world", ["3.3-sqlite", "3.3-postgresql"], indirect=True)
def test_the_newest_version_of_a_dag_is_told(world: World) -> None:
    world.dag("etl", {"old": []})
    world.serialize("etl", simple_dag(world.generation, "etl", {"new": []}))

    told = world.data('{ dag(dagId: "etl") { tasks { taskId } } }')

    assert told["dag"]["tasks"] == [{"taskId": "new"}]
