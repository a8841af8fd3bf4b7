"""The notes that people leave on task instances."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import ColumnElement, select

from resolvers.access.permissions import Permission
from resolvers.errors import NotFound
from resolvers.operations.audit import Audit
from resolvers.operations.keys import TaskInstanceKey
from resolvers.operations.notes import fitting_note, note_author
from resolvers.operations.operation import operation
from resolvers.operations.work import Work


@operation(
    needs=Permission.TASK_INSTANCE_EDIT,
    on="dag_id",
    audit=Audit("api.set_task_instance_note", "patch_task_instance", "PATCH", ("dag_id", "run_id", "task_id")),
)
def set_task_instance_note(
    work: Work, *, dag_id: str, run_id: str, task_id: str, map_index: int = -1, note: str | None
) -> TaskInstanceKey:
    """Write the note of a task instance, in place of the one it may have.

    Without text the note is empty; from 3.3 on there is none any more. `Invalid` for more than 1,000
    characters.
    """
    key = TaskInstanceKey(dag_id, run_id, task_id, map_index)
    fitting_note(note or "")
    if work.find("task_instance", ("task_id",), lock=True, **asdict(key)) is None:
        raise no_task_instance(key)
    write_task_notes(work, [key], note)
    return key


def write_task_notes(work: Work, keys: Sequence[TaskInstanceKey], note: str | None) -> None:
    """Write the same note on each of these task instances, which exist."""
    for key in keys:
        _write(work, key, note)


def no_task_instance(key: TaskInstanceKey) -> NotFound:
    """Return the refusal of a task instance that is not there."""
    instance = f"'{key.task_id}'" if key.map_index < 0 else f"'{key.task_id}' [{key.map_index}]"
    return NotFound(
        f"Run '{key.run_id}' of DAG '{key.dag_id}' has no task instance {instance}.",
        field="taskId",
        hint="dagRun { taskInstances } lists those that there are; an instance of a mapped task needs its mapIndex.",
    )


def _write(work: Work, key: TaskInstanceKey, note: str | None) -> None:
    conditions = _its_note(work, key)
    if not note and work.generation.is_since("3.3"):
        work.delete("task_instance_note", *conditions)
        return
    values = {"content": note, "user_id": note_author(work), "updated_at": work.now}
    if not work.update("task_instance_note", values, *conditions):
        work.insert("task_instance_note", {**_identity(work, key), **values, "created_at": work.now})


def _identity(work: Work, key: TaskInstanceKey) -> dict[str, object]:
    """Return how a note's row names its task instance: by its key, in Airflow 3 by its id."""
    if work.generation.number == 2:
        return asdict(key)
    return {
        "ti_id": work.connection.execute(
            select(work.column("task_instance", "id")).where(*work.where("task_instance", **asdict(key)))
        ).scalar_one()
    }


def _its_note(work: Work, key: TaskInstanceKey) -> list[ColumnElement[bool]]:
    return work.where("task_instance_note", **_identity(work, key))
