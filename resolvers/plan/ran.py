"""What a statement that was sent came to, for those who ask for an explanation."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ran:
    """One statement that was sent: its text, without the values of its parameters, its rows, and how long it took."""

    statement: str
    rows: int
    seconds: float
