"""Whether a run has the task instances that its DAG asks for, which changes between one version and the next."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, or_, select

from resolvers.operations.task_rows import task_instance_rows
from resolvers.operations.work import Work
from resolvers.serialized.dag import SerializedDag


def fit_to_dag(
    work: Work, run: Row[Any], dag: SerializedDag, *, dag_version_id: UUID | None = None, remove: bool = True
) -> None:
    """Let a locked run have the tasks of a DAG: new ones are added, lost ones removed, and removed ones come back.

    While a run is running Airflow does not remove anything: pass so. Instances of mapped tasks are left to
    the scheduler, which knows how many there are to be.
    """
    ours = work.where("task_instance", dag_id=run.dag_id, run_id=run.run_id)
    task_id, state = work.column("task_instance", "task_id"), work.column("task_instance", "state")
    known = set(work.connection.execute(select(task_id).where(*ours).distinct()).scalars())
    lost = known - set(dag.tasks)
    if lost and remove:
        removed = {"state": "removed", "updated_at": work.now}
        work.update("task_instance", removed, *ours, task_id.in_(lost), or_(state.is_(None), state != "removed"))
    restored = {"state": None, "updated_at": work.now}
    work.update("task_instance", restored, *ours, task_id.in_(known - lost), state == "removed")
    rows = task_instance_rows(work, dag, run_id=run.run_id, logical_date=_date(run), dag_version_id=dag_version_id)
    work.insert_all("task_instance", [row for row in rows if row["task_id"] not in known])


def _date(run: Row[Any]) -> datetime | None:
    # A backfill has an instance of every task, whatever the task's dates.
    date: datetime | None = None if run.run_type == "backfill" else run.logical_date
    return date
