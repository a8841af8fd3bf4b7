"""The dates that name runs: in any form that is read as one, in UTC unless it says otherwise."""

from datetime import UTC, datetime

from dateutil import parser

from graph.rest.experimental.problems import refused

_MIDNIGHT = datetime(2000, 1, 1)  # noqa: DTZ001 - what a text leaves out; its own zone, if any, counts


def read_date(told: object) -> datetime:
    """Return a date; refused where it is none."""
    try:
        date = _parsed(str(told))
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, OverflowError):
        raise refused(
            400,
            f"Given execution date, {told}, could not be identified as a date. "
            "Example date format: 2015-11-16T14:34:15+00:00",
        ) from None


def _parsed(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return parser.parse(text, default=_MIDNIGHT)
