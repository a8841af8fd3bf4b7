"""From a GraphQL document to a selection: fragments, aliases, merged fields, @skip and @include."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
)
from graphql.execution.values import VariableValues, get_argument_values, get_directive_values
from strawberry.schema.config import StrawberryConfig
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from graph.types.base import BINDING, conditions, entity_of, order_of
from resolvers.binding import Constant, Entity, Filter, Order
from resolvers.errors import Invalid
from resolvers.selection import (
    EdgePart,
    Edges,
    Fixed,
    Nodes,
    PageInfo,
    PagePart,
    PageSelection,
    Selection,
    Total,
    Wanted,
    Window,
)

# Where a type or field of the schema keeps what it was made from, and the schema the scalars it knows.
DEFINITION = "strawberry-definition"
SCALARS = "scalars"
_COUNT_LIMIT = 1_000_000


@dataclass(frozen=True)
class Selector:
    """Reads what one operation selects."""

    schema: GraphQLSchema
    config: StrawberryConfig
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: VariableValues
    max_page_size: int

    def selection(self, type_: GraphQLObjectType, nodes: Sequence[FieldNode]) -> Selection:
        """Return what these fields select of an entity."""
        wanted = tuple(self._wanted(key, type_, below) for key, below in self._fields(type_, nodes).items())
        return Selection(entity_type(type_), wanted)

    def selections(self, type_: GraphQLNamedType, nodes: Sequence[FieldNode]) -> Iterator[Selection]:
        """Return what these fields select of each entity that they lead to first, on whatever way."""
        if not isinstance(type_, GraphQLObjectType):
            return
        if is_entity(type_):
            yield self.selection(type_, nodes)
            return
        for below in self._fields(type_, nodes).values():
            field = type_.fields.get(below[0].name.value)
            if field is not None:
                yield from self.selections(get_named_type(field.type), below)

    def page(self, type_: GraphQLObjectType, nodes: Sequence[FieldNode]) -> PageSelection:
        """Return what these fields select of a connection."""
        row_type = _object(type_.fields["nodes"])
        parts = tuple(self._part(key, type_, row_type, below) for key, below in self._fields(type_, nodes).items())
        return PageSelection(entity_type(row_type), parts)

    def arguments(self, field: GraphQLField, node: FieldNode) -> dict[str, Any]:
        """Return a field's arguments by their Python names, as the types that they are declared with."""
        coerced = get_argument_values(field, node, self.variables)
        declared: StrawberryField = field.extensions[DEFINITION]
        return convert_arguments(coerced, declared.arguments, self.schema.extensions[SCALARS], self.config)

    def window(self, arguments: Mapping[str, Any]) -> Window:
        """Return which rows `first` and `after` ask for; `Invalid` where `first` is out of bounds."""
        first = arguments["first"]
        if first is None or not 1 <= first <= self.max_page_size:
            raise Invalid(
                f"first must be 1 to {self.max_page_size:,}; it is {first}.",
                field="first",
                hint="Page through longer lists: pass endCursor as `after`.",
            )
        return Window(first, arguments.get("after") or None)

    def _wanted(self, key: str, type_: GraphQLObjectType, nodes: Sequence[FieldNode]) -> Wanted:
        name = nodes[0].name.value
        if name == "__typename":
            return Wanted(key, Constant(type_.name))
        field = type_.fields[name]
        declared: StrawberryField = field.extensions[DEFINITION]
        wanted = Wanted(key, declared.metadata[BINDING])
        if declared.arguments:
            arguments = self.arguments(field, nodes[0])
            wanted = replace(wanted, filter=filter_in(arguments), order=order_in(arguments))
            if "first" in arguments:
                return replace(wanted, window=self.window(arguments), within=self.page(_object(field), nodes))
        below = get_named_type(field.type)
        if isinstance(below, GraphQLObjectType) and is_entity(below):
            return replace(wanted, within=self.selection(below, nodes))
        return wanted

    def _part(
        self, key: str, type_: GraphQLObjectType, row_type: GraphQLObjectType, nodes: Sequence[FieldNode]
    ) -> PagePart:
        match nodes[0].name.value:
            case "nodes":
                return Nodes(key, self.selection(row_type, nodes))
            case "edges":
                edge_type = _object(type_.fields["edges"])
                parts = self._fields(edge_type, nodes).items()
                return Edges(key, tuple(self._edge_part(name, edge_type, row_type, below) for name, below in parts))
            case "pageInfo":
                info_type = _object(type_.fields["pageInfo"])
                fields = self._fields(info_type, nodes).items()
                return PageInfo(key, tuple((name, below[0].name.value) for name, below in fields))
            case "totalCount":
                up_to = self.arguments(type_.fields["totalCount"], nodes[0])["up_to"]
                if up_to is None or not 1 <= up_to <= _COUNT_LIMIT:
                    raise Invalid(f"upTo must be 1 to {_COUNT_LIMIT:,}; it is {up_to}.", field="upTo")
                return Total(key, up_to)
            case _:
                return Fixed(key, type_.name)

    def _edge_part(
        self, key: str, edge_type: GraphQLObjectType, row_type: GraphQLObjectType, nodes: Sequence[FieldNode]
    ) -> EdgePart:
        match nodes[0].name.value:
            case "node":
                return EdgePart(key, node=self.selection(row_type, nodes))
            case "cursor":
                return EdgePart(key)
            case _:
                return EdgePart(key, constant=edge_type.name)

    def _fields(self, type_: GraphQLObjectType, nodes: Sequence[FieldNode]) -> dict[str, list[FieldNode]]:
        """Return the fields selected below these nodes by their names in the answer, merged."""
        found: dict[str, list[FieldNode]] = {}
        # Over all the nodes, each fragment once: that of fields which are merged would double at each level.
        spread: set[str] = set()
        for node in nodes:
            if node.selection_set is not None:
                for field in self._walk(type_, node.selection_set, spread):
                    found.setdefault(field.alias.value if field.alias else field.name.value, []).append(field)
        return found

    def _walk(self, type_: GraphQLObjectType, selections: SelectionSetNode, spread: set[str]) -> Iterator[FieldNode]:
        for node in selections.selections:
            if not self._included(node):
                continue
            match node:
                case FieldNode():
                    yield node
                case InlineFragmentNode():
                    condition = node.type_condition
                    if condition is None or self._applies(condition.name.value, type_):
                        yield from self._walk(type_, node.selection_set, spread)
                case FragmentSpreadNode():
                    name = node.name.value
                    fragment = self.fragments.get(name)
                    if fragment and name not in spread and self._applies(fragment.type_condition.name.value, type_):
                        spread.add(name)
                        yield from self._walk(type_, fragment.selection_set, spread)

    def _included(self, node: Any) -> bool:  # noqa: ANN401 - any selection node
        if not node.directives:
            return True
        skip = get_directive_values(GraphQLSkipDirective, node, self.variables)
        if skip and skip["if"]:
            return False
        include = get_directive_values(GraphQLIncludeDirective, node, self.variables)
        return not include or bool(include["if"])

    def _applies(self, condition: str, type_: GraphQLObjectType) -> bool:
        if condition == type_.name:
            return True
        named = self.schema.type_map.get(condition)
        return named is not None and is_abstract_type(named) and self.schema.is_sub_type(named, type_)


def filter_in(arguments: Mapping[str, Any]) -> Filter:
    """Return the conditions in a field's arguments."""
    return conditions(arguments.get("filter"))


def order_in(arguments: Mapping[str, Any]) -> Order | None:
    """Return the order in a field's arguments, none where it is left to the field."""
    order = arguments.get("order_by")
    return None if order is None else order_of(order.value)


def entity_type(type_: GraphQLObjectType) -> Entity:
    """Return the entity that a type of the schema stands for."""
    return entity_of(type_.extensions[DEFINITION].origin)


def is_entity(type_: GraphQLNamedType) -> bool:
    """Say whether a type of the schema stands for an entity."""
    definition = type_.extensions.get(DEFINITION)
    return definition is not None and hasattr(definition.origin, "__entity__")


def _object(field: GraphQLField) -> GraphQLObjectType:
    named = get_named_type(field.type)
    if not isinstance(named, GraphQLObjectType):
        raise TypeError(f"{named} is not an object type")
    return named
