"""How values are wrapped in a serialized DAG, and what they were before.

Airflow writes what JSON cannot say as `{"__type": name, "__var": value}`. The form is the same in
format 1 (Airflow 2), 2 (3.0) and 3 (3.1 to 3.3); only the set of names grew. Everything here is
total: what is not known, or not well formed, becomes `Opaque` instead of an error, because one
strange field must not hide a whole DAG.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.relativedelta import relativedelta, weekday

TYPE = "__type"
VALUE = "__var"


@dataclass(frozen=True, slots=True)
class Opaque:
    """A value that only Airflow, or the code of the DAG, can bring back: what it was called, and its JSON."""

    type: str
    value: object = field(hash=False)


@dataclass(frozen=True, slots=True)
class NotSet:
    """The mark that Airflow leaves where an argument was not given at all, not even as null."""


NOT_SET = NotSet()


def unwrap(value: object) -> object:
    """Return the value that was wrapped, with everything inside it unwrapped too."""
    if isinstance(value, str | int | float) or value is None:
        return value
    if isinstance(value, list):
        return [unwrap(item) for item in value]
    if isinstance(value, Mapping):
        if TYPE in value:
            return _unwrap_typed(value)
        return {str(key): unwrap(item) for key, item in value.items()}
    return value


def _unwrap_typed(wrapped: Mapping[str, object]) -> object:
    kind = str(wrapped[TYPE])
    # Assets inside asset expressions stand flat beside their `__type`.
    inner = wrapped[VALUE] if VALUE in wrapped else {k: v for k, v in wrapped.items() if k != TYPE}
    decode = _KINDS.get(kind)
    value = decode(inner) if decode else None
    return Opaque(kind, inner) if value is None else value


def _mapping(value: object) -> dict[str, object] | None:
    return {str(key): unwrap(item) for key, item in value.items()} if isinstance(value, Mapping) else None


def _tuple(value: object) -> tuple[object, ...] | None:
    return tuple(unwrap(item) for item in value) if isinstance(value, list) else None


def _set(value: object) -> set[object] | None:
    try:
        return set(_tuple(value) or ())
    except TypeError:
        return None


def moment(value: object) -> datetime | None:
    """Return a point in time, in UTC, from seconds since 1970 or from ISO text."""
    try:
        match value:
            case bool() | None:
                return None
            case datetime():
                return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
            case int() | float():
                return datetime.fromtimestamp(value, UTC)
            case str():
                return moment(datetime.fromisoformat(value))
    except (ValueError, OverflowError, OSError):
        pass
    return None


def span(value: object) -> timedelta | None:
    """Return a length of time from its seconds."""
    match value:
        case timedelta():
            return value
        case bool():
            return None
        case int() | float() if math.isfinite(value):
            try:
                return timedelta(seconds=value)
            except OverflowError:
                return None
    return None


def calendar_span(value: object) -> relativedelta | None:
    """Return a length of time in months and the like, from the parts that Airflow lists."""
    if isinstance(value, relativedelta):
        return value
    if not isinstance(value, Mapping):
        return None
    parts = dict(value)
    try:
        if isinstance(day := parts.get("weekday"), list):
            parts["weekday"] = weekday(*day)
        return relativedelta(**parts)
    except (TypeError, ValueError):
        return None


@lru_cache(maxsize=256)
def _named_zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def time_zone(value: object) -> tzinfo | None:
    """Return a time zone from its IANA name, or from its offset to UTC in seconds."""
    match value:
        case bool() | None:
            return None
        case "UTC":
            return UTC
        case str():
            return _named_zone(value)
        case tzinfo():
            return value
        case int() | float() if abs(value) < timedelta(days=1).total_seconds():
            return timezone(timedelta(seconds=value))
    return None


_KINDS: Mapping[str, Callable[[object], object]] = {
    "arg_not_set": lambda _: NOT_SET,
    "datetime": moment,
    "dict": _mapping,
    "relativedelta": calendar_span,
    "set": _set,
    "timedelta": span,
    "timezone": time_zone,
    "tuple": _tuple,
}
"""What brings a wrapped value back; None where it is not well formed."""
