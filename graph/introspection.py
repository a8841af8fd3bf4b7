"""What asking about the schema costs, as graphql-core answers it field by field."""

from collections.abc import Mapping
from functools import cache

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    SchemaMetaFieldDef,
    TypeMetaFieldDef,
    get_named_type,
)

from graph.selection import Selector
from resolvers.errors import Forbidden

# A field of the schema takes graphql-core so many times what a field of a row takes a plan.
_PER_FIELD = 5

_ROOTS = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}


def introspection_cost(selector: Selector, asking: Mapping[str, list[FieldNode]]) -> int:
    """Return what these root fields cost, where each list is as long as it is in this schema on an average."""
    lengths = _lengths(selector.schema)
    return sum(
        _PER_FIELD * _fields(selector, get_named_type(_ROOTS[nodes[0].name.value].type), nodes, lengths)
        for nodes in asking.values()
    )


def no_introspection() -> Forbidden:
    """Return the refusal of whoever may not learn what the schema is."""
    return Forbidden(
        "You may not ask about the schema.",
        hint="Say who you are; or let the server be told: AIRFLOW_GRAPH_INTROSPECTION=everyone.",
    )


def _fields(selector: Selector, type_: GraphQLNamedType, nodes: list[FieldNode], lengths: Mapping[str, int]) -> int:
    if not isinstance(type_, GraphQLObjectType):
        return 1
    cost = 1
    for below in selector.fields(type_, nodes).values():
        name = below[0].name.value
        field = type_.fields.get(name)
        if field is None:
            cost += 1
        else:
            cost += lengths.get(name, 1) * _fields(selector, get_named_type(field.type), below, lengths)
    return cost


@cache
def _lengths(schema: GraphQLSchema) -> Mapping[str, int]:
    """Return how long the lists of the schema's description are: those of one type by their average."""
    types = list(schema.type_map.values())
    fields = [one for type_ in types for one in _fields_of(type_)]
    inputs = [type_ for type_ in types if isinstance(type_, GraphQLInputObjectType)]
    enums = [type_ for type_ in types if isinstance(type_, GraphQLEnumType)]
    interfaces = [type_ for type_ in types if isinstance(type_, GraphQLInterfaceType)]
    return {
        "types": len(types),
        "directives": len(schema.directives),
        "fields": _average(len(fields), len(types)),
        "args": _average(sum(fields), len(fields)),
        "inputFields": _average(sum(len(one.fields) for one in inputs), len(types)),
        "enumValues": _average(sum(len(one.values) for one in enums), len(types)),
        "possibleTypes": _average(sum(len(schema.get_possible_types(one)) for one in interfaces), len(types)),
        "interfaces": 1,
        "locations": 3,
    }


def _fields_of(type_: GraphQLNamedType) -> list[int]:
    """Return how many arguments each field of a type has."""
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        return [len(field.args) for field in type_.fields.values()]
    return []


def _average(total: int, among: int) -> int:
    return max(1, -(-total // max(1, among)))
