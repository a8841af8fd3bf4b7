"""DAGs that wait for assets: for one, for two, for what an alias turns out to be, and for parts of one (since 3.2)."""

import datetime

from either import DAG, Asset, AssetAlias, task

try:
    from airflow.sdk import (
        FanOutMapper,
        PartitionedAssetTimetable,
        ProductMapper,
        RollupMapper,
        StartOfDayMapper,
        StartOfMonthMapper,
        StartOfQuarterMapper,
        StartOfWeekMapper,
        WeekWindow,
    )
except ImportError:
    PartitionedAssetTimetable = None

BIRTH = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


@task
def take(**context) -> list:
    events = context.get("triggering_asset_events") or context.get("triggering_dataset_events") or {}
    return [event.extra for of_one in events.values() for event in of_one]


@task
def part(**context) -> str | None:
    return context["dag_run"].partition_key


with DAG("takes_one", schedule=[Asset("s3://live/one")], start_date=BIRTH, tags=["assets"]):
    take()

with DAG("takes_two", schedule=[Asset("s3://live/left"), Asset("s3://live/right")], start_date=BIRTH, tags=["assets"]):
    take()

with DAG("sleeps", schedule=[Asset("s3://live/one")], start_date=BIRTH, is_paused_upon_creation=True, tags=["assets"]):
    take()

if AssetAlias:

    @task(outlets=[AssetAlias("live_alias")])
    def make(*, outlet_events) -> None:
        outlet_events[AssetAlias("live_alias")].add(Asset("s3://live/made"), extra={"made": "by a task"})

    with DAG("makes", schedule=None, start_date=BIRTH, tags=["assets"]):
        make()

    with DAG("takes_alias", schedule=[AssetAlias("live_alias")], start_date=BIRTH, tags=["assets"]):
        take()

if PartitionedAssetTimetable:
    PARTS = Asset(name="parts", uri="s3://live/parts")
    MAPPERS = {
        "identity": None,
        "day": StartOfDayMapper(timezone="Europe/Vienna"),
        "quarter": StartOfQuarterMapper(),
    }
    for name, mapper in MAPPERS.items():
        how = {"partition_mapper_config": {PARTS: mapper}} if mapper else {}
        with DAG(f"parts_{name}", schedule=PartitionedAssetTimetable(assets=PARTS, **how), start_date=BIRTH):
            part()

    SHARDS = Asset(name="shards", uri="s3://live/shards")
    by_shard = ProductMapper(StartOfMonthMapper(), StartOfDayMapper(input_format="%Y-%m-%d"))
    with DAG("shards", schedule=PartitionedAssetTimetable(assets=SHARDS, default_partition_mapper=by_shard), start_date=BIRTH):
        part()

    WEEKS = Asset(name="weeks", uri="s3://live/weeks")
    by_day = FanOutMapper(upstream_mapper=StartOfWeekMapper(), window=WeekWindow())
    with DAG("weeks", schedule=PartitionedAssetTimetable(assets=WEEKS, default_partition_mapper=by_day), start_date=BIRTH):
        part()

    DAYS = Asset(name="days", uri="s3://live/days")
    by_week = RollupMapper(upstream_mapper=StartOfWeekMapper(input_format="%Y-%m-%d"), window=WeekWindow())
    with DAG("days", schedule=PartitionedAssetTimetable(assets=DAYS, default_partition_mapper=by_week), start_date=BIRTH):
        part()
