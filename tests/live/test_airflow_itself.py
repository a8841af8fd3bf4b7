"""The judge is fit to judge: real Airflow runs our DAGs for its own API; trouble in its log is found."""

import pytest

from .airflow import Airflow
from .rows import made_rows
from .troubles import troubles

pytestmark = pytest.mark.live


def trigger(airflow: Airflow, dag_id: str, run_id: str, **body: object) -> None:
    """Ask Airflow's own API for a run, of no logical date on 3.x unless the body names one."""
    unnamed = {"logical_date": None} if airflow.major >= 3 else {}
    airflow.rest.json("POST", f"/dags/{dag_id}/dagRuns", json={"dag_run_id": run_id, **unnamed, **body})


def test_every_kind_of_dag_runs_to_its_end(airflow: Airflow) -> None:
    ends = {
        "passes": "success",
        "groups": "success",
        "params": "success",
        "maps_literal": "success",
        "maps_xcom": "success",
        "retries": "success",
        "breaks": "failed",
    }
    for dag_id in ends:
        trigger(airflow, dag_id, "itself")
    for dag_id, end in ends.items():
        airflow.wait_for_run(dag_id, "itself", end)
    assert airflow.task_states("breaks", "itself") == {
        "f1": "failed",
        "f2": "upstream_failed",
        "f3": "upstream_failed",
    }
    assert set(airflow.task_states("maps_xcom", "itself")) == {
        "numbers",
        "square[0]",
        "square[1]",
        "square[2]",
        "total",
    }
    assert airflow.tasks("retries", "itself")[0]["try_number"] == 2


def test_a_waiting_run_goes_on_once_its_marker_is_there(airflow: Airflow) -> None:
    trigger(airflow, "waits", "itself")
    airflow.wait_for_task("waits", "itself", "wait", "running")
    airflow.put_marker("itself")
    airflow.wait_for_run("waits", "itself")


def test_the_broken_file_is_reported(airflow: Airflow) -> None:
    errors = airflow.rest.json("GET", "/importErrors")["import_errors"]
    assert [error["filename"].rsplit("/", 1)[-1] for error in errors] == ["broken.py"]


def test_two_runs_that_airflow_made_alike_compare_as_equal(airflow: Airflow) -> None:
    trigger(airflow, "paused", "itself-1", logical_date="2026-02-01T05:00:00+00:00")
    trigger(airflow, "paused", "itself-2", logical_date="2026-02-02T05:00:00+00:00", conf={"a": 1})
    one, two = (made_rows(airflow, "paused", name) for name in ("itself-1", "itself-2"))
    assert {name for name in one if one[name] != two[name]} == {"run"}
    assert {column for column in one["run"] if one["run"][column] != two["run"][column]} == {"conf"}


@pytest.mark.parametrize(
    "line",
    [
        "Traceback (most recent call last):",
        "LookupError: 'rest_api' is not among the defined enum values.",
        "sqlalchemy.exc.IntegrityError: (psycopg2.errors.UniqueViolation) duplicate key",
        "[2026-11-21T05:49:08.209+0000] {scheduler_job_runner.py:1013} ERROR - Exception in the loop",
        "[\x1b[34m2026-11-21T05:50:17+0000\x1b[0m] {\x1b[34mjob.py:\x1b[0m9} ERROR\x1b[0m - It broke",
        "2026-11-21T05:51:26.199524Z [error    ] Scheduler loop failed [airflow.jobs] loc=runner.py:1",
        "2026-11-21T05:51:26.199524Z [critical ] Scheduler is going away",
    ],
)
def test_a_line_of_trouble_is_found(line: str) -> None:
    assert len(troubles(f"all is well\n{line}\nall is well")) == 1


@pytest.mark.parametrize(
    "line",
    [
        "[2026-11-21T05:49:08.209+0000] {dagrun.py:823} ERROR - Marking run <DagRun breaks @ 2026: x> failed",
        "2026-11-21 05:49:43+00:00 [error    ] Task failed with exception     [task] dag_id=breaks",
        "2026-11-21 05:51:17 [info     ] Started server process [22276] [uvicorn.error] loc=server.py:92",
        "2026-11-21 05:51:08 [error    ] XCom not found    [airflow.sdk.api.client] key=x offset=3",
    ],
)
def test_what_our_dags_do_on_purpose_is_no_trouble(line: str) -> None:
    assert troubles(line) == []
