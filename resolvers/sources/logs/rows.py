"""Logs as the rows of a relation that is in no database: one for each try, in the page that is asked for."""

from collections.abc import Callable, Mapping, Sequence

from resolvers.errors import Invalid
from resolvers.metadata.generation import Generation
from resolvers.selection import Window
from resolvers.sources.find import Find
from resolvers.sources.logs.reading import TaskLogs
from resolvers.sources.logs.subject import Subject, find_subjects

MOST_CHARACTERS = 1_000_000
"""How long a page may be that an answer holds among other things."""


def log_rows(
    logs: TaskLogs,
    generation: Generation,
    find: Find,
    keys: Sequence[Mapping[str, object]],
    window: Window,
    spend: Callable[[int], None],
) -> list[list[Mapping[str, object]]]:
    """Return the page of the log of each try, none where the try has not begun; `spend` is told how long each is.

    Raises `Invalid` for a page of no length, or after what is not the place of a page.
    """
    if not 1 <= window.first <= MOST_CHARACTERS:
        raise Invalid(f"characters must be 1 to {MOST_CHARACTERS:,}; it is {window.first}.", field="characters")
    position = _position(window.after)
    silent: set[str] = set()

    def row(subject: Subject) -> Mapping[str, object]:
        text = logs.read(subject, silent=silent)
        page = text.page(position, window.first)
        spend(len(page.content))
        goes_on = not (page.is_last and page.is_whole)
        return {
            **{name: getattr(subject, name) for name in ("dag_id", "run_id", "task_id", "map_index")},
            "try_number": subject.number,
            "host": text.host,
            "notes": list(text.notes),
            "content": page.content,
            "next_page": str(page.position) if goes_on else None,
            "is_whole": page.is_whole,
        }

    subjects = find_subjects(find, generation, keys)
    return [[row(subject)] if subject and subject.number > 0 else [] for subject in subjects]


def _position(after: str | None) -> int:
    if after is None:
        return 0
    if not (after.isascii() and after.isdecimal() and len(after) < 19):
        raise Invalid(
            f"{after[:40]!r} is not where a page of a log ends.",
            field="after",
            hint="Pass `nextPage` of the page before.",
        )
    return int(after)
