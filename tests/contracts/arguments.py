"""Valid arguments for any field, made from the types that the schema declares."""

from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    is_required_argument,
    is_required_input_field,
)

from graph.types.node import global_id

Names = dict[str, object]

_SCALARS: Names = {
    "String": "x",
    "Int": 1,
    "Float": 1.5,
    "Boolean": True,
    "ID": global_id("DAG", "x"),
    "DateTime": "2026-03-01T00:00:00Z",
    "Duration": 1.5,
    "JSON": {"a": 1},
}


def value(type_: GraphQLInputType, name: str, known: Names) -> Any:
    """Return a value of a type; `known` are those of arguments and input fields of certain names."""
    if isinstance(type_, GraphQLNonNull):
        return value(type_.of_type, name, known)
    if isinstance(type_, GraphQLList):
        return [value(type_.of_type, name.removesuffix("s"), known)]
    if isinstance(type_, GraphQLEnumType):
        return next(iter(type_.values))
    if isinstance(type_, GraphQLInputObjectType):
        return {
            inner: value(field.type, inner, known)
            for inner, field in type_.fields.items()
            if inner in known or is_required_input_field(field)
        }
    return known.get(name, _SCALARS[type_.name])


def arguments(field: GraphQLField, known: Names) -> Names:
    """Return the arguments that a field needs, and those whose value is known."""
    return {
        name: value(argument.type, name, known)
        for name, argument in field.args.items()
        if name in known or is_required_argument(argument)
    }


def document(kind: str, name: str, field: GraphQLField, given: Names, selected: str) -> str:
    """Return the document that asks for a field with variables of the arguments' names."""
    declared = ", ".join(f"${argument}: {field.args[argument].type}" for argument in given)
    passed = ", ".join(f"{argument}: ${argument}" for argument in given)
    head = f"{kind} ({declared})" if given else kind
    return f"{head} {{ {name}{f'({passed})' if given else ''} {selected} }}"
