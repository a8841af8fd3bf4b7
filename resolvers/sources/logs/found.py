"""What looking for a log brings: what is to be said about it, and the texts that were found."""

from collections.abc import Iterator
from dataclasses import dataclass, field

PIECE = 1 << 16
"""Bytes that are read at once."""


@dataclass(frozen=True)
class Found:
    """What one place has: sentences for people about where it looked, and texts as they arrive.

    Whatever a text holds open is closed with its iterator.
    """

    notes: tuple[str, ...] = ()
    texts: tuple[Iterator[bytes], ...] = field(default=(), repr=False)
    # Whether nobody answered at all.
    is_silent: bool = False

    def __add__(self, other: "Found") -> "Found":
        """Return what both have."""
        return Found(self.notes + other.notes, self.texts + other.texts)


NOTHING = Found()
