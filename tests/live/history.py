"""What happens before the tests that read: runs of every DAG, asked for through Airflow's own API."""

from .airflow import Airflow
from .asking import ByRest

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


def make_history(airflow: Airflow) -> None:
    """Let every DAG run once, one stay queued, one be cleared and pass; write notes, pools and variables."""
    wishes = ByRest(airflow.rest)
    for dag_id in ENDS:
        wishes.trigger(dag_id, RUN, conf={"n": 7} if dag_id == "params" else {})
    wishes.trigger("paused", RUN)
    wishes.trigger("breaks", "mended")
    pool = {"name": "lane", "slots": 2, "description": "narrow", "include_deferred": True}
    airflow.rest.json("POST", "/pools", json=pool)
    airflow.rest.json("POST", "/variables", json={"key": "colour", "value": "green", "description": "of the sea"})
    airflow.rest.json("POST", "/variables", json={"key": "shape", "value": '{"corners": 3}'})
    for dag_id, end in ENDS.items():
        airflow.wait_for_run(dag_id, RUN, end)
    airflow.wait_for_run("breaks", "mended", "failed")
    airflow.put_marker("mended")
    wishes.clear_tasks("breaks", "mended", only_failed=True)
    wishes.set_run_note("passes", RUN, "the run went well")
    wishes.set_task_note("passes", RUN, "b", "and so did b")
    airflow.wait_for_run("breaks", "mended")
