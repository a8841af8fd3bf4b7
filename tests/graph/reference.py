"""The reference: what graphql-core itself makes of the plain values that the same reads bring.

Fields are completed, merged and made null, and errors get their places, by graphql-core alone, which knows nothing
of the writers that plans generate. What the reference shares with the plans is the reading: from the document's
fields to a selection, and from that to plain values.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cache, partial
from threading import Barrier
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    execute_sync,
    get_named_type,
    is_introspection_type,
)
from graphql.execution.values import get_argument_values
from strawberry.types.field import StrawberryField

from graph.arguments import DEFINITION, Slots
from graph.changes.carrying import ReadBack
from graph.context import Context
from graph.finding import found_by_ids
from graph.roots import RootList, RootNode, RootOne
from graph.schema import build_schema
from graph.selection import Selector, is_entity, is_page
from graph.types.base import BINDING
from graph.types.node import Node
from resolvers.access.actor import Actor
from resolvers.errors import NotFound, Problem
from resolvers.operations.operation import Operation
from resolvers.selection import Listing, Lookup
from resolvers.service import Service, Session

Info = GraphQLResolveInfo[Context]

# Where an object that is found by its id carries its type's name: no alias in a document can be empty.
_TYPE_NAME = ""


def execute(document: DocumentNode, variables: Mapping[str, object], name: str | None, session: Session) -> Any:
    """Return graphql-core's result for an operation of a valid document."""
    told: ExecutionResult = execute_sync(
        reference_schema(),
        document,
        context_value=Context(session),
        variable_values=dict(variables),
        operation_name=name,
    )
    return told


@cache
def reference_schema() -> GraphQLSchema:
    """Return a copy of the schema that graphql-core can execute."""
    schema = build_schema()
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not is_introspection_type(type_):
            for name, told in type_.fields.items():
                told.resolve = _resolver(type_, name)
        if isinstance(type_, GraphQLObjectType) and any(one.name == Node.__name__ for one in type_.interfaces):
            type_.is_type_of = None
    node: Any = schema.type_map[Node.__name__]
    node.resolve_type = lambda value, *_: value[_TYPE_NAME]
    return schema


def _resolver(type_: GraphQLObjectType, name: str) -> Callable[..., object]:
    told = type_.fields[name]
    declared: StrawberryField = told.extensions[DEFINITION]
    binding = declared.metadata.get(BINDING)
    match binding:
        case RootList():
            return partial(_list, binding)
        case RootOne():
            return partial(_one, binding)
        case RootNode():
            return partial(_nodes, several=binding.several)
        case ReadBack():
            return partial(_read_back, binding)
    if declared.base_resolver is not None:
        return partial(_called, told.resolve)
    if binding is not None or is_page(type_):
        return _by_key
    return partial(_by_name, name, declared.python_name)


def _by_key(source: Mapping[str, object], info: Info, **_: object) -> object:
    return source[str(info.path.key)]


def _by_name(name: str, attribute: str, source: object, _info: Info, **_: object) -> object:
    return source[name] if isinstance(source, Mapping) else getattr(source, attribute)


def _list(binding: RootList, _source: None, info: Info, **_: object) -> object:
    selector, slots = _reading(info)
    page = selector.page(_type(info), info.field_nodes, slots)
    own = slots.place(info.parent_type.fields[info.field_name], info.field_nodes[0])
    given = slots.read(info.variable_values)
    told = given[own]
    if told.window is None:
        raise TypeError(f"{info.field_name} is a list without a page")
    listing = Listing(page, told.order or binding.order, told.window, told.filter, given[:own])
    return info.context.session.read(listing).values()[0]


def _one(binding: RootOne, _source: None, info: Info, **_: object) -> object:
    field_ = info.parent_type.fields[info.field_name]
    declared: StrawberryField = field_.extensions[DEFINITION]
    told = get_argument_values(field_, info.field_nodes[0], info.variable_values)
    names = dict(zip((one.python_name for one in declared.arguments), field_.args, strict=True))
    key = {column: told[names[name]] for name, column in binding.key.items()}
    return _found(info, _type(info), (key,))[0]


