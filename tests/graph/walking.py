"""Documents that select every field of the schema, made by walking it."""

from collections.abc import Iterator
from functools import cache

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)


@cache
def selection(type_: GraphQLObjectType | GraphQLInterfaceType, depth: int) -> str:
    """Return a selection of all fields of a type, its objects so many levels deep.

    A connection and what belongs to it are no level of their own. Fields that need an argument are left out.
    """
    told = ["__typename"]
    for name, field in type_.fields.items():
        if any(is_required_argument(argument) for argument in field.args.values()):
            continue
        inner = _inner(field, depth)
        if inner is not None:
            told.append(f"{name} {inner}".strip())
    return "{ " + " ".join(told) + " }"


def _inner(field: GraphQLField, depth: int) -> str | None:
    named = get_named_type(field.type)
    if is_leaf_type(named):
        return ""
    if not isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
        raise TypeError(f"{named} is not an object")
    if named.name.endswith("Connection"):
        return None if depth == 0 else _page(named, depth)
    return None if depth == 0 else selection(named, depth - 1)


def _page(connection: GraphQLObjectType | GraphQLInterfaceType, depth: int) -> str:
    row = get_named_type(connection.fields["nodes"].type)
    if not isinstance(row, GraphQLObjectType):
        raise TypeError(f"{row} is not an object")
    return (
        f"{{ __typename totalCount nodes {selection(row, depth - 1)} "
        "edges { __typename cursor node { __typename } } "
        "pageInfo { __typename hasNextPage hasPreviousPage startCursor endCursor } }"
    )


def lists(schema: GraphQLSchema, depth: int) -> Iterator[tuple[str, str]]:
    """Give each root field of queries that needs no argument, with a document that selects all below it."""
    query = schema.query_type
    if query is None:
        raise TypeError("the schema has no queries")
    for name, field in query.fields.items():
        if not any(is_required_argument(argument) for argument in field.args.values()):
            inner = _inner(field, depth)
            yield name, f"{{ {name} {inner} }}"
