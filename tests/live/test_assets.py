"""An update of an asset that we tell of starts the DAGs that wait for it, as one of Airflow's own API does."""

import time
from collections.abc import Callable

import pytest

from .airflow import PATIENCE, Airflow
from .asking import ByGraph
from .postgres import Row
from .serving import Service

pytestmark = [pytest.mark.live, pytest.mark.timeout(PATIENCE)]

ONE, LEFT, RIGHT, MADE = "s3://live/one", "s3://live/left", "s3://live/right", "s3://live/made"
UPDATE = """
    mutation Update($input: CreateAssetEventInput!) { createAssetEvent(input: $input) { eventId extra partitionKey } }
"""
FORGET = "mutation Forget($input: DeleteQueuedAssetEventsInput!) { deleteQueuedAssetEvents(input: $input) }"


def number(service: Service, uri: str) -> int:
    document = "query Find($uri: [String!]) { assets(filter: {uri: $uri}) { nodes { assetId } } }"
    [asset] = service.graphql(document, uri=[uri])["assets"]["nodes"]
    found: int = asset["assetId"]
    return found


def by_graph(service: Service, uri: str, extra: dict[str, object]) -> None:
    service.graphql(UPDATE, input={"assetId": number(service, uri), "extra": extra})


def by_v1(service: Service, uri: str, extra: dict[str, object]) -> None:
    service.rest.json("POST", "/datasets/events", json={"dataset_uri": uri, "extra": extra})


Way = Callable[[Service, str, dict[str, object]], None]


def runs(airflow: Airflow, dag_id: str) -> list[Row]:
    return airflow.sql("SELECT * FROM dag_run WHERE dag_id = %s ORDER BY id", dag_id)


def next_run(airflow: Airflow, dag_id: str, known: int) -> Row:
    """Return the run that comes after so many, once it has succeeded."""
    airflow.wait_until(lambda: len(runs(airflow, dag_id)) > known, f"a run of {dag_id}")
    return airflow.wait_for_run(dag_id, runs(airflow, dag_id)[known]["run_id"])


def queued(airflow: Airflow, dag_id: str) -> int:
    table = "asset_dag_run_queue" if airflow.major >= 3 else "dataset_dag_run_queue"
    return len(airflow.sql(f"SELECT 1 FROM {table} WHERE target_dag_id = %s", dag_id))


@pytest.mark.parametrize("way", [by_graph, by_v1])
def test_an_update_starts_the_dag_that_waits_and_is_handed_to_its_tasks(
    airflow: Airflow, service: Service, way: Way
) -> None:
    known = len(runs(airflow, "takes_one"))
    way(service, ONE, {"rows": 7, "of": "ünïcode"})

    run = next_run(airflow, "takes_one", known)

    assert run["run_type"] == ("asset_triggered" if airflow.major >= 3 else "dataset_triggered")
    assert airflow.returned("takes_one", run["run_id"], "take") == [{"rows": 7, "of": "ünïcode", "from_rest_api": True}]
    assert queued(airflow, "takes_one") == 0
    assert runs(airflow, "sleeps") == []
    told = service.graphql(
        """
        query Told($run: String!) {
          dagRun(dagId: "takes_one", runId: $run) { runType consumedAssetEvents { extra asset { uri } sourceDagId } }
        }
        """,
        run=run["run_id"],
    )["dagRun"]
    [event] = told["consumedAssetEvents"]
    assert (told["runType"], event["asset"]["uri"], event["sourceDagId"]) == ("ASSET_TRIGGERED", ONE, None)


def test_two_updates_before_the_dag_runs_are_one_run(airflow: Airflow, service: Service) -> None:
    known = len(runs(airflow, "takes_two"))
    by_graph(service, LEFT, {"n": 1})
    by_v1(service, LEFT, {"n": 2})
    time.sleep(4)
    assert len(runs(airflow, "takes_two")) == known
    assert queued(airflow, "takes_two") == 1

    by_graph(service, RIGHT, {"n": 3})

    run = next_run(airflow, "takes_two", known)
    assert sorted(extra["n"] for extra in airflow.returned("takes_two", run["run_id"], "take")) == [1, 2, 3]


def test_an_update_that_we_forget_starts_nothing(airflow: Airflow, service: Service) -> None:
    known = len(runs(airflow, "takes_two"))
    by_graph(service, LEFT, {})
    assert service.graphql(FORGET, input={"dagId": "takes_two", "assetId": number(service, LEFT)}) == {
        "deleteQueuedAssetEvents": 1
    }
    by_v1(service, RIGHT, {})
    time.sleep(5)
    assert len(runs(airflow, "takes_two")) == known
    assert queued(airflow, "takes_two") == 1

    service.rest.json("DELETE", "/dags/takes_two/datasets/queuedEvent")
    by_graph(service, LEFT, {})
    time.sleep(5)
    assert len(runs(airflow, "takes_two")) == known
    service.rest.json("DELETE", "/datasets/queuedEvent/" + LEFT.replace("/", "%2F"))
    assert queued(airflow, "takes_two") == 0


