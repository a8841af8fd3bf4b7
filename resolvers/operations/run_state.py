"""Setting the state of a run by hand, and with it that of its task instances."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import Row

from resolvers.access.permissions import Permission
from resolvers.errors import Invalid
from resolvers.operations.audit import Audit
from resolvers.operations.instances import (
    FINISHED,
    RUN_FINISHED,
    Change,
    change_instances,
    lock_instances,
    lock_runs,
)
from resolvers.operations.integrity import fit_to_dag
from resolvers.operations.keys import RunKey
from resolvers.operations.operation import operation
from resolvers.operations.reach import Reach
from resolvers.operations.runs import no_run
from resolvers.operations.versions import dag_to_change
from resolvers.operations.work import Work
from resolvers.serialized.dag import SerializedDag

RunState = Literal["queued", "success", "failed"]

# What a task instance is in while something outside the scheduler keeps it going.
_GOING = ("running", "deferred", "up_for_reschedule", "awaiting_input")


@operation(
    needs=Permission.RUN_EDIT,
    on="dag_id",
    audit=Audit("api.update_dag_run_state", "patch_dag_run", "PATCH", ("dag_id", "run_id")),
)
def set_run_state(work: Work, *, dag_id: str, run_id: str, state: RunState) -> RunKey:
    """Set the state of a run: "queued", "success" or "failed".

    Queued, it is scheduled anew and its task instances stay as they are. Otherwise it is over, and so are
    its task instances, save those of teardowns, which still run: then the run ends only after them.
    With "failed", what is going on fails and what has not begun is skipped. With "success" every task
    instance succeeds, whatever became of it; from Airflow 3.3 on only those that are going on do, those
    that have not begun are skipped, and those that are over stay as they are.
    """
    if state not in ("queued", "success", "failed"):
        raise Invalid(
            f"A run cannot be set to '{state}' by hand.", field="state", hint="Choose queued, success or failed."
        )
    key = RunKey(dag_id, run_id)
    run = lock_runs(work, dag_id, [run_id]).get(run_id)
    if run is None:
        raise no_run(dag_id, run_id)
    dag = dag_to_change(work, run)
    if state == "queued":
        _set(work, run, "queued")
        return key
    if state == "success" and work.generation.number == 2:
        # By then the run is over, so that what the DAG has lost is removed.
        fit_to_dag(work, run, dag)
    rows = lock_instances(work, Reach(dag_id, run_id=run_id, tasks=set(dag.tasks)).conditions(work))
    changes, ends = _end_everything(work, dag, rows, state)
    change_instances(work, changes)
    if work.generation.number == 2 and any(change.get("state") == "failed" for _, change in changes):
        # As it stops what is going on, Airflow 2 looks whether the run has what the DAG asks for.
        fit_to_dag(work, run, dag, remove=ends or run.state != "running")
    if ends:
        _set(work, run, state)
    return key


def state_change(work: Work, row: Row[Any], state: str) -> Mapping[str, object]:
    """Return what changes on a task instance that is set to a state in which it is over; nothing if it is in it.

    When it began and ended stays, where that is known.
    """
    if row.state == state:
        return {}
    start, end = row.start_date or work.now, row.end_date or work.now
    changes = {"state": state, "start_date": start, "end_date": end, "duration": (end - start).total_seconds()}
    if row.state in ("deferred", "up_for_reschedule") and not work.generation.is_since("2.10"):
        # While a task instance of 2.9 waits, its number of tries is one behind.
        changes["try_number"] = (row.try_number or 0) + 1
    return changes


def _end_everything(work: Work, dag: SerializedDag, rows: Sequence[Row[Any]], state: str) -> tuple[list[Change], bool]:
    """Return what changes on the task instances of a run that is to end, and whether it ends at once."""
    if state == "success" and not work.generation.is_since("3.3"):
        spared = _teardowns_to_run(work, dag, rows)
        return [(row, state_change(work, row, "success")) for row in rows if row.task_id not in spared], not spared
    teardowns = dag.teardown_task_ids if work.generation.is_since("2.10") else frozenset()
    # One instance of a mapped task that is going on decides about all of them.
    going = {row.task_id for row in rows if row.state in _GOING} - teardowns
    changes: list[Change] = []
    for row in rows:
        if row.task_id in going:
            changes.append((row, state_change(work, row, state)))
        elif row.task_id not in teardowns and _is_pending(work, row):
            changes.append((row, state_change(work, row, "skipped")))
    return changes, not any(row.task_id in teardowns and row.state not in FINISHED for row in rows)


def _teardowns_to_run(work: Work, dag: SerializedDag, rows: Sequence[Row[Any]]) -> Collection[str]:
    """Return the teardowns that success leaves to do their work.

    None in 2.9; all that the DAG has in 2.10 and 2.11; since 3.0 those that have not ended.
    """
    if not work.generation.is_since("2.10"):
        return ()
    if work.generation.number == 2:
        return dag.teardown_task_ids
    return {row.task_id for row in rows if row.task_id in dag.teardown_task_ids and row.state not in FINISHED}


def _is_pending(work: Work, row: Row[Any]) -> bool:
    # 2.9 overlooks those that were never scheduled.
    return row.state not in FINISHED and (row.state is not None or work.generation.is_since("2.10"))


def _set(work: Work, run: Row[Any], state: str) -> None:
    """Set the state of a locked run, with the dates that go with it."""
    changes: dict[str, object] = {}
    if state == "queued":
        changes["queued_at"] = work.now
    if run.state != state:
        changes["state"] = state
        if state == "queued":
            changes |= {"start_date": None, "end_date": None}
        elif run.state not in RUN_FINISHED:
            changes["end_date"] = work.now
    if changes:
        work.update("dag_run", {**changes, "updated_at": work.now}, *work.where("dag_run", id=run.id))
