"""Clearing task instances, and whole runs, so that they run again."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from resolvers.access.permissions import Permission
from resolvers.errors import Invalid, Unsupported
from resolvers.metadata.generation import Generation
from resolvers.operations.audit import Audit
from resolvers.operations.clearing import clear_instances
from resolvers.operations.instances import instance_keys, runs_of
from resolvers.operations.keys import Cleared, RunKey
from resolvers.operations.notes import fitting_note
from resolvers.operations.operation import operation
from resolvers.operations.reach import Marker, Reach
from resolvers.operations.related import tasks_to_clear
from resolvers.operations.runs import no_run
from resolvers.operations.task_notes import write_task_notes
from resolvers.operations.versions import asks_for_newest, dag_to_change
from resolvers.operations.work import Work
from resolvers.serialized.dag import SerializedDag

FAILED = ("failed", "upstream_failed")
_RUNNING = ("running",)


def _unseen(generation: Generation, arguments: Mapping[str, object]) -> bool:
    """Say whether Airflow leaves a call out of the audit log: since 3.1 those that only try."""
    return generation.is_since("3.1") and bool(arguments.get("dry_run", True))


@operation(
    needs=Permission.TASK_INSTANCE_EDIT,
    on="dag_id",
    audit=Audit(
        "api.post_clear_task_instances",
        "post_clear_task_instances",
        "POST",
        ("dag_id", "run_id"),
        airflow2_columns=("dag_id",),
        quiet=_unseen,
    ),
)
def clear_task_instances(
    work: Work,
    *,
    dag_id: str,
    reset_dag_runs: bool,
    dry_run: bool = True,
    task_ids: Collection[Marker] | None = None,
    run_id: str | None = None,
    start_date: datetime | None = None,
    end_date: datetime | None = None,
    only_failed: bool = True,
    only_running: bool = False,
    include_upstream: bool = False,
    include_downstream: bool = False,
    include_future: bool = False,
    include_past: bool = False,
    run_on_latest_version: bool | None = None,
    prevent_running_task: bool = False,
    note: str | None = None,
) -> Cleared:
    """Clear task instances of a DAG so that the scheduler runs them again; return all that are reached.

    `task_ids` are tasks, or instances of mapped ones as (task, map index); all tasks where none are
    named. Of which runs: that of `run_id`, or those whose logical date is between `start_date` and
    `end_date`, or all; with a run, `include_past` and `include_future` add those before and after it.
    With `reset_dag_runs`, runs that are over are queued again: without, their tasks stay cleared and
    are not scheduled. A running task is stopped and then tried again. Where `run_on_latest_version` is not
    said, 3.3 decides as the DAG or the configuration says; before, runs keep their version.

    `dry_run` changes nothing. Raises `Invalid` for options that do not go together, `NotFound` for a DAG or
    run that is not there, `Conflict` where `prevent_running_task` meets a running one, and `Unsupported` for
    what only a newer Airflow knows: `run_on_latest_version` since 3.1, `prevent_running_task` since 3.2 and
    `note`, which is set on everything that is cleared, since 3.3. Unknown task ids reach nothing.
    """
    _refuse_contradictions(task_ids, run_id, start_date, end_date, only_failed=only_failed, only_running=only_running)
    _refuse_unknown(
        work.generation,
        {
            "runOnLatestVersion": (bool(run_on_latest_version), "3.1"),
            "preventRunningTask": (prevent_running_task, "3.2"),
            "note": (note is not None, "3.3"),
        },
    )
    if note is not None:
        fitting_note(note)
    run = None if run_id is None else find_run(work, RunKey(dag_id, run_id))
    dag = work.dag(dag_id) if run is None else dag_to_change(work, run)
    if run is not None:
        _refuse_undated(work.generation, run, asked=include_past or include_future)
        start_date = end_date = run.logical_date
    alone = run_id is not None and work.generation.number == 3 and not (include_past or include_future)
    reach = Reach(
        dag_id,
        tasks=None
        if task_ids is None
        else tasks_to_clear(
            work,
            dag,
            task_ids,
            run_id,
            include_upstream=include_upstream,
            include_downstream=include_downstream,
        ),
        run_id=run_id if alone else None,
        start=None if alone or include_past else start_date,
        end=None if alone else last_date(work, dag, None if include_future else end_date),
        states=(FAILED if only_failed else ()) + (_RUNNING if only_running else ()),
    )
    conditions = reach.conditions(work)
    if dry_run:
        reached = instance_keys(work, conditions)
    else:
        reached = clear_instances(
            work,
            dag_id,
            conditions,
            reset_dag_runs=reset_dag_runs,
            run_on_latest_version=asks_for_newest(work, dag_id, asked=run_on_latest_version),
            prevent_running_task=prevent_running_task,
            among=_weighed_among(work, reach.tasks),
        )
        if note is not None:
            write_task_notes(work, reached, note)
    return Cleared(tuple(reached), runs_of(reached))


@operation(
    needs=Permission.RUN_EDIT,
    on="dag_id",
    audit=Audit("api.clear_dag_run", "clear_dag_run", "POST", ("dag_id", "run_id"), quiet=_unseen),
)
def clear_run(
    work: Work,
    *,
    dag_id: str,
    run_id: str,
    dry_run: bool = True,
    only_failed: bool = False,
    run_on_latest_version: bool | None = None,
) -> Cleared:
    """Clear all task instances of a run, or the failed ones, and queue the run again; return those reached.

    `dry_run` changes nothing. `Unsupported` for `only_failed` before Airflow 3.0 and for
    `run_on_latest_version` before 3.1.
    """
    _refuse_unknown(
        work.generation,
        {"onlyFailed": (only_failed, "3.0"), "runOnLatestVersion": (bool(run_on_latest_version), "3.1")},
    )
    run = find_run(work, RunKey(dag_id, run_id))
    dag = dag_to_change(work, run)
    reach = Reach(
        dag_id,
        run_id=run_id,
        # 2.x passes over what the DAG no longer has.
        tasks=set(dag.tasks) if work.generation.number == 2 else None,
        states=FAILED if only_failed else (),
    )
    conditions = reach.conditions(work)
    if dry_run:
        reached = instance_keys(work, conditions)
    else:
        reached = clear_instances(
            work,
            dag_id,
            conditions,
            reset_dag_runs=True,
            run_on_latest_version=asks_for_newest(work, dag_id, asked=run_on_latest_version),
        )
    return Cleared(tuple(reached), (RunKey(dag_id, run_id),))


def find_run(work: Work, key: RunKey) -> Row[Any]:
    """Return what decides how far a change of a run goes; `NotFound` where it is not there."""
    columns = ("dag_id", "run_id", "logical_date", "bundle_version", "created_dag_version_id")
    run = work.find("dag_run", columns, dag_id=key.dag_id, run_id=key.run_id)
    if run is None:
        raise no_run(key.dag_id, key.run_id)
    return run


def _weighed_among(work: Work, tasks: Collection[Marker] | None) -> Collection[str] | None:
    """Return the tasks that count in weights: Airflow 2 looks at the part of the DAG that is cleared alone."""
    if tasks is None or work.generation.number == 3:
        return None
    return {marker if isinstance(marker, str) else marker[0] for marker in tasks}


def last_date(work: Work, dag: SerializedDag, end: datetime | None) -> datetime | None:
    """Return the last logical date: in 2.x no later than now, unless runs may be triggered for the future."""
    if end is not None or work.generation.number == 3:
        return end
    allowed = work.config.flag("scheduler", "allow_trigger_in_future", default=False)
    return None if allowed and not dag.timetable.can_be_scheduled else work.now


def _refuse_contradictions(
    task_ids: Collection[Marker] | None,
    run_id: str | None,
    start_date: datetime | None,
    end_date: datetime | None,
    *,
    only_failed: bool,
    only_running: bool,
) -> None:
    if only_failed and only_running:
        raise Invalid(
            "onlyFailed and onlyRunning are both true: nothing is both.",
            field="onlyRunning",
            hint="onlyFailed is true unless you say otherwise; leave one of them out.",
        )
    if start_date and end_date and start_date > end_date:
        raise Invalid(
            f"endDate {end_date.isoformat()} is before startDate {start_date.isoformat()}.",
            field="endDate",
            hint="Exchange them.",
        )
    if run_id is not None and (start_date or end_date):
        raise Invalid(
            f"Run '{run_id}' is named together with dates.",
            field="startDate" if start_date else "endDate",
            hint="Name either a run, with includePast or includeFuture for those before and after it, or dates.",
        )
    if task_ids is not None and not task_ids:
        raise Invalid("No task is named.", field="taskIds", hint="Name one, or leave taskIds out for all tasks.")


def _refuse_undated(generation: Generation, run: Row[Any], *, asked: bool) -> None:
    if not asked or generation.number == 2:
        return
    if run.logical_date is None:
        raise Invalid(
            f"Run '{run.run_id}' has no logical date, so that no run is before or after it.",
            field="includePast",
            hint="Clear it alone.",
        )
    if not generation.is_since("3.1"):
        raise Invalid(
            "Airflow 3.0 does not clear runs before or after a run that is named.",
            field="includePast",
            hint="Name dates instead of a run.",
        )


def _refuse_unknown(generation: Generation, options: Mapping[str, tuple[bool, str]]) -> None:
    """Refuse options that are asked for and that only a release newer than this one knows."""
    for option, (asked, release) in options.items():
        if asked and not generation.is_since(release):
            raise Unsupported(
                f"{option} needs Airflow {release} or newer; this database is {generation.minor}.",
                field=option,
                hint="Leave it out.",
            )
