"""What makes a dialect: where it lives, which rows it answers, and how it says no."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers
from starlette.requests import Request

from graph.http.auth import actor_of
from graph.rest.described import Descriptions
from resolvers.access.actor import Actor
from resolvers.errors import Problem
from resolvers.service import Service

if TYPE_CHECKING:
    from graph.rest.body import Body
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
class Given:
    """What a request says beside its path: the parameters of its query string, and its body.

    `form` is what the body has to be like, where that is looked at once it is known that the caller may.
    """

    query: Mapping[str, object] = field(default_factory=dict)
    body: Mapping[str, object] = field(default_factory=dict)
    form: "Body | None" = None


Authenticate = Callable[[Request], Actor]


@dataclass(frozen=True)
class Quirk:
    """Clients that fail at what all others take: by what they are known, and what they are told instead.

    `retold` makes of the JSON of an answer, as all others have it, what these take.
    """

    is_for: Callable[[Headers], bool]
    retold: Callable[[Any], Any]


def callers_of(service: Service) -> Authenticate:
    """Return who sends requests, by the ways that the settings name."""
    return partial(actor_of, service)


@dataclass(frozen=True)
class Dialect:
    """A REST API of former times: its prefix, its rows, how it reads a request, and how it renders a refusal.

    `read` makes the arguments of a row of a request and its body. `headers` are told with every answer of a row, be it
    a refusal. `callers` says who is asking. `is_served` says whether it is, where the settings' naming it is not all.
    To some, whoever presents wrong credentials is the anonymous caller, where there is one; and to some a GET changes
    things. `described` is what its OpenAPI document says; none has one that gave clients none. `quirk` is for clients
    that cannot take what its rows answer.

    A `guest` lives below the prefix of another dialect: what is none of its rows, or is sent by somebody whom `is_for`
    does not mean, it leaves to that one.
    """

    prefix: str
    rows: tuple["Row", ...]
    render: Callable[[Problem | RefusedError], Answer]
    read: Callable[["Row", Request, bytes], Given]
    headers: Mapping[str, str] = field(default_factory=dict)
    callers: Callable[[Service], Authenticate] = callers_of
    mistaken_are_anonymous: bool = False
    described: Descriptions | None = None
    quirk: Quirk | None = None
    changes_by_get: bool = False
    guest: bool = False
    is_for: Callable[[Headers], bool] | None = None
    is_served: Callable[[Service], bool] | None = None
