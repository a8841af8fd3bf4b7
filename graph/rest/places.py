"""The rows of a dialect by the paths that they are at."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.convertors import Convertor
from starlette.routing import compile_path

from graph.rest.params import MOST_INTEGER
from graph.rest.rows import Row


@dataclass(frozen=True)
class Place:
    """A row under the pattern of its path."""

    pattern: re.Pattern[str]
    convertors: Mapping[str, Convertor[Any]]
    row: Row

    @classmethod
    def of(cls, row: Row) -> "Place":
        """Return the place of a row."""
        pattern, _, convertors = compile_path(row.path)
        # A name may hold a line break.
        return cls(re.compile(pattern.pattern, re.DOTALL), convertors, row)

    def is_like(self, word: str, length: int | None) -> bool:
        """Say whether a path that begins with this word, and has so many, may be the row's."""
        own = _shape(self.row.path)
        holds_slashes = any(re.fullmatch(one.regex, "a/b") for one in self.convertors.values())
        return own[0] == word and (own[1] == length or holds_slashes)

    def names(self, path: str) -> dict[str, Any] | None:
        """Return what the path says, or none where it is not this row's."""
        match = self.pattern.fullmatch(path)
        if match is None:
            return None
        # A name may hold a slash where the row says so, as a URI does, but begin with none.
        if any(not name or name.startswith("/") for name in match.groups()):
            return None
        names = {name: self.convertors[name].convert(value) for name, value in match.groupdict().items()}
        # No thing has a number that the databases cannot hold.
        return None if any(isinstance(one, int) and one > MOST_INTEGER for one in names.values()) else names


class Places:
    """All places of a dialect. A path is compared with those alone that begin as it does, and are as long."""

    def __init__(self, rows: Sequence[Row]) -> None:
        places = [Place.of(row) for row in rows]
        shapes = {_shape(row.path) for row in rows}
        # By the first word of the path, and how many words there are.
        self._likely = {
            (word, length): [place for place in places if place.is_like(word, length)]
            for word in {word for word, _ in shapes}
            for length in {length for _, length in shapes}
        }
        # Of paths that are longer than any without names that hold slashes.
        self._longer = {
            word: [place for place in places if place.is_like(word, None)] for word in {word for word, _ in shapes}
        }

    def rows(self, path: str) -> list[tuple[Row, dict[str, Any]]]:
        """Return the rows of a path, with what it says to each."""
        shape = _shape(path)
        likely = self._likely.get(shape) or self._longer.get(shape[0]) or []
        return [(place.row, names) for place in likely if (names := place.names(path)) is not None]


def _shape(path: str) -> tuple[str, int]:
    """Return the first word of a path, which is no name in any of ours, and how many words there are."""
    words = path.split("/")
    return words[min(1, len(words) - 1)], len(words)
