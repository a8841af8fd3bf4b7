"""The lists of the schema, each with a document that asks for it of all parents that there are."""

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from graph.selection import is_entity


@dataclass(frozen=True)
class Way:
    """How a type is reached from the root: the fields, outermost first, and whether each is a page."""

    fields: tuple[tuple[str, bool], ...] = ()

    def around(self, inner: str) -> str:
        """Return a document that asks for something of the objects at the end of the way."""
        for name, is_page in reversed(self.fields):
            inner = f"{name}(first: 100) {{ nodes {{ {inner} }} }}" if is_page else f"{name} {{ {inner} }}"
        return f"{{ {inner} }}"

    def and_then(self, name: str, *, is_page: bool) -> "Way":
        """Return the way that goes on by a field."""
        return Way((*self.fields, (name, is_page)))


def documents(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    """Give each list of objects of the database, as `Type.field`, with its document, which selects all their values."""
    ways = _ways(schema)
    for name, way in ways.items():
        type_ = schema.type_map[name]
        if not isinstance(type_, GraphQLObjectType):
            raise TypeError(f"{name} is not an object")
        for field_name, field in type_.fields.items():
            row = _row(field)
            # What the root lists otherwise is not in the database.
            if row is not None and _is_free(field) and (is_entity(row) or name != "Query"):
                leaves = " ".join(_leaves(row)) or "__typename"
                told = f"nodes {{ {leaves} }} totalCount" if _is_page(field) else leaves
                bound = "(first: 100)" if _is_page(field) else ""
                yield f"{name}.{field_name}", way.around(f"{field_name}{bound} {{ {told} }}")


def _ways(schema: GraphQLSchema) -> dict[str, Way]:
    """Return the shortest way to each entity, by lists alone and from the root."""
    query = schema.query_type
    if query is None:
        raise TypeError("the schema has no queries")
    found, waiting = {"Query": Way()}, [query]
    while waiting:
        parent = waiting.pop(0)
        for name, field in parent.fields.items():
            row = _row(field)
            if row is not None and is_entity(row) and _is_free(field) and row.name not in found:
                found[row.name] = found[parent.name].and_then(name, is_page=_is_page(field))
                waiting.append(row)
    return found


def _row(field: GraphQLField) -> GraphQLObjectType | None:
    """Return the type of the objects of which a field is a list; none where it is something else."""
    named = get_named_type(field.type)
    if isinstance(named, GraphQLObjectType) and _is_page(field):
        named = get_named_type(named.fields["nodes"].type)
    elif not isinstance(_bare(field), GraphQLList):
        return None
    return named if isinstance(named, GraphQLObjectType) else None


def _bare(field: GraphQLField) -> object:
    return field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type


def _is_page(field: GraphQLField) -> bool:
    return get_named_type(field.type).name.endswith("Connection")


def _is_free(field: GraphQLField) -> bool:
    """Say whether no argument is needed but that of a page."""
    return all(name == "first" for name, told in field.args.items() if is_required_argument(told))


def _leaves(row: GraphQLObjectType) -> Iterator[str]:
    for name, field in row.fields.items():
        if is_leaf_type(get_named_type(field.type)) and _is_free(field):
            yield name
