"""Setting the state of task instances by hand, so that the run goes on from there."""

from collections.abc import Collection, Mapping
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, or_, select

from resolvers.access.permissions import Permission
from resolvers.errors import Conflict, Invalid, NotFound, Unsupported
from resolvers.metadata.generation import Generation
from resolvers.operations.audit import Audit
from resolvers.operations.clear import FAILED, find_run, last_date
from resolvers.operations.clearing import clear_instances
from resolvers.operations.instances import (
    change_instances,
    instance_keys,
    lock_instances,
    lock_runs,
    refuse_too_many,
    runs_of,
    still,
)
from resolvers.operations.integrity import fit_to_dag
from resolvers.operations.keys import Cleared, RunKey, TaskInstanceKey
from resolvers.operations.operation import operation
from resolvers.operations.reach import Marker, Reach, marked
from resolvers.operations.run_state import state_change
from resolvers.operations.task_notes import no_task_instance
from resolvers.operations.work import Work
from resolvers.serialized.dag import SerializedDag
from resolvers.serialized.relatives import partial_subset, relatives_to_set

TaskState = Literal["success", "failed", "skipped"]


def _unseen(generation: Generation, arguments: Mapping[str, object]) -> bool:
    """Say whether Airflow leaves a call out of the audit log: in 3.x it is another, which only tries."""
    return generation.number == 3 and bool(arguments.get("dry_run", False))


@operation(
    needs=Permission.TASK_INSTANCE_EDIT,
    on="dag_id",
    audit=Audit(
        "api.post_set_task_instances_state",
        "patch_task_instance",
        "PATCH",
        ("dag_id", "run_id", "task_id"),
        airflow2_columns=("dag_id",),
        quiet=_unseen,
    ),
)
def set_task_instance_state(
    work: Work,
    *,
    dag_id: str,
    run_id: str,
    task_id: str,
    state: TaskState,
    map_index: int | None = None,
    include_upstream: bool = False,
    include_downstream: bool = False,
    include_future: bool = False,
    include_past: bool = False,
    dry_run: bool = False,
) -> Cleared:
    """Set task instances to "success", "failed" or "skipped"; return those that were not in that state.

    All instances of a mapped task, unless `map_index` names one; with them whole tasks upstream and
    downstream, and the same in earlier and later runs of the DAG's schedule. What failed downstream of the
    task, or was not run for that, is cleared, and then its run is queued again, so that it goes on.

    `dry_run` changes nothing. Raises `NotFound` where DAG, task or instance are not there, and on Airflow 3
    `Conflict` where everything is in that state already.
    """
    if state not in ("success", "failed", "skipped"):
        raise Invalid(
            f"A task instance cannot be set to '{state}' by hand.",
            field="state",
            hint="Choose success, failed or skipped.",
        )
    dag = work.dag(dag_id)
    if task_id not in dag.tasks:
        raise NotFound(
            f"DAG '{dag_id}' has no task '{task_id}'.", field="taskId", hint="dag { tasks } lists those that it has."
        )
    run = find_run(work, RunKey(dag_id, run_id))
    key = TaskInstanceKey(dag_id, run_id, task_id, -1 if map_index is None else map_index)
    marker: Marker = task_id if map_index is None else (task_id, map_index)
    if not instance_keys(work, Reach(dag_id, tasks=[marker], run_id=run_id).conditions(work)):
        raise no_task_instance(key)
    tasks: set[Marker] = {
        *(
            relatives_to_set(
                dag,
                [task_id],
                upstream=include_upstream,
                downstream=include_downstream,
                spare_teardowns=work.generation.is_since("3.3"),
            )
            - {task_id}
        ),
        marker,
    }
    present = work.column("task_instance", "state")
    run_ids = _runs(work, dag, run, future=include_future, past=include_past)
    refuse_too_many(dag_id, run_ids)
    conditions = [
        *work.where("task_instance", dag_id=dag_id),
        work.column("task_instance", "run_id").in_(run_ids),
        marked(work, tasks),
        or_(present.is_(None), present != state),
    ]
    changed = instance_keys(work, conditions)
    if not changed and work.generation.number == 3:
        raise Conflict(f"Task '{task_id}' is '{state}' already.", field="state", hint="There is nothing to do.")
    if not dry_run:
        failed = _failed_below(work, dag, run, task_id, future=include_future, past=include_past)
        runs = lock_runs(work, dag_id, {*run_ids, *(key.run_id for key in instance_keys(work, failed))})
        if work.generation.number == 2:
            # 2.x looks first whether the tasks of these runs are those of the DAG.
            for found in runs.values():
                if found.run_id in run_ids:
                    fit_to_dag(work, found, dag, remove=found.state != "running")
        rows = lock_instances(work, conditions)
        changed = still(instance_keys(work, conditions), rows)
        change_instances(work, [(row, state_change(work, row, state)) for row in rows])
        clear_instances(work, dag_id, failed, reset_dag_runs=True)
    return Cleared(tuple(changed), runs_of(changed))


def _runs(work: Work, dag: SerializedDag, run: Row[Any], *, future: bool, past: bool) -> Collection[str]:
    """Return the ids of the run and of those before or after it that its DAG's schedule foresees.

    All runs where the DAG has no schedule; the run alone where that is not of dates that can be told beforehand.
    """
    timetable = dag.timetable
    if run.logical_date is None or not (future or past) or (timetable.can_be_scheduled and not timetable.is_periodic):
        return {run.run_id}
    if not timetable.is_known:
        raise Unsupported(
            f"The schedule of DAG '{dag.dag_id}' is of this installation's own making: which runs belong to it "
            "cannot be told.",
            field="includePast" if past else "includeFuture",
            hint="Set the state in each run.",
        )
    date = work.column("dag_run", "logical_date")
    statement = select(work.column("dag_run", "run_id"), date).where(
        *work.where("dag_run", dag_id=dag.dag_id), date.is_not(None)
    )
    if not past:
        statement = statement.where(date >= run.logical_date)
    if not future:
        statement = statement.where(date <= run.logical_date)
    dated = {row[0]: row[1] for row in work.connection.execute(statement)}
    if not timetable.can_be_scheduled:
        return dated.keys()
    first, last = min(dated.values()), max(dated.values())
    due = {interval.start for interval in timetable.intervals(first, last)} | {run.logical_date}
    if not work.generation.is_since("3.2"):
        # Earlier Airflows count the first date of a range as due whether it is or not.
        due.add(first)
    return {run_id for run_id, day in dated.items() if day in due}


def _failed_below(
    work: Work, dag: SerializedDag, run: Row[Any], task_id: str, *, future: bool, past: bool
) -> list[ColumnElement[bool]]:
    """Return the conditions of what is cleared when a task's state is set: what failed downstream of it.

    In the same run, and in all runs before or after it.
    """
    alone = run.logical_date is None or not (future or past)
    return Reach(
        dag.dag_id,
        tasks=partial_subset(dag, [task_id], include_upstream=False, include_downstream=True),
        run_id=run.run_id if alone else None,
        start=None if alone or past else run.logical_date,
        end=None if alone else last_date(work, dag, None if future else run.logical_date),
        states=FAILED,
        spared_task=task_id,
    ).conditions(work)
