"""How a noun reads on the wire: the names of a dialect, each with what it stands for."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from graph.types.base import entity_of
from resolvers.binding import Binding, Column, Derived, Each, Entity, Leading, One, Order
from resolvers.selection import Selection, Wanted

Json = dict[str, object]


@dataclass(frozen=True)
class Nested:
    """An object, or a list of them, behind a link."""

    binding: One | Each | Leading
    codec: Selection


def codec(noun: type | Entity, *same: str, **named: str | Binding | Nested) -> Selection:
    """Return a fixed selection of a noun, whose answer is the JSON object itself.

    `same` are fields that the wire calls as the noun does. `named` maps other wire names to a field's
    name, or to a binding of the dialect's own over logical columns, or to a nested codec. Raises
    `KeyError` where the noun has no such field, at import.
    """
    entity = noun if isinstance(noun, Entity) else entity_of(noun)
    wanted = [Wanted(name, entity.fields[name]) for name in same]
    for name, told in named.items():
        match told:
            case str():
                wanted.append(Wanted(name, entity.fields[told]))
            case Nested(binding, within):
                wanted.append(Wanted(name, binding, within=within))
            case _:
                wanted.append(Wanted(name, told))
    return Selection(entity, tuple(wanted))


def stored(column: str) -> Binding:
    """Return a logical column as it is stored."""
    return Column(column)


def computed(columns: str, by: Callable[..., object]) -> Binding:
    """Return what a plain function makes of the values of logical columns."""
    return Derived(tuple(columns.split()), by)


def one(link: str, within: Selection) -> Nested:
    """Return the object behind a link, or null."""
    return Nested(One(link), within)


def each(link: str, within: Selection, *, order: str = "", through: str | None = None) -> Nested:
    """Return the list of the objects behind a link; with `through`, of those that it leads on to from there."""
    return Nested(Each(link, Order((order,) if order else ()), through), within)


def leading(link: str, within: Selection, *, order: str) -> Nested:
    """Return the first object behind a link, or null, in an order; a minus sign before it turns it round."""
    return Nested(Leading(link, Order(tuple(order.lstrip("-").split(",")), descending=order.startswith("-"))), within)


def beside(selection: Selection, **named: Binding | Nested) -> Selection:
    """Return a codec with further wire names."""
    more = codec(selection.entity, **named)
    return Selection(selection.entity, selection.wanted + more.wanted)


@lru_cache(1_000)
def only(selection: Selection, names: frozenset[str]) -> Selection:
    """Return a codec of these wire names alone, the same one each time: what is planned for it is kept."""
    return Selection(selection.entity, tuple(wanted for wanted in selection.wanted if wanted.key in names))
