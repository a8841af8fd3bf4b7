"""From the types of the schema to how values are written."""

from functools import cache

from graphql import GraphQLEnumType, GraphQLLeafType

from resolvers.output import Kind, Leaf

_KINDS = {
    "String": Kind.TEXT,
    "ID": Kind.TEXT,
    "Int": Kind.INTEGER,
    "Float": Kind.NUMBER,
    "Duration": Kind.NUMBER,
    "Boolean": Kind.BOOLEAN,
    "DateTime": Kind.INSTANT,
}


@cache
def leaf_of(type_: GraphQLLeafType) -> Leaf:
    """Return how values of a scalar or an enumeration are written."""
    if isinstance(type_, GraphQLEnumType):
        words = {told.value: name for name, told in type_.values.items()}
        return Leaf(Kind.WORD, type_.coerce_output_value, words)
    return Leaf(_KINDS.get(type_.name, Kind.OTHER), type_.coerce_output_value)
