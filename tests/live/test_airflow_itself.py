"""The judge is fit to judge: real Airflow runs our DAGs for its own API; trouble in its log is found."""

import pytest

from .airflow import PATIENCE, Airflow
from .asking import ByRest
from .effects import Effect, differences, effect_of
from .history import RUN
from .troubles import troubles

pytestmark = [pytest.mark.live, pytest.mark.timeout(PATIENCE)]


def test_a_run_that_fails_takes_its_downstream_with_it(history: Airflow) -> None:
    assert history.task_states("breaks", RUN) == {"f1": "failed", "f2": "upstream_failed", "f3": "upstream_failed"}


def test_a_task_that_stumbles_succeeds_on_its_second_try(history: Airflow) -> None:
    assert [(row["state"], row["try_number"]) for row in history.tasks("retries", RUN)] == [("success", 2)]


def test_a_mapped_task_has_an_instance_for_each_value(history: Airflow) -> None:
    squares = {"square[0]", "square[1]", "square[2]"}
    assert set(history.task_states("maps_xcom", RUN)) == {"numbers", "total", *squares}


def test_a_paused_dag_leaves_its_run_queued(history: Airflow) -> None:
    assert history.run("paused", RUN)["state"] == "queued"


def test_the_broken_file_is_reported(airflow: Airflow) -> None:
    errors = airflow.rest.json("GET", "/importErrors")["import_errors"]
    assert [error["filename"].rsplit("/", 1)[-1] for error in errors] == ["broken.py"]


def test_a_waiting_run_goes_on_once_its_marker_is_there(airflow: Airflow) -> None:
    ByRest(airflow.rest).trigger("waits", "itself")
    airflow.wait_for_task("waits", "itself", "wait", "running")
    airflow.put_marker("itself")
    airflow.wait_for_run("waits", "itself")


def test_two_runs_that_airflow_makes_alike_compare_as_equal(airflow: Airflow) -> None:
    def made(run_id: str, day: int, **conf: int) -> Effect:
        date = f"2026-02-0{day}T05:00:00+00:00"
        wishes = ByRest(airflow.rest)
        return effect_of(
            airflow, "paused", run_id, lambda: wishes.trigger("paused", run_id, logical_date=date, conf=conf)
        )

    one, two, other = made("itself-1", 1, a=1), made("itself-2", 2, a=1), made("itself-3", 3, a=2)
    assert {"run", "task only[-1]", "audit 0"} <= one.keys()
    assert differences(one, two) == []
    assert [line.split(":")[0] for line in differences(one, other)] == ["audit 0.extra", "run.conf"]


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
