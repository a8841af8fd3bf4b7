"""What a task instance tells, with its tries, and how task instances are found."""

import pytest

from tests.graph.furnishing import STATES
from tests.world import World


def test_a_task_instance_tells_all_that_is_stored_of_it(furnished: World) -> None:
    told = furnished.data(
        """{ taskInstance(dagId: "etl", runId: "r2", taskId: "load") {
          dagId runId taskId mapIndex renderedMapIndex displayName state tryNumber maxTries logicalDate queuedAt
          scheduledAt startedAt endedAt duration operator poolName poolSlots priorityWeight queue executor hostname
          unixname pid note dag { dagId } dagRun { runId state } pool { name slots } task { taskId operator }
        } }"""
    )["taskInstance"]

    assert told == {
        "dagId": "etl",
        "runId": "r2",
        "taskId": "load",
        "mapIndex": -1,
        "renderedMapIndex": None,
        "displayName": "load",
        "state": "FAILED",
        "tryNumber": 1,
        "maxTries": 0,
        "logicalDate": "2026-03-03T00:00:00+00:00",
        "queuedAt": None,
        "scheduledAt": None,
        "startedAt": "2026-03-03T02:00:00+00:00",
        "endedAt": "2026-03-03T02:01:30+00:00",
        "duration": 90.5,
        "operator": "EmptyOperator",
        "poolName": "default_pool",
        "poolSlots": 1,
        "priorityWeight": 1,
        "queue": "default",
        "executor": None,
        "hostname": "worker",
        "unixname": None,
        "pid": None,
        "note": "the disk was full",
        "dag": {"dagId": "etl"},
        "dagRun": {"runId": "r2", "state": "FAILED"},
        "pool": {"name": "default_pool", "slots": 128},
        "task": {"taskId": "load", "operator": "EmptyOperator"},
    }


def test_earlier_tries_come_oldest_first(furnished: World) -> None:
    told = furnished.data(
        """{ taskInstance(dagId: "described", runId: "d", taskId: "shown") { tryNumber maxTries pid unixname tries {
          tryNumber state startedAt endedAt duration hostname operator queuedAt pool queue executor
        } } }"""
    )["taskInstance"]

    assert (told["tryNumber"], told["maxTries"], told["pid"], told["unixname"]) == (3, 5, 42, "air")
    assert told["tries"] == [
        {
            "tryNumber": number,
            "state": "FAILED",
            "startedAt": f"2026-03-05T0{number}:00:00+00:00",
            "endedAt": f"2026-03-05T0{number}:01:30+00:00",
            "duration": 90.5,
            "hostname": f"worker{number}",
            "operator": "BashOperator",
            "queuedAt": None,
            "pool": "default_pool",
            "queue": "slow",
            "executor": None,
        }
        for number in (1, 2)
    ]


def test_a_mapped_instance_is_found_by_its_index(furnished: World) -> None:
    told = furnished.data(
        """{
          one: taskInstance(dagId: "mapped", runId: "m", taskId: "double", mapIndex: 1) { mapIndex renderedMapIndex
            task { isMapped } }
          whole: taskInstance(dagId: "mapped", runId: "m", taskId: "double") { mapIndex }
          numbers: taskInstance(dagId: "mapped", runId: "m", taskId: "numbers") { operator tries { tryNumber } }
        }"""
    )

    assert told["one"] == {"mapIndex": 1, "renderedMapIndex": "number 1", "task": {"isMapped": True}}
    assert told["whole"] is None
    assert told["numbers"] == {"operator": "@task", "tries": []}


def test_an_instance_whose_task_or_pool_is_gone_says_so(world: World) -> None:
    world.dag("etl", {"kept": []})
    world.run("etl")
    world.task_instance("etl", "run", "dropped", pool="dropped_pool")

    told = world.data(
        '{ taskInstance(dagId: "etl", runId: "run", taskId: "dropped") { task { taskId } pool { name } poolName } }'
    )

    assert told["taskInstance"] == {"task": None, "pool": None, "poolName": "dropped_pool"}


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ('{dagId: ["mapped"], taskId: ["double"]}', 3),
        ('{runId: ["r2"]}', 2),
        ('{dagId: ["etl"], runId: ["r4"], state: [null]}', 1),
        ('{dagId: ["etl"], runId: ["r4"], state: [null, RUNNING, FAILED]}', 3),
        ('{dagId: ["etl"], runId: ["r4"], state: []}', 0),
        ('{dagId: ["etl"], runId: ["r4"], state: [REMOVED, AWAITING_INPUT]}', 0),
        ("{mapIndex: [0, 2]}", 2),
        ('{mapIndex: [-1], dagId: ["mapped"]}', 1),
        ('{pool: ["narrow"]}', len(STATES)),
        ('{queue: ["slow"]}', 1),
        ('{operator: ["_PythonDecoratedOperator"]}', 1),
        ('{startedFrom: "2026-03-03T02:00:00Z", startedBefore: "2026-03-04T02:00:00Z", dagId: ["etl"]}', 2),
        ('{dagId: ["nope"]}', 0),
    ],
)
def test_task_instances_are_found_by_what_they_are(furnished: World, condition: str, found: int) -> None:
    data = furnished.data(f"{{ taskInstances(filter: {condition}) {{ nodes {{ taskId }} totalCount }} }}")

    assert len(data["taskInstances"]["nodes"]) == data["taskInstances"]["totalCount"] == found


def test_task_instances_come_in_each_order(furnished: World) -> None:
    told = furnished.data(
        """{ dagRun(dagId: "etl", runId: "r4") {
          taskInstances { nodes { taskId } }
          down: taskInstances(orderBy: TASK_ID_DESC) { nodes { taskId } }
          started: taskInstances(orderBy: STARTED_AT_ASC) { nodes { taskId startedAt } }
        } }"""
    )["dagRun"]

    up = [one["taskId"] for one in told["taskInstances"]["nodes"]]
    assert up == [f"t{number}" for number in range(len(STATES))]
    assert [one["taskId"] for one in told["down"]["nodes"]] == up[::-1]
    started = [one["startedAt"] for one in told["started"]["nodes"]]
    assert started[:3] == sorted(one for one in started if one)
    assert started[3:] == [None] * (len(STATES) - 3)


def test_tries_are_kept_since_airflow_2_10(world: World) -> None:
    world.dag("etl")
    world.run("etl")
    world.task_instance("etl", "run", "work", None, try_number=0)

    told = world.data(
        '{ taskInstance(dagId: "etl", runId: "run", taskId: "work") { state tryNumber duration tries { state } } }'
    )

    assert told["taskInstance"] == {"state": None, "tryNumber": 0, "duration": None, "tries": []}