def _nodes(_source: None, info: Info, id: str = "", ids: Sequence[str] = (), *, several: bool) -> object:  # noqa: A002
    wanted = list(ids) if several else [id]
    found: list[object] = [None] * len(wanted)
    for type_, places, keys in found_by_ids(info.schema, wanted):
        for place, row in zip(places, _found(info, type_, keys), strict=True):
            found[place] = None if row is None else {_TYPE_NAME: type_.name, **row}
    return found if several else found[0]


def _called(resolve: Callable[..., object], source: object, info: Info, **arguments: object) -> object:
    selector, slots = _reading(info)
    # A selection that cannot be read is refused before anything is changed.
    for _ in selector.selections(get_named_type(info.return_type), info.field_nodes, slots):
        pass
    slots.read(info.variable_values)
    value = resolve(source, info, **arguments)
    return _by_keys(info, value) if is_entity(get_named_type(info.return_type)) else value


def _read_back(binding: ReadBack, source: object, info: Info, **_: object) -> object:
    return _by_keys(info, binding.keys(source))


def _by_keys(info: Info, keys: Any) -> object:
    if keys is None:
        return None
    if isinstance(keys, Sequence):
        rows = _found(info, _type(info), tuple(asdict(key) for key in keys))
        return [row for row in rows if row is not None]
    (row,) = _found(info, _type(info), (asdict(keys),))
    if row is None:
        raise NotFound("It was changed, but you may not see it.", hint="viewer { permissions } lists what you may do.")
    return row


def _found(info: Info, type_: GraphQLObjectType, keys: tuple[Mapping[str, object], ...]) -> list[Any]:
    """Return the plain values of objects, as the field being resolved selects them."""
    selector, slots = _reading(info)
    selection = selector.selection(type_, info.field_nodes, slots)
    return info.context.session.read(Lookup(selection, keys, slots.read(info.variable_values))).values()


def _reading(info: Info) -> tuple[Selector, Slots]:
    slots = Slots(info.context.session.service.settings.max_page_size)
    return Selector(info.schema, info.fragments, info.variable_values), slots


def _type(info: Info) -> GraphQLObjectType:
    named = get_named_type(info.return_type)
    if not isinstance(named, GraphQLObjectType):
        raise TypeError(f"{named} is not an object type")
    return named


@dataclass
class Steps:
    """The changes that two sessions make together: each waits for the other before and after every one."""

    meeting: Barrier = field(default_factory=lambda: Barrier(2, timeout=10))
    asked: tuple[object, object] = (None, None)
    outcome: object = None


class Leading(Session):
    """A session whose changes are carried out."""

    def __init__(self, service: Service, actor: Actor, steps: Steps) -> None:
        super().__init__(service, actor)
        self.steps = steps

    def run_checked(self, operation: Operation[..., Any], sent: Any, named: Mapping[str, Any], further: Any) -> Any:
        steps = self.steps
        self.close()
        steps.meeting.wait()
        steps.asked = (operation, named)
        try:
            steps.outcome = super().run_checked(operation, sent, named, further)
        except Problem as problem:
            steps.outcome = problem
        return _met(steps)


class Following(Session):
    """A session that is told what became of the changes of another, which must be the same as its own."""

    def __init__(self, service: Service, actor: Actor, steps: Steps) -> None:
        super().__init__(service, actor)
        self.steps = steps

    def run_checked(self, operation: Operation[..., Any], sent: Any, named: Mapping[str, Any], further: Any) -> Any:
        del sent, further
        self.close()
        self.steps.meeting.wait()
        outcome = _met(self.steps)
        if self.steps.asked != (operation, named):
            raise AssertionError(f"{self.steps.asked} was carried out, and {(operation, named)} is expected")
        return outcome


def _met(steps: Steps) -> object:
    steps.meeting.wait()
    if isinstance(steps.outcome, Problem):
        raise steps.outcome
    return steps.outcome


@contextmanager
def both(service: Service, actor: Actor) -> Iterator[tuple[Session, Session]]:
    """Give two sessions that see the same rows at each step: what one changes, it changes for both."""
    steps = Steps()
    pair = Leading(service, actor, steps), Following(service, actor, steps)
    try:
        yield pair
    finally:
        for session in pair:
            session.close()
