"""What becomes of a run of which task instances are cleared: it is queued again, on the right code."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, or_, select

from resolvers.operations.deadlines import interval_of
from resolvers.operations.instances import FINISHED, RUN_FINISHED
from resolvers.operations.integrity import fit_to_dag
from resolvers.operations.tracing import run_carrier
from resolvers.operations.versions import Version, bundle_version, dag_of_run, newest_dag, newest_version
from resolvers.operations.work import Work

# The reference of those deadlines that count from the moment at which a run was queued.
_QUEUED_AT = "DagRunQueuedAtDeadline"


def follows_newest(work: Work, run: Row[Any], *, asked: bool) -> bool:
    """Say whether a run, once it is cleared, runs on the newest version of its DAG.

    Because that was asked for, or (3.3) because it has no version of its own to run on.
    """
    return asked or (work.generation.is_since("3.3") and run.created_dag_version_id is None)


def requeue_run(work: Work, run: Row[Any], *, run_on_latest_version: bool) -> object:
    """Queue a locked run again if it is over; return its trace context, which is a new one from 3.2 on.

    A run that is not over keeps its state. 3.2 and later count and trace the clearing of every run.
    """
    latest = follows_newest(work, run, asked=run_on_latest_version)
    over = run.state in RUN_FINISHED
    changes: dict[str, object] = {}
    if over or work.generation.is_since("3.2"):
        changes |= {"clear_number": run.clear_number + 1, "queued_at": work.now}
    if over:
        changes |= {"state": "queued", "start_date": None, "end_date": None, "last_scheduling_decision": None}
    if work.generation.is_since("3.2"):
        changes["context_carrier"] = run_carrier(work, run.conf if isinstance(run.conf, Mapping) else {})
        _move_deadlines(work, run)
    version = newest_version(work, run.dag_id) if latest else None
    changes |= _code(work, run, version, over=over)
    if changes:
        changes["updated_at"] = work.now
        work.update("dag_run", changes, *work.where("dag_run", id=run.id))
    if over and version is not None and (dag := newest_dag(work, run.dag_id)) is not None:
        fit_to_dag(work, run, dag, dag_version_id=version.id)
        if not work.generation.is_since("3.2"):
            moved = {"dag_version_id": version.id, "updated_at": work.now}
            work.update("task_instance", moved, *work.where("task_instance", dag_id=run.dag_id, run_id=run.run_id))
    if work.generation.is_since("3.3"):
        _pin_unversioned(work, run, changes.get("created_dag_version_id", run.created_dag_version_id))
    return changes.get("context_carrier", run.context_carrier)


def _code(work: Work, run: Row[Any], version: Version | None, *, over: bool) -> dict[str, object]:
    """Return what changes of the version that a run is created with, and of that of its bundle."""
    if work.generation.number == 3 and not work.generation.is_since("3.1"):
        # 3.0 cannot be asked, and moves every run that is over.
        return dict(bundle_version(work, dag_of_run(work, run))) if over else {}
    if version is None or not (over or work.generation.is_since("3.2")):
        return {}
    if not over and version.id == run.created_dag_version_id:
        return {}
    return {"created_dag_version_id": version.id, **bundle_version(work, newest_dag(work, run.dag_id))}


def _pin_unversioned(work: Work, run: Row[Any], version_id: object) -> None:
    """Give the run's version to its unfinished task instances that have none: they would never be enqueued."""
    if version_id is None:
        return
    state = work.column("task_instance", "state")
    work.update(
        "task_instance",
        {"dag_version_id": version_id, "updated_at": work.now},
        *work.where("task_instance", dag_id=run.dag_id, run_id=run.run_id, dag_version_id=None),
        or_(state.is_(None), state.not_in(FINISHED)),
    )


def _move_deadlines(work: Work, run: Row[Any]) -> None:
    """Let the deadlines that count from when the run was queued, and are not missed yet, count anew."""
    column = work.column
    statement = (
        select(column("deadline", "id"), column("deadline_alert", "interval"), column("deadline_alert", "reference"))
        .where(column("deadline", "deadline_alert_id") == column("deadline_alert", "id"))
        .where(column("deadline", "dagrun_id") == run.id, column("deadline", "missed").is_(False))
    )
    for identity, interval, reference in work.connection.execute(statement).all():
        counts = isinstance(reference, Mapping) and reference.get("reference_type") == _QUEUED_AT
        if counts and (span := interval_of(work, interval)) is not None:
            moved = {"deadline_time": work.now + span, "last_updated_at": work.now}
            work.update("deadline", moved, *work.where("deadline", id=identity))
