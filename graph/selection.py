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
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)
from graphql.execution.values import VariableValues, get_directive_values
from strawberry.types.field import StrawberryField

from graph.arguments import DEFINITION, Slots
from graph.outputs import leaf_of
from graph.types.base import BINDING, entity_of
from graph.types.paging import Page
from resolvers.binding import Constant, Entity
from resolvers.output import LINKED, Needed, Output, Parts, Several
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
)

# The path of names in an answer, list indexes left out, that leads to objects of an entity.
Place = tuple[str, ...]


@dataclass(frozen=True)
class Selector:
    """Reads what one operation selects, where the conditions of @skip and @include are as these variables say."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    conditions: VariableValues

    def selection(self, type_: GraphQLObjectType, nodes: Sequence[FieldNode], slots: Slots) -> Selection:
        """Return what these fields select of an entity; the arguments of its lists get places among `slots`."""
        wanted = tuple(self._wanted(key, type_, below, slots) for key, below in self.fields(type_, nodes).items())
        return Selection(entity_type(type_), wanted)

    def selections(
        self, type_: GraphQLNamedType, nodes: Sequence[FieldNode], slots: Slots, place: Place = ()
    ) -> Iterator[tuple[Place, Selection]]:
        """Return what these fields select of each entity that they lead to first, on whatever way."""
        if not isinstance(type_, GraphQLObjectType):
            return
        if is_entity(type_):
            yield place, self.selection(type_, nodes, slots)
            return
        for key, below in self.fields(type_, nodes).items():
            field = type_.fields.get(below[0].name.value)
            if field is not None:
                yield from self.selections(get_named_type(field.type), below, slots, (*place, key))

    def page(self, type_: GraphQLObjectType, nodes: Sequence[FieldNode], slots: Slots) -> PageSelection:
        """Return what these fields select of a connection."""
        row_type = _object(type_.fields["nodes"])
        parts = tuple(
            self._part(key, type_, row_type, below, slots) for key, below in self.fields(type_, nodes).items()
        )
        return PageSelection(entity_type(row_type), parts)

    def _wanted(self, key: str, type_: GraphQLObjectType, nodes: Sequence[FieldNode], slots: Slots) -> Wanted:
        name = nodes[0].name.value
        if name == "__typename":
            return Wanted(key, Constant(type_.name))
        field = type_.fields[name]
        declared: StrawberryField = field.extensions[DEFINITION]
        wanted = Wanted(key, declared.metadata[BINDING], output=self._output(field.type, nodes))
        if declared.arguments:
            wanted = replace(wanted, given=slots.place(field, nodes[0]))
        below = get_named_type(field.type)
        if isinstance(below, GraphQLObjectType) and is_entity(below):
            return replace(wanted, within=self.selection(below, nodes, slots))
        if "first" in field.args:
            return replace(wanted, within=self.page(_object(field), nodes, slots))
        return wanted

    def _output(self, type_: GraphQLOutputType, nodes: Sequence[FieldNode]) -> Output:
        """Return how values of a type are written, of which these fields are selected."""
        match type_:
            case GraphQLNonNull():
                return Needed(self._output(type_.of_type, nodes))
            case GraphQLList():
                return Several(self._output(type_.of_type, nodes))
            case GraphQLObjectType() if not is_entity(type_) and not is_page(type_):
                return self._parts(type_, nodes)
        return leaf_of(type_) if is_leaf_type(type_) else LINKED

    def _parts(self, type_: GraphQLObjectType, nodes: Sequence[FieldNode]) -> Parts:
        parts: list[tuple[str, str | None, Output | str]] = []
        for key, below in self.fields(type_, nodes).items():
            name = below[0].name.value
            if name == "__typename":
                parts.append((key, None, type_.name))
            else:
                parts.append((key, name, self._output(type_.fields[name].type, below)))
        return Parts(tuple(parts))

    def _part(
        self,
        key: str,
        type_: GraphQLObjectType,
        row_type: GraphQLObjectType,
        nodes: Sequence[FieldNode],
        slots: Slots,
    ) -> PagePart:
        match nodes[0].name.value:
            case "nodes":
                return Nodes(key, self.selection(row_type, nodes, slots))
            case "edges":
                edge_type = _object(type_.fields["edges"])
                parts = self.fields(edge_type, nodes).items()
                return Edges(
                    key, tuple(self._edge_part(name, edge_type, row_type, below, slots) for name, below in parts)
                )
            case "pageInfo":
                info_type = _object(type_.fields["pageInfo"])
                fields = self.fields(info_type, nodes).items()
                return PageInfo(key, tuple((name, below[0].name.value) for name, below in fields))
            case "totalCount":
                return Total(key, slots.place(type_.fields["totalCount"], nodes[0]))
            case _:
                return Fixed(key, type_.name)

    def _edge_part(
        self,
        key: str,
        edge_type: GraphQLObjectType,
        row_type: GraphQLObjectType,
        nodes: Sequence[FieldNode],
        slots: Slots,
    ) -> EdgePart:
        match nodes[0].name.value:
            case "node":
                return EdgePart(key, node=self.selection(row_type, nodes, slots))
            case "cursor":
                return EdgePart(key)
            case _:
                return EdgePart(key, constant=edge_type.name)

    def fields(
        self, type_: GraphQLObjectType, nodes: Sequence[FieldNode | OperationDefinitionNode]
    ) -> dict[str, list[FieldNode]]:
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
        skip = get_directive_values(GraphQLSkipDirective, node, self.conditions)
        if skip and skip["if"]:
            return False
        include = get_directive_values(GraphQLIncludeDirective, node, self.conditions)
        return not include or bool(include["if"])

    def _applies(self, condition: str, type_: GraphQLObjectType) -> bool:
        if condition == type_.name:
            return True
        named = self.schema.type_map.get(condition)
        return named is not None and is_abstract_type(named) and self.schema.is_sub_type(named, type_)


def entity_type(type_: GraphQLObjectType) -> Entity:
    """Return the entity that a type of the schema stands for."""
    return entity_of(type_.extensions[DEFINITION].origin)


def is_page(type_: GraphQLNamedType) -> bool:
    """Say whether a type of the schema is a connection, or a part of one."""
    definition = type_.extensions.get(DEFINITION)
    if definition is None:
        return False
    # A page of one type is made of the page of any.
    made_of = definition.concrete_of or definition
    return getattr(made_of.origin, "__module__", "") == Page.__module__


def is_entity(type_: GraphQLNamedType) -> bool:
    """Say whether a type of the schema stands for an entity."""
    definition = type_.extensions.get(DEFINITION)
    return definition is not None and hasattr(definition.origin, "__entity__")


def _object(field: GraphQLField) -> GraphQLObjectType:
    named = get_named_type(field.type)
    if not isinstance(named, GraphQLObjectType):
        raise TypeError(f"{named} is not an object type")
    return named
