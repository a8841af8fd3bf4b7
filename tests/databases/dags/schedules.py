"""One DAG per way of saying when."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pendulum
from airflow import __version__
from dateutil.relativedelta import relativedelta
from vocabulary import (
    DAG,
    CronDataIntervalTimetable,
    CronPartitionTimetable,
    CronTriggerTimetable,
    DeltaDataIntervalTimetable,
    DeltaTriggerTimetable,
    EmptyOperator,
    EventsTimetable,
    MultipleCronTriggerTimetable,
)

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
PARIS = datetime(2026, 1, 1, tzinfo=ZoneInfo("Europe/Paris"))
EVENTS = [pendulum.datetime(2026, 3, 29, hour) for hour in (0, 1, 12)] + [pendulum.datetime(2026, 10, 25, 1)]


def scheduled(name, schedule, *, start=START, **said):
    with DAG(f"when_{name}", start_date=start, schedule=schedule, catchup=False, tags=["schedule"], **said) as dag:
        EmptyOperator(task_id="only")
    globals()[dag.dag_id] = dag


scheduled("none", None)
scheduled("cron", "30 2 * * *")
scheduled("cron_often", "*/20 8-18 * * MON-FRI")
scheduled("cron_list", "0 0,12 1,15 * *")
scheduled("cron_last_day", "0 6 L * *")
scheduled("cron_day_or_weekday", "0 6 13 * 5")
scheduled("cron_third_friday", "0 9 * * FRI#3")
scheduled("cron_leap_day", "0 0 29 2 *")
scheduled("cron_seconds", "*/5 * * * * 30")
scheduled("cron_in_paris", "30 2 * * *", start=PARIS)
scheduled("cron_hourly_in_paris", "15 * * * *", start=PARIS)
scheduled("cron_weekly_in_paris", "0 0 * * 0", start=PARIS)
for preset in ("once", "hourly", "daily", "weekly", "monthly", "yearly"):
    scheduled(preset, f"@{preset}")
if not __version__.startswith("3.2."):  # 3.2.2 refuses this one of its own presets
    scheduled("quarterly", "@quarterly")
scheduled("continuous", "@continuous", max_active_runs=1)
scheduled("delta", timedelta(hours=5, minutes=30))
scheduled("delta_days", timedelta(days=2), start=PARIS)
scheduled("relative_delta", relativedelta(months=1))
scheduled("cron_data_interval", CronDataIntervalTimetable("0 3 * * *", timezone="UTC"))
scheduled("cron_data_interval_in_paris", CronDataIntervalTimetable("30 2 * * *", timezone="Europe/Paris"))
scheduled(
    "cron_data_interval_in_new_york", CronDataIntervalTimetable("0 */6 * * *", timezone=pendulum.timezone("America/New_York"))
)
scheduled("delta_data_interval", DeltaDataIntervalTimetable(timedelta(hours=8)))
scheduled("delta_data_interval_relative", DeltaDataIntervalTimetable(relativedelta(months=1, days=1)))
scheduled("cron_trigger", CronTriggerTimetable("30 2 * * *", timezone="Europe/Paris"))
scheduled("cron_trigger_interval", CronTriggerTimetable("0 6 * * *", timezone="UTC", interval=timedelta(hours=12)))
scheduled("cron_trigger_relative", CronTriggerTimetable("0 6 1 * *", timezone="UTC", interval=relativedelta(months=1)))
scheduled("events", EventsTimetable(event_dates=EVENTS, description="When the clocks change"))
scheduled("events_only", EventsTimetable(event_dates=EVENTS, restrict_to_events=True))
scheduled("events_sorted", EventsTimetable(event_dates=sorted(EVENTS), presorted=True))

if DeltaTriggerTimetable:
    scheduled("delta_trigger", DeltaTriggerTimetable(timedelta(hours=7), interval=timedelta(hours=3)))
    scheduled("delta_trigger_relative", DeltaTriggerTimetable(relativedelta(weeks=1)))
if MultipleCronTriggerTimetable:
    several = ("0 3 * * *", "30 2 * * 6", "0 12 1 * *")
    scheduled("several_crons", MultipleCronTriggerTimetable(*several, timezone="Europe/Paris"))
    scheduled(
        "several_crons_interval",
        MultipleCronTriggerTimetable(*several, timezone="UTC", interval=timedelta(hours=1), run_immediately=True),
    )
if CronPartitionTimetable:
    scheduled("cron_partition", CronPartitionTimetable("0 3 * * *", timezone="Europe/Paris"))
