"""What one run of a statement is given, and which of it decides what the statement looks like."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, bindparam
from sqlalchemy.types import TypeEngine

from resolvers.access.permissions import Guard
from resolvers.access.scopes import Scopes
from resolvers.binding import Match, Operator
from resolvers.selection import Arguments


@dataclass(frozen=True)
class Asked:
    """What one run of a statement is given.

    `keys` are those of the parents, part by part. `cursor` holds the values behind which the page
    begins. `most` is how many rows the answer may still take. `joined` is what those steps are given that are read
    along.
    """

    arguments: Arguments
    scopes: Scopes
    keys: Sequence[Sequence[object]] = ()
    cursor: tuple[object, ...] = ()
    most: int = 0
    joined: tuple["Asked", ...] = ()


# Where a run finds the value of a parameter.
Source = Callable[[Asked], object]


class Parameters:
    """The parameters of a statement that is being made: their names, and where a run finds their values."""

    def __init__(self, sources: dict[str, Source] | None = None, *, joined: int | None = None) -> None:
        self.sources: dict[str, Source] = {} if sources is None else sources
        self._joined = joined

    def of_joined(self, at: int) -> "Parameters":
        """Return the parameters of a step that is read along, which are of the same statement."""
        return Parameters(self.sources, joined=at)

    def bind(self, source: Source, type_: TypeEngine[Any]) -> BindParameter[Any]:
        """Return a new parameter of this type."""
        name = f"p{len(self.sources)}"
        self.sources[name] = source if self._joined is None else _of_joined(source, self._joined)
        return bindparam(name, None, type_=type_)


def _of_joined(source: Source, at: int) -> Source:
    return lambda asked: source(asked.joined[at])


def structure(arguments: tuple[Arguments, ...], scopes: Scopes, guards: tuple[Guard, ...]) -> Hashable:
    """Return what of a request decides how a statement looks, apart from the values in it.

    Two requests with the same structure differ in parameters alone, so that what was made of the first,
    SQL and the code that writes its rows, serves the second.
    """
    return (*[_form(one, scopes) for one in arguments], scopes.stances(guards))


def _form(arguments: Arguments, scopes: Scopes) -> Hashable:
    window = arguments.window
    return (
        arguments.order,
        window is not None and window.after is not None,
        window is not None and window.offset > 0,
        tuple([_outline(match, scopes) for match in arguments.filter]),
    )


def _outline(match: Match, scopes: Scopes) -> Hashable:
    told = (match.column, match.operator, match.link, match.guard)
    seen = None if match.guard is None else scopes.stance(match.guard)
    match match.operator:
        case Operator.IN | Operator.NOT_IN:
            values = among(match)
            return (*told, seen, None in values, any(value is not None for value in values), len(values) == 1)
        case Operator.IS_NULL:
            return (*told, seen, bool(match.value))
        case Operator.EQUALS:
            return (*told, seen, match.value is None)
        case Operator.EITHER:
            return (*told, seen, tuple(_outline(one, scopes) for one in alternatives(match)))
    return (*told, seen)


def among(match: Match) -> tuple[object, ...]:
    """Return the values one of which a column is to have."""
    value = match.value
    return tuple(value) if isinstance(value, list | tuple | set | frozenset) else (value,)


def alternatives(match: Match) -> tuple[Match, ...]:
    """Return the conditions one of which is to be met."""
    return tuple(one for one in among(match) if isinstance(one, Match))
