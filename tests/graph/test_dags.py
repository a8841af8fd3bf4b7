"""What a DAG tells: its own row, its tags, its file's definition, its runs."""

import pytest

from tests.world import World


def test_a_dag_tells_all_that_is_stored_of_it(furnished: World) -> None:
    told = furnished.data(
        """{ dag(dagId: "described") {
          dagId displayName description isPaused isStale hasImportErrors owners tags maxActiveRuns maxActiveTasks
          maxConsecutiveFailedDagRuns fileloc lastParsedTime schedule { description }
          nextRun { at logicalDate dataIntervalStart dataIntervalEnd }
        } }"""
    )["dag"]

    assert told == {
        "dagId": "described",
        "displayName": "Described, at length ✓",
        "description": "Says everything about itself.",
        "isPaused": True,
        "isStale": False,
        "hasImportErrors": False,
        "owners": ["data", "someone"],
        "tags": ["attribute", "été"],
        "maxActiveRuns": 4,
        "maxActiveTasks": 7,
        "maxConsecutiveFailedDagRuns": 5,
        "fileloc": "/dags/described.py",
        "lastParsedTime": "2026-03-01T00:00:00+00:00",
        "schedule": {"description": "At 04:15, Monday through Friday"},
        "nextRun": {
            "at": "2026-04-01T00:00:00+00:00",
            "logicalDate": "2026-03-31T00:00:00+00:00",
            "dataIntervalStart": "2026-03-31T00:00:00+00:00",
            "dataIntervalEnd": "2026-04-01T00:00:00+00:00",
        },
    }


def test_what_a_dag_has_not_is_null_or_empty(furnished: World) -> None:
    told = furnished.data(
        """{ dag(dagId: "idle") {
          displayName description tags schedule { summary } nextRun { at } latestRun { runId } runStateCounts { count }
          runs { nodes { runId } totalCount pageInfo { hasNextPage startCursor endCursor } } taskGroups { groupId }
        } }"""
    )["dag"]

    assert told == {
        "displayName": "idle",
        "description": None,
        "tags": [],
        "schedule": None,
        "nextRun": None,
        "latestRun": None,
        "runStateCounts": [],
        "runs": {
            "nodes": [],
            "totalCount": 0,
            "pageInfo": {"hasNextPage": False, "startCursor": None, "endCursor": None},
        },
        "taskGroups": [],
    }


def test_a_bundle_is_told_since_airflow_3_and_null_before(furnished: World) -> None:
    told = furnished.data('{ dag(dagId: "etl") { bundleName relativeFileloc bundleVersion } }')["dag"]

    three = furnished.generation.number == 3
    assert told == {
        "bundleName": "dags-folder" if three else None,
        "relativeFileloc": "etl.py" if three else None,
        "bundleVersion": None,
    }


def test_a_definition_tells_what_the_file_said(furnished: World) -> None:
    told = furnished.data(
        """{ dag(dagId: "described") { definition {
          docMd startsOn endsOn timezone catchup runTimeout renderTemplateAsNativeObj failFast params defaultArgs
        } } }"""
    )["dag"]["definition"]

    assert told["docMd"].startswith("# Described\n\nA *DAG* with `words`, ü and 中")
    assert told["endsOn"] == "2027-06-30T00:00:00+00:00"
    assert (told["timezone"], told["catchup"], told["runTimeout"]) == ("UTC", True, 9000.0)
    assert (told["renderTemplateAsNativeObj"], told["failFast"]) == (True, False)
    assert (told["params"], told["defaultArgs"]) == ({}, {})


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("{}", ["described", "etl", "gone", "idle", "mapped", "nested_groups"]),
        ('{dagId: ["etl", "idle", "nope"]}', ["etl", "idle"]),
        ("{dagId: []}", []),
        ("{dagId: null}", ["described", "etl", "gone", "idle", "mapped", "nested_groups"]),
        ('{dagIdContains: "ED"}', ["described", "mapped", "nested_groups"]),
        ('{dagIdContains: "_"}', ["nested_groups"]),
        ('{dagIdContains: "%"}', []),
        ("{isPaused: true}", ["described"]),
        ("{isStale: true}", ["gone"]),
        ("{isStale: false, isPaused: false}", ["etl", "idle", "mapped", "nested_groups"]),
        ("{hasImportErrors: true}", ["etl"]),
        ('{tags: ["attribute"]}', ["described", "etl"]),
        ('{tags: ["daily", "été"]}', ["described", "etl"]),
        ('{tags: ["nope"]}', []),
        ('{ownerContains: "SOMEONE"}', ["described"]),
        ('{tags: ["attribute"], isPaused: false}', ["etl"]),
    ],
)
def test_dags_are_found_by_what_they_are(furnished: World, condition: str, found: list[str]) -> None:
    data = furnished.data(f"{{ dags(filter: {condition}) {{ nodes {{ dagId }} totalCount }} }}")["dags"]

    assert [dag["dagId"] for dag in data["nodes"]] == found
    assert data["totalCount"] == len(found)


def test_dags_come_in_either_order_of_their_ids(furnished: World) -> None:
    told = furnished.data(
        "{ up: dags(orderBy: DAG_ID_ASC) { nodes { dagId } } down: dags(orderBy: DAG_ID_DESC) { nodes { dagId } } }"
    )

    up = [dag["dagId"] for dag in told["up"]["nodes"]]
    assert up == sorted(up)
    assert [dag["dagId"] for dag in told["down"]["nodes"]] == up[::-1]


def test_the_latest_run_is_the_newest_that_matches(furnished: World) -> None:
    told = furnished.data(
        """{ dag(dagId: "etl") {
          latestRun { runId } failed: latestRun(filter: {state: [FAILED]}) { runId }
          none: latestRun(filter: {runType: [ASSET_TRIGGERED]}) { runId }
        } }"""
    )["dag"]

    assert told == {"latestRun": {"runId": "r4"}, "failed": {"runId": "r2"}, "none": None}


def test_runs_are_counted_by_state_most_first(furnished: World) -> None:
    told = furnished.data(
        """{ dag(dagId: "etl") {
          runStateCounts { state count } some: runStateCounts(filter: {runType: [SCHEDULED]}) { state count }
        } }"""
    )["dag"]

    assert told["runStateCounts"][0] == {"state": "SUCCESS", "count": 2}
    assert sorted(one["state"] for one in told["runStateCounts"]) == ["FAILED", "QUEUED", "RUNNING", "SUCCESS"]
    assert {one["state"]: one["count"] for one in told["some"]} == {"SUCCESS": 1, "RUNNING": 1}


def test_a_dag_that_is_not_there_is_null(furnished: World) -> None:
    assert furnished.data('{ dag(dagId: "nope") { dagId } }') == {"dag": None}


def test_a_dag_tells_its_structure_and_draws_it(furnished: World) -> None:
    told = furnished.data(
        """{ dag(dagId: "etl") { structure {
          direction nodes { id label kind groupId isMapped } edges { upstream downstream label } mermaid dot
        } } }"""
    )["dag"]["structure"]

    assert told["direction"] == "LR"
    assert told["nodes"][0] == {"id": "extract", "label": "extract", "kind": "TASK", "groupId": None, "isMapped": False}
    assert told["edges"] == [{"upstream": "extract", "downstream": "load", "label": None}]
    assert told["mermaid"].splitlines() == ["flowchart LR", '  n0("extract")', '  n1("load")', "  n0 --> n1"]
    assert '"extract" -> "load";' in told["dot"]
