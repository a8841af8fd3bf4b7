"""What the API of Astronomer's plugin tells of DAGs and runs, in both of its forms."""

from typing import Any

import pytest

from resolvers.setup import callers
from tests.http.server import ADMIN
from tests.rest.astronomer.conftest import CONFIGURED, SECRET
from tests.rest.early import Early, early_of

RUNS = "/api/v1/dag_runs"


def told(early: Early, path: str, status: int = 200, *, authorization: str | None = SECRET) -> Any:
    answer = early.send("GET", path, authorization=authorization)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    (response,) = answer.json().values()
    return response


def test_as_documented_all_values_are_text_and_no_run_names_its_dag(documented: Early) -> None:
    external = "True"

    assert told(documented, f"{RUNS}/r1")["dag_run"] == {
        "run_id": "r1",
        "state": "success",
        "start_date": "2026-11-20 23:26:54.387681",
        "end_date": "2026-11-20 23:26:54.563738",
        "execution_date": "2021-05-01 00:00:00",
        "external_trigger": external,
    }
    assert told(documented, f"{RUNS}/x1")["dag_run"]["end_date"] == "None"
    assert told(documented, f"{RUNS}/nope", 404) == {"error": "Dag run id not found"}


def test_as_the_plugin_did_a_run_is_of_a_dag_and_what_is_not_there_is_null(original: Early) -> None:
    run = told(original, f"{RUNS}/x1")["dag_run"]

    assert (run["dag_id"], run["end_date"], run["external_trigger"]) == ("demo_etl", None, True)
    assert told(original, f"{RUNS}/r1")["dag_run"]["execution_date"] == "2021-05-01 00:00:00+00:00"
    assert told(original, f"{RUNS}/nope", 404) == {"error": "Dag run not found"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["r1", "x1"]),
        ("?state=success", ["r1"]),
        ("?state=bogus", []),
        ("?prefix=R", ["r1"]),
        ("?prefix=1", []),
        ("?external_trigger=true", ["r1", "x1"]),
        ("?external_trigger=True&prefix=x", ["x1"]),
        # Whatever is none of these two words means no.
        ("?external_trigger=1", []),
        ("?dag_id=another", []),
        ("?limit=1", ["r1"]),
        ("?start=r1", ["x1"]),
        ("?start=x1", []),
        ("?start=0&limit=500&unknown=1", ["r1", "x1"]),
    ],
)
def test_runs_are_listed_by_date_and_narrowed(request: pytest.FixtureRequest, query: str, expected: list[str]) -> None:
    with early_of(request, "2.11-sqlite", CONFIGURED) as early:
        assert [run["run_id"] for run in told(early, RUNS + query)["dag_runs"]] == expected


def test_as_documented_a_list_has_fifty_runs_and_a_hundred_at_most(request: pytest.FixtureRequest) -> None:
    with early_of(request, "2.11-sqlite", CONFIGURED) as early:
        with early.world.together():
            for day in range(120):
                early.world.run("demo_etl", f"d{day:03}", day)
        lengths = [len(told(early, RUNS + query)["dag_runs"]) for query in ("", "?limit=70", "?limit=500")]
        pages, start = [], "0"
        while page := told(early, f"{RUNS}?limit=50&start={start}")["dag_runs"]:
            pages += [run["run_id"] for run in page]
            start = pages[-1]

    assert lengths == [50, 70, 100]
    assert len(pages) == len(set(pages)) == 122


def test_as_the_plugin_did_a_list_has_all_runs(request: pytest.FixtureRequest) -> None:
    with early_of(request, "3.3-sqlite", CONFIGURED, astronomer_answers="original") as early:
        with early.world.together():
            for day in range(120):
                early.world.run("demo_etl", f"d{day:03}", day)

        assert len(told(early, RUNS)["dag_runs"]) == 122


def test_dags_are_at_a_prefix_of_their_own(documented: Early) -> None:
    dags = {dag["dag_id"]: dag for dag in told(documented, "/astronomer/api/v1/dags")["dags"]}

    assert set(dags) == {"demo_etl", "another", "when_daily"}
    assert dags["another"] == {
        "dag_id": "another",
        "full_path": "dags/other.py",
        "is_active": False,
        "last_execution": "None",
    }
    assert (dags["demo_etl"]["is_active"], dags["demo_etl"]["last_execution"]) == (True, "2026-11-20 23:45:26")
    assert documented.send("GET", "/api/v1/dags", authorization=SECRET).status_code == 401


def test_dags_are_shared_with_the_stable_api_where_the_settings_say_so(request: pytest.FixtureRequest) -> None:
    with early_of(request, "3.3-sqlite", CONFIGURED, astronomer_shares_dags=True) as early:
        by_secret = early.send("GET", "/api/v1/dags", authorization=SECRET).json()
        by_token = early.send("GET", "/api/v1/dags", authorization=f"Bearer {ADMIN}").json()

    assert set(by_secret["response"]["dags"][0]) == {"dag_id", "full_path", "is_active", "last_execution"}
    assert by_token["total_entries"] == 3


@pytest.mark.parametrize("authorization", [None, "wrong", "s3cret2", f"Basic {SECRET}", f"Bearer {SECRET}"])
def test_whoever_has_not_the_secret_is_told_so(request: pytest.FixtureRequest, authorization: str | None) -> None:
    with early_of(request, "2.11-sqlite", CONFIGURED) as early:
        refusal = told(early, RUNS, 401, authorization=authorization)

    assert refusal == {"error": "You are not authorized to use this resource"}


def test_without_a_secret_nobody_is_let_in_by_presenting_none(request: pytest.FixtureRequest) -> None:
    with early_of(request, "2.11-sqlite", {"AIRFLOW__AIRFLOW_API_PLUGIN__AIRFLOW_API_AUTH": ""}) as early:
        assert early.send("GET", RUNS, authorization=None).status_code == 401
        assert early.send("GET", RUNS, headers={"Authorization": ""}, authorization=None).status_code == 401
        # The house's own tokens are taken as everywhere.
        assert early.send("GET", RUNS).status_code == 200


def test_the_rest_of_the_shared_prefix_is_the_stable_api_s(documented: Early) -> None:
    assert documented.send("GET", "/api/v1/version").status_code == 200
    assert documented.send("GET", "/api/v1/dags").json()["total_entries"] == 3
    assert documented.send("GET", "/api/v1/dags/demo_etl/dagRuns").json()["total_entries"] == 2
    assert documented.send("DELETE", RUNS, authorization=SECRET).status_code == 405


def test_the_secret_is_told_among_the_ways_in_but_not_what_it_is(request: pytest.FixtureRequest) -> None:
    with early_of(request, "2.11-sqlite", CONFIGURED, tokens=None) as early:
        told = callers(early.world.service)

    assert told == "the secret of the dialect astronomer"
