"""Answering an operation: its root fields in their order, each by what was planned for it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    execute_sync,
    get_named_type,
)
from graphql.execution.values import VariableValues, get_argument_values
from graphql.pyutils import Path
from strawberry.types.arguments import convert_arguments

from graph.arguments import DEFINITION
from graph.changes.carrying import ReadBack
from graph.completion import Completion, OfType, Written, read_value
from graph.context import Asking, Context
from graph.documents import Prepared
from graph.finding import found_by_ids
from graph.introspection import no_introspection
from graph.limits import refused
from graph.planned import CalledRoot, ListRoot, NodeRoot, OneRoot, Planned, TypeName
from graph.reckoning import Cost, requested_cost, too_expensive
from graph.selection import is_entity
from graph.types.base import BINDING
from graph.types.scalars import CONFIG
from resolvers.errors import NotFound
from resolvers.operations.keys import Key
from resolvers.selection import Arguments, Listing, Lookup
from resolvers.service import Session

# Where the schema keeps the scalars that it knows.
SCALARS = "scalars"


@dataclass(frozen=True)
class Answer:
    """What an operation is answered: `data` in the form of JSON, none where an error took it all.

    `executed` says whether anything was: if not, the errors are about the request itself. `cost` is there as soon as
    it is known.
    """

    data: dict[str, Any] | None
    errors: Sequence[GraphQLError] = ()
    executed: bool = True
    cost: Cost | None = None


def answer(
    schema: GraphQLSchema,
    prepared: Prepared,
    operation: OperationDefinitionNode,
    given: Mapping[str, object] | None,
    session: Session,
) -> Answer:
    """Answer an operation, with these variables, for whoever's session it is."""
    variables = prepared.variables(schema, operation, given)
    if isinstance(variables, list):
        return Answer(None, variables, executed=False)
    try:
        planned = prepared.planned(operation, variables)
    except GraphQLError as error:
        # A condition of @skip or @include that a variable makes null: nobody knows what is asked for.
        return Answer(None, (error,), executed=False)
    asked = planned.introspection
    if asked is not None and not session.may_introspect:
        return Answer(None, (refused(no_introspection()),), executed=False)
    cost = Cost(requested_cost(schema, planned, variables), session.max_cost)
    if cost.is_too_high:
        problem = too_expensive(cost, schema, planned, variables)
        return Answer(None, (refused(problem, operation),), executed=False, cost=cost)
    data, errors = _Execution(schema, planned, variables, session).answer()
    if asked is None or data is None:
        return Answer(data, errors, cost=cost)
    # What a document asks about the schema itself is all that graphql-core answers.
    about = execute_sync(schema, asked.document, variable_values=dict(given or {}))
    errors = (*errors, *(about.errors or ()))
    if about.data is None:
        return Answer(None, errors, cost=cost)
    found = {**data, **about.data}
    return Answer({key: found[key] for key in planned.keys}, errors, cost=cost)


