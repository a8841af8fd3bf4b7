"""Setting the states of runs and task instances by hand."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from graph.rest.body import Body, Property
from graph.rest.call import Call, Words, refuse_without
from graph.rest.codec import codec
from graph.rest.dialect import Answer, RefusedError
from graph.rest.paging import listing, read_page
from graph.rest.params import Kind, read_body_moment
from graph.rest.rows import Custom, Row, Write
from graph.rest.stable.clearing import REFERENCE_JSON, references
from graph.rest.stable.dag_runs import RUN_JSON, RUN_PATH
from graph.rest.stable.tasks import mapped_by_task
from graph.types.dag_run import DagRun
from resolvers.binding import Match, Operator, Order
from resolvers.errors import Conflict, NotFound
from resolvers.operations.audit import Audit
from resolvers.operations.keys import Cleared
from resolvers.operations.run_state import set_run_state
from resolvers.operations.task_state import set_task_instance_state
from resolvers.selection import Window

_NEW_STATE = Property("new_state", among=("success", "failed", "skipped"), required=True)
_OPTIONS = ("include_upstream", "include_downstream", "include_future", "include_past")
_MANY_BODY = Body(
    (
        Property("dry_run", Kind.BOOLEAN),
        Property("task_id", required=True),
        Property("execution_date", Kind.MOMENT, loose=True),
        Property("dag_run_id"),
        *(Property(name, Kind.BOOLEAN, required=True) for name in _OPTIONS),
        _NEW_STATE,
    )
)
_ONE_BODY = Body((Property("dry_run", Kind.BOOLEAN), _NEW_STATE))

_RUN_ID = codec(DagRun, "run_id")

# The same change under the name by which Airflow audits it when one task instance is patched.
_patch_task_instance = replace(
    set_task_instance_state,
    audit=Audit("api.patch_task_instance", "patch_task_instance", "PATCH", ("dag_id", "run_id", "task_id")),
)
# Of one instance of a mapped task, Airflow 2 tells twice.
_patch_mapped_task_instance = replace(
    _patch_task_instance, audit=replace(_patch_task_instance.audit, airflow2_first="api.patch_mapped_task_instance")
)


def _not_found(detail: str | None, title: str = "Not Found") -> RefusedError:
    return RefusedError(404, detail, title=title, section="NotFound")


def _set_many(call: Call) -> Answer:
    """Set the state of a task in a run, and of its relatives there and in other runs."""
    dag_id = call.path["dag_id"]
    try:
        cleared = call.change(set_task_instance_state, {"dag_id": dag_id}, lambda: _told(call))
    except NotFound as problem:
        task_id, run_id, moment = call.body["task_id"], call.body.get("dag_run_id"), _moment(call)
        where = f"on execution_date {moment}" if moment is not None else f"on DAG run with ID {run_id!r}"
        tasks = mapped_by_task(call)
        if tasks is None:
            raise _not_found(None, f"Dag ID {dag_id} not found") from problem
        if task_id not in tasks:
            raise _not_found(None, f"Task ID {task_id} not found") from problem
        raise _not_found(f"Task instance not found for task {task_id!r} {where}") from problem
    except Conflict:
        # Airflow 3 minds that there is nothing to do; the stable API says which there were: none.
        cleared = Cleared(())
    return Answer(references(call, cleared))


def _told(call: Call) -> dict[str, Any]:
    """Return what the body says of the task instances whose state is set, by the operation's arguments."""
    body, moment = call.body, _moment(call)
    run_id = body.get("dag_run_id")
    if moment is not None:
        dag_id = call.path["dag_id"]
        dated = (Match("dag_id", Operator.EQUALS, dag_id), Match("nominal_date", Operator.EQUALS, moment))
        runs: Any = read_page(call, listing(_RUN_ID, "runs", dated, Order(()), Window(1), total=None))["runs"]
        run_id = runs[0]["run_id"] if runs else ""
    return {
        "run_id": str(run_id),
        "task_id": body["task_id"],
        "map_index": -1,
        "state": body["new_state"],
        "dry_run": body.get("dry_run", True),
        **{name: body[name] for name in _OPTIONS},
    }


def _moment(call: Call) -> datetime | None:
    """Return the date of the run that the body names, none where it names its id."""
    run_id, date = call.body.get("dag_run_id"), call.body.get("execution_date")
    if (run_id is None) == (date is None):
        raise RefusedError(400, "{'_schema': ['Exactly one of execution_date or dag_run_id must be provided']}")
    return None if date is None else read_body_moment(str(date))


def _set_one(call: Call) -> Answer:
    """Set the state of one task instance. Airflow answers with it only where nothing was changed."""
    dag_id, run_id, task_id = call.path["dag_id"], call.path["dag_run_id"], call.path["task_id"]
    key = {"dag_id": dag_id, "run_id": run_id, "task_id": task_id, "map_index": call.path.get("map_index", -1)}
    dry_run = bool(call.content.get("dry_run", True))
    try:
        # Airflow 3 minds that there is nothing to do; the stable API does not.
        with suppress(Conflict):
            operation = _patch_mapped_task_instance if "map_index" in call.path else _patch_task_instance
            call.change(operation, key, lambda: {"state": call.body["new_state"], "dry_run": dry_run})
    except NotFound as problem:
        tasks = mapped_by_task(call)
        if tasks is None:
            raise _not_found(f"DAG {dag_id!r} not found", "DAG not found") from problem
        if task_id not in tasks:
            raise _not_found(f"Task {task_id!r} not found in DAG {dag_id!r}", "Task not found") from problem
        detail = f"Task instance not found for task {task_id!r} on DAG run with ID {run_id!r}"
        raise _not_found(detail) from problem
    return Answer(call.find(REFERENCE_JSON, **key) if dry_run else {})


_INSTANCE = "/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}"

ROWS: tuple[Row, ...] = (
    Custom("POST", "/dags/{dag_id}/updateTaskInstancesState", _set_many, body=_MANY_BODY),
    Custom("PATCH", _INSTANCE, _set_one, body=_ONE_BODY),
    Custom("PATCH", f"{_INSTANCE}/{{map_index:int}}", _set_one, body=_ONE_BODY),
    Write(
        "PATCH",
        "/dags/{dag_id}/dagRuns/{dag_run_id}",
        set_run_state,
        RUN_JSON,
        path_as=RUN_PATH,
        body=Body((Property("state", among=("success", "failed", "queued")),)),
        body_as={"state": "state"},
        check=lambda call: refuse_without(call, "state"),
        there=RUN_JSON,
        words={NotFound: Words("Dag Run id {dag_run_id} not found in dag {dag_id}")},
    ),
)
