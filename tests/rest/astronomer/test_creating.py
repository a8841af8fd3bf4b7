"""Making runs by the API of Astronomer's plugin: which dates, which ids, and what is refused."""

import json
from typing import Any

import pytest

from tests.rest.astronomer.conftest import CONFIGURED, SECRET
from tests.rest.early import Early, early_of

RUNS = "/api/v1/dag_runs"
WEEK = {"dag_id": "when_daily", "start_date": "2026-02-01T00:00:00", "end_date": "2026-02-03T00:00:00"}


def create(early: Early, body: Any, status: int = 200) -> Any:
    content = body if isinstance(body, str) else json.dumps(body)
    answer = early.send("POST", RUNS, authorization=SECRET, content=content)
    assert answer.status_code == status, answer.text
    return answer.json()["response"]


def test_as_documented_runs_are_numbered(documented: Early) -> None:
    told = create(documented, {**WEEK, "prefix": "bf_", "conf": '{"a": 1}'})

    assert told == {
        "dag_run_ids": [
            "bf_0000001_2026-02-01T00:00:00",
            "bf_0000002_2026-02-02T00:00:00",
            "bf_0000003_2026-02-03T00:00:00",
        ]
    }
    runs = documented.world.rows("dag_run", "state run_type conf", dag_id="when_daily")
    assert runs == [{"state": "queued", "run_type": "manual", "conf": {"a": 1}}] * 3
    tasks = documented.world.rows("task_instance", "run_id", dag_id="when_daily")
    assert {row["run_id"] for row in tasks} == set(told["dag_run_ids"])
    assert [row["owner"] for row in documented.world.rows("log", "owner", dag_id="when_daily")] == [
        "airflow_api_plugin"
    ]


def test_as_the_plugin_did_ids_are_of_the_prefix_and_the_date(original: Early) -> None:
    assert create(original, {**WEEK, "prefix": "bf"})["dag_run_ids"][0] == "bf_2026-02-01T00:00:00"
    # What has a run is left out, without a word.
    assert create(original, {**WEEK, "prefix": "again", "end_date": "2026-02-04T00:00:00"}) == {
        "dag_run_ids": ["again_2026-02-04T00:00:00"]
    }
    (run_id,) = create(original, {"dag_id": "another"})["dag_run_ids"]
    assert run_id.startswith("manual_1")


def test_numbers_go_on_from_nine_as_in_the_documentation_s_sample(request: pytest.FixtureRequest) -> None:
    with early_of(request, "2.11-sqlite", CONFIGURED) as early:
        told = create(early, {**WEEK, "prefix": "prefix", "end_date": "2026-02-10T00:00:00"})

    assert told["dag_run_ids"][8:] == ["prefix_0000009_2026-02-09T00:00:00", "prefix_00000010_2026-02-10T00:00:00"]


def test_more_dates_than_the_limit_are_all_refused_or_the_first_of_them_made(documented: Early) -> None:
    refusal = create(documented, {**WEEK, "limit": 2}, 400)

    assert refusal == {
        "error": "3 dag runs would be created, which exceeds the limit of 2. "
        "Reduce start/end date to reduce the dag run count"
    }
    assert documented.world.rows("dag_run", "run_id", dag_id="when_daily") == []
    assert len(create(documented, {**WEEK, "limit": "2", "partial": "true"})["dag_run_ids"]) == 2


def test_a_century_of_minutes_is_refused_without_being_counted_to_its_end(request: pytest.FixtureRequest) -> None:
    with early_of(request, "2.11-sqlite", CONFIGURED) as early:
        early.world.recorded_dag("when_cron_often")
        often = {"dag_id": "when_cron_often", "start_date": "1950-01-01T00:00:00"}

        assert create(early, often, 400)["error"].startswith("10000 dag runs would be created")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "Must specify the dag id to create dag runs for"),
        ({"dag_id": None}, "Must specify the dag id to create dag runs for"),
        ({"dag_id": "nope"}, "Dag id nope not found"),
        (
            {"dag_id": "demo_etl", "prefix": "my_backfill"},
            "Prefix cannot contain 'backfill', Airflow will ignore dag runs using it",
        ),
        ({"dag_id": "demo_etl", "limit": 501}, "Limit cannot exceed 500"),
        ({"dag_id": "demo_etl", "limit": 0}, "Limit must be a number greater than 0"),
        ({"dag_id": "demo_etl", "limit": "x"}, "Limit must be an integer"),
        (
            {"dag_id": "demo_etl", "start_date": "2021-01-01"},
            "'start_date' has invalid format '2021-01-01', Ex format: YYYY-MM-DDThh:mm:ss",
        ),
        ({"dag_id": "demo_etl", "conf": "notjson"}, "Could not encode specified conf JSON"),
    ],
)
def test_what_was_refused_is_refused_in_the_same_words(
    request: pytest.FixtureRequest, body: object, error: str
) -> None:
    with early_of(request, "3.3-sqlite", CONFIGURED) as early:
        assert create(early, body, 400) == {"error": error}
        assert len(early.world.rows("dag_run", "run_id")) == 2


def test_what_is_no_json_is_refused_by_a_page(documented: Early) -> None:
    answer = documented.send("POST", RUNS, authorization=SECRET, content="dag_id=demo_etl")

    assert (answer.status_code, answer.headers["content-type"]) == (400, "text/html; charset=utf-8")


def test_the_role_of_the_secret_says_what_it_may(request: pytest.FixtureRequest) -> None:
    with early_of(request, "2.11-sqlite", CONFIGURED, astronomer_role="viewer") as early:
        create(early, WEEK, 403)

        assert early.world.rows("dag_run", "run_id", dag_id="when_daily") == []
