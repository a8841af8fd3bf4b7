"""The rows of a dialect's table: reading one thing, reading a page of things, changing one, and the rest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from graph.rest.body import Body
from graph.rest.call import ANY, Call, Finish, Saying, There, Words, said
from graph.rest.dialect import Answer
from graph.rest.paging import FIELDS, LIMIT, OFFSET, ORDER_BY, Fields, Narrowing, Sorting, listing, read_page, window
from graph.rest.params import Kind, Parameter
from resolvers.binding import Filter, Match, Operator
from resolvers.errors import NotFound, Problem
from resolvers.operations.operation import Operation
from resolvers.selection import Selection


class Row(Protocol):
    """An operation of a dialect. `open` ones ask nobody who they are."""

    @property
    def method(self) -> str:
        """The HTTP method."""

    @property
    def path(self) -> str:
        """The path below the dialect's prefix, names in braces."""

    @property
    def query(self) -> tuple[Parameter, ...]:
        """The parameters that it takes."""

    @property
    def body(self) -> Body | None:
        """The body that it takes."""

    @property
    def open(self) -> bool:
        """Whether it asks nobody who they are."""

    def answer(self, call: Call) -> Answer:
        """Answer a call."""


@dataclass(frozen=True)
class Read:
    """One object by the key in the path."""

    path: str
    codec: Selection
    missing: Words
    fields: Fields | None = None
    finish: Finish | None = None
    method: str = "GET"
    body: None = None
    open: bool = False

    @property
    def query(self) -> tuple[Parameter, ...]:
        """The parameters that it takes."""
        return FIELDS if self.fields else ()

    def answer(self, call: Call) -> Answer:
        """Return the object, or the dialect's words that there is none."""
        call.admit(self.codec.entity.guard)
        # Unknown fields are refused of what is there alone.
        chosen = self.fields.wanted(self.codec, call) if self.fields else self.codec
        call.session.read_once()
        found = call.find(chosen)
        if found is None:
            raise self.missing.refusal(404, "NotFound", call)
        if self.fields:
            self.fields.refuse_unknown(self.codec, call)
        if self.finish:
            self.finish(call, found)
        return Answer(found)


@dataclass(frozen=True)
class Page:
    """A page of objects: those of the path's keys that are not `~`, narrowed by parameters."""

    path: str
    codec: Selection
    into: str
    sorting: Sorting
    narrowings: tuple[Narrowing, ...] = ()
    fields: Fields | None = None
    finish: Finish | None = None
    always: Filter = ()
    # Conditions that hold unless a parameter says otherwise: its name, and what it turns off when false.
    unless: Mapping[str, Match] = field(default_factory=dict)
    zero_is_usual: bool = True
    # Whether `~` in the path stands for whichever; else for what is called so, which nothing is.
    takes_any: bool = True
    method: str = "GET"
    body: None = None
    open: bool = False

    @cached_property
    def query(self) -> tuple[Parameter, ...]:
        """The parameters that it takes."""
        return (
            LIMIT,
            OFFSET,
            *((ORDER_BY,) if self.sorting.columns else ()),
            *(FIELDS if self.fields else ()),
            *(Parameter(name, Kind.BOOLEAN) for name in self.unless),
            *(narrowing.parameter for narrowing in self.narrowings),
        )

    def filter(self, call: Call) -> Filter:
        """Return the conditions that the path and the parameters state."""
        keys = tuple(
            Match(name, Operator.EQUALS, value)
            for name, value in call.columns().items()
            if value != ANY or not self.takes_any
        )
        usual = tuple(match for name, match in self.unless.items() if call.query.get(name, True))
        given = tuple(
            narrowing.condition(call.query[name])
            for narrowing in self.narrowings
            if (name := narrowing.parameter.name) in call.query
            and not (narrowing.drops_nothing and not call.query[name])
        )
        return keys + self.always + usual + given

    def answer(self, call: Call) -> Answer:
        """Return the page."""
        call.admit(self.codec.entity.guard)
        order = self.sorting.order(call.query.get("order_by"))
        rows = window(call, zero_is_usual=self.zero_is_usual)
        codec = self.fields.wanted(self.codec, call) if self.fields else self.codec
        page = read_page(call, listing(codec, self.into, self.filter(call), order, rows), finish=self.finish)
        if self.fields and (page[self.into] or not self.fields.of_each):
            self.fields.refuse_unknown(self.codec, call)
        return Answer(page)


@dataclass(frozen=True)
class Write:
    """A change of one object by an operation, and the object as it then reads.

    `path_as` and `body_as` say which argument a name of the path or of the body is. `words` are what
    the dialect calls the operation's refusals. Without an `answer` there is nothing left to read.
    """

    method: str
    path: str
    operation: Operation[Any, Any]
    answer_as: Selection | None = None
    path_as: Mapping[str, str] = field(default_factory=dict)
    body_as: Mapping[str, str] = field(default_factory=dict)
    body: Body | None = None
    query: tuple[Parameter, ...] = ()
    # Refuses what the dialect alone forbids; returns the body's names that count, where not all do.
    check: Callable[[Call], frozenset[str] | None] | None = None
    words: Mapping[type[Problem], Saying] = field(default_factory=dict)
    finish: Finish | None = None
    nothing: str = "application/json"
    open: bool = False
    # What tells whether there is what the path names, where that comes before the second look at the body.
    there: Selection | None = None
    # What a body says that does not speak of it.
    unsaid: Mapping[str, object] = field(default_factory=dict)

    def _told(self, call: Call) -> dict[str, object]:
        """Return what the body says, by argument; refuses what the dialect alone forbids."""
        counted = self.check(call) if self.check else None
        body = {**self.unsaid, **call.body}
        return {
            argument: body[name]
            for name, argument in self.body_as.items()
            if name in body and (counted is None or name in counted)
        }

    def _there(self) -> There | None:
        missing = self.words.get(NotFound)
        return There(self.there, missing) if self.there is not None and isinstance(missing, Words) else None

    def answer(self, call: Call) -> Answer:
        """Carry out the change, and read what became of it."""
        named = {argument: call.path[name] for name, argument in self.path_as.items()}
        try:
            key = call.change(self.operation, named, lambda: self._told(call), self._there())
        except Problem as problem:
            raise said(problem, self.words, call) from problem
        if self.answer_as is None:
            return Answer(b"", 204, self.nothing)
        found = call.find(self.answer_as, **vars(key))
        if found is not None and self.finish:
            self.finish(call, found)
        return Answer(found)


@dataclass(frozen=True)
class Custom:
    """An operation that is none of the others: a function of the call."""

    method: str
    path: str
    by: Callable[[Call], Answer]
    body: Body | None = None
    query: tuple[Parameter, ...] = ()
    open: bool = False

    def answer(self, call: Call) -> Answer:
        """Answer a call."""
        return self.by(call)


def bare(row: Row) -> Row:
    """Return the row in a row that does no more than ask something before it."""
    within: Row = getattr(row, "row", row)
    return within
