"""The schema: the types put together, and how each field finds its value."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import strawberry
from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    get_named_type,
    is_introspection_type,
    print_schema,
)
from strawberry.types.field import StrawberryField

from graph.changes.carrying import ReadBack, resolve_read_back
from graph.context import Context
from graph.mutation import Mutation
from graph.query import Query
from graph.roots import RootList, RootNode, RootOne
from graph.selecting import selector_of
from graph.selection import DEFINITION, SCALARS, entity_type, filter_in, order_in
from graph.types.base import BINDING
from graph.types.node import Node, read_global_id
from graph.types.scalars import CONFIG
from resolvers.errors import Invalid
from resolvers.selection import Listing, Lookup

Info = GraphQLResolveInfo[Context]

_MOST_NODES = 100

# Where an object that is found by its id carries its type's name: no alias in a document can be empty.
_TYPE_NAME = ""


def build_schema() -> GraphQLSchema:
    """Return the executable schema.

    Fields that stand for metadata take their value from the tree that the root field's read
    brought, by their name in the answer; root fields read.
    """
    made = strawberry.Schema(query=Query, mutation=Mutation, config=CONFIG)
    schema: GraphQLSchema = made._schema  # noqa: SLF001 - strawberry has no other way to reach it
    schema.extensions[SCALARS] = made.schema_converter.scalar_registry
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not is_introspection_type(type_):
            for name, field in type_.fields.items():
                field.resolve = _resolver(field, name)
        if isinstance(type_, GraphQLObjectType) and any(one.name == "Node" for one in type_.interfaces):
            type_.is_type_of = None
    node = schema.type_map[Node.__name__]
    node.resolve_type = lambda value, *_: value[_TYPE_NAME]  # type: ignore[attr-defined]
    return schema


def sdl(schema: GraphQLSchema) -> str:
    """Return the schema as text."""
    return print_schema(schema) + "\n"


def _resolver(field: GraphQLField, name: str) -> Any:  # noqa: ANN401 - any of graphql-core's resolvers
    declared: StrawberryField | None = field.extensions.get(DEFINITION)
    binding = declared.metadata.get(BINDING) if declared else None
    match binding:
        case RootList():
            return partial(_list, binding)
        case RootOne():
            return partial(_one, binding)
        case RootNode(several=True):
            return _nodes
        case RootNode():
            return _node
        case ReadBack():
            return partial(resolve_read_back, binding)
    if declared is not None and declared.base_resolver is not None:
        return field.resolve
    if binding is not None or (declared is not None and _in_page(declared)):
        return _by_key
    return partial(_by_name, name, declared.python_name if declared else name)


def _in_page(declared: StrawberryField) -> bool:
    return getattr(declared.origin, "__module__", "") == "graph.types.paging"


def _by_key(source: Mapping[str, object], info: Info, **_: object) -> object:
    return source[info.path.key]  # type: ignore[index]


def _by_name(name: str, attribute: str, source: object, _info: Info, **_: object) -> object:
    return source[name] if isinstance(source, Mapping) else getattr(source, attribute)


def _field(info: Info) -> GraphQLField:
    field: GraphQLField = info.parent_type.fields[info.field_name]
    return field


def _type(info: Info) -> GraphQLObjectType:
    named = get_named_type(info.return_type)
    if not isinstance(named, GraphQLObjectType):
        raise TypeError(f"{named} is not an object type")
    return named


def _list(binding: RootList, _source: None, info: Info, **_: object) -> object:
    context: Context = info.context
    selector_ = selector_of(info)
    arguments = selector_.arguments(_field(info), info.field_nodes[0])
    listing = Listing(
        page=selector_.page(_type(info), info.field_nodes),
        order=order_in(arguments) or binding.order,
        window=selector_.window(arguments),
        filter=filter_in(arguments),
    )
    return context.session.read(listing)


def _one(binding: RootOne, _source: None, info: Info, **_: object) -> object:
    context: Context = info.context
    selector_ = selector_of(info)
    arguments = selector_.arguments(_field(info), info.field_nodes[0])
    selection = selector_.selection(_type(info), info.field_nodes)
    key = {column: arguments[name] for name, column in binding.key.items()}
    return context.session.read(Lookup(selection, (key,)))[0]


def _node(_source: None, info: Info, id: str) -> object:
    return _found(info, [id])[0]


def _nodes(_source: None, info: Info, ids: list[str]) -> list[object]:
    if len(ids) > _MOST_NODES:
        raise Invalid(f"nodes takes {_MOST_NODES} ids at most; these are {len(ids)}.", field="ids")
    return _found(info, ids)


def _found(info: Info, ids: list[str]) -> list[object]:
    """Return the objects of ids, one read per type among them."""
    context: Context = info.context
    selector_ = selector_of(info)
    by_type: dict[str, list[tuple[int, tuple[object, ...]]]] = {}
    for at, text in enumerate(ids):
        name, key = read_global_id(text)
        by_type.setdefault(name, []).append((at, key))
    found: list[object] = [None] * len(ids)
    for name, places in by_type.items():
        type_ = info.schema.type_map.get(name)
        if not isinstance(type_, GraphQLObjectType) or all(one.name != "Node" for one in type_.interfaces):
            raise Invalid(f"There are no objects of the type {name!r}.", field="id", hint="Use the `id` of an answer.")
        entity = entity_type(type_)
        keys = [key_of(entity.key, key) for _, key in places]
        read = context.session.read(Lookup(selector_.selection(type_, info.field_nodes), tuple(keys)))
        for (at, _), row in zip(places, read, strict=True):
            found[at] = None if row is None else {_TYPE_NAME: name, **row}  # type: ignore[dict-item]
    return found


def key_of(columns: tuple[str, ...], values: tuple[object, ...]) -> dict[str, object]:
    """Return the key columns with the values of a global id; `Invalid` where they are not as many."""
    fits = len(columns) == len(values) and all(
        _is_map_index(value) if column == "map_index" else isinstance(value, str)
        for column, value in zip(columns, values, strict=True)
    )
    if not fits:
        raise Invalid("This is not the id of an object.", field="id", hint="Use the `id` of an answer.")
    return dict(zip(columns, values, strict=True))


def _is_map_index(value: object) -> bool:
    return type(value) is int and -(2**31) <= value < 2**31
