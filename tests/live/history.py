"""What happens before the tests that read: runs of every DAG, asked for through Airflow's own API."""

from typing import Any

from .airflow import Airflow

RUN = "history"
ENDS = {
    "passes": "success",
    "groups": "success",
    "params": "success",
    "maps_literal": "success",
    "maps_xcom": "success",
    "retries": "success",
    "rich": "success",
    "hollow": "success",
    "breaks": "failed",
}


def trigger(airflow: Airflow, dag_id: str, run_id: str, **body: object) -> dict[str, Any]:
    """Ask Airflow's own API for a run, of no logical date on 3.x unless the body names one; return its answer."""
    unnamed = {"logical_date": None} if airflow.major >= 3 else {}
    answer: dict[str, Any] = airflow.rest.json(
        "POST", f"/dags/{dag_id}/dagRuns", json={"dag_run_id": run_id, **unnamed, **body}
    )
    return answer


def set_paused(airflow: Airflow, dag_id: str, *, paused: bool) -> None:
    """Pause or unpause a DAG through Airflow's own API."""
    airflow.rest.json("PATCH", f"/dags/{dag_id}", json={"is_paused": paused})


def make_history(airflow: Airflow) -> None:
    """Let every DAG run once, one stay queued, one be cleared and pass; write notes, pools and variables."""
    for dag_id in ENDS:
        trigger(airflow, dag_id, RUN, conf={"n": 7} if dag_id == "params" else {})
    trigger(airflow, "paused", RUN)
    trigger(airflow, "breaks", "mended")
    airflow.rest.json(
        "POST", "/pools", json={"name": "lane", "slots": 2, "description": "narrow", "include_deferred": True}
    )
    airflow.rest.json("POST", "/variables", json={"key": "colour", "value": "green", "description": "of the sea"})
    airflow.rest.json("POST", "/variables", json={"key": "shape", "value": '{"corners": 3}'})
    for dag_id, end in ENDS.items():
        airflow.wait_for_run(dag_id, RUN, end)
    airflow.wait_for_run("breaks", "mended", "failed")
    airflow.put_marker("mended")
    airflow.rest.json(
        "POST",
        "/dags/breaks/clearTaskInstances",
        json={"dag_run_id": "mended", "dry_run": False, "only_failed": True, "reset_dag_runs": True},
    )
    _note(airflow, "/dags/passes/dagRuns/history", "the run went well")
    _note(airflow, "/dags/passes/dagRuns/history/taskInstances/b", "and so did b")
    airflow.wait_for_run("breaks", "mended")


def _note(airflow: Airflow, path: str, note: str) -> None:
    airflow.rest.json("PATCH", path if airflow.major >= 3 else f"{path}/setNote", json={"note": note})
