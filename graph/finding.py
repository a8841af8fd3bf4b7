"""Objects by their global ids: which types they are of, and by which keys they are read."""

from collections.abc import Iterator, Mapping, Sequence

from graphql import GraphQLObjectType, GraphQLSchema

from graph.selection import entity_type
from graph.types.node import Node, read_global_id
from resolvers.errors import Invalid

_MOST_NODES = 100

# The parts of keys that are numbers.
_NUMBERS = {"map_index", "id", "asset_id"}

# What is found of one type: the type, the places of its ids among all, and their keys.
OfOneType = tuple[GraphQLObjectType, Sequence[int], tuple[Mapping[str, object], ...]]


def found_by_ids(schema: GraphQLSchema, ids: Sequence[str]) -> Iterator[OfOneType]:
    """Return what ids name, type by type; `Invalid` for one that names nothing that there could be."""
    if len(ids) > _MOST_NODES:
        raise Invalid(f"nodes takes {_MOST_NODES} ids at most; these are {len(ids)}.", field="ids")
    by_type: dict[str, list[tuple[int, tuple[object, ...]]]] = {}
    for at, text in enumerate(ids):
        name, key = read_global_id(text)
        by_type.setdefault(name, []).append((at, key))
    for name, places in by_type.items():
        type_ = schema.type_map.get(name)
        if not isinstance(type_, GraphQLObjectType) or all(one.name != Node.__name__ for one in type_.interfaces):
            raise Invalid(f"There are no objects of the type {name!r}.", field="id", hint="Use the `id` of an answer.")
        columns = entity_type(type_).key
        yield type_, [at for at, _ in places], tuple(_key(columns, key) for _, key in places)


def _key(columns: tuple[str, ...], values: tuple[object, ...]) -> dict[str, object]:
    """Return the key columns with the values of a global id; `Invalid` where they are not as many."""
    fits = len(columns) == len(values) and all(
        _is_number(value) if column in _NUMBERS else isinstance(value, str)
        for column, value in zip(columns, values, strict=True)
    )
    if not fits:
        raise Invalid("This is not the id of an object.", field="id", hint="Use the `id` of an answer.")
    return dict(zip(columns, values, strict=True))


def _is_number(value: object) -> bool:
    return type(value) is int and -(2**31) <= value < 2**31
