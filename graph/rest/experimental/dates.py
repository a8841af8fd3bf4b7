"""The dates that name runs: in any form that Airflow reads as one, in UTC unless it says otherwise."""

import re
from datetime import UTC, datetime

from dateutil import parser

from graph.rest.experimental.problems import refused

_FORMS = {re.compile(r"\d{4}"): "%Y", re.compile(r"\d{4}-\d\d"): "%Y-%m", re.compile(r"\d{4}-\d{3}"): "%Y-%j"}


def read_date(told: object) -> datetime:
    """Return a date, in the zone that it names; refused where it is none."""
    try:
        return _zoned(_parsed(told if isinstance(told, str) else ""))
    except (ValueError, OverflowError):
        raise refused(
            400,
            f"Given execution date, {told}, could not be identified as a date. "
            "Example date format: 2015-11-16T14:34:15+00:00",
        ) from None


def _zoned(date: datetime) -> datetime:
    zoned = date if date.tzinfo else date.replace(tzinfo=UTC)
    zoned.astimezone(UTC)  # which a date near the first or the last year may not have: OverflowError
    return zoned


def _parsed(text: str) -> datetime:
    """Return what a text says, of today where it says a part alone; a span of time is no date."""
    now = datetime.now(UTC)
    if text == "now":
        return now
    for form, directive in _FORMS.items():
        if form.fullmatch(text):
            return datetime.strptime(text, directive)  # noqa: DTZ007 - as every other, it may name no zone
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        if text.count("/") == 1:
            raise
        return parser.parse(text, default=datetime(now.year, now.month, now.day))  # noqa: DTZ001 - as above
