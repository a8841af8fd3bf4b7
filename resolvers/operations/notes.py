"""What is common to the notes of runs and of task instances: how long they may be, and who wrote them."""

from resolvers.errors import Invalid
from resolvers.operations.work import Work

LONGEST_NOTE = 1000


def fitting_note(note: str) -> str:
    """Return a note that the database has room for; `Invalid` for a longer one."""
    if len(note) > LONGEST_NOTE:
        raise Invalid(
            f"The note is {len(note):,} characters long.",
            field="note",
            hint=f"Notes hold {LONGEST_NOTE:,} characters.",
        )
    return note


def note_author(work: Work) -> int | str | None:
    """Return what a note's row says of its author: in Airflow 2 the number of one of its users, or nobody."""
    actor = work.actor
    if work.generation.number == 2:
        return actor.user_id if isinstance(actor.user_id, int) else None
    return str(actor.user_id if actor.user_id is not None else actor.name)
