"""Timetables of every stored form are known, and what is not known does no harm."""

from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from dateutil.relativedelta import relativedelta

from resolvers.errors import Invalid
from resolvers.serialized.schedule import decode_timetable
from resolvers.serialized.timetable import DataInterval, Timetable

CORE = "airflow.timetables"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def made(name: str, **inner: object) -> Timetable:
    return decode_timetable({"__type": f"{CORE}.{name}", "__var": inner}, UTC)


@pytest.mark.parametrize(
    ("interval", "summary", "is_periodic"),
    [
        (None, "None", False),
        ("@once", "@once", False),
        ("@continuous", "@continuous", False),
        ("@daily", "0 0 * * *", True),
        ("5 4 * * *", "5 4 * * *", True),
        ({"__type": "timedelta", "__var": 7200.0}, "2:00:00", True),
        ({"__type": "relativedelta", "__var": {"months": 1}}, str(relativedelta(months=1)), True),
    ],
)
def test_the_older_form_of_a_schedule_is_read(interval: object, summary: str, is_periodic: bool) -> None:
    timetable = decode_timetable(interval, UTC)
    assert (timetable.summary, timetable.is_periodic, timetable.is_known) == (summary, is_periodic, True)
    assert timetable.can_be_scheduled is (interval is not None)


@pytest.mark.parametrize(
    "stored",
    [
        {"__type": "our.plugins.AfterWorkdayTimetable", "__var": {"hour": 5}},
        {"__type": f"{CORE}.interval.CronDataIntervalTimetable", "__var": {"expression": "never", "timezone": "UTC"}},
        {"__type": f"{CORE}.interval.CronDataIntervalTimetable", "__var": {"expression": "@daily", "timezone": "Mu"}},
        {"__type": f"{CORE}.interval.DeltaDataIntervalTimetable", "__var": {}},
        {"__type": f"{CORE}.trigger.MultipleCronTriggerTimetable", "__var": {"expressions": []}},
        {"__type": f"{CORE}.events.EventsTimetable", "__var": {"event_dates": ["some day"]}},
        "every now and then",
        7,
    ],
)
def test_a_schedule_that_only_airflow_can_tell_is_about_moments_and_never_due(stored: object) -> None:
    timetable = decode_timetable(stored, UTC)
    assert not timetable.is_known
    assert timetable.manual_interval(at("2026-01-01")) == DataInterval(at("2026-01-01"), at("2026-01-01"))
    assert list(timetable.intervals(at("2026-01-01"), at("2027-01-01"))) == []


def test_a_run_by_hand_is_about_the_last_whole_stretch() -> None:
    nightly = made("interval.CronDataIntervalTimetable", expression="0 3 * * *", timezone="UTC")
    assert nightly.manual_interval(at("2026-02-01T05:00")) == DataInterval(
        at("2026-01-31T03:00"), at("2026-02-01T03:00")
    )


def test_months_are_counted_on_the_calendar_of_the_given_offset() -> None:
    monthly = made("interval.DeltaDataIntervalTimetable", delta={"months": 1})
    given = datetime.fromisoformat("2026-04-30T23:00-05:00")
    assert monthly.manual_interval(given).start == at("2026-03-31T04:00")


def test_a_period_holds_what_is_due_in_it_with_both_ends() -> None:
    daily = made("trigger.CronTriggerTimetable", expression="0 6 * * *", timezone="UTC", interval=3600.0)
    assert list(daily.intervals(at("2026-01-01T06:00"), at("2026-01-02T06:00"))) == [
        DataInterval(at("2026-01-01T05:00"), at("2026-01-01T06:00")),
        DataInterval(at("2026-01-02T05:00"), at("2026-01-02T06:00")),
    ]


def test_a_step_that_leads_nowhere_ends_the_period() -> None:
    still = made("interval.DeltaDataIntervalTimetable", delta=0.0)
    assert len(list(still.intervals(at("2026-01-01"), at("2026-01-02")))) == 1


def test_a_period_without_end_is_read_as_far_as_wanted() -> None:
    often = made("trigger.DeltaTriggerTimetable", delta=60.0, interval=0.0)
    due = list(islice(often.intervals(at("2026-01-01"), at("9999-01-01")), 3))
    assert [interval.start for interval in due] == [at("2026-01-01") + timedelta(minutes=n) for n in range(3)]


def test_events_come_as_listed_and_once() -> None:
    dates = ["2026-03-01T00:00:00+00:00", "2026-01-01T00:00:00+00:00"]
    events = made("events.EventsTimetable", event_dates=dates, restrict_to_events=True)
    assert [due.start for due in events.intervals(at("2025-01-01"), at("2027-01-01"))] == [
        at("2026-01-01"),
        at("2026-03-01"),
    ]
    assert events.manual_interval(at("2026-02-01")).start == at("2026-01-01")
    assert events.manual_interval(at("2025-02-01")).start == at("2026-01-01")


def test_once_is_due_at_the_beginning() -> None:
    assert list(made("simple.OnceTimetable").intervals(at("2026-01-01"), at("2026-02-01"))) == [
        DataInterval(at("2026-01-01"), at("2026-01-01"))
    ]


def test_a_schedule_by_assets_or_time_is_told_by_its_time() -> None:
    weekly = {"expression": "0 1 * * 3", "timezone": "UTC"}
    inner = {"__type": f"{CORE}.interval.CronDataIntervalTimetable", "__var": weekly}
    both = made("assets.AssetOrTimeSchedule", timetable=inner, asset_condition={})
    assert (both.summary, both.is_periodic, both.can_be_scheduled) == ("Asset or 0 1 * * 3", True, True)
    assert both.manual_interval(at("2026-01-08")) == DataInterval(at("2025-12-31T01:00"), at("2026-01-07T01:00"))
    assert len(list(both.intervals(at("2026-01-01"), at("2026-01-31")))) == 4


@pytest.mark.parametrize(
    "timetable",
    [
        made("interval.CronDataIntervalTimetable", expression="0 3 * * *", timezone="UTC"),
        made("interval.DeltaDataIntervalTimetable", delta=86400.0),
        made("trigger.CronTriggerTimetable", expression="0 3 * * *", timezone="UTC", interval={"months": 1}),
    ],
)
def test_a_date_at_the_ends_of_the_calendar_is_refused_or_ends_the_period(timetable: Timetable) -> None:
    with pytest.raises(Invalid, match="0001-01-01") as refused:
        timetable.manual_interval(at("0001-01-01"))
    assert refused.value.field == "logicalDate"
    assert len(list(timetable.intervals(at("9999-12-29"), at("9999-12-31T23:59:59")))) <= 3
