"""Assets for a world with something of everything."""

from collections.abc import Mapping

from tests.world import DAY, World

RAW, CLEAN, UNUSED = 1, 2, 3


def furnish_assets(world: World) -> None:
    """Let `etl` update two assets, and `idle`, `etl` and `gone` wait for them; run `r1` was made for two updates."""
    old = world.generation.number == 2
    for number, name in ((RAW, "raw"), (CLEAN, "clean"), (UNUSED, "unused")):
        row: dict[str, object] = {"id": number, "uri": f"s3://bucket/{name}", "extra": {"owner": name}, **_dated()}
        if old:
            row["is_orphaned"] = number == UNUSED
        else:
            row |= {"name": name, "group": "asset"}
        insert(world, "asset", row)
        if not old and number != UNUSED:
            insert(world, "asset_active", {"name": name, "uri": f"s3://bucket/{name}"})
    for number, dag_id in ((RAW, "idle"), (CLEAN, "idle"), (CLEAN, "etl"), (RAW, "gone")):
        world.insert("asset_consumer", {"asset_id": number, "dag_id": dag_id, **_dated()})
    for number, task_id in ((RAW, "extract"), (CLEAN, "load"), (RAW, "load")):
        world.insert("asset_producer", {"asset_id": number, "dag_id": "etl", "task_id": task_id, **_dated()})
    if not world.generation.relation("asset_reader").absent:
        world.insert("asset_reader", {"asset_id": RAW, "dag_id": "etl", "task_id": "load", **_dated()})
    for number, source in enumerate(("etl r0 extract", "etl r1 load", "mapped m double", ""), 1):
        names = zip(("source_dag_id", "source_run_id", "source_task_id"), source.split(), strict=False)
        # Numbered by the database, from 1: it must know which numbers are taken.
        made = {"asset_id": CLEAN if "load" in source else RAW, "extra": {"rows": number}}
        world.insert("asset_event", {**made, "source_map_index": -1, "timestamp": DAY, **dict(names)})
    world.insert("queued_asset_event", {"asset_id": RAW, "dag_id": "idle", "created_at": DAY})
    world.insert("queued_asset_event", {"asset_id": CLEAN, "dag_id": "etl", "created_at": DAY})
    run = world.rows("dag_run", "id", dag_id="etl", run_id="r1")[0]["id"]
    for number in (1, 3):
        world.insert("consumed_asset_event", {"dag_run_id": run, "event_id": number})
    # Airflow 2.9 has no aliases.
    if not world.generation.relation("asset_alias").absent:
        group = {} if old else {"group": ""}
        world.insert("asset_alias", {"id": 1, "name": "any of them", **group})
        world.insert("asset_of_alias", {"alias_id": 1, "asset_id": RAW})
        world.insert("event_of_alias", {"alias_id": 1, "event_id": 3})


def insert(world: World, table: str, row: Mapping[str, object]) -> None:
    """Insert a row of physical columns, of which the graph knows some only as what they mean."""
    tables = world.generation.tables.tables
    found = world.generation.relation("asset").table if table == "asset" else tables[table]
    with world.writing() as connection:
        connection.execute(found.insert().values(row))


def _dated() -> dict[str, object]:
    return {"created_at": DAY, "updated_at": DAY}
