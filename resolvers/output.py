"""How a value is written in an answer: as a leaf, a list or an object, and whether it may be missing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any


class Kind(Enum):
    """Which values of a leaf JSON says as they are, so that nothing need be done to write them."""

    TEXT = auto()
    INTEGER = auto()
    NUMBER = auto()
    BOOLEAN = auto()
    INSTANT = auto()
    WORD = auto()
    OTHER = auto()


@dataclass(frozen=True, eq=False)
class Leaf:
    """A value without parts.

    `write` makes of any value what JSON says, and raises for one that the type has no word for. `words`
    are those of an enumeration, by value.
    """

    kind: Kind
    write: Callable[[Any], object]
    words: Mapping[object, str] | None = None


@dataclass(frozen=True)
class Several:
    """A list of values that are written alike."""

    of: "Output"


@dataclass(frozen=True)
class Needed:
    """A value that must be there: where it is not, what it is a part of is not either."""

    of: "Output"


@dataclass(frozen=True)
class Parts:
    """An object made of a mapping: by its name in the answer, each part's key in the mapping, or a constant."""

    parts: tuple[tuple[str, "str | None", "Output | str"], ...]


@dataclass(frozen=True)
class Linked:
    """What a link leads to, which has a selection of its own."""


LINKED = Linked()

Output = Leaf | Several | Needed | Parts | Linked
