"""Periods of time by which parts of assets are named: where they begin, and what they are made of."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from dateutil.relativedelta import relativedelta

from resolvers.serialized.encoding import TYPE, VALUE

OWN = "airflow.partition_mappers."
"""Where Airflow's own classes are that map parts of assets."""


class UnmappableKeyError(ValueError):
    """A key of which a mapper can make nothing: its DAG waits on."""


Window = Callable[[datetime], Sequence[datetime]]

_STEPS: Mapping[str, tuple[int, relativedelta]] = {
    "HourWindow": (60, relativedelta(minutes=1)),
    "DayWindow": (24, relativedelta(hours=1)),
    "WeekWindow": (7, relativedelta(days=1)),
    "QuarterWindow": (3, relativedelta(months=1)),
    "YearWindow": (12, relativedelta(months=1)),
}


def decode_window(stored: object) -> Window | None:
    """Return what lists the members of a period: from its beginning on, or backward those that end with it."""
    if not isinstance(stored, Mapping) or not (path := str(stored.get(TYPE))).startswith(OWN):
        return None
    name, inner = path.rpartition(".")[2], stored.get(VALUE)
    backward = isinstance(inner, Mapping) and inner.get("direction") == "backward"
    if name == "MonthWindow":
        return partial(_days_of_month, backward=backward)
    if name not in _STEPS:
        return None
    count, step = _STEPS[name]
    numbers = range(1 - count, 1) if backward else range(count)

    def members(at: datetime) -> Sequence[datetime]:
        _refuse_middle(at if step.months else None)
        return tuple(at + step * number for number in numbers)

    return members


def _days_of_month(at: datetime, *, backward: bool) -> Sequence[datetime]:
    _refuse_middle(at)
    month, day = relativedelta(months=1), timedelta(days=1)
    if backward:
        before = at - month
        return tuple(before + day * number for number in range(1, (at - before).days + 1))
    return tuple(at + day * number for number in range((at + month - at).days))


def _refuse_middle(at: datetime | None) -> None:
    """Refuse a period of months that would begin within one."""
    if at is not None and at.day != 1:
        raise UnmappableKeyError(f"{at:%Y-%m-%d} is not the first day of a month")


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _day(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def _week(at: datetime) -> datetime:
    return _day(at - timedelta(days=at.weekday()))


def _month(at: datetime) -> datetime:
    return _day(at.replace(day=1))


def _quarter(at: datetime) -> datetime:
    return _day(at.replace(month=(at.month - 1) // 3 * 3 + 1, day=1))


def _year(at: datetime) -> datetime:
    return _day(at.replace(month=1, day=1))


BEGINNINGS: Mapping[str, Callable[[datetime], datetime]] = {
    "Hour": _hour,
    "Day": _day,
    "Week": _week,
    "Month": _month,
    "Quarter": _quarter,
    "Year": _year,
}
"""By the word that Airflow has for it, what finds the beginning of the period that an instant is in."""
