"""How a noun is declared: each field says, where it stands, what it means and what it stands for."""

from collections.abc import Callable
from functools import partial
from types import MappingProxyType
from typing import Any, TypeVar, dataclass_transform

import strawberry
from strawberry.types.base import get_object_definition
from strawberry.types.field import StrawberryField

from graph.types.node import global_id
from graph.types.paging import argument, with_arguments
from resolvers.access.permissions import Guard
from resolvers.binding import (
    Aggregated,
    Binding,
    Column,
    Decrypted,
    Derived,
    Each,
    Entity,
    Filter,
    Leading,
    Many,
    Masked,
    Match,
    One,
    Operator,
    Order,
    Plucked,
    Secrecy,
)

T = TypeVar("T")

# The keys of a field's metadata under which its binding stands, or the condition of a filter's field.
BINDING = "binding"
ENTITY = "__entity__"
MATCH = "match"

# Every noun, by the name of its entity.
NOUNS: dict[str, type] = {}


def order_of(text: str) -> Order:
    """Return the order that a text names: logical columns, after a minus sign if descending."""
    if not text:
        return Order(())
    return Order(tuple(text.removeprefix("-").split(",")), descending=text.startswith("-"))


def bound(description: str, binding: Binding, *, deprecated: str | None = None) -> StrawberryField:
    """Return a field with a binding."""
    field: StrawberryField = strawberry.field(
        description=description, metadata={BINDING: binding}, deprecation_reason=deprecated
    )
    return field


def column(description: str, *, source: str = "") -> Any:
    """Return a field that is a logical column, of the field's own name unless `source` names it."""
    return bound(description, Column(source))


def derived(description: str, *, needs: str, by: Callable[..., object]) -> Any:
    """Return a field that a function computes from the logical columns that `needs` names."""
    return bound(description, Derived(tuple(needs.split()), by))


def decrypted(description: str, *, value: str, flag: str) -> Any:
    """Return a field whose text may be stored encrypted."""
    return bound(description, Decrypted(value, flag))


def masked(
    description: str,
    of: Column | Derived | Decrypted,
    secrecy: Secrecy,
    *,
    unless: Guard | None = None,
    name: str = "",
) -> Any:
    """Return a field whose secrets, by Airflow's rules for sensitive names, `unless` alone lets somebody see."""
    return bound(description, Masked(of, secrecy, unless, name))


def one(description: str, *, link: str) -> Any:
    """Return a field that is the object at the other end of a link."""
    return bound(description, One(link))


def text(description: str, *, link: str) -> Any:
    """Return a field that is a text at the other end of a link, as long as it may be, a page at a time."""
    return with_arguments(
        bound(description, One(link)),
        argument("characters", int, "How many characters at most; 1 to 1,000,000.", default=100_000),
        argument("after", str | None, "Where the page before ended: its `nextPage`."),
    )


def each(description: str, *, link: str, order: str, through: str | None = None) -> Any:
    """Return a field that lists all objects at the other end of a link that never leads to many.

    With `through`, those to which that link leads on from there.
    """
    return bound(description, Each(link, order_of(order), through))


def plucked(description: str, *, link: str, column: str, guard: Guard) -> Any:
    """Return a field that lists one column of the rows at the other end of a link."""
    return bound(description, Plucked(link, column, guard))


def many(
    description: str,
    *,
    link: str,
    order: str,
    filter: object = None,
    order_by: object = None,
    first: int = 25,
) -> Any:
    """Return a field that pages through the objects at the other end of a link."""
    field = bound(description, Many(link, order_of(order)))
    return with_arguments(field, *page_arguments(filter, order_by, first))


def leading(description: str, *, link: str, order: str, filter: object = None) -> Any:
    """Return a field that is the first object, in an order, at the other end of a link."""
    field = bound(description, Leading(link, order_of(order)))
    return with_arguments(field, *filter_argument(filter))


