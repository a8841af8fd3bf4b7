"""Which deadlines a triggered run gets, as 3.1, 3.2 and 3.3 note them, and what becomes of them when it is cleared."""

import uuid
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import JSON, Column, Float, MetaData, Table, Uuid, insert

from resolvers.errors import Invalid
from resolvers.metadata.engine import write_transaction
from resolvers.metadata.stored import UtcDateTime
from resolvers.operations.clear import clear_run
from tests.conftest import open_world
from tests.resolvers.operations.triggering import only, run_of, trigger
from tests.world import DAY, World, simple_dag

QUEUED = {"reference_type": "DagRunQueuedAtDeadline"}
DATED = {"reference_type": "DagRunLogicalDateDeadline"}
FIXED = {"reference_type": "FixedDatetimeDeadline", "datetime": DAY.timestamp()}
USUAL = {"reference_type": "AverageRuntimeDeadline", "max_runs": 2, "min_runs": 2}
OWN = {"reference_type": "Tuesday", "__class_path": "ours.Tuesday"}
HALF_HOUR = timedelta(minutes=30)


@pytest.fixture(params=["3.1-sqlite", "3.2-sqlite", "3.3-sqlite", "3.2-postgresql", "3.3-postgresql"])
def alert(request: pytest.FixtureRequest) -> Iterator[World]:
    """Return an empty world of each Airflow that knows deadlines."""
    world = open_world(request, request.param)
    yield world
    world.close()


@pytest.fixture(params=["3.2-sqlite", "3.3-sqlite", "3.2-postgresql", "3.3-postgresql"])
def later(request: pytest.FixtureRequest) -> Iterator[World]:
    """Return an empty world of each Airflow in which alerts have a table of their own."""
    world = open_world(request, request.param)
    yield world
    world.close()


def callback(kind: str = "AsyncCallback", **data: object) -> dict[str, object]:
    told = {"path": "alerts.notify", "kwargs": {"who": "ops"}, **data}
    return {"__classname__": f"airflow.sdk.definitions.callback.{kind}", "__version__": 0, "__data__": told}


def add_dag(world: World, *references: Mapping[str, object], interval: object = None, **told: Any) -> list[uuid.UUID]:
    """Add a DAG with an alert for each reference; return the ids of the alerts that have rows of their own."""
    definition = callback(**told)
    dag = simple_dag(world.generation, "etl", {"work": []})
    if world.generation.minor == "3.1":
        alerts = [{"reference": ref, "interval": 1800.0, "callback": definition} for ref in references]
        dag["dag"]["deadline"] = [{"__type": "deadline_alert", "__var": one} for one in alerts]
    world.dag("etl", serialized=dag)
    if world.generation.minor == "3.1":
        return []
    if interval is None:
        seconds = {"__classname__": "datetime.timedelta", "__version__": 2, "__data__": 1800.0}
        interval = 1800.0 if world.generation.minor == "3.2" else seconds
    table = Table(
        "deadline_alert",
        MetaData(),
        Column("id", Uuid()),
        Column("created_at", UtcDateTime()),
        Column("serialized_dag_id", Uuid()),
        Column("reference", JSON()),
        Column("interval", Float() if world.generation.minor == "3.2" else JSON()),
        Column("callback_def", JSON()),
    )
    serialized_id = only(world.rows("serialized_dag", "id"))["id"]
    ids = [uuid.uuid4() for _ in references]
    with write_transaction(world.service.engine) as connection:
        for identity, reference in zip(ids, references, strict=True):
            connection.execute(
                insert(table).values(
                    id=identity,
                    created_at=DAY,
                    serialized_dag_id=serialized_id,
                    reference=reference,
                    interval=interval,
                    callback_def=definition,
                )
            )
    return ids


def deadlines(world: World) -> list[Any]:
    return sorted(row["deadline_time"] for row in world.rows("deadline", "deadline_time"))


def test_a_run_gets_the_deadlines_of_its_dag(alert: World) -> None:
    ids = add_dag(alert, DATED, QUEUED, FIXED)
    key = trigger(alert, dag_id="etl", logical_date=DAY + timedelta(days=1))

    run = run_of(alert, key, "id queued_at")
    assert deadlines(alert) == [DAY + HALF_HOUR, DAY + timedelta(days=1) + HALF_HOUR, run["queued_at"] + HALF_HOUR]
    rows = alert.rows("deadline", "dagrun_id deadline_alert_id missed callback callback_id created_at")
    assert {row["dagrun_id"] for row in rows} == {run["id"]}
    if alert.generation.minor == "3.1":
        assert [row["callback"] for row in rows] == [callback()] * 3
        return
    assert {row["deadline_alert_id"] for row in rows} == set(ids)
    assert {row["missed"] for row in rows} == {False}
    assert {row["created_at"] for row in rows} == {run["queued_at"]}
    callbacks = alert.rows("callback", "id type fetch_method data bundle_name state priority_weight created_at")
    assert {row["id"] for row in callbacks} == {row["callback_id"] for row in rows}
    for row in callbacks:
        assert row.pop("id")
        assert row == {
            "type": "triggerer",
            "fetch_method": "import_path",
            "data": {
                "__type": "dict",
                "__var": {
                    "dag_id": "etl",
                    "prefix": "deadline_alerts",
                    "path": "alerts.notify",
                    "kwargs": {"__type": "dict", "__var": {"who": "ops"}},
                },
            },
            "bundle_name": "dags-folder" if alert.generation.minor == "3.3" else None,
            "state": "scheduled",
            "priority_weight": 1,
            "created_at": run["queued_at"],
        }


