"""Which timetable is meant by what is stored as the schedule of a DAG."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal

from dateutil.relativedelta import relativedelta

from resolvers.serialized.cron import PRESETS, Cron, NeverDueError
from resolvers.serialized.encoding import TYPE, VALUE, calendar_span, moment, span, time_zone, unwrap
from resolvers.serialized.fields import Fields
from resolvers.serialized.partitions import decode_partitions
from resolvers.serialized.timetable import (
    AssetOrTime,
    CronInterval,
    CronTrigger,
    DeltaInterval,
    DeltaTrigger,
    Events,
    Once,
    Timetable,
    Width,
)


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
    return Once("@once", can_be_scheduled=True)


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
    return Events(
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
    return CronInterval(cron.expression, is_periodic=True, can_be_scheduled=True, cron=cron)


def _cron_trigger(fields: Fields) -> Timetable | None:
    expressions = fields.texts("expression", "expressions")
    crons = [_cron(expression, fields.value("timezone")) for expression in expressions]
    known = tuple(cron for cron in crons if cron)
    width = _width(fields.value("interval")) or timedelta(0)
    if not known or len(known) < len(crons):
        return None
    summary = ", ".join(cron.expression for cron in known)
    return CronTrigger(summary, is_periodic=True, can_be_scheduled=True, width=width, crons=known)


def _partitioned_cron(fields: Fields) -> Timetable | None:
    """Its runs have partitions instead of dates, so that no date is ever due."""
    expression = fields.text("expression")
    return None if expression is None else Timetable(expression, is_periodic=True, can_be_scheduled=True)


def _partitioned_asset(fields: Fields) -> Timetable:
    return Timetable("Partitioned Asset", can_be_scheduled=True, partitions=decode_partitions(fields))


def _delta_interval(delta: Width | None) -> Timetable | None:
    if delta is None:
        return None
    return DeltaInterval(str(delta), is_periodic=True, can_be_scheduled=True, delta=delta)


def _delta_trigger(fields: Fields) -> Timetable | None:
    delta, width = _width(fields.value("delta")), _width(fields.value("interval")) or timedelta(0)
    if delta is None:
        return None
    return DeltaTrigger(str(delta), is_periodic=True, can_be_scheduled=True, width=width, delta=delta)


def _asset_or_time(kind: Literal["Asset", "Dataset"]) -> Callable[[Fields], Timetable]:
    def decode(fields: Fields) -> Timetable:
        inner = decode_timetable(fields.stored("timetable"), UTC)
        return AssetOrTime(
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
    "PartitionedAssetTimetable": _partitioned_asset,
    "PartitionedAtRuntime": _named("PartitionedAtRuntime", scheduled=False),
}
