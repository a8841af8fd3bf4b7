"""When a DAG is scheduled, and which stretch of time a run of it is about."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dateutil.relativedelta import relativedelta

from resolvers.errors import Invalid
from resolvers.serialized.cron import Cron
from resolvers.serialized.partitions import Partitions

Width = timedelta | relativedelta


@dataclass(frozen=True, slots=True)
class DataInterval:
    """The stretch of time that a run is about, in UTC; its start is the logical date of a scheduled run."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Timetable:
    """A schedule.

    This base is one that starts nothing by itself; `schedule` makes the right kind. `summary` is what
    the UI prints; the longer description that Airflow makes of a cron expression stands in the table `dag`.
    """

    summary: str = "None"
    is_known: bool = True
    """Whether we can say when it is due; not so for classes of the installation's own."""
    is_periodic: bool = False
    """Whether its runs are a series of dates that can be told beforehand."""
    can_be_scheduled: bool = False
    """Whether it ever starts a run itself."""
    partitions: Partitions | None = None
    """How it names the parts of its own, where it waits for parts of assets."""

    def manual_interval(self, at: datetime) -> DataInterval:
        """Return the data interval of a run that is started by hand for a logical date.

        Raises `Invalid` for a date so near the ends of the calendar that the interval lies beyond.
        """
        try:
            return self._by_hand(at)
        except (ValueError, OverflowError):
            raise Invalid(
                f"No data interval can be told for {at.isoformat()}.",
                field="logicalDate",
                hint="Give a date within this century, or the data interval too.",
            ) from None

    def intervals(self, earliest: datetime, latest: datetime) -> Iterator[DataInterval]:
        """Yield what is due from `earliest` to `latest`, in order; with a dense schedule that is a lot."""
        earliest, latest = earliest.astimezone(UTC), latest.astimezone(UTC)
        with suppress(ValueError, OverflowError):
            due, last = self._first(earliest), None
            while due and self._decisive(due) <= latest and (last is None or due.start > last.start):
                yield due
                due, last = self._next(due), due

    def _by_hand(self, at: datetime) -> DataInterval:
        """Return the data interval of a run for `at`, which may be of any offset."""
        return _exactly(at.astimezone(UTC))

    def _first(self, earliest: datetime) -> DataInterval | None:
        """Return what is due first at `earliest` or later."""
        return None

    def _next(self, last: DataInterval) -> DataInterval | None:
        """Return what is due next after `last`."""
        return None

    def _decisive(self, due: DataInterval) -> datetime:
        """Return the point in time that must not lie beyond the end of a range."""
        return due.start


def _exactly(at: datetime) -> DataInterval:
    return DataInterval(at, at)


def _until(end: datetime, width: Width) -> DataInterval:
    """Return the stretch of that width before `end`; months are counted on the calendar of its offset."""
    utc = end.astimezone(UTC)
    start = (end - width).astimezone(UTC) if isinstance(width, relativedelta) else utc - width
    return DataInterval(start, utc)


@dataclass(frozen=True)
class Once(Timetable):
    """One run, as soon as the start date has come."""

    def _first(self, earliest: datetime) -> DataInterval | None:
        return _exactly(earliest)


@dataclass(frozen=True, kw_only=True)
class Events(Timetable):
    """Runs at dates that the DAG file lists; with `restrict`, runs by hand are moved onto them too."""

    dates: tuple[datetime, ...]
    restrict: bool

    def _by_hand(self, at: datetime) -> DataInterval:
        at = at.astimezone(UTC)
        if not self.restrict or not self.dates:
            return _exactly(at)
        return _exactly(max((date for date in self.dates if date <= at), default=self.dates[0]))

    def _first(self, earliest: datetime) -> DataInterval | None:
        return next((_exactly(date) for date in self.dates if date >= earliest), None)

    def _next(self, last: DataInterval) -> DataInterval | None:
        return next((_exactly(date) for date in self.dates if date > last.end), None)


@dataclass(frozen=True, kw_only=True)
class CronInterval(Timetable):
    """A run at the end of each stretch between two due times, about that stretch."""

    cron: Cron

    def _by_hand(self, at: datetime) -> DataInterval:
        end = self.cron.at_or_before(at.astimezone(UTC))
        return DataInterval(self.cron.preceding(end), end)

    def _first(self, earliest: datetime) -> DataInterval | None:
        return self._from(self.cron.at_or_after(earliest))

    def _next(self, last: DataInterval) -> DataInterval | None:
        return self._from(self.cron.at_or_before(last.end))

    def _from(self, start: datetime) -> DataInterval:
        return DataInterval(start, self.cron.following(start))


@dataclass(frozen=True, kw_only=True)
class DeltaInterval(Timetable):
    """A run at the end of each stretch of that length, about that stretch."""

    delta: Width

    def _by_hand(self, at: datetime) -> DataInterval:
        return _until(at, self.delta)

    def _first(self, earliest: datetime) -> DataInterval | None:
        return DataInterval(earliest, earliest + self.delta)

    def _next(self, last: DataInterval) -> DataInterval | None:
        return DataInterval(last.end, last.end + self.delta)


@dataclass(frozen=True, kw_only=True)
class Trigger(Timetable):
    """A run at each due time, about the stretch of a given width before it, often of none."""

    width: Width

    def _by_hand(self, at: datetime) -> DataInterval:
        return _until(at, self.width)

    def _decisive(self, due: DataInterval) -> datetime:
        return due.end


@dataclass(frozen=True, kw_only=True)
class CronTrigger(Trigger):
    """Due as cron expressions say; with several, whenever one of them does."""

    crons: tuple[Cron, ...]

    def _first(self, earliest: datetime) -> DataInterval | None:
        return _until(min(cron.at_or_after(earliest) for cron in self.crons), self.width)

    def _next(self, last: DataInterval) -> DataInterval | None:
        return _until(min(cron.following(last.end) for cron in self.crons), self.width)


@dataclass(frozen=True, kw_only=True)
class DeltaTrigger(Trigger):
    """Due in steps of one length."""

    delta: Width

    def _first(self, earliest: datetime) -> DataInterval | None:
        return _until(earliest, self.width)

    def _next(self, last: DataInterval) -> DataInterval | None:
        return _until(last.end + self.delta, self.width)


@dataclass(frozen=True, kw_only=True)
class AssetOrTime(Timetable):
    """Due as another timetable says, and whenever assets are written."""

    inner: Timetable

    def _by_hand(self, at: datetime) -> DataInterval:
        return self.inner.manual_interval(at)

    def intervals(self, earliest: datetime, latest: datetime) -> Iterator[DataInterval]:
        """Yield what is due by time alone."""
        return self.inner.intervals(earliest, latest)
