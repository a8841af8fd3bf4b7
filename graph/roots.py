"""Where a query enters the graph: lists, and single objects by their natural keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import strawberry
from strawberry import UNSET

from graph.types.base import BINDING, order_of, page_arguments
from graph.types.paging import argument, with_arguments
from resolvers.binding import Order


@dataclass(frozen=True)
class RootList:
    """A root field that pages through all rows of an entity."""

    order: Order


@dataclass(frozen=True)
class RootOne:
    """A root field that finds one row by its key: argument (its Python name) to logical column."""

    key: Mapping[str, str]


@dataclass(frozen=True)
class RootNode:
    """A root field that finds objects of any type by their global ids."""

    several: bool


def root_list(
    description: str,
    *,
    order: str,
    filter: object = None,
    order_by: object = None,
) -> Any:
    """Return a root field that pages through all rows of an entity."""
    field = strawberry.field(description=description, metadata={BINDING: RootList(order_of(order))})
    return with_arguments(field, *page_arguments(filter, order_by, 25))


def root_one(description: str, **key: "KeyPart") -> Any:
    """Return a root field that finds one row by its key, one argument per part of it."""
    binding = RootOne({name: part.column for name, part in key.items()})
    field = strawberry.field(description=description, metadata={BINDING: binding})
    arguments = [argument(name, part.annotation, part.description, default=part.default) for name, part in key.items()]
    return with_arguments(field, *arguments)


@dataclass(frozen=True)
class KeyPart:
    """An argument that is a part of a key."""

    column: str
    description: str
    annotation: object = str
    default: object = UNSET


def root_node(description: str) -> Any:
    """Return a root field that finds one object by its global id."""
    field = strawberry.field(description=description, metadata={BINDING: RootNode(several=False)})
    return with_arguments(field, argument("id", strawberry.ID, "The `id` of an object."))


def root_nodes(description: str) -> Any:
    """Return a root field that finds objects by their global ids, in their order."""
    field = strawberry.field(description=description, metadata={BINDING: RootNode(several=True)})
    return with_arguments(field, argument("ids", list[strawberry.ID], "The `id`s of objects; 100 at most."))
