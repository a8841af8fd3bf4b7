"""What can be done with a run that is there, apart from running it again: deleting it, and noting something on it."""

from resolvers.access.permissions import Permission
from resolvers.errors import Conflict, NotFound
from resolvers.operations.audit import Audit
from resolvers.operations.keys import RunKey
from resolvers.operations.notes import fitting_note, note_author
from resolvers.operations.operation import operation
from resolvers.operations.work import Work

_DELETABLE = ("queued", "success", "failed")


@operation(
    needs=Permission.RUN_DELETE,
    on="dag_id",
    audit=Audit("api.delete_dag_run", "delete_dag_run", "DELETE", ("dag_id", "run_id")),
)
def delete_run(work: Work, *, dag_id: str, run_id: str) -> RunKey:
    """Delete a run with all that belongs to it: task instances, their earlier tries, XComs and notes.

    The database's own foreign keys take those along. From 3.1 on a running run is refused with
    `Conflict`; before that, Airflow stops the tasks that it finds gone.
    """
    run = work.find("dag_run", ("state",), lock=True, dag_id=dag_id, run_id=run_id)
    if run is None:
        raise no_run(dag_id, run_id)
    if run.state not in _DELETABLE and work.generation.is_since("3.1"):
        raise Conflict(
            f"The run '{run_id}' of DAG '{dag_id}' is {run.state} and cannot be deleted.",
            hint=f"Set its state first; these can be deleted: {', '.join(_DELETABLE)}.",
        )
    work.delete("dag_run", *work.where("dag_run", dag_id=dag_id, run_id=run_id))
    return RunKey(dag_id, run_id)


@operation(
    needs=Permission.RUN_EDIT,
    on="dag_id",
    audit=Audit("api.set_dag_run_note", "patch_dag_run", "PATCH", ("dag_id", "run_id")),
)
def set_run_note(work: Work, *, dag_id: str, run_id: str, note: str | None) -> RunKey:
    """Write a note on a run, in the place of the one that it has.

    Null and the empty text leave it without a note.
    """
    key = RunKey(dag_id, run_id)
    write_run_note(work, key, note)
    return key


def write_run_note(work: Work, key: RunKey, note: str | None) -> None:
    """Give a run the note, as Airflow's API does.

    An empty text takes the row away in 3.3; before that it is kept as it is, and null always is.
    Raises `NotFound` where there is no such run, `Invalid` for a note that is too long.
    """
    run = work.find("dag_run", ("id",), lock=True, dag_id=key.dag_id, run_id=key.run_id)
    if run is None:
        raise no_run(key.dag_id, key.run_id)
    content = None if note is None else fitting_note(note)
    of_run = work.where("dag_run_note", dag_run_id=run.id)
    if content == "" and work.generation.is_since("3.3"):
        work.delete("dag_run_note", *of_run)
        return
    written = {"content": content, "user_id": note_author(work), "updated_at": work.now}
    if not work.update("dag_run_note", written, *of_run):
        work.insert("dag_run_note", {**written, "dag_run_id": run.id, "created_at": work.now})


def no_run(dag_id: str, run_id: str) -> NotFound:
    """Return the refusal of a run that is not there."""
    return NotFound(
        f"DAG '{dag_id}' has no run '{run_id}'.",
        field="runId",
        hint="dag { runs } lists the runs that there are.",
    )
