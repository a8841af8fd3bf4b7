"""An operation, planned: what each of its root fields reads or does, found out once for all its requests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)
from graphql.execution.values import VariableValues
from strawberry.types.field import StrawberryField

from graph.arguments import DEFINITION, Slots
from graph.costs import CHANGE, Row, Rows, page_of, row_of
from graph.introspection import introspection_cost
from graph.roots import RootList, RootNode, RootOne
from graph.selection import Place, Selector
from graph.types.base import BINDING
from resolvers.selection import PageSelection, Selection


@dataclass(frozen=True, eq=False)
class Root:
    """A root field under its name in the answer, with the fields of the document that are merged in it."""

    key: str
    name: str
    field: GraphQLField
    nodes: list[FieldNode]
    slots: Slots


@dataclass(frozen=True, eq=False)
class ListRoot(Root):
    """A page of all rows of an entity; its own arguments are the last among its slots."""

    binding: RootList
    page: PageSelection
    own: int
    cost: Rows


@dataclass(frozen=True, eq=False)
class OneRoot(Root):
    """One row by its key; `columns` says which argument is which column of it.

    `variables` are the columns with the variables that give them, where all of the key is given so.
    """

    columns: Mapping[str, str]
    variables: tuple[tuple[str, str], ...]
    selection: Selection
    cost: Rows


@dataclass(frozen=True, eq=False)
class NodeRoot(Root):
    """Objects of any type by their ids; what is selected of a type is read when one of it is met.

    The lists of each type are its own: those of types that a request does not name do not matter to it.
    """

    binding: RootNode
    selector: Selector
    _selections: dict[str, tuple[Selection, Slots, Row]] = field(default_factory=dict)

    def selection(self, type_: GraphQLObjectType) -> tuple[Selection, Slots, Row]:
        """Return what is selected of objects of a type, the lists in it, and what one object costs."""
        found = self._selections.get(type_.name)
        if found is None:
            slots = Slots(self.slots.max_page_size)
            selection = self.selector.selection(type_, self.nodes, slots)
            found = self._selections[type_.name] = selection, slots, row_of(selection)
        return found


@dataclass(frozen=True, eq=False)
class CalledRoot(Root):
    """What a function answers; `selections` are read by the keys that it returns, wherever they stand."""

    declared: StrawberryField
    selections: Mapping[Place, Selection]
    cost: Row


@dataclass(frozen=True, eq=False)
class TypeName:
    """The name of the operation's own type."""

    key: str
    name: str


@dataclass(frozen=True, eq=False)
class Introspection:
    """Fields that ask about the schema, as a document of their own."""

    document: DocumentNode
    cost: int


AnyRoot = ListRoot | OneRoot | NodeRoot | CalledRoot | TypeName


@dataclass(eq=False)
class LatestCost:
    """What the latest request costs, by its variables: most documents are asked with the same ones."""

    told: tuple[VariableValues, int] | None = None


@dataclass(frozen=True, eq=False)
class Planned:
    """An operation's root fields in their order, those that ask about the schema apart; `keys` are all their names."""

    type: GraphQLObjectType
    selector: Selector
    keys: tuple[str, ...]
    roots: tuple[AnyRoot, ...]
    introspection: Introspection | None
    latest_cost: LatestCost = field(default_factory=LatestCost, repr=False)


class Planner:
    """Plans the operations of documents of a schema."""

    def __init__(self, schema: GraphQLSchema, max_page_size: int) -> None:
        self.schema = schema
        self.max_page_size = max_page_size

    def plan(self, document: DocumentNode, operation: OperationDefinitionNode, conditions: VariableValues) -> Planned:
        """Return the plan of an operation where the variables of its @skip and @include are these."""
        fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
        selector = Selector(self.schema, fragments, conditions)
        query = operation.operation is OperationType.QUERY
        type_ = self.schema.query_type if query else self.schema.mutation_type
        if type_ is None:
            raise TypeError(f"the schema has no {operation.operation.value}")
        selected = selector.fields(type_, [operation])
        asking = {key: nodes for key, nodes in selected.items() if nodes[0].name.value in ("__schema", "__type")}
        roots = tuple(self._root(key, type_, nodes, selector) for key, nodes in selected.items() if key not in asking)
        introspection = None
        if asking:
            cost = introspection_cost(selector, asking)
            introspection = Introspection(_introspection(document, operation, asking), cost)
        return Planned(type_, selector, tuple(selected), roots, introspection)

    def _root(self, key: str, type_: GraphQLObjectType, nodes: list[FieldNode], selector: Selector) -> AnyRoot:
        name = nodes[0].name.value
        if name == "__typename":
            return TypeName(key, type_.name)
        field_ = type_.fields[name]
        slots = Slots(self.max_page_size)
        declared: StrawberryField = field_.extensions[DEFINITION]
        named: Any = get_named_type(field_.type)
        match declared.metadata.get(BINDING):
            case RootList() as listing:
                page = selector.page(named, nodes, slots)
                # Behind those of the lists within, as a plan expects a root's.
                own = slots.place(field_, nodes[0])
                return ListRoot(key, name, field_, nodes, slots, listing, page, own, page_of(key, page, own))
            case RootOne() as one:
                columns = {
                    argument: one.key[told.python_name]
                    for argument, told in zip(field_.args, declared.arguments, strict=True)
                }
                selection = selector.selection(named, nodes, slots)
                cost = Rows(key, row_of(selection), rows=1)
                variables = _variables(nodes[0], columns)
                return OneRoot(key, name, field_, nodes, slots, columns, variables, selection, cost)
            case RootNode() as node:
                return NodeRoot(key, name, field_, nodes, slots, node, selector)
        selections = dict(selector.selections(named, nodes, slots))
        own = CHANGE if type_ is self.schema.mutation_type else 1
        # How many objects come back is known when it is done.
        read = tuple(Rows(place[-1] if place else key, row_of(one), rows=1) for place, one in selections.items())
        return CalledRoot(key, name, field_, nodes, slots, declared, selections, Row(own, read))


def _variables(node: FieldNode, columns: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the variables that give the columns of a key; nothing where one of them is given otherwise."""
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    found = [(column, given.get(argument)) for argument, column in columns.items()]
    told = tuple((column, value.name.value) for column, value in found if isinstance(value, VariableNode))
    return told if len(told) == len(found) else ()


def _introspection(
    document: DocumentNode, operation: OperationDefinitionNode, asking: Mapping[str, Sequence[FieldNode]]
) -> DocumentNode:
    """Return those fields as a document with the same fragments and variables."""
    selections = tuple(node for nodes in asking.values() for node in nodes)
    alone = OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=operation.variable_definitions,
        directives=operation.directives,
        selection_set=SelectionSetNode(selections=selections),
    )
    fragments = tuple(one for one in document.definitions if isinstance(one, FragmentDefinitionNode))
    return DocumentNode(definitions=(alone, *fragments))
