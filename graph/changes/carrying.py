"""Carrying out an operation, and what of its answer is read by the keys that it returned."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

import strawberry
from strawberry import UNSET, Info

from graph.context import Context
from graph.types.base import BINDING
from resolvers.errors import Problem
from resolvers.operations.keys import Key
from resolvers.operations.operation import Operation

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

    By then the selection of the answer has been read: nothing is changed by a document that is wrong.
    """
    return info.context.session.run(operation, *args, **arguments)


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
