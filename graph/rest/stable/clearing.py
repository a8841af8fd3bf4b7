"""`/clearTaskInstances` and `/dagRuns/{dag_run_id}/clear`: making Airflow do again what it has done."""

from dataclasses import asdict
from typing import Any

from graph.rest.body import Body, Property
from graph.rest.call import Call, There, Words, said
from graph.rest.codec import Json, codec, stored
from graph.rest.dialect import Answer, RefusedError
from graph.rest.params import Kind, read_body_moment
from graph.rest.rows import Custom, Row
from graph.rest.stable.dag_runs import RUN_JSON
from graph.types.dag import DAG
from graph.types.task_instance import TaskInstance
from resolvers.errors import NotFound, Problem
from resolvers.operations.clear import clear_run, clear_task_instances
from resolvers.operations.keys import Cleared

REFERENCE_JSON = codec(TaskInstance, "dag_id", "task_id", dag_run_id="run_id", execution_date=stored("nominal_date"))

_OPTIONS = ("only_failed", "only_running", "include_upstream", "include_downstream", "include_future", "include_past")
_DATES = ("start_date", "end_date")
# Airflow 2 without SubDAGs takes these and does nothing about them.
_IDLE = ("include_subdags", "include_parentdag")
_BODY = Body(
    (
        Property("dag_run_id", nullable=True),
        Property("task_ids", Kind.LIST, items=Kind.TEXT, filled=True),
        *(Property(name, Kind.MOMENT, loose=True) for name in _DATES),
        *(Property(name, Kind.BOOLEAN) for name in ("dry_run", "reset_dag_runs", *_OPTIONS, *_IDLE)),
    )
)
_DAG_ID = codec(DAG, "dag_id")
_NO_DAG = Words("Dag id {dag_id} not found")
_NO_RUN = Words("Dag Run id {dag_run_id} not found in dag   {dag_id}")


def references(call: Call, cleared: Cleared) -> Json:
    """Return what was reached, as much of it as is still there."""
    keys = [asdict(key) for key in cleared.task_instances]
    return {"task_instances": [one for one in call.find_all(REFERENCE_JSON, keys) if one is not None]}


def _clear(call: Call) -> Answer:
    """Clear task instances of a DAG, or say which ones would be."""
    try:
        cleared = call.change(clear_task_instances, {"dag_id": call.path["dag_id"]}, lambda: _told(call))
    except NotFound as problem:
        if problem.field == "runId" and call.find(_DAG_ID, dag_id=call.path["dag_id"]) is not None:
            raise RefusedError(
                404,
                None,
                title=f"Dag Run id {call.body['dag_run_id']} not found in dag {call.path['dag_id']}",
                section="NotFound",
            ) from problem
        raise said(problem, {NotFound: _NO_DAG}, call) from problem
    return Answer(references(call, cleared))


def _told(call: Call) -> dict[str, Any]:
    """Return what the body says of the task instances to clear, by the operation's arguments."""
    body: dict[str, Any] = dict(call.body)
    if fault := _fault(body):
        raise RefusedError(400, str({"_schema": [fault]}))
    dates: dict[str, Any] = {name: read_body_moment(body[name]) for name in _DATES if name in body}
    return {
        "run_id": body.get("dag_run_id"),
        "task_ids": body.get("task_ids"),
        "dry_run": body.get("dry_run", True),
        "reset_dag_runs": body.get("reset_dag_runs", False),
        **dates,
        **{name: body[name] for name in _OPTIONS if name in body},
    }


def _fault(body: dict[str, Any]) -> str | None:
    """Say what does not go together, in Airflow's words and in its order."""
    start, end = (read_body_moment(body[name]) if name in body else None for name in _DATES)
    if body.get("only_failed", True) and body.get("only_running"):
        return "only_failed and only_running both are set to True"
    if start and end and start > end:
        return "end_date is sooner than start_date"
    if not body.get("dag_run_id") or not (start or end):
        return None
    dates = "(start_date and end_date)" if start and end else "start_date" if start else "end_date"
    return f"Exactly one of dag_run_id or {dates} must be provided"


def _clear_run(call: Call) -> Answer:
    """Clear a run and queue it again, or say which task instances would be cleared."""
    run: dict[str, Any] = {"dag_id": call.path["dag_id"], "run_id": call.path["dag_run_id"]}
    dry_run = bool(call.content.get("dry_run", True))
    try:
        cleared = call.change(clear_run, run, lambda: {"dry_run": dry_run}, There(RUN_JSON, _NO_RUN))
    except Problem as problem:
        raise said(problem, {NotFound: _NO_RUN}, call) from problem
    return Answer(references(call, cleared) if dry_run else call.find(RUN_JSON, **run))


ROWS: tuple[Row, ...] = (
    Custom("POST", "/dags/{dag_id}/clearTaskInstances", _clear, body=_BODY),
    Custom(
        "POST",
        "/dags/{dag_id}/dagRuns/{dag_run_id}/clear",
        _clear_run,
        body=Body((Property("dry_run", Kind.BOOLEAN),)),
    ),
)
