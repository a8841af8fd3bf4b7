"""When a DAG is scheduled, and which stretch of time a run of it is about."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal

from dateutil.relativedelta import relativedelta

from resolvers.serialized.cron import PRESETS, Cron, NeverDueError
from resolvers.serialized.encoding import TYPE, VALUE, calendar_span, moment, span, time_zone, unwrap
from resolvers.serialized.fields import Fields

Width = timedelta | relativedelta


@dataclass(frozen=True, slots=True)
class DataInterval:
    """The stretch of time that a run is about, in UTC; its start is the logical date of a scheduled run."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Timetable:
    """A schedule.

    This base is a schedule that runs nothing by itself. `summary` is what the UI prints for it; the longer
    description that Airflow makes of a cron expression stands in the table `dag`.
    """

    summary: str = "None"
    is_known: bool = True
    """Whether we can say when it is due; not so for classes of the installation's own."""
    is_periodic: bool = False
    """Whether its runs are a series of dates that can be told beforehand."""
    can_be_scheduled: bool = False
    """Whether it ever starts a run itself."""

    def manual_interval(self, at: datetime) -> DataInterval:
        """Return the data interval of a run that is started by hand for a logical date."""
        return _exactly(at.astimezone(UTC))

    def intervals(self, earliest: datetime, latest: datetime) -> Iterator[DataInterval]:
        """Yield what is due from `earliest` to `latest`, in order; with a dense schedule that is a lot."""
        earliest, latest = earliest.astimezone(UTC), latest.astimezone(UTC)
        due, last = self._first(earliest), None
        while due and self._decisive(due) <= latest and (last is None or due.start > last.start):
            yield due
            due, last = self._next(due), due

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
class _Once(Timetable):
    """One run, as soon as the start date has come."""

    def _first(self, earliest: datetime) -> DataInterval | None:
        return _exactly(earliest)


@dataclass(frozen=True, kw_only=True)
class _Events(Timetable):
    """Runs at dates that the DAG file lists; with `restrict`, runs by hand are moved onto them too."""

    dates: tuple[datetime, ...]
    restrict: bool

    def manual_interval(self, at: datetime) -> DataInterval:
        at = at.astimezone(UTC)
        if not self.restrict or not self.dates:
            return _exactly(at)
        return _exactly(max((date for date in self.dates if date <= at), default=self.dates[0]))

    def _first(self, earliest: datetime) -> DataInterval | None:
        return next((_exactly(date) for date in self.dates if date >= earliest), None)

    def _next(self, last: DataInterval) -> DataInterval | None:
        return next((_exactly(date) for date in self.dates if date > last.end), None)


@dataclass(frozen=True, kw_only=True)
class _CronInterval(Timetable):
    """A run at the end of each stretch between two due times, about that stretch."""

    cron: Cron

    def manual_interval(self, at: datetime) -> DataInterval:
        end = self.cron.at_or_before(at.astimezone(UTC))
        return DataInterval(self.cron.preceding(end), end)

    def _first(self, earliest: datetime) -> DataInterval | None:
        return self._from(self.cron.at_or_after(earliest))

    def _next(self, last: DataInterval) -> DataInterval | None:
        return self._from(self.cron.at_or_before(last.end))

    def _from(self, start: datetime) -> DataInterval:
        return DataInterval(start, self.cron.following(start))


@dataclass(frozen=True, kw_only=True)
class _DeltaInterval(Timetable):
    """A run at the end of each stretch of that length, about that stretch."""

    delta: Width

    def manual_interval(self, at: datetime) -> DataInterval:
        return _until(at, self.delta)

    def _first(self, earliest: datetime) -> DataInterval | None:
        return DataInterval(earliest, earliest + self.delta)

    def _next(self, last: DataInterval) -> DataInterval | None:
        return DataInterval(last.end, last.end + self.delta)


@dataclass(frozen=True, kw_only=True)
class _Trigger(Timetable):
    """A run at each due time, about the stretch of a given width before it, often of none."""

    width: Width

    def manual_interval(self, at: datetime) -> DataInterval:
        return _until(at, self.width)

    def _decisive(self, due: DataInterval) -> datetime:
        return due.end


@dataclass(frozen=True, kw_only=True)
class _CronTrigger(_Trigger):
    """Due as cron expressions say; with several, whenever one of them does."""

    crons: tuple[Cron, ...]

    def _first(self, earliest: datetime) -> DataInterval | None:
        return _until(min(cron.at_or_after(earliest) for cron in self.crons), self.width)

    def _next(self, last: DataInterval) -> DataInterval | None:
        return _until(min(cron.following(last.end) for cron in self.crons), self.width)


@dataclass(frozen=True, kw_only=True)
class _DeltaTrigger(_Trigger):
    """Due in steps of one length."""

    delta: Width

    def _first(self, earliest: datetime) -> DataInterval | None:
        return _until(earliest, self.width)

    def _next(self, last: DataInterval) -> DataInterval | None:
        return _until(last.end + self.delta, self.width)


@dataclass(frozen=True, kw_only=True)
class _AssetOrTime(Timetable):
    """Due as another timetable says, and whenever assets are written."""

    inner: Timetable

    def manual_interval(self, at: datetime) -> DataInterval:
        return self.inner.manual_interval(at)

    def intervals(self, earliest: datetime, latest: datetime) -> Iterator[DataInterval]:
        return self.inner.intervals(earliest, latest)


