"""The scalars of the graph: JSON, instants and durations."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig

# The writer of answers goes 254 levels deep, of which the answer around a value takes a few.
_DEEPEST = 200

JSON = NewType("JSON", object)
Duration = NewType("Duration", float)


def _instant(value: object) -> datetime:
    if not isinstance(value, str):
        raise GraphQLError(f'A DateTime is a string such as "2026-01-31T06:00:00Z", not {value!r}.')
    try:
        told = datetime.fromisoformat(value)
    except ValueError:
        raise GraphQLError(f"{value!r} is not an ISO 8601 date and time.") from None
    if told.tzinfo is None:
        raise GraphQLError(f"{value!r} has no time zone: append Z or an offset such as +02:00.")
    try:
        return told.astimezone(UTC)
    except OverflowError:
        raise GraphQLError(f"{value!r} lies beyond the calendar in UTC.") from None


def _iso(value: object) -> str:
    if not isinstance(value, datetime):
        raise GraphQLError(f"{value!r} is not an instant.")
    return value.astimezone(UTC).isoformat()


def _seconds(value: object) -> float:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, int | float) and math.isfinite(value):
        return float(value)
    raise GraphQLError(f"{value!r} is not a number of seconds.")


def plain(value: Any, depth: int = 0) -> Any:  # noqa: ANN401 - any JSON value
    """Return a value as JSON can say it; what JSON has no word for becomes text.

    Refuses what is nested deeper than the writer of the answer can go.
    """
    if depth > _DEEPEST:
        raise GraphQLError(f"This value is nested deeper than the {_DEEPEST} levels that an answer may have.")
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case datetime():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case dict():
            return {str(key): plain(inner, depth + 1) for key, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(inner, depth + 1) for inner in value]
        case _:
            return str(value)


def _given(value: object) -> object:
    return value


CONFIG = StrawberryConfig(
    scalar_map={
        JSON: strawberry.scalar(
            name="JSON",
            description="Any JSON value, as Airflow stores it.",
            specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
            serialize=plain,
            parse_value=_given,
        ),
        datetime: strawberry.scalar(
            name="DateTime",
            description=(
                "An instant as ISO 8601 text with an offset: always UTC in answers, "
                "`2026-01-31T06:00:00.123456+00:00`; in arguments any offset, or `Z`, but never none."
            ),
            specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
            serialize=_iso,
            parse_value=_instant,
        ),
        Duration: strawberry.scalar(
            name="Duration",
            description="A length of time in seconds, with a fraction.",
            serialize=_seconds,
            parse_value=_seconds,
        ),
    }
)
