"""What can be done with a DAG as a whole: pausing it, and having its file parsed again."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import md5

from resolvers.access.permissions import Permission
from resolvers.errors import NotFound, Unsupported
from resolvers.metadata.generation import Capability
from resolvers.operations.audit import Audit
from resolvers.operations.keys import DagKey
from resolvers.operations.operation import operation
from resolvers.operations.work import Work


@dataclass(frozen=True)
class Reparsing:
    """A request to parse a DAG's file, and whether nobody had made it before."""

    dag: DagKey
    is_new: bool


@operation(needs=Permission.DAG_EDIT, on="dag_id", audit=Audit("api.patch_dag", "patch_dag", "PATCH", ("dag_id",)))
def set_paused(work: Work, *, dag_id: str, is_paused: bool) -> DagKey:
    """Pause or resume one DAG.

    Exactly one column changes, as with Airflow's own API; runs that exist already stay queued while
    a DAG is paused.
    """
    changed = work.update("dag", {"is_paused": is_paused}, *work.where("dag", dag_id=dag_id))
    if not changed:
        raise no_dag(dag_id)
    return DagKey(dag_id)


@operation(needs=Permission.DAG_EDIT, on="dag_ids", audit=Audit("api.patch_dags", "patch_dags", "PATCH", ()))
def set_dags_paused(work: Work, *, dag_ids: Sequence[str], is_paused: bool) -> tuple[DagKey, ...]:
    """Pause or resume DAGs, all of them or none; those that are gone by now are left out without a word."""
    if dag_ids:
        work.update("dag", {"is_paused": is_paused}, work.column("dag", "dag_id").in_(dag_ids))
    return tuple(DagKey(dag_id) for dag_id in dag_ids)


@operation(needs=Permission.DAG_EDIT, on="dag_id", audit=Audit("", "reparse_dag_file", "PUT", ("dag_id",)))
def reparse(work: Work, *, dag_id: str) -> Reparsing:
    """Ask the DAG processor to parse the DAG's file ahead of its turn.

    Asking again before it has happened changes nothing. Airflow 2.9 has no way to be asked.
    """
    if not work.generation.can(Capability.REPARSE):
        raise Unsupported(
            f"Asking for a file to be parsed needs Airflow 2.10 or newer; this database is {work.generation.minor}.",
            hint="Airflow 2.9 parses every file again after [scheduler] min_file_process_interval.",
        )
    dag = work.find("dag", ("fileloc", "bundle_name", "relative_fileloc"), dag_id=dag_id)
    if dag is None:
        raise no_dag(dag_id)
    # The id is the digest by which Airflow itself keeps requests for one file apart.
    place = dag.fileloc if work.generation.number == 2 else f"{dag.bundle_name}:{dag.relative_fileloc}"
    request = md5(place.encode(), usedforsecurity=False).hexdigest()
    is_new = work.find("parsing_request", ("id",), id=request) is None
    if is_new:
        work.insert(
            "parsing_request",
            {
                "id": request,
                "fileloc": dag.fileloc,
                "bundle_name": dag.bundle_name,
                "relative_fileloc": dag.relative_fileloc,
            },
        )
    return Reparsing(DagKey(dag_id), is_new)


def no_dag(dag_id: str) -> NotFound:
    """Return the refusal of a DAG that is not there."""
    return NotFound(f"No DAG named '{dag_id}'.", field="dagId", hint="dags lists the DAGs that you may see.")
