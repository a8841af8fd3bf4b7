"""The rows of a new run: itself, its task instances, its deadlines."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from resolvers.operations.deadlines import note_deadlines
from resolvers.operations.keys import RunKey
from resolvers.operations.task_rows import task_instance_rows
from resolvers.operations.tracing import run_carrier
from resolvers.operations.work import Work
from resolvers.serialized.dag import SerializedDag


@dataclass(frozen=True)
class NewRun:
    """A run that is to be queued: what it is called, what it is about, and who asked for it.

    `dates` are its logical columns of dates. `bundle_version` is that of its DAG's row. `triggered_by` is the name of
    the enum's member: by its value, schedulers stop.
    """

    key: RunKey
    dates: Mapping[str, object]
    conf: Mapping[str, object]
    bundle_version: str | None
    run_type: str = "manual"
    triggered_by: str = "REST_API"
    further: Mapping[str, object] = field(default_factory=dict)

    @property
    def logical_date(self) -> datetime | None:
        """The date that it is for."""
        date = self.dates.get("logical_date")
        return date if isinstance(date, datetime) else None


def newest_serialized(work: Work, dag_id: str) -> Row[Any] | None:
    """Return what says which version of the DAG a run is made of.

    To be read before the tasks: should the DAG be parsed again in between, the scheduler finds the run to be of an
    older version, and looks at its tasks again.
    """
    return work.find("serialized_dag", ("id", "dag_hash", "dag_version_id"), dag_id=dag_id)


def insert_run(work: Work, dag: SerializedDag, version: Row[Any] | None, run: NewRun) -> None:
    """Queue a run with its task instances; `IntegrityError`, and nothing done, where there is one like it."""
    row = {
        "dag_id": run.key.dag_id,
        "run_id": run.key.run_id,
        "run_type": run.run_type,
        "state": "queued",
        "conf": run.conf,
        "clear_number": 0,
        "log_template_id": _newest_log_template(work),
        "queued_at": work.now,
        "updated_at": work.now,
        **run.dates,
        **_origin(work, dag, run, version),
        "context_carrier": run_carrier(work, run.conf),
        **run.further,
    }
    with work.connection.begin_nested():
        work.insert("dag_run", row)
    if not work.settings.task_instances_by_scheduler:
        rows = task_instance_rows(
            work,
            dag,
            run_id=run.key.run_id,
            # Whoever fills in the past wants every task, whatever its dates.
            logical_date=None if run.run_type == "backfill" else run.logical_date,
            dag_version_id=version.dag_version_id if version else None,
        )
        work.insert_all("task_instance", rows)
    if work.generation.is_since("3.1"):
        serialized_id = version.id if version else None
        note_deadlines(work, dag, run.key, logical_date=run.logical_date, serialized_id=serialized_id)


def _newest_log_template(work: Work) -> int | None:
    """Return the template by which the worker names the logs; without it readers take the oldest."""
    newest: int | None = work.connection.execute(select(func.max(work.column("log_template", "id")))).scalar()
    return newest


def _origin(work: Work, dag: SerializedDag, run: NewRun, version: Row[Any] | None) -> dict[str, object]:
    """Return who made the run, and of which version of the DAG.

    A scheduler that finds a hash (2.x) or a pinned bundle version (3.x) takes the task instances for
    complete: where they are left to it, it must find neither, or the run succeeds with no task at all.
    """
    complete = not work.settings.task_instances_by_scheduler
    if work.generation.number == 2:
        return {"is_external": True, "dag_hash": version.dag_hash if version and complete else None}
    pinned = complete and not dag.disable_bundle_versioning
    return {
        "triggered_by": run.triggered_by,
        "triggering_user_name": work.actor.name,
        "created_dag_version_id": version.dag_version_id if version else None,
        "bundle_version": run.bundle_version if pinned else None,
        "span_status": "not_started",
        "created_at": work.now,
    }
