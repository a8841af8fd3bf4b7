"""More of everything in a furnished world: below the same parents, and parents of their own."""

from collections.abc import Iterable

from tests.graph.assets import RAW, insert
from tests.graph.furnishing import at, file_error, note, note_task, tried
from tests.people import add_group, add_role, add_user
from tests.world import DAY, World

# Far above what a furnished world has numbered.
_FIRST = 100


def multiply(world: World, numbers: Iterable[int]) -> None:
    """Add one more of everything for each number, which must be a new one.

    Runs to `etl`, task instances and XComs to its run `r1`, instances to the mapped task `mapped.double`, tries to the
    first of these and to `described.shown`; updates, consumers and what waits to the asset `raw`; a DAG `more<n>` of
    n + 1 tasks.
    """
    with world.together():
        for number in numbers:
            _dag(world, number)
            _run(world, number)
            _assets(world, number)
            _keepers(world, number)
            _told(world, number)
            world.insert("job", {"job_type": "TriggererJob", "state": "failed", "start_date": at(number)})
            if not world.generation.relation("backfill").absent:
                _backfill(world, number)
    for number in numbers:
        role = add_role(world, f"More{number}", f"can_do_{number} on Things {number}", "can_read on Pools")
        add_group_of(world, number, add_user(world, f"more{number}", role), role)


def add_group_of(world: World, number: int, user: int, role: int) -> None:
    """Put a user into a group, where this Airflow has groups."""
    if not world.generation.relation("group").absent:
        add_group(world, f"more{number}", users=[user], roles=[role])


def _dag(world: World, number: int) -> None:
    tasks = [f"task{one}" for one in range(number + 1)]
    dag_id = world.dag(f"more{number}", {one: tasks[place + 1 :][:1] for place, one in enumerate(tasks)})
    world.insert("dag_tag", {"dag_id": dag_id, "name": "more"}, {"dag_id": "idle", "name": f"more{number}"})
    world.source(dag_id, "# One more.\n")
    world.run(dag_id, "more", number)
    world.task_instance(dag_id, "more", "task0")


def _run(world: World, number: int) -> None:
    run_id = world.run("etl", f"more{number}", _FIRST + number)
    note(world, "etl", run_id, "one more")
    world.task_instance("etl", run_id, "extract")
    world.xcom("etl", run_id, "extract", "return_value", number)
    world.task_instance("etl", "r1", f"more{number}")
    note_task(world, "etl", "r1", f"more{number}", "one more")
    world.rendered("etl", "r1", f"more{number}", {"env": number})
    world.xcom("etl", "r1", "load", f"more{number}", number)
    world.task_instance("mapped", "m", "double", map_index=_FIRST + number)
    tried(world, "described", "d", "shown", _FIRST + number)
    tried(world, "mapped", "m", "double", _FIRST + number, map_index=0)


def _assets(world: World, number: int) -> None:
    asset, name = _FIRST + number, f"more{number}"
    row: dict[str, object] = {"id": asset, "uri": f"s3://bucket/{name}", "extra": {}, "created_at": DAY}
    dated = {"created_at": DAY, "updated_at": DAY}
    kind = {"is_orphaned": False} if world.generation.number == 2 else {"name": name, "group": "asset"}
    insert(world, "asset", {**row, **kind, "updated_at": DAY})
    world.insert("asset_consumer", {"asset_id": RAW, "dag_id": name, **dated})
    world.insert("asset_consumer", {"asset_id": asset, "dag_id": "etl", **dated})
    world.insert("asset_producer", {"asset_id": RAW, "dag_id": name, "task_id": "task0", **dated})
    world.insert("asset_producer", {"asset_id": asset, "dag_id": "etl", "task_id": "load", **dated})
    world.insert("queued_asset_event", {"asset_id": RAW, "dag_id": name, "created_at": DAY})
    world.insert("queued_asset_event", {"asset_id": asset, "dag_id": "idle", "created_at": DAY})
    source = {"source_dag_id": "etl", "source_run_id": "r1", "source_task_id": "load", "source_map_index": -1}
    world.insert("asset_event", {"asset_id": RAW, "extra": {}, "timestamp": at(number), **source})
    event = max(int(one["id"]) for one in world.rows("asset_event", "id"))
    for run_id in ("r1", f"more{number}"):
        [run] = world.rows("dag_run", "id", dag_id="etl", run_id=run_id)
        world.insert("consumed_asset_event", {"dag_run_id": run["id"], "event_id": event})
    if not world.generation.relation("asset_alias").absent:
        group = {} if world.generation.number == 2 else {"group": ""}
        world.insert("asset_alias", {"id": asset, "name": name, **group})
        world.insert("asset_of_alias", {"alias_id": asset, "asset_id": RAW})
        world.insert("event_of_alias", {"alias_id": asset, "event_id": event})


def _keepers(world: World, number: int) -> None:
    name = f"more{number}"
    world.insert("pool", {"pool": name, "slots": 1, "description": None, "include_deferred": False})
    world.insert("variable", {"key": name, "val": "v", "is_encrypted": False})
    plain = {"is_encrypted": False, "is_extra_encrypted": False}
    world.insert("connection", {"conn_id": name, "conn_type": "http", **plain})


def _told(world: World, number: int) -> None:
    dag_id = f"more{number}"
    world.insert("import_error", file_error(world, dag_id))
    warning = {"warning_type": "non-existent pool", "message": "There is none.", "timestamp": DAY}
    world.insert("dag_warning", {"dag_id": dag_id, **warning})
    world.insert("log", {"dttm": at(number), "event": "trigger", "owner": "ada", "dag_id": "etl"})


def _backfill(world: World, number: int) -> None:
    row = {"id": _FIRST + number, "dag_id": "etl", "from_date": DAY, "to_date": at(9), "dag_run_conf": {}}
    told = {"is_paused": False, "reprocess_behavior": "none", "max_active_runs": 1}
    world.insert("backfill", {**row, **told, "created_at": DAY, "updated_at": DAY})
    [run] = world.rows("dag_run", "id", dag_id="etl", run_id=f"more{number}")
    for backfill in {_FIRST, _FIRST + number}:
        place = {"id": backfill * 1000 + number, "sort_ordinal": number, "logical_date": at(_FIRST + number)}
        world.insert("backfill_run", {"backfill_id": backfill, "dag_run_id": run["id"], **place})