def test_a_callback_that_is_not_asynchronous_is_the_executors(later: World) -> None:
    add_dag(later, QUEUED, kind="SyncCallback", executor=None)
    trigger(later, dag_id="etl")
    row = only(later.rows("callback", "type data"))
    assert (row["type"], row["data"]["__var"]["executor"]) == ("executor", None)


def test_without_a_logical_date_nothing_counts_from_it(alert: World) -> None:
    add_dag(alert, DATED)
    if alert.generation.minor == "3.1":
        with pytest.raises(Invalid, match="counts from the logical date") as caught:
            trigger(alert, dag_id="etl")
        assert caught.value.field == "logicalDate"
        assert alert.rows("dag_run", "run_id") == []
        return
    trigger(alert, dag_id="etl")
    assert deadlines(alert) == []
    assert alert.rows("callback", "id") == []


def test_the_usual_time_is_that_of_the_latest_runs(later: World) -> None:
    add_dag(later, USUAL)
    spans = {"oldest": 600, "older": 10, "failed": 30, "newest": 20}
    for day, (run_id, minutes) in enumerate(spans.items()):
        date = DAY + timedelta(days=day)
        state = "failed" if run_id == "failed" else "success"
        later.run("etl", run_id, day=day, state=state, end_date=date + timedelta(minutes=minutes))

    run = run_of(later, trigger(later, dag_id="etl"), "queued_at")

    # 3.3 leaves failed runs out of account.
    usual = (10 + 20) / 2 if later.generation.minor == "3.3" else (30 + 20) / 2
    assert deadlines(later) == [run["queued_at"] + timedelta(minutes=usual) + HALF_HOUR]


def test_too_few_runs_tell_no_usual_time(later: World) -> None:
    add_dag(later, USUAL)
    later.run("etl", "only one")
    trigger(later, dag_id="etl")
    assert deadlines(later) == []


def test_what_only_airflow_can_bring_to_life_is_left_out(later: World) -> None:
    add_dag(later, OWN)
    trigger(later, dag_id="etl")
    assert deadlines(later) == []
    assert later.rows("callback", "id") == []


def test_a_callback_given_objects_is_left_out(later: World) -> None:
    add_dag(later, QUEUED, kwargs={"at": [{"__classname__": "datetime.datetime", "__data__": "x"}]})
    trigger(later, dag_id="etl")
    assert deadlines(later) == []
    assert later.rows("callback", "id") == []


def test_a_variable_may_hold_the_interval(three: World) -> None:
    interval = {"__classname__": "airflow.sdk.definitions.deadline.VariableInterval", "__data__": {"key": "patience"}}
    add_dag(three, QUEUED, interval=interval)
    with pytest.raises(Invalid, match="no interval that can be told"):
        trigger(three, dag_id="etl")
    assert three.rows("dag_run", "run_id") == []
    assert three.rows("callback", "id") == []

    secret, encrypted = three.service.keys.encrypt("90")
    three.insert("variable", {"key": "patience", "val": secret, "is_encrypted": encrypted})
    run = run_of(three, trigger(three, dag_id="etl"), "queued_at")
    assert deadlines(three) == [run["queued_at"] + timedelta(seconds=90)]


def test_a_cleared_run_gets_as_much_time_again(later: World) -> None:
    add_dag(later, QUEUED, FIXED)
    key = trigger(later, dag_id="etl")
    before = deadlines(later)
    table = later.generation.relation("dag_run").table
    with write_transaction(later.service.engine) as connection:
        connection.execute(table.update().values(state="failed"))

    with later.service.session(later.actor()) as session:
        session.run(clear_run, dag_id="etl", run_id=key.run_id, dry_run=False)

    run = run_of(later, key, "queued_at")
    assert deadlines(later) == [before[0], run["queued_at"] + HALF_HOUR]
    assert before[1] < run["queued_at"] + HALF_HOUR


def test_a_deleted_run_takes_its_deadlines_along(alert: World) -> None:
    add_dag(alert, QUEUED)
    key = trigger(alert, dag_id="etl")
    assert len(deadlines(alert)) == 1
    table = alert.generation.relation("dag_run").table
    with write_transaction(alert.service.engine) as connection:
        connection.execute(table.delete().where(table.c.run_id == key.run_id))
    assert deadlines(alert) == []
