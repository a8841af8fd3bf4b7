"""What makes a dialect: where it lives, which rows it answers, and how it says no."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from resolvers.errors import Problem

if TYPE_CHECKING:
    from graph.rest.rows import Row

JSON = "application/json"
PROBLEM = "application/problem+json"


class RefusedError(Exception):
    """A refusal that only a dialect knows, in its own words.

    `section` is the part of the dialect's documentation that explains it, none for those of HTTP itself.
    """

    def __init__(
        self, status: int, detail: str | None, *, title: str | None = "Bad Request", section: str | None = "BadRequest"
    ) -> None:
        super().__init__(detail or title)
        self.status = status
        self.detail = detail
        self.title = title
        self.section = section


@dataclass(frozen=True)
class Stream:
    """Bytes that are made as they are sent, by what needs no session any more."""

    pieces: Iterator[bytes]


@dataclass(frozen=True)
class Answer:
    """What goes over the wire: a value that is written as JSON, or bytes as they are."""

    body: object
    status: int = 200
    media_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Dialect:
    """A REST API of former times: its prefix, its rows, and how it renders a refusal.

    To some, whoever presents wrong credentials is the anonymous caller, where there is one.
    """

    prefix: str
    rows: tuple["Row", ...]
    render: Callable[[Problem | RefusedError], Answer]
    mistaken_are_anonymous: bool = False
