"""A log as text, which is read as it is told: in pieces without end, or in pages."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class LogPage:
    """A piece of a log, with which `position` characters of its lines have been told.

    `is_last` says that there is no more of it yet, `is_whole` that there will be none.
    """

    content: str
    position: int
    is_last: bool
    is_whole: bool


@dataclass(frozen=True)
class Text:
    """A log as text: from which host, what is to be said about where it was found, and its lines."""

    host: str
    notes: tuple[str, ...]
    lines: Iterator[str] = field(repr=False)
    # Whether nothing more will come.
    is_whole: bool = True
    # What stands for the log where there can be none.
    instead: str = ""

    @property
    def header(self) -> str:
        """What stands before the lines, in the form that Airflow's pages fold away."""
        if self.instead:
            return self.instead
        notes = "".join(f"*** {note}\n" for note in self.notes)
        return f" INFO - ::group::Log message source details\n{notes} INFO - ::endgroup::\n"

    def characters(self) -> Iterator[str]:
        """Give the text of the lines in pieces, which together have no line end at their end."""
        first = next(self.lines, None)
        if first is not None:
            yield first
            yield from (f"\n{line}" for line in self.lines)

    def page(self, skip: int, most: int) -> LogPage:
        """Return the piece of the lines behind so many characters, at most so many characters long."""
        told = passed = 0
        pieces: list[str] = []
        for piece in self.characters():
            kept = piece[max(0, skip - passed) :]
            passed += len(piece)
            if told + len(kept) > most:
                pieces.append(kept[: most - told])
                return LogPage("".join(pieces), skip + most, is_last=False, is_whole=False)
            if kept:
                pieces.append(kept)
                told += len(kept)
        return LogPage("".join(pieces), passed, is_last=True, is_whole=self.is_whole)
