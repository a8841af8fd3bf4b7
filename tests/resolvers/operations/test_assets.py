"""What becomes of updates of assets: whom they wake, and what Airflow's audit log says of it."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import update

from resolvers.access.actor import EVERYTHING, Actor
from resolvers.access.permissions import Permission
from resolvers.errors import Forbidden, Invalid, NotFound, Unsupported
from resolvers.operations.assets import (
    create_asset_event,
    delete_queued_asset_event,
    delete_queued_asset_events,
    delete_queued_asset_events_of_dag,
)
from resolvers.operations.operation import Operation
from tests.graph.assets import CLEAN, RAW, furnish_assets
from tests.world import DAY, World


@pytest.fixture
def waiting(world: World) -> World:
    for dag_id in ("etl", "idle", "gone", "mapped"):
        world.dag(dag_id, {"extract": ["load"], "load": []}, is_stale=dag_id == "gone")
    world.run("etl", "r1")
    furnish_assets(world)
    return world


def queued(world: World) -> set[tuple[str, int]]:
    return {(row["dag_id"], row["asset_id"]) for row in world.rows("queued_asset_event", "dag_id asset_id")}


def audited(world: World) -> dict[str, object]:
    row = world.rows("log", "event extra owner dag_id")[-1]
    return {**row, "extra": json.loads(row["extra"])}


def test_an_update_is_kept_for_each_dag_that_waits(waiting: World) -> None:
    with waiting.service.session(waiting.actor()) as session:
        key = session.run(create_asset_event, asset_id=CLEAN, extra={"rows": 7})

    [made] = waiting.rows("asset_event", "asset_id extra source_dag_id source_map_index", id=key.id)
    assert made["asset_id"] == CLEAN
    assert made["extra"] == {"rows": 7, "from_rest_api": True}
    assert made["source_dag_id"] is None
    assert made["source_map_index"] == -1
    assert queued(waiting) >= {("etl", CLEAN), ("idle", CLEAN)}
    assert (
        audited(waiting)["event"] == {2: "api.create_dataset_event", 3: "create_asset_event"}[waiting.generation.number]
    )


def test_a_dag_that_is_paused_or_in_airflow_2_stale_is_not_woken(waiting: World) -> None:
    waiting.dag("asleep", is_paused=True)
    waiting.insert("asset_consumer", {"asset_id": RAW, "dag_id": "asleep", "created_at": DAY, "updated_at": DAY})

    with waiting.service.session(waiting.actor()) as session:
        session.run(create_asset_event, uri="s3://bucket/raw")

    woken = {dag_id for dag_id, asset_id in queued(waiting) if asset_id == RAW}
    assert woken == ({"idle"} if waiting.generation.number == 2 else {"idle", "gone"})


def test_a_dag_that_waits_by_name_or_by_uri_is_woken_in_airflow_3(waiting: World) -> None:
    if waiting.generation.number == 2:
        return
    waiting.dag("by_name")
    waiting.dag("by_uri")
    waiting.insert("asset_name_consumer", {"name": "clean", "dag_id": "by_name", "created_at": DAY})
    waiting.insert("asset_uri_consumer", {"uri": "s3://bucket/clean", "dag_id": "by_uri", "created_at": DAY})

    with waiting.service.session(waiting.actor()) as session:
        session.run(create_asset_event, asset_id=CLEAN)

    assert queued(waiting) >= {("by_name", CLEAN), ("by_uri", CLEAN)}


def test_an_update_twice_is_kept_once(waiting: World) -> None:
    with waiting.service.session(waiting.actor()) as session:
        first = session.run(create_asset_event, asset_id=RAW)
        second = session.run(create_asset_event, asset_id=RAW)

    assert first != second
    assert len(waiting.rows("queued_asset_event", "dag_id", dag_id="idle", asset_id=RAW)) == 1


def test_an_asset_that_is_not_there_is_not_updated(waiting: World) -> None:
    events = len(waiting.rows("asset_event", "id"))

    with waiting.service.session(waiting.actor()) as session, pytest.raises(NotFound, match="s3://nowhere"):
        session.run(create_asset_event, uri="s3://nowhere")

    assert len(waiting.rows("asset_event", "id")) == events


@pytest.mark.parametrize(
    ("operation", "named", "left"),
    [
        (delete_queued_asset_events, {"uri": "s3://bucket/raw"}, {("etl", CLEAN)}),
        (delete_queued_asset_events, {"asset_id": CLEAN}, {("idle", RAW)}),
        (delete_queued_asset_events_of_dag, {"dag_id": "idle"}, {("etl", CLEAN)}),
        (delete_queued_asset_event, {"dag_id": "etl", "uri": "s3://bucket/clean"}, {("idle", RAW)}),
    ],
)
def test_updates_that_wait_are_forgotten(
    waiting: World, operation: Operation[..., int], named: dict[str, object], left: set[tuple[str, int]]
) -> None:
    with waiting.service.session(waiting.actor()) as session:
        assert session.run(operation, before=DAY + timedelta(days=1), **named) == 1
        assert queued(waiting) == left

        with pytest.raises(NotFound):
            session.run(operation, **named)

    assert "queued_event" in str(audited(waiting)["event"])
    assert audited(waiting)["dag_id"] == named.get("dag_id")


def test_updates_after_an_instant_stay(waiting: World) -> None:
    with waiting.service.session(waiting.actor()) as session, pytest.raises(NotFound):
        session.run(delete_queued_asset_events_of_dag, dag_id="idle", before=DAY)

    assert ("idle", RAW) in queued(waiting)


def test_what_waits_for_other_peoples_dags_stays(waiting: World) -> None:
    some = Actor(
        "some",
        "test",
        {
            Permission.ASSET_DELETE: EVERYTHING,
            Permission.DAG_READ: frozenset({"etl"}),
            Permission.DAG_EDIT: frozenset({"etl"}),
        },
    )
    before = queued(waiting)

    with waiting.service.session(some) as session:
        with pytest.raises(Forbidden, match="on DAG 'idle'"):
            session.run(delete_queued_asset_events_of_dag, dag_id="idle")
        with pytest.raises(NotFound):
            session.run(delete_queued_asset_events, asset_id=RAW)

    assert queued(waiting) == before


MONTHLY: dict[str, object] = {
    "__type": "airflow.partition_mappers.temporal.StartOfMonthMapper",
    "__var": {"timezone": "UTC", "input_format": "%Y-%m-%d", "output_format": "%Y-%m"},
}


def waits_for_parts(world: World, dag_id: str, mapper: dict[str, object]) -> None:
    """Add a DAG that waits for parts of the asset CLEAN."""
    timetable: dict[str, object] = {"asset_condition": {"__type": "asset", "name": "clean", "uri": "s3://bucket/clean"}}
    timetable |= {"default_partition_mapper": mapper, "partition_mapper_config": []}
    stored = {
        "dag_id": dag_id,
        "tasks": [],
        "timetable": {"__type": "airflow.timetables.simple.PartitionedAssetTimetable", "__var": timetable},
    }
    world.dag(dag_id, serialized={"__version": 3, "dag": stored})
    dag = world.generation.relation("dag").table
    with world.writing() as connection:
        connection.execute(update(dag).values(timetable_partitioned=True).where(dag.c.dag_id == dag_id))
    world.insert("asset_consumer", {"asset_id": CLEAN, "dag_id": dag_id, "created_at": DAY, "updated_at": DAY})


def prepared(world: World) -> list[dict[str, object]]:
    return world.rows("prepared_run", "dag_id partition_key fingerprint dag_run_id")


def test_an_update_of_a_part_prepares_runs_of_the_dags_that_wait_for_parts_alone(waiting: World) -> None:
    if waiting.generation.number == 2:
        return
    waits_for_parts(waiting, "monthly", MONTHLY)
    before = queued(waiting)

    with waiting.service.session(waiting.actor()) as session:
        first = session.run(create_asset_event, asset_id=CLEAN, partition_key="2026-05-06")
        second = session.run(create_asset_event, asset_id=CLEAN, partition_key="2026-05-07")

    assert queued(waiting) == before
    fingerprint = {"clean|s3://bucket/clean": MONTHLY}
    assert prepared(waiting) == [
        {"dag_id": "monthly", "partition_key": "2026-05", "fingerprint": fingerprint, "dag_run_id": None}
    ]
    updates = waiting.rows("partition_update", "event_id source_partition_key partition_key asset_id dag_id")
    assert updates == [
        {
            "event_id": key.id,
            "source_partition_key": source,
            "partition_key": "2026-05",
            "asset_id": CLEAN,
            "dag_id": "monthly",
        }
        for key, source in ((first, "2026-05-06"), (second, "2026-05-07"))
    ]


def test_a_part_whose_run_was_made_has_another_run_prepared(waiting: World) -> None:
    if waiting.generation.number == 2:
        return
    waits_for_parts(waiting, "monthly", MONTHLY)
    with waiting.service.session(waiting.actor()) as session:
        session.run(create_asset_event, asset_id=CLEAN, partition_key="2026-05-06")
    run = waiting.generation.relation("prepared_run").table
    made = waiting.rows("dag_run", "id")[0]["id"]
    with waiting.writing() as connection:
        connection.execute(update(run).values(created_dag_run_id=made))

    with waiting.service.session(waiting.actor()) as session:
        session.run(create_asset_event, asset_id=CLEAN, partition_key="2026-05-07")

    assert [row["dag_run_id"] for row in prepared(waiting)] == [made, None]


@pytest.mark.parametrize(
    ("key", "event"), [(None, "missing partition key"), ("no date", "failed to map partition_key")]
)
def test_an_update_that_wakes_nobody_who_waits_for_parts_says_so_in_the_log(
    waiting: World, key: str | None, event: str
) -> None:
    if waiting.generation.number == 2:
        return
    waits_for_parts(waiting, "monthly", MONTHLY)

    with waiting.service.session(waiting.actor()) as session:
        session.run(create_asset_event, asset_id=CLEAN, partition_key=key)

    assert prepared(waiting) == []
    [told] = waiting.rows("log", "extra owner", event=event)
    assert "monthly" in str(told["extra"])


def test_an_update_of_a_part_that_only_airflow_can_map_is_refused(waiting: World) -> None:
    events = len(waiting.rows("asset_event", "id"))
    if waiting.generation.number == 3:
        waits_for_parts(waiting, "own", {"__type": "company.mappers.Own", "__var": {}})
    told = {2: "Assets have no parts", 3: "only its Airflow knows"}[waiting.generation.number]

    with waiting.service.session(waiting.actor()) as session, pytest.raises(Unsupported, match=told):
        session.run(create_asset_event, asset_id=CLEAN, partition_key="2026-05-06")

    assert len(waiting.rows("asset_event", "id")) == events


@pytest.mark.parametrize("key", ["", " ", "x" * 251])
def test_a_key_of_a_part_that_airflow_would_not_store_is_refused(waiting: World, key: str) -> None:
    with waiting.service.session(waiting.actor()) as session, pytest.raises((Invalid, Unsupported)):
        session.run(create_asset_event, asset_id=CLEAN, partition_key=key)
