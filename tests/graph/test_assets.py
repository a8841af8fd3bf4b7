"""Assets: who updates them, who waits for them, and what was made of their updates."""

import pytest

from resolvers.access.actor import EVERYTHING, Actor
from resolvers.access.permissions import Permission
from tests.graph.assets import CLEAN, RAW, UNUSED
from tests.world import World


def reader_of(*dag_ids: str) -> Actor:
    """Return somebody who may read assets, and these DAGs."""
    scope = frozenset(dag_ids)
    own = (Permission.DAG_READ, Permission.RUN_READ, Permission.TASK_READ, Permission.TASK_INSTANCE_READ)
    return Actor("reader", "test", {**dict.fromkeys(own, scope), Permission.ASSET_READ: EVERYTHING})


def test_an_asset_tells_who_updates_it_and_who_waits_for_it(furnished: World) -> None:
    told = furnished.data(
        """{ assets { totalCount nodes {
          assetId name uri isActive extra consumers { dagId dag { isStale } } producers { dagId taskId task { label } }
          latestEvent { eventId } queuedEvents { dagId } aliases { name }
        } } }"""
    )["assets"]

    assert told["totalCount"] == 3
    raw, clean, unused = told["nodes"]
    named = furnished.generation.number == 3
    assert (raw["assetId"], raw["name"], raw["uri"]) == (RAW, "raw" if named else "s3://bucket/raw", "s3://bucket/raw")
    assert raw["extra"] == {"owner": "raw"}
    assert [one["dagId"] for one in raw["consumers"]] == ["gone", "idle"]
    assert raw["consumers"][0]["dag"] == {"isStale": True}
    assert [(one["taskId"], one["task"]["label"]) for one in raw["producers"]] == [
        ("extract", "extract"),
        ("load", "load"),
    ]
    assert raw["latestEvent"] == {"eventId": 4}
    assert raw["queuedEvents"] == [{"dagId": "idle"}]
    assert raw["aliases"] == [{"name": "any of them"}]
    assert (clean["assetId"], clean["isActive"], clean["latestEvent"]) == (CLEAN, True, {"eventId": 2})
    assert (unused["assetId"], unused["isActive"], unused["latestEvent"], unused["aliases"]) == (
        UNUSED,
        False,
        None,
        [],
    )


def test_an_update_leads_to_what_made_it_and_to_the_runs_that_it_made(furnished: World) -> None:
    told = furnished.data(
        """{ assetEvents { nodes {
          eventId asset { name uri } sourceDag { dagId } sourceRun { state } sourceTaskInstance { taskId state }
          createdDagRuns { runId dag { dagId } } aliases { name }
        } } }"""
    )["assetEvents"]["nodes"]

    assert [one["eventId"] for one in told] == [4, 3, 2, 1]
    by_nobody, _, second, first = told
    assert (by_nobody["sourceDag"], by_nobody["sourceRun"], by_nobody["sourceTaskInstance"]) == (None, None, None)
    assert first["sourceTaskInstance"] == {"taskId": "extract", "state": "SUCCESS"}
    assert first["createdDagRuns"] == [{"runId": "r1", "dag": {"dagId": "etl"}}]
    assert second["createdDagRuns"] == []
    assert told[1]["aliases"] == [{"name": "any of them"}]


def test_dags_runs_and_tasks_lead_to_their_assets(furnished: World) -> None:
    told = furnished.data(
        """{
          dag(dagId: "etl") {
            consumedAssets { uri } assetProducers { taskId assetId } queuedAssetEvents { asset { uri } }
            tasks { taskId outlets { assetId } }
          }
          dagRun(dagId: "etl", runId: "r1") { consumedAssetEvents { eventId } }
          taskInstance(dagId: "etl", runId: "r1", taskId: "load") { assetEvents { eventId } }
        }"""
    )

    assert told["dag"]["consumedAssets"] == [{"uri": "s3://bucket/clean"}]
    assert told["dag"]["queuedAssetEvents"] == [{"asset": {"uri": "s3://bucket/clean"}}]
    assert [(one["taskId"], one["assetId"]) for one in told["dag"]["assetProducers"]] == [
        ("extract", RAW),
        ("load", RAW),
        ("load", CLEAN),
    ]
    outlets = {task["taskId"]: [one["assetId"] for one in task["outlets"]] for task in told["dag"]["tasks"]}
    assert outlets == {"extract": [RAW], "load": [RAW, CLEAN]}
    assert told["dagRun"]["consumedAssetEvents"] == [{"eventId": 1}, {"eventId": 3}]
    assert told["taskInstance"]["assetEvents"] == [{"eventId": 2}]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ('uriContains: "CLEAN"', [CLEAN]),
        ('uri: ["s3://bucket/raw", "nowhere"]', [RAW]),
        ("isActive: false", [UNUSED]),
        ('consumedBy: ["etl"]', [CLEAN]),
        ('producedBy: ["etl"]', [RAW, CLEAN]),
        ("assetId: [3]", [UNUSED]),
    ],
)
def test_assets_are_narrowed(furnished: World, condition: str, found: list[int]) -> None:
    told = furnished.data(f"{{ assets(filter: {{{condition}}}) {{ nodes {{ assetId }} }} }}")["assets"]

    assert [one["assetId"] for one in told["nodes"]] == found


def test_who_may_read_some_dags_learns_of_no_other_by_assets(furnished: World) -> None:
    told = furnished.data(
        """{
          assets { nodes { assetId consumers { dagId } producers { dagId } queuedEvents { dagId } } }
          others: assets(filter: {producedBy: ["etl"]}) { totalCount }
          assetEvents { totalCount nodes { sourceDagId } }
          queuedAssetEvents { nodes { dagId } }
        }""",
        actor=reader_of("idle"),
    )

    assert [one["consumers"] for one in told["assets"]["nodes"]] == [[{"dagId": "idle"}], [{"dagId": "idle"}], []]
    assert all(one["producers"] == [] for one in told["assets"]["nodes"])
    assert told["others"]["totalCount"] == 0
    assert told["assetEvents"] == {"totalCount": 1, "nodes": [{"sourceDagId": None}]}
    assert told["queuedAssetEvents"]["nodes"] == [{"dagId": "idle"}]


def test_runs_that_one_may_not_see_are_not_among_those_of_an_update(furnished: World) -> None:
    told = furnished.data(
        '{ assetEvents(filter: {sourceDagId: ["mapped"]}) { nodes { eventId createdDagRuns { runId } } } }',
        actor=reader_of("mapped"),
    )["assetEvents"]["nodes"]

    assert told == [{"eventId": 3, "createdDagRuns": []}]


def test_an_update_that_no_task_made_is_of_no_dag(furnished: World) -> None:
    asked = "{ assetEvents { nodes { eventId sourceDagId } } }"
    of_none = Actor("reader", "test", {Permission.ASSET_READ: EVERYTHING})
    of_dags = Actor("reader", "test", {Permission.DAG_READ: frozenset({"mapped"})})

    assert furnished.data(asked, actor=of_none)["assetEvents"]["nodes"] == [{"eventId": 4, "sourceDagId": None}]
    assert [one["eventId"] for one in furnished.data(asked, actor=reader_of("mapped"))["assetEvents"]["nodes"]] == [
        4,
        3,
    ]
    assert furnished.graph(asked, actor=of_dags)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