def test_what_an_alias_turned_out_to_be_is_told_and_updated(airflow: Airflow, service: Service) -> None:
    if not airflow.since("2.10"):
        return
    ByGraph(service).trigger("makes", "made")
    airflow.wait_for_run("makes", "made")
    run = next_run(airflow, "takes_alias", 0)
    taken = airflow.returned("takes_alias", run["run_id"], "take")
    assert {"made": "by a task"} in taken
    [asset] = service.graphql(
        """
        query Alias($uri: [String!]) {
          assets(filter: {uri: $uri}) {
            nodes {
              aliases { name }
              events { nodes { sourceDagId sourceRunId sourceTaskId aliases { name } createdDagRuns { dagId } } }
            }
          }
        }
        """,
        uri=[MADE],
    )["assets"]["nodes"]
    assert asset["aliases"] == [{"name": "live_alias"}]
    assert asset["events"]["nodes"] == [
        {
            "sourceDagId": "makes",
            "sourceRunId": "made",
            "sourceTaskId": "make",
            "aliases": [{"name": "live_alias"}],
            "createdDagRuns": [{"dagId": "takes_alias"}],
        }
    ]
    # Whether an update of the asset itself wakes who waits for the alias, Airflow's own API says.
    woken = []
    for side in ("theirs", "ours"):
        known = len(runs(airflow, "takes_alias"))
        if side == "theirs":
            their_update(airflow, service, MADE)
        else:
            by_graph(service, MADE, {})
        time.sleep(6)
        woken.append(len(runs(airflow, "takes_alias")) - known)
    assert woken[0] == woken[1]


def their_update(airflow: Airflow, service: Service, uri: str, **more: object) -> None:
    """Tell Airflow's own API of an update."""
    if airflow.major >= 3:
        body = {"asset_id": number(service, uri), "extra": {}, **more}
        airflow.rest.json("POST", "/assets/events", json=body)
    else:
        airflow.rest.json("POST", "/datasets/events", json={"dataset_uri": uri, "extra": {}})


PARTS = {
    "s3://live/parts": ("2026-02-14T23:30:00", "not a date", "2026-10-25T02:30:00"),
    "s3://live/shards": ("2026-02-14T23:30:00|2026-02-14", "only one segment"),
    "s3://live/weeks": ("2026-02-14T23:30:00",),
    "s3://live/days": ("2026-02-14", "2026-02-11"),
}
"""By asset the keys of parts of it."""


def prepared(airflow: Airflow, event_id: int) -> list[Row]:
    """Read what was prepared for an update of a part, but for what no twin can have."""
    return airflow.sql(
        "SELECT u.source_partition_key, u.target_dag_id, u.target_partition_key, p.partition_key, "
        "p.partition_date, p.rollup_fingerprint FROM partitioned_asset_key_log u "
        "JOIN asset_partition_dag_run p ON p.id = u.asset_partition_dag_run_id "
        "WHERE u.asset_event_id = %s ORDER BY u.target_dag_id, u.target_partition_key",
        event_id,
    )


def excuses(airflow: Airflow, since: int) -> list[str]:
    events = "('missing partition key', 'failed to map partition_key', 'partition fan-out exceeded')"
    return [row["event"] for row in airflow.sql(f"SELECT event FROM log WHERE id > %s AND event IN {events}", since)]


def last(airflow: Airflow, table: str) -> int:
    found: int = airflow.sql(f"SELECT coalesce(max(id), 0) AS id FROM {table}")[0]["id"]
    return found


@pytest.mark.parametrize("uri", PARTS)
def test_an_update_of_a_part_prepares_the_runs_that_airflow_prepares(
    airflow: Airflow, service: Service, uri: str
) -> None:
    if not airflow.since("3.3"):
        return
    keys = PARTS[uri]
    asset = number(service, uri)
    for key in [*keys, None]:
        told = []
        for side in ("theirs", "ours"):
            logged = last(airflow, "log")
            if side == "theirs":
                their_update(airflow, service, uri, partition_key=key)
                event = last(airflow, "asset_event")
            else:
                event = service.graphql(UPDATE, input={"assetId": asset, "partitionKey": key})["createAssetEvent"][
                    "eventId"
                ]
            told.append((prepared(airflow, event), excuses(airflow, logged)))
        assert told[1] == told[0], key
        assert key is None or told[0] != ([], [])


def test_an_update_of_a_part_starts_the_dags_that_wait_for_parts(airflow: Airflow, service: Service) -> None:
    if not airflow.since("3.3"):
        return
    key = "2026-05-06T07:08:09"
    service.graphql(UPDATE, input={"assetId": number(service, "s3://live/parts"), "partitionKey": key})
    found = {}
    for dag_id in ("parts_identity", "parts_day", "parts_quarter"):
        run = made_for_part(airflow, dag_id, key)
        airflow.wait_for_run(dag_id, run["run_id"])
        found[dag_id] = run["partition_key"]
    assert found == {"parts_identity": key, "parts_day": "2026-05-06", "parts_quarter": "2026-Q2"}


def made_for_part(airflow: Airflow, dag_id: str, source: str) -> Row:
    """Return the run that is made for a part, once it is there."""
    found: list[Row] = []

    def is_there() -> bool:
        found[:] = airflow.sql(
            "SELECT r.* FROM dag_run r JOIN asset_partition_dag_run p ON p.created_dag_run_id = r.id "
            "JOIN partitioned_asset_key_log u ON u.asset_partition_dag_run_id = p.id "
            "WHERE r.dag_id = %s AND u.source_partition_key = %s",
            dag_id,
            source,
        )
        return bool(found)

    airflow.wait_until(is_there, f"a run of {dag_id} for {source}")
    return found[0]
