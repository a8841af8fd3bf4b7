"""What a DAG run tells, how runs are found, and in which order they come."""

import pytest

from tests.graph.furnishing import STATES
from tests.world import World


def test_a_run_tells_all_that_is_stored_of_it(furnished: World) -> None:
    told = furnished.data(
        """{ dagRun(dagId: "etl", runId: "r2") {
          dagId runId state runType logicalDate runAfter dataInterval { start end } queuedAt startedAt endedAt duration
          isExternal triggeredBy triggeringUser clearNumber bundleVersion conf note dag { dagId displayName }
        } }"""
    )["dagRun"]

    three = furnished.generation.number == 3
    day = "2026-03-03T00:00:00+00:00"
    assert told == {
        "dagId": "etl",
        "runId": "r2",
        "state": "FAILED",
        "runType": "MANUAL",
        "logicalDate": day,
        "runAfter": day,
        "dataInterval": {"start": day, "end": day},
        "queuedAt": day,
        "startedAt": day,
        "endedAt": "2026-03-03T00:05:00+00:00",
        "duration": 300.0,
        "isExternal": True,
        "triggeredBy": "rest_api" if three else None,
        "triggeringUser": "ada" if three else None,
        "clearNumber": 2,
        "bundleVersion": None,
        "conf": {"day": 2, "nested": {"list": [1, None, "x"]}},
        "note": "looked into it",
        "dag": {"dagId": "etl", "displayName": "etl"},
    }


def test_a_run_that_has_not_ended_has_no_duration(furnished: World) -> None:
    told = furnished.data(
        """{ running: dagRun(dagId: "etl", runId: "r3") { state startedAt endedAt duration }
             queued: dagRun(dagId: "etl", runId: "r4") { state startedAt endedAt duration note } }"""
    )

    assert told["running"] == {
        "state": "RUNNING",
        "startedAt": "2026-03-04T00:00:00+00:00",
        "endedAt": None,
        "duration": None,
    }
    assert told["queued"] == {"state": "QUEUED", "startedAt": None, "endedAt": None, "duration": None, "note": None}


@pytest.mark.parametrize("world", ["3.3-sqlite", "3.3-postgresql"], indirect=True)
def test_a_run_without_a_logical_date_is_a_run_of_airflow_3(world: World) -> None:
    world.dag("etl")
    world.run("etl", "dateless", logical_date=None, data_interval_start=None, data_interval_end=None, conf=None)

    told = world.data(
        '{ dagRun(dagId: "etl", runId: "dateless") { logicalDate runAfter dataInterval { start } conf } }'
    )

    assert told["dagRun"] == {
        "logicalDate": None,
        "runAfter": "2026-03-01T00:00:00+00:00",
        "dataInterval": None,
        "conf": {},
    }


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ('{dagId: ["etl"]}', ["r4", "r3", "r2", "r1", "r0"]),
        ('{dagId: ["mapped", "gone"]}', ["m", "g"]),
        ('{runId: ["r1", "m"]}', ["m", "r1"]),
        ("{state: [QUEUED, FAILED]}", ["r4", "r2"]),
        ("{state: []}", []),
        ("{runType: [SCHEDULED]}", ["r3", "r0"]),
        ("{runType: [BACKFILL, ASSET_TRIGGERED, OPERATOR_TRIGGERED]}", ["r1"]),
        ('{runAfterFrom: "2026-03-04T00:00:00Z"}', ["r4", "d", "r3"]),
        ('{runAfterFrom: "2026-03-04T01:00:00+01:00", dagId: ["etl"]}', ["r4", "r3"]),
        ('{runAfterBefore: "2026-03-02T00:00:00Z"}', ["r0"]),
        ('{logicalDateFrom: "2026-03-04T00:00:00Z", logicalDateBefore: "2026-03-05T00:00:00Z"}', ["r3"]),
        ('{startedFrom: "2026-03-04T00:00:00Z", dagId: ["etl"]}', ["r3"]),
        ('{startedBefore: "2026-03-02T00:00:00Z"}', ["r0"]),
        ('{dagId: ["etl"], state: [SUCCESS], runType: [BACKFILL]}', ["r1"]),
    ],
)
def test_runs_are_found_by_what_they_are(furnished: World, condition: str, found: list[str]) -> None:
    data = furnished.data(f"{{ dagRuns(filter: {condition}) {{ nodes {{ runId }} totalCount }} }}")["dagRuns"]

    assert [run["runId"] for run in data["nodes"]] == found
    assert data["totalCount"] == len(found)


def test_a_dag_s_runs_are_found_and_counted_by_the_same_conditions(furnished: World) -> None:
    told = furnished.data(
        """{ dag(dagId: "etl") {
          runs(filter: {state: [SUCCESS]}) { nodes { runId } totalCount }
          runStateCounts(filter: {state: [SUCCESS]}) { state count }
          latestRun(filter: {state: [SUCCESS]}) { runId }
        } }"""
    )["dag"]

    assert told == {
        "runs": {"nodes": [{"runId": "r1"}, {"runId": "r0"}], "totalCount": 2},
        "runStateCounts": [{"state": "SUCCESS", "count": 2}],
        "latestRun": {"runId": "r1"},
    }


def test_runs_come_in_each_order(furnished: World) -> None:
    told = furnished.data(
        """{
          newest: dagRuns(orderBy: RUN_AFTER_DESC) { nodes { runAfter } }
          oldest: dagRuns(orderBy: RUN_AFTER_ASC) { nodes { runAfter } }
          last: dagRuns(orderBy: ID_DESC) { nodes { runId } }
          first: dagRuns(orderBy: ID_ASC) { nodes { runId } }
          dag(dagId: "etl") { runs(orderBy: ID_ASC) { nodes { runId } } }
        }"""
    )

    oldest = [run["runAfter"] for run in told["oldest"]["nodes"]]
    assert oldest == sorted(oldest)
    assert [run["runAfter"] for run in told["newest"]["nodes"]] == oldest[::-1]
    made = ["r0", "r1", "r2", "r3", "r4", "m", "g", "d"]
    assert [run["runId"] for run in told["first"]["nodes"]] == made
    assert [run["runId"] for run in told["last"]["nodes"]] == made[::-1]
    assert [run["runId"] for run in told["dag"]["runs"]["nodes"]] == made[:5]


def test_a_run_s_task_instances_are_counted_by_state(furnished: World) -> None:
    told = furnished.data(
        """{ dagRun(dagId: "etl", runId: "r4") {
          taskStateCounts { state count }
          some: taskStateCounts(filter: {state: [null, RUNNING]}) { state count }
          none: taskStateCounts(filter: {taskId: ["nope"]}) { state count }
        } }"""
    )["dagRun"]

    counts = {one["state"]: one["count"] for one in told["taskStateCounts"]}
    assert counts == dict.fromkeys((state and state.upper() for state in STATES), 1)
    assert {one["state"]: one["count"] for one in told["some"]} == {None: 1, "RUNNING": 1}
    assert told["none"] == []
