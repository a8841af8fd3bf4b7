"""The arguments of lists: where they stand in a document, and what a request says by them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLInputObjectType,
    VariableNode,
    get_named_type,
    print_ast,
    visit,
)
from graphql.execution.values import VariableValues, get_argument_values
from graphql.language import Visitor
from strawberry.types.field import StrawberryField

from graph.types.base import MATCH, order_of
from resolvers.binding import Filter, Match, Order
from resolvers.errors import Invalid
from resolvers.selection import Arguments, Window

# Where a type or field of the schema keeps what it was made from.
DEFINITION = "strawberry-definition"

_COUNT_LIMIT = 1_000_000


@dataclass(frozen=True, eq=False)
class Slot:
    """A list of a document, or a count, of which a request says which rows, in which order, how many.

    `constant` are its arguments where no variable is in them.
    """

    field: GraphQLField
    node: FieldNode
    max_page_size: int
    is_constant: bool

    def read(self, variables: VariableValues) -> Arguments:
        """Return what a request with these variables says; `Invalid` where that is out of bounds."""
        told = get_argument_values(self.field, self.node, variables)
        if "upTo" in self.field.args:
            return Arguments(up_to=_up_to(told["upTo"]))
        return Arguments(
            filter_in(self.field, told),
            order_in(told),
            self._page(told),
        )

    def _page(self, told: Mapping[str, Any]) -> Window | None:
        if "characters" in self.field.args:
            # A page of a text, which ends where its source says.
            return Window(told["characters"], told.get("after"))
        return self._window(told) if "first" in self.field.args else None

    def _window(self, told: Mapping[str, Any]) -> Window:
        first = told["first"]
        if first is None or not 1 <= first <= self.max_page_size:
            raise Invalid(
                f"first must be 1 to {self.max_page_size:,}; it is {first}.",
                field="first",
                hint="Page through longer lists: pass endCursor as `after`.",
            )
        return Window(first, told.get("after") or None)


class Slots:
    """The lists of a root field, each once: those with the same arguments are one."""

    def __init__(self, max_page_size: int) -> None:
        self.max_page_size = max_page_size
        self._found: dict[tuple[int, str], int] = {}
        self._slots: list[Slot] = []
        self._constant: dict[int, Arguments] = {}
        self._latest: tuple[VariableValues, tuple[Arguments, ...]] | None = None

    def place(self, field: GraphQLField, node: FieldNode) -> int:
        """Return the place of a list's arguments among those of the root field."""
        told = ",".join(sorted(print_ast(argument) for argument in node.arguments or ()))
        key = (id(field), told)
        if key not in self._found:
            self._found[key] = len(self._slots)
            self._slots.append(Slot(field, node, self.max_page_size, not has_variables(node)))
        return self._found[key]

    def read(self, variables: VariableValues) -> tuple[Arguments, ...]:
        """Return what a request with these variables says of every list."""
        latest = self._latest
        if latest is not None and latest[0] is variables:
            return latest[1]
        told = tuple(self._read(at, slot, variables) for at, slot in enumerate(self._slots))
        self._latest = (variables, told)
        return told

    def _read(self, at: int, slot: Slot, variables: VariableValues) -> Arguments:
        if not slot.is_constant:
            return slot.read(variables)
        if at not in self._constant:
            self._constant[at] = slot.read(variables)
        return self._constant[at]


def has_variables(node: FieldNode) -> bool:
    """Say whether a variable is in a field's arguments."""
    finder = _Finder()
    for argument in node.arguments or ():
        visit(argument, finder)
    return finder.found


def filter_in(field: GraphQLField, told: Mapping[str, Any]) -> Filter:
    """Return the conditions in a field's arguments."""
    given = told.get("filter")
    if given is None:
        return ()
    type_ = get_named_type(field.args["filter"].type)
    return tuple(
        Match(match.column, match.operator, _plain(given[name]), match.link, match.guard)
        for name, match in _matches(type_)
        if given.get(name) is not None
    )


def order_in(told: Mapping[str, Any]) -> Order | None:
    """Return the order in a field's arguments, none where it is left to the field."""
    order = told.get("orderBy")
    return None if order is None else _order(order.value)


@cache
def _order(text: str) -> Order:
    return order_of(text)


@cache
def _matches(type_: GraphQLInputObjectType) -> tuple[tuple[str, Match], ...]:
    """Return the conditions that the fields of a filter stand for."""
    found = []
    for name, field in type_.fields.items():
        declared: StrawberryField = field.extensions[DEFINITION]
        match: Match | None = declared.metadata.get(MATCH)
        if match is not None:
            found.append((name, match))
    return tuple(found)


def _plain(value: Any) -> object:  # noqa: ANN401 - whatever a scalar or an enumeration reads
    if isinstance(value, list):
        return tuple(_plain(one) for one in value)
    return getattr(value, "value", value)


def _up_to(told: int | None) -> int:
    if told is None or not 1 <= told <= _COUNT_LIMIT:
        raise Invalid(f"upTo must be 1 to {_COUNT_LIMIT:,}; it is {told}.", field="upTo")
    return told


class _Finder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.found = True