def aggregated(
    description: str,
    *,
    link: str,
    group: str,
    guard: Guard,
    by: Callable[..., object],
    measure: str | None = None,
    needs: str = "",
    match: Filter = (),
    filter: object = None,
) -> Any:
    """Return a field that a function computes from counts, or sums, of linked rows by group."""
    binding = Aggregated(link, group, guard, by, measure, tuple(needs.split()), match)
    return with_arguments(bound(description, binding), *filter_argument(filter))


def filter_argument(filter_: object) -> list[Any]:
    """Return the argument that narrows a list, where there is such an input."""
    return [argument("filter", _optional(filter_), "Keep the rows that match all of this.")] if filter_ else []


def page_arguments(filter_: object, order_by: object, first: int) -> list[Any]:
    """Return the arguments of a list in pages."""
    return [
        argument("first", int, "How many rows; at most what the server allows, 1,000 unless set.", default=first),
        argument("after", str | None, "The cursor behind which the page begins."),
        *filter_argument(filter_),
        *([argument("order_by", _optional(order_by), "The order of the rows.")] if order_by else []),
    ]


def _optional(annotation: object) -> object:
    return annotation | None  # type: ignore[operator]


def identity() -> Any:
    """Return the field `id`, which names the object among all objects of the graph."""
    return bound("Names the object among all objects; `node(id:)` finds it again.", Derived((), global_id))


@dataclass_transform(
    kw_only_default=True,
    field_specifiers=(
        column,
        derived,
        decrypted,
        masked,
        one,
        text,
        each,
        plucked,
        many,
        leading,
        aggregated,
        identity,
    ),
)
def entity(relation: str, *, key: str, guard: Guard, name: str | None = None) -> Callable[[type[T]], type[T]]:
    """Declare a noun: a type of the graph whose rows are those of a logical relation.

    `key` names the logical columns that identify a row. Raises `TypeError` for a field without a
    description or a binding, and for a type without a docstring: both are what clients read.
    """

    def declare(cls: type[T]) -> type[T]:
        if not cls.__doc__:
            raise TypeError(f"{cls.__name__} has no docstring, which is its description")
        made = strawberry.type(cls, name=name, description=" ".join(cls.__doc__.split()))
        definition = get_object_definition(made, strict=True)
        keys = tuple(key.split())
        fields: dict[str, Binding] = {}
        for field in definition.fields:
            binding = field.metadata.get(BINDING)
            if binding is None or not field.description:
                raise TypeError(f"{cls.__name__}.{field.python_name} lacks a binding or a description")
            if isinstance(binding, Column) and not binding.source:
                binding = Column(field.python_name)
            if isinstance(binding, Derived) and binding.by is global_id:
                binding = Derived(keys, partial(global_id, definition.name))
            field.metadata = MappingProxyType({**field.metadata, BINDING: binding})
            fields[field.python_name] = binding
        setattr(made, ENTITY, Entity(definition.name, relation, keys, guard, fields))
        NOUNS[definition.name] = made
        return made

    return declare


def entity_of(cls: type) -> Entity:
    """Return the entity that a type declares."""
    found = getattr(cls, ENTITY, None)
    if not isinstance(found, Entity):
        raise TypeError(f"{cls.__name__} is not an entity")
    return found


def field_of(entity: Entity, binding: Binding) -> StrawberryField | None:
    """Return the field of a noun that stands for the same; none where the noun tells no such thing."""
    noun = NOUNS.get(entity.name)
    fields = get_object_definition(noun, strict=True).fields if noun else ()
    return next((field for field in fields if field.metadata[BINDING] == binding), None)


def matches(
    description: str,
    column: str,
    operator: Operator = Operator.IN,
    *,
    link: str | None = None,
    guard: Guard | None = None,
) -> Any:
    """Return a field of a filter: a condition on a logical column, left out when it is null."""
    return strawberry.field(
        default=None, description=description, metadata={MATCH: Match(column, operator, None, link, guard)}
    )
