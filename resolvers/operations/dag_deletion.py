"""Deleting a DAG: all that Airflow keeps of it but the audit log."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Column, Connection, MetaData, String, Table, delete, inspect, select

from resolvers.access.permissions import Permission
from resolvers.errors import Conflict
from resolvers.operations.audit import Audit
from resolvers.operations.dags import no_dag
from resolvers.operations.keys import DeletedDag
from resolvers.operations.operation import operation
from resolvers.operations.work import Work

_AUDIT = Audit("api.delete_dag", "delete_dag", "DELETE", ("dag_id",))

# Airflow's tables that say of each row which DAG it is of, from 2.9 to 3.3, those that refer to others first. The
# audit log is not among them: who did what remains known.
_TABLES = (
    *("task_state_store", "xcom", "task_map", "rendered_task_instance_fields", "task_instance_note"),
    *("task_reschedule", "task_fail", "task_instance_history", "task_instance", "sla_miss", "deadline"),
    *("dag_run", "backfill", "dag_code", "serialized_dag", "dag_version"),
    *("dag_schedule_asset_alias_reference", "dag_schedule_asset_name_reference", "dag_schedule_asset_reference"),
    *("dag_schedule_asset_uri_reference", "dag_schedule_dataset_alias_reference", "dag_schedule_dataset_reference"),
    *("task_inlet_asset_reference", "task_outlet_asset_reference", "task_outlet_dataset_reference"),
    *("dag_favorite", "dag_owner_attributes", "dag_warning", "dag_tag", "job", "dag"),
)

_PARSED = {"serialized_dag", "dag_code", "dag_version"}


@operation(needs=Permission.DAG_DELETE, on="dag_id", audit=_AUDIT)
def delete_dag(work: Work, *, dag_id: str) -> DeletedDag:
    """Delete a DAG with its runs, and all else that is kept under its id but the audit log.

    `Conflict` while one of its tasks runs. The DAG comes back when Airflow next parses a file that defines it.
    """
    dag = work.find("dag", ("fileloc", "bundle_name", "relative_fileloc"), dag_id=dag_id, lock=True)
    if _has_running_tasks(work, dag_id):
        raise Conflict(
            f"Tasks of DAG '{dag_id}' are running.", field="dagId", hint="Wait for them, or set their states first."
        )
    if dag is None:
        raise no_dag(dag_id)
    _lock_runs(work, dag_id)
    ids = (dag_id, *_subdags(work, dag_id))
    records = 0
    for table in _tables_present(work.connection):
        gone = work.connection.execute(delete(table).where(table.c.dag_id.in_(ids))).rowcount
        # What Airflow made of the DAG's file itself is not counted by Airflow either.
        records += 0 if table.name in _PARSED else gone
    place = (
        {"filename": dag.fileloc}
        if work.generation.number == 2
        else {"filename": dag.relative_fileloc, "bundle_name": dag.bundle_name}
    )
    work.delete("import_error", *work.where("import_error", **place))
    return DeletedDag(dag_id, records)


def _tables_present(connection: Connection) -> Iterator[Table]:
    """Give those of the tables that this Airflow has, and has with the id of a DAG."""
    found = inspect(connection).get_multi_columns(filter_names=_TABLES)
    present = {name for (_, name), columns in found.items() if any(one["name"] == "dag_id" for one in columns)}
    for name in _TABLES:
        if name in present:
            yield Table(name, MetaData(), Column("dag_id", String()))


def _has_running_tasks(work: Work, dag_id: str) -> bool:
    return work.find("task_instance", ("task_id",), dag_id=dag_id, state="running") is not None


def _lock_runs(work: Work, dag_id: str) -> None:
    """Lock the runs before their task instances go, in the order in which Airflow's scheduler does."""
    run = work.column("dag_run", "id")
    mine = select(run).where(*work.where("dag_run", dag_id=dag_id))
    work.connection.execute(mine.order_by(run).with_for_update()).all()


def _subdags(work: Work, dag_id: str) -> Sequence[str]:
    """Return the DAGs that Airflow 2 keeps within this one."""
    if not work.relation("dag").has("is_subdag"):
        return ()
    own, is_subdag = work.column("dag", "dag_id"), work.column("dag", "is_subdag")
    inside = own.startswith(f"{dag_id}.", autoescape=True)
    return work.connection.execute(select(own).where(inside, is_subdag)).scalars().all()