@dataclass
class _Execution:
    """One request's way through the root fields."""

    schema: GraphQLSchema
    planned: Planned
    variables: VariableValues
    session: Session
    errors: list[GraphQLError] = field(default_factory=list)

    def answer(self) -> tuple[dict[str, Any] | None, Sequence[GraphQLError]]:
        """Return what the root fields are, and the errors; one where there must not be null ends it all."""
        data: dict[str, Any] = {}
        if len(self.planned.roots) == 1 and isinstance(self.planned.roots[0], ListRoot | OneRoot):
            self.session.read_once()
        try:
            for root in self.planned.roots:
                data[root.key] = root.name if isinstance(root, TypeName) else self._field(root)
        except GraphQLError as error:
            return None, (*self.errors, error)
        return data, self.errors

    def _field(self, root: ListRoot | OneRoot | NodeRoot | CalledRoot) -> object:
        value: object
        completion = Completion(self.planned.selector, self.errors, read_value)
        try:
            match root:
                case ListRoot():
                    value = self._page(root)
                case OneRoot():
                    value = self._one(root)
                case NodeRoot():
                    value = self._nodes(root)
                case CalledRoot():
                    called = _Called(self, root, root.slots.read(self.variables))
                    completion = Completion(self.planned.selector, self.errors, called.resolve)
                    value = called.value()
        except Exception as error:  # noqa: BLE001 - told at its place in the answer
            value = error
        if isinstance(value, Written):
            return value.value
        return completion.field(self.planned.type, root.name, root.nodes, Path(None, root.key, None), value)

    def _page(self, root: ListRoot) -> object:
        given = root.slots.read(self.variables)
        own = given[root.own]
        if own.window is None:
            raise TypeError(f"{root.key} is a list without a page")
        order = own.order or root.binding.order
        return self.read(Listing(root.page, order, own.window, own.filter, given[: root.own]))[0]

    def _one(self, root: OneRoot) -> object:
        given = root.slots.read(self.variables)
        return self.read(Lookup(root.selection, (self._key(root),), given))[0]

    def _key(self, root: OneRoot) -> Mapping[str, object]:
        """Return the key of a row that is asked for, by columns."""
        coerced = self.variables.coerced
        key = {column: coerced.get(variable) for column, variable in root.variables}
        # What is not there, or is null and must not be, is told in graphql-core's words.
        if key and None not in key.values():
            return key
        told = get_argument_values(root.field, root.nodes[0], self.variables)
        return {column: told[argument] for argument, column in root.columns.items()}

    def _nodes(self, root: NodeRoot) -> object:
        told = get_argument_values(root.field, root.nodes[0], self.variables)
        ids = told["ids"] if root.binding.several else [told["id"]]
        found: list[object] = [None] * len(ids)
        for type_, places, keys in found_by_ids(self.schema, ids):
            selection, slots, _ = root.selection(type_)
            rows = self.read(Lookup(selection, keys, slots.read(self.variables)))
            for place, row in zip(places, rows, strict=True):
                found[place] = row if row is None or isinstance(row, Written) else OfType(type_, row)
        return found if root.binding.several else found[0]

    def read(self, wanted: Listing | Lookup) -> list[Any]:
        """Return what is found: written already, or, where something in it is awkward, as plain values."""
        found = self.session.read(wanted)
        try:
            return [None if told is None else Written(told) for told in found.written()]
        except Exception:  # noqa: BLE001 - whatever it is, the careful road meets it again, and tells it at its place
            return found.values()


@dataclass(frozen=True)
class _Called:
    """A root field that a function answers, and the objects that are read by the keys in what it returns."""

    execution: _Execution
    root: CalledRoot
    given: tuple[Arguments, ...]

    def value(self) -> object:
        """Call the function; the key of an entity is read."""
        root, execution = self.root, self.execution
        resolver = root.declared.base_resolver
        if resolver is None:
            raise TypeError(f"{root.key} has no resolver")
        told = get_argument_values(root.field, root.nodes[0], execution.variables)
        arguments = convert_arguments(told, root.declared.arguments, execution.schema.extensions[SCALARS], CONFIG)
        if resolver.info_parameter:
            arguments[resolver.info_parameter.name] = Asking(Context(execution.session))
        # What may not be read, or is asked for wrongly, is refused before anything is changed.
        execution.session.expect([Lookup(selection, (), self.given) for selection in root.selections.values()])
        function: Any = resolver.wrapped_func
        value = function(**arguments)
        return self._read(value, ()) if is_entity(get_named_type(root.field.type)) else value

    def resolve(self, type_: GraphQLObjectType, name: str, path: Path, source: object) -> object:
        """Return the value of a field of what the function returned."""
        declared = type_.fields[name].extensions[DEFINITION]
        binding = declared.metadata.get(BINDING)
        if isinstance(binding, ReadBack):
            place = tuple(part for part in path.as_list()[1:] if isinstance(part, str))
            return self._read(binding.keys(source), place)
        return read_value(type_, name, path, source)

    def _read(self, keys: Key | Sequence[Key] | None, place: tuple[str, ...]) -> object:
        if keys is None:
            return None
        several = keys if isinstance(keys, Sequence) else (keys,)
        selection = self.root.selections[place]
        found = self.execution.read(Lookup(selection, tuple(asdict(key) for key in several), self.given))
        if isinstance(keys, Sequence):
            return [told for told in found if told is not None]
        if found[0] is None:
            raise NotFound(
                "It was changed, but you may not see it.", hint="viewer { permissions } lists what you may do."
            )
        return found[0]
