"""Carrying out an operation, and reading back what it changed as the document asks."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ParamSpec, TypeVar

import strawberry
from graphql import GraphQLNamedType, GraphQLObjectType, GraphQLResolveInfo, get_named_type
from strawberry import UNSET, Info

from graph.context import Context
from graph.selecting import selector_of
from graph.selection import is_entity
from graph.types.base import BINDING
from resolvers.errors import NotFound, Problem
from resolvers.operations.keys import Key
from resolvers.operations.operation import Operation
from resolvers.selection import Lookup

P = ParamSpec("P")
R = TypeVar("R")
ContextInfo = Info[Context, None]


@dataclass(frozen=True)
class ReadBack:
    """A field of an answer that is read by the keys which an operation returned.

    `keys` finds them in the answer's source: one key, none, or several.
    """

    keys: Callable[[Any], "Key | Sequence[Key] | None"]


def read_back(description: str, keys: Callable[[Any], "Key | Sequence[Key] | None"]) -> Any:
    """Return a field that is read by the keys which an operation returned."""
    return strawberry.field(description=description, metadata={BINDING: ReadBack(keys)})


def carry_out(info: ContextInfo, operation: Operation[P, R], *args: P.args, **arguments: P.kwargs) -> R:
    """Carry out an operation for whoever asks; return the keys of what it changed.

    A selection that cannot be read is refused first: nothing is changed by a document that is wrong.
    """
    _foresee(info._raw_info)  # noqa: SLF001 - strawberry has no other way to reach it
    return info.context.session.run(operation, *args, **arguments)


def carry_out_and_read(info: ContextInfo, operation: Operation[P, Key], *args: P.args, **arguments: P.kwargs) -> Any:
    """Carry out an operation; return the object that it changed, as the document selects it."""
    key = carry_out(info, operation, *args, **arguments)
    return read_one(info._raw_info, key)  # noqa: SLF001 - strawberry has no other way to reach it


def _foresee(info: "GraphQLResolveInfo[Context]") -> None:
    """Read the selection of the answer to come; raises what is wrong with it."""
    for _ in selector_of(info).selections(get_named_type(info.return_type), info.field_nodes):
        pass


def read_one(info: "GraphQLResolveInfo[Context]", key: Key) -> object:
    """Return the object of a key, as the field being resolved selects it."""
    found = read_keys(info, [key])[0]
    if found is None:
        raise NotFound("It was changed, but you may not see it.", hint="viewer { permissions } lists what you may do.")
    return found


def read_keys(info: "GraphQLResolveInfo[Context]", keys: Sequence[Key]) -> list[object]:
    """Return the objects of keys, as the field being resolved selects them; none where one is not seen."""
    named: GraphQLNamedType = get_named_type(info.return_type)
    if not isinstance(named, GraphQLObjectType) or not is_entity(named):
        raise TypeError(f"{named} is not an entity")
    selection = selector_of(info).selection(named, info.field_nodes)
    return info.context.session.read(Lookup(selection, tuple(asdict(key) for key in keys)))


def resolve_read_back(binding: ReadBack, source: object, info: "GraphQLResolveInfo[Context]", **_: object) -> object:
    """Resolve a field of an answer by reading what the operation changed."""
    keys = binding.keys(source)
    if keys is None:
        return None
    if isinstance(keys, Sequence):
        return [found for found in read_keys(info, keys) if found is not None]
    return read_one(info, keys)


@strawberry.type(description="Why something was refused.")
class Refusal:
    """Why something was refused."""

    code: str = strawberry.field(description="The kind of refusal, such as `NOT_FOUND`.")
    message: str = strawberry.field(description="What is wrong.")
    hint: str | None = strawberry.field(description="What to do about it.")


def refusal(problem: Problem) -> Refusal:
    """Return a problem as a part of an answer, for changes to many things at once."""
    return Refusal(code=problem.code, message=problem.detail, hint=problem.hint)


def given(**values: object) -> dict[str, Any]:
    """Return those arguments of an operation that the client did not leave out."""
    return {name: value for name, value in values.items() if value is not UNSET}
