"""Which version of its DAG a run follows."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from resolvers.errors import NotFound
from resolvers.operations.work import Work
from resolvers.serialized.dag import SerializedDag, UnreadableDagError


@dataclass(frozen=True)
class Version:
    """The newest version of a DAG (Airflow 3)."""

    id: UUID
    bundle_version: str | None


def newest_version(work: Work, dag_id: str) -> Version | None:
    """Return the newest version of a DAG; none in Airflow 2, and where it was never serialized."""
    if work.generation.number == 2:
        return None
    column = work.column
    found = work.connection.execute(
        select(column("dag_version", "id").label("id"), column("dag_version", "bundle_version").label("bundle_version"))
        .where(*work.where("dag_version", dag_id=dag_id))
        .order_by(column("dag_version", "version_number").desc())
        .limit(1)
    ).first()
    return Version(found.id, found.bundle_version) if found else None


def newest_dag(work: Work, dag_id: str) -> SerializedDag | None:
    """Return the newest serialized form of a DAG, or none where there is none that can be read."""
    with suppress(NotFound):
        return work.dag(dag_id)
    return None


def asks_for_newest(work: Work, dag_id: str, *, asked: bool | None) -> bool:
    """Say whether what is cleared is to run on the newest version of its DAG.

    As the caller asks; else, from 3.3 on, as the DAG says, or the configuration for all of them.
    """
    if asked is not None or not work.generation.is_since("3.3"):
        return bool(asked)
    dag = newest_dag(work, dag_id)
    told = dag.fields.value("rerun_with_latest_version") if dag else None
    if isinstance(told, bool):
        return told
    return work.config.flag("core", "rerun_with_latest_version", default=False)


def dag_of_run(work: Work, run: Row[Any]) -> SerializedDag | None:
    """Return the DAG as a run follows it, or none where that cannot be known.

    `run` has `dag_id`, `bundle_version` and `created_dag_version_id`. Only a run that is pinned to a
    version of its bundle follows the version that it was created with; every other follows the newest.
    """
    version: UUID | None = run.created_dag_version_id
    if not run.bundle_version or (version is None and work.generation.is_since("3.3")):
        return newest_dag(work, run.dag_id)
    stored = work.connection.execute(
        select(
            work.column("serialized_dag", "data").label("data"),
            work.column("serialized_dag", "data_compressed").label("data_compressed"),
        ).where(*work.where("serialized_dag", dag_version_id=version))
    ).first()
    with suppress(UnreadableDagError):
        return SerializedDag.from_columns(stored.data, stored.data_compressed) if stored else None
    return None


def dag_to_change(work: Work, run: Row[Any]) -> SerializedDag:
    """Return the DAG by which a change of a run goes: since 3.1 that which the run follows, before the newest.

    `NotFound` where it is not known (any more).
    """
    newest = work.dag(run.dag_id)
    dag = dag_of_run(work, run) if work.generation.is_since("3.1") else newest
    if dag is None:
        raise NotFound(
            f"The version of DAG '{run.dag_id}' that run '{run.run_id}' follows is not known any more.",
            field="runId",
            hint="Trigger a new run; it follows the newest version.",
        )
    return dag


def bundle_version(work: Work, dag: SerializedDag | None) -> Mapping[str, object]:
    """Return what a run's column `bundle_version` becomes when it moves to the newest code of its DAG.

    Nothing where the bundle has no versions, or the DAG asks for its runs not to be pinned.
    """
    if dag is None or dag.disable_bundle_versioning:
        return {}
    row = work.find("dag", ("bundle_version",), dag_id=dag.dag_id)
    return {"bundle_version": row.bundle_version} if row is not None and row.bundle_version is not None else {}