def decode_timetable(stored: object, zone: tzinfo) -> Timetable:
    """Return the timetable that is stored, in one of two forms; `zone` is the DAG's, for the older form.

    `timetable` names a class and what it was made of. `schedule_interval` (Airflow 2) is null, a preset, a
    cron expression or a length of time, all of which mean data intervals there. A class that is not
    Airflow's own, or that holds what cannot be read, is not known.
    """
    if isinstance(stored, Mapping) and "." in (path := str(stored.get(TYPE))):
        name = path.rpartition(".")[2]
        inner = stored.get(VALUE)
        fields = Fields((inner if isinstance(inner, Mapping) else {},))
        timetable = decode(fields) if (decode := _CLASSES.get(name)) else None
        return timetable or Timetable(name, is_known=False, is_periodic=True, can_be_scheduled=True)
    return _from_schedule_interval(unwrap(stored), zone) or Timetable(
        str(stored), is_known=False, is_periodic=True, can_be_scheduled=True
    )


def _from_schedule_interval(interval: object, zone: tzinfo) -> Timetable | None:
    match interval:
        case None:
            return Timetable()
        case "@once":
            return _once(Fields(()))
        case "@continuous":
            return _continuous(Fields(()))
        case str():
            return _cron_interval(Fields(({"expression": interval},)), zone)
        case timedelta() | relativedelta():
            return _delta_interval(interval)
    return None


def _once(_: Fields) -> Timetable:
    return _Once("@once", can_be_scheduled=True)


def _continuous(_: Fields) -> Timetable:
    return Timetable("@continuous", can_be_scheduled=True)


def _named(summary: str, *, scheduled: bool) -> Callable[[Fields], Timetable]:
    return lambda _: Timetable(summary, can_be_scheduled=scheduled)


def _events(fields: Fields) -> Timetable | None:
    dates = [moment(text) for text in fields.texts("event_dates")]
    known = tuple(sorted(date for date in dates if date))
    if len(known) < len(dates):
        return None
    summary = fields.text("_summary") or f"{len(known)} events"
    return _Events(
        summary,
        is_periodic=True,
        can_be_scheduled=True,
        dates=known,
        restrict=fields.flag("restrict_to_events"),
    )


def _cron(expression: object, zone: object) -> Cron | None:
    """Return the expression, if it can be due at all; without a zone in the stored form, in UTC."""
    found = time_zone(zone) or (UTC if zone is None else None)
    if not isinstance(expression, str) or found is None:
        return None
    cron = Cron(PRESETS.get(expression, expression), found)
    try:
        cron.following(datetime(2000, 1, 1, tzinfo=UTC))
    except NeverDueError:
        return None
    return cron


def _cron_interval(fields: Fields, zone: tzinfo | None = None) -> Timetable | None:
    cron = _cron(fields.text("expression"), zone or fields.value("timezone"))
    if cron is None:
        return None
    return _CronInterval(cron.expression, is_periodic=True, can_be_scheduled=True, cron=cron)


def _cron_trigger(fields: Fields) -> Timetable | None:
    expressions = fields.texts("expression", "expressions")
    crons = [_cron(expression, fields.value("timezone")) for expression in expressions]
    known = tuple(cron for cron in crons if cron)
    width = _width(fields.value("interval")) or timedelta(0)
    if not known or len(known) < len(crons):
        return None
    summary = ", ".join(cron.expression for cron in known)
    return _CronTrigger(summary, is_periodic=True, can_be_scheduled=True, width=width, crons=known)


def _partitioned_cron(fields: Fields) -> Timetable | None:
    """Its runs have partitions instead of dates, so that no date is ever due."""
    expression = fields.text("expression")
    return None if expression is None else Timetable(expression, is_periodic=True, can_be_scheduled=True)


def _delta_interval(delta: Width | None) -> Timetable | None:
    if delta is None:
        return None
    return _DeltaInterval(str(delta), is_periodic=True, can_be_scheduled=True, delta=delta)


def _delta_trigger(fields: Fields) -> Timetable | None:
    delta, width = _width(fields.value("delta")), _width(fields.value("interval")) or timedelta(0)
    if delta is None:
        return None
    return _DeltaTrigger(str(delta), is_periodic=True, can_be_scheduled=True, width=width, delta=delta)


def _asset_or_time(kind: Literal["Asset", "Dataset"]) -> Callable[[Fields], Timetable]:
    def decode(fields: Fields) -> Timetable:
        inner = decode_timetable(fields.stored("timetable"), UTC)
        return _AssetOrTime(
            f"{kind} or {inner.summary}",
            inner.is_known,
            inner.is_periodic,
            inner.can_be_scheduled,
            inner=inner,
        )

    return decode


def _width(value: object) -> Width | None:
    return span(value) if not isinstance(value, Mapping | relativedelta) else calendar_span(value)


_CLASSES: Mapping[str, Callable[[Fields], Timetable | None]] = {
    "AssetOrTimeSchedule": _asset_or_time("Asset"),
    "AssetTriggeredTimetable": _named("Asset", scheduled=True),
    "ContinuousTimetable": _continuous,
    "CronDataIntervalTimetable": _cron_interval,
    "CronPartitionTimetable": _partitioned_cron,
    "CronTriggerTimetable": _cron_trigger,
    "DatasetOrTimeSchedule": _asset_or_time("Dataset"),
    "DatasetTriggeredTimetable": _named("Dataset", scheduled=True),
    "DeltaDataIntervalTimetable": lambda fields: _delta_interval(_width(fields.value("delta"))),
    "DeltaTriggerTimetable": _delta_trigger,
    "EventsTimetable": _events,
    "MultipleCronTriggerTimetable": _cron_trigger,
    "NullTimetable": _named("None", scheduled=False),
    "OnceTimetable": _once,
    "PartitionedAssetTimetable": _named("Partitioned Asset", scheduled=True),
    "PartitionedAtRuntime": _named("PartitionedAtRuntime", scheduled=False),
}
