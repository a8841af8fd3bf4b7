"""A backfill that we make is the one that Airflow's command line makes, and Airflow's scheduler carries it out."""

import re
import time
from typing import Any

import pytest

from .airflow import PATIENCE, Airflow
from .effects import Effect, differences
from .serving import Service

VERSIONS = "3"
pytestmark = [pytest.mark.live, pytest.mark.timeout(PATIENCE)]

CREATE = """
    mutation Create($input: CreateBackfillInput!) { createBackfill(input: $input) { backfillId } }
"""
TOLD = """
    query Told($id: Int!) {
      backfill(backfillId: $id) {
        isPaused completedAt runs { nodes { position exceptionReason dagRun { runId state runType } } }
      }
    }
"""
OWN = frozenset({"id", "backfill_id", "dag_run_id", "context_carrier", "created_dag_version_id", "dag_version_id"})
"""Columns whose values belong to one row alone."""
WHO = frozenset({"triggering_user_name"})
CLOCK = re.compile(r"(_at|start_date|end_date|_dttm|_decision|duration|pid)$")


def create(service: Service, dag_id: str, first: str, last: str, **wish: object) -> int:
    asked = {"dagId": dag_id, "fromDate": first, "toDate": last, **wish}
    made: int = service.graphql(CREATE, input=asked)["createBackfill"]["backfillId"]
    return made


def told(service: Service, backfill: int) -> dict[str, Any]:
    answer: dict[str, Any] = service.graphql(TOLD, id=backfill)["backfill"]
    return answer


def states(service: Service, backfill: int) -> list[str]:
    return [run["dagRun"]["state"] for run in told(service, backfill)["runs"]["nodes"]]


def pause(service: Service, dag_id: str, *, paused: bool) -> None:
    field = "pauseDag" if paused else "unpauseDag"
    service.graphql(f"mutation Pause($dag: String!) {{ {field}(dagId: $dag) {{ isPaused }} }}", dag=dag_id)


def rows(airflow: Airflow, dag_id: str) -> Effect:
    """Read all that tells of the backfill of a DAG, but for what no twin can have."""
    of_dag = "WHERE dag_id = %s"
    statements = {
        "backfill": f"SELECT * FROM backfill {of_dag} ORDER BY id",
        "date": "SELECT d.* FROM backfill_dag_run d JOIN backfill b ON b.id = d.backfill_id "
        "WHERE b.dag_id = %s ORDER BY d.backfill_id, d.sort_ordinal",
        "run": f"SELECT * FROM dag_run {of_dag} ORDER BY logical_date",
        "task": f"SELECT * FROM task_instance {of_dag} ORDER BY run_id, task_id",
    }
    return {
        f"{name} {place}": {
            column: _alike(dag_id, column, value) for column, value in row.items() if column not in OWN | WHO
        }
        for name, statement in statements.items()
        for place, row in enumerate(airflow.sql(statement, dag_id))
    }


def _alike(dag_id: str, column: str, value: object) -> object:
    if value is not None and CLOCK.search(column):
        return "some"
    return "this DAG" if value == dag_id else value


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"maxActiveRuns": 2, "conf": {"colour": "green"}}, ("--dag-run-conf", '{"colour": "green"}')),
        ({"maxActiveRuns": 2, "runBackwards": True, "reprocessBehavior": "COMPLETED"}, ("--run-backwards",)),
    ],
    ids=["first", "again-and-backwards"],
)
def test_a_backfill_that_we_make_has_the_rows_of_the_command_line_s_and_runs(
    airflow: Airflow, service: Service, wish: dict[str, Any], words: tuple[str, ...]
) -> None:
    for dag_id in ("fills_ours", "fills_theirs"):
        pause(service, dag_id, paused=True)
    again = ("--reprocess-behavior", wish.get("reprocessBehavior", "NONE").lower())
    dates = ("--from-date", "2026-02-01", "--to-date", "2026-02-04", "--max-active-runs", "2")

    airflow.command("backfill", "create", "--dag-id", "fills_theirs", *dates, *again, *words)
    backfill = create(service, "fills_ours", "2026-02-01T00:00:00Z", "2026-02-04T00:00:00Z", **wish)

    ours, theirs = rows(airflow, "fills_ours"), rows(airflow, "fills_theirs")
    assert {"backfill 0", "date 2", "run 2", "task 5"} <= theirs.keys()
    assert not (told_apart := differences(ours, theirs)), "\n".join(told_apart)
    for dag_id in ("fills_ours", "fills_theirs"):
        pause(service, dag_id, paused=False)
    airflow.wait_until(lambda: states(service, backfill) == ["SUCCESS"] * 3, "the runs of our backfill to succeed")
    airflow.wait_until(lambda: bool(told(service, backfill)["completedAt"]), "the scheduler to end our backfill")
    airflow.wait_until(
        lambda: not airflow.sql("SELECT 1 FROM backfill WHERE dag_id = 'fills_theirs' AND completed_at IS NULL"),
        "the scheduler to end theirs",
    )
    # Runs that are filled again keep what they were given first.
    for day in (1, 2, 3):
        run_id = f"backfill__2026-02-0{day}T03:00:00+00:00"
        assert airflow.returned("fills_ours", run_id, "day") == f"2026-02-0{day} {{'colour': 'green'}}"


def test_a_backfill_is_paused_resumed_and_ended(airflow: Airflow, service: Service) -> None:
    pause(service, "fills_slowly", paused=False)
    backfill = create(service, "fills_slowly", "2026-03-01T00:00:00Z", "2026-03-05T00:00:00Z", maxActiveRuns=1)
    runs = [run["dagRun"]["runId"] for run in told(service, backfill)["runs"]["nodes"]]
    airflow.wait_for_task("fills_slowly", runs[0], "linger", "running")

    change(service, "pauseBackfill", backfill)
    airflow.put_marker(runs[0])
    airflow.wait_for_run("fills_slowly", runs[0])
    time.sleep(4)
    assert states(service, backfill) == ["SUCCESS", "QUEUED", "QUEUED", "QUEUED"]

    change(service, "resumeBackfill", backfill)
    airflow.wait_for_task("fills_slowly", runs[1], "linger", "running")
    change(service, "cancelBackfill", backfill)
    assert states(service, backfill) == ["SUCCESS", "RUNNING", "FAILED", "FAILED"]
    airflow.put_marker(runs[1])
    airflow.wait_for_run("fills_slowly", runs[1])
    assert told(service, backfill)["completedAt"]
    assert states(service, backfill) == ["SUCCESS", "SUCCESS", "FAILED", "FAILED"]


def change(service: Service, field: str, backfill: int) -> None:
    service.graphql(
        f"mutation Change($id: Int!) {{ {field}(backfillId: $id) {{ isPaused completedAt }} }}", id=backfill
    )
