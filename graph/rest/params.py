"""From a query string to typed arguments, refused in the words of Airflow's stable API."""

import math
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum

from starlette.datastructures import QueryParams

from graph.rest.dialect import RefusedError

_LOOSE = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,6})\d{0,6})?)?"
    r"(?:(Z)|([+-]\d\d)(?::?(\d\d))?)?"
)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


# What PostgreSQL takes for an integer of Airflow's.
LEAST_INTEGER, MOST_INTEGER = -(2**31), 2**31 - 1


class Kind(Enum):
    """What a value is, by the name that refusals use."""

    TEXT = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    MOMENT = "date-time"
    LIST = "array"
    OBJECT = "object"


@dataclass(frozen=True)
class Parameter:
    """A parameter of the query string. A list takes values separated by commas, or the name repeated."""

    name: str
    kind: Kind = Kind.TEXT
    required: bool = False
    least: int | None = None
    most: int | None = None
    # Of a list: what its values may be, which whoever reads it looks at.
    among: tuple[str, ...] = ()
    # Whether a list goes on where the name is given again; else the last one is all of it.
    repeats: bool = True


MASK = Parameter("update_mask", Kind.LIST, repeats=False)
"""Which of a body's properties count."""


def lists(names: str) -> tuple[Parameter, ...]:
    """Return parameters that take several values."""
    return tuple(Parameter(name, Kind.LIST) for name in names.split())


def read_query(parameters: Sequence[Parameter], query: QueryParams) -> dict[str, object]:
    """Return the parameters that were given, as what they are."""
    known = {parameter.name: parameter for parameter in parameters}
    extra = sorted(set(query.keys()) - set(known))
    if extra:
        raise RefusedError(400, f"Extra query parameter(s) {', '.join(extra)} not in spec", title=None)
    for parameter in parameters:
        if parameter.required and parameter.name not in query:
            raise RefusedError(400, f"Missing query parameter '{parameter.name}'")
    return {name: _parameter(known[name], query.getlist(name)) for name in query.keys()}  # noqa: SIM118 - a multidict


def _parameter(parameter: Parameter, given: Sequence[str]) -> object:
    if parameter.kind is Kind.LIST:
        texts = given if parameter.repeats else given[-1:]
        return tuple(part for text in texts for part in text.split(","))
    text = given[-1]
    match parameter.kind:
        case Kind.INTEGER | Kind.NUMBER:
            number = _number(text, parameter.kind)
            if number is None:
                raise _wrong_type(parameter)
            if parameter.least is not None and number < parameter.least:
                raise RefusedError(400, _beyond(number, "less", "minimum", parameter.least))
            if parameter.most is not None and number > parameter.most:
                raise RefusedError(400, _beyond(number, "greater", "maximum", parameter.most))
            return number
        case Kind.BOOLEAN:
            if text.lower() not in ("true", "false"):
                raise _wrong_type(parameter)
            return text.lower() == "true"
        case Kind.MOMENT:
            moment = read_moment(text)
            if moment is None:
                raise RefusedError(
                    400,
                    f"{text!r} is not a 'date-time'\n\nFailed validating 'format' in schema:\n"
                    f"    {{'type': 'string', 'format': 'date-time'}}\n\nOn instance:\n    {text!r}",
                )
            return moment
        case _:
            return text


def _number(text: str, kind: Kind) -> float | None:
    try:
        number = int(text) if kind is Kind.INTEGER else float(text)
    except ValueError:
        return None
    if isinstance(number, int):
        return number
    # To PostgreSQL, what is not a number is more than any.
    most = sys.float_info.max
    return most if math.isnan(number) else max(-most, min(number, most))


def held(number: object) -> int:
    """Return a number as far as the databases can hold it: nothing has one beyond."""
    return max(LEAST_INTEGER, min(number, MOST_INTEGER)) if isinstance(number, int) else -1


def _wrong_type(parameter: Parameter) -> RefusedError:
    return RefusedError(400, f"Wrong type, expected '{parameter.kind.value}' for query parameter '{parameter.name}'")


def _beyond(number: float, how: str, bound: str, told: int) -> str:
    return (
        f"{number} is {how} than the {bound} of {told}\n\nFailed validating {bound!r} in schema:\n"
        f"    {{'type': 'integer', {bound!r}: {told}}}\n\nOn instance:\n    {number}"
    )


def read_body_moment(text: str) -> datetime | None:
    """Return an instant as bodies may tell it: figures, seconds, and what follows them may be left out.

    One that names no offset has none; what is no instant of the calendar in UTC is none.
    """
    parts = _LOOSE.fullmatch(text)
    if parts is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in parts.groups()[:6])
    fraction, utc, hours, minutes = parts.groups()[6:]
    microsecond = int((fraction or "").ljust(6, "0"))
    ahead = timedelta(hours=abs(int(hours or 0)), minutes=int(minutes or 0))
    try:
        zone = timezone(-ahead if (hours or "").startswith("-") else ahead) if utc or hours else None
        told = datetime(year, month, day, hour, minute, second, microsecond, tzinfo=zone)
        told.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return told


def read_moment(text: str) -> datetime | None:
    """Return an instant in the one form that the API takes: date, time and offset; else none.

    An instant beyond the calendar in UTC is none either: no database could compare with it.
    """
    if not _MOMENT.fullmatch(text):
        return None
    try:
        told = datetime.fromisoformat(text.upper())
        told.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return told
