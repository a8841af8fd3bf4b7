"""A statement that was run: what it said, what it brought, and how long it took."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ran:
    """A statement that was run, without the values of its parameters; how many rows it brought, in how many seconds."""

    statement: str
    rows: int
    seconds: float
