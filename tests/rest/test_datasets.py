"""`/datasets` and what hangs on them, as Airflow 2.11 answers, on the metadata of either Airflow."""

from tests.graph.assets import CLEAN, RAW
from tests.rest.api import Api


def test_a_dataset_reads_as_airflow_2_told_it(furnished: Api) -> None:
    told = furnished.get("/datasets/s3%3A%2F%2Fbucket%2Fraw")

    assert set(told) == {
        *("id", "uri", "extra", "created_at", "updated_at", "aliases", "consuming_dags", "producing_tasks"),
    }
    assert (told["id"], told["uri"], told["extra"]) == (RAW, "s3://bucket/raw", {"owner": "raw"})
    assert told["aliases"] == [{"id": 1, "name": "any of them"}]
    assert sorted(one["dag_id"] for one in told["consuming_dags"]) == ["gone", "idle"]
    assert sorted(one["task_id"] for one in told["producing_tasks"]) == ["extract", "load"]
    # A URI may stand in the address as it is.
    assert furnished.get("/datasets/s3://bucket/raw") == told


def test_datasets_are_counted_whatever_was_asked_for(furnished: Api) -> None:
    told = furnished.get("/datasets", uri_pattern="CLE_N")

    assert ([one["id"] for one in told["datasets"]], told["total_entries"]) == ([CLEAN], 3)


def test_datasets_of_dags_are_those_that_they_wait_for_or_update(furnished: Api) -> None:
    assert [one["id"] for one in furnished.get("/datasets", dag_ids="idle,nope")["datasets"]] == [RAW, CLEAN]
    assert furnished.get("/datasets", dag_ids="mapped")["datasets"] == []
    assert len(furnished.get("/datasets", dag_ids="")["datasets"]) == 3


def test_updates_of_datasets_are_listed_with_the_runs_that_they_made(furnished: Api) -> None:
    told = furnished.get("/datasets/events", source_dag_id="etl", source_map_index=0)

    assert told["total_entries"] == 2
    first = next(one for one in told["dataset_events"] if one["id"] == 1)
    assert (first["dataset_id"], first["dataset_uri"], first["extra"]) == (RAW, "s3://bucket/raw", {"rows": 1})
    assert [run["dag_run_id"] for run in first["created_dagruns"]] == ["r1"]
    upstream = furnished.get("/dags/etl/dagRuns/r1/upstreamDatasetEvents")
    assert (sorted(one["id"] for one in upstream["dataset_events"]), upstream["total_entries"]) == ([1, 3], 2)


def test_what_waits_is_told_by_dag_by_dataset_and_by_both(furnished: Api) -> None:
    by_dag = furnished.get("/dags/idle/datasets/queuedEvent")

    assert (by_dag["total_entries"], by_dag["queued_events"][0]["uri"]) == (1, "s3://bucket/raw")
    assert furnished.get("/datasets/queuedEvent/s3%3A%2F%2Fbucket%2Fraw") == by_dag
    one = furnished.get("/dags/idle/datasets/queuedEvent/s3%3A%2F%2Fbucket%2Fraw")
    assert one == by_dag["queued_events"][0]
    nothing = furnished.send("GET", "/dags/mapped/datasets/queuedEvent")
    assert (nothing.status_code, nothing.json()["title"]) == (404, "Queue event not found")
    assert nothing.json()["detail"] == "Queue event with dag_id: `mapped` was not found"


def test_an_update_is_made_and_what_waits_is_forgotten(api: Api) -> None:
    made = api.send("POST", "/datasets/events", json={"dataset_uri": "s3://bucket/clean", "extra": {"x": 1}})

    assert made.status_code == 200
    assert made.json()["extra"] == {"x": 1, "from_rest_api": True}
    assert made.json()["created_dagruns"] == []
    assert {one["dag_id"] for one in api.get("/datasets/queuedEvent/s3://bucket/clean")["queued_events"]} == {
        "etl",
        "idle",
    }
    path = "/dags/idle/datasets/queuedEvent/s3://bucket/clean"
    assert [api.send("DELETE", path).status_code for _ in range(2)] == [204, 404]
    assert api.send("DELETE", "/datasets/queuedEvent/s3://bucket/clean").status_code == 204


def test_an_update_that_cannot_be_made_is_refused_in_airflows_words(api: Api) -> None:
    missing = api.send("POST", "/datasets/events", json={"dataset_uri": "nope"})
    assert (missing.status_code, missing.json()["title"]) == (404, "Dataset not found")
    assert missing.json()["detail"] == "Dataset with uri: 'nope' not found"

    for body, detail in (
        ({}, "'dataset_uri' is a required property"),
        ({"dataset_uri": 1}, "1 is not of type 'string' - 'dataset_uri'"),
        ({"dataset_uri": "x", "extra": None}, "{'extra': ['Field may not be null.']}"),
        ({"dataset_uri": "x", "zzz": 1}, "{'zzz': ['Unknown field.']}"),
    ):
        refused = api.send("POST", "/datasets/events", json=body)
        assert (refused.status_code, refused.json()["detail"]) == (400, detail)
