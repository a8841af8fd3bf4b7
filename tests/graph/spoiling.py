"""A furnished world with what no Airflow writes, for tests of answers that are hard to give."""

import sqlite3
from contextlib import closing
from typing import Any

from resolvers.metadata.engine import write_transaction
from resolvers.metadata.generation import Capability
from tests.graph.furnishing import tried
from tests.world import World, simple_dag


def spoil(world: World) -> World:
    """Put into a furnished world what no Airflow writes, and what one of a newer minor might.

    Nulls where none may be, words that nobody knows, numbers beyond all bounds, forms that cannot be read: in rows of
    lists, in what is joined to them, and in what is decoded.
    """
    _loosen(world)
    with world.together():
        _spoil_dags(world)
        _spoil_runs(world)
        _spoil_task_instances(world)
        _spoil_keepers(world)
    _scribble(world)
    return world


def _loosen(world: World) -> None:
    """Let every column be null that is not part of a primary key."""
    tables = ("dag", "dag_run", "task_instance", "task_instance_history", "slot_pool", "variable", "serialized_dag")
    names = ", ".join(f"'{name}'" for name in tables)
    if world.service.engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(str(world.service.engine.url.database))) as connection:
            (version,) = connection.execute("PRAGMA schema_version").fetchone()
            connection.execute("PRAGMA writable_schema = ON")
            connection.execute(
                "UPDATE sqlite_master SET sql = replace(sql, ' NOT NULL', '') "
                f"WHERE type = 'table' AND name IN ({names})"
            )
            connection.execute(f"PRAGMA schema_version = {version + 1}")
            connection.commit()
        return
    if _is_mysql(world):
        # No other test is to find its tables changed.
        world.at_close = None
        with write_transaction(world.service.engine) as connection:
            found = connection.exec_driver_sql(
                "SELECT table_name, column_name, column_type, collation_name FROM information_schema.columns WHERE "
                f"table_schema = database() AND is_nullable = 'NO' AND column_key <> 'PRI' AND table_name IN ({names})"
            ).all()
            connection.exec_driver_sql("SET foreign_key_checks = 0")
            for table, column, type_, collation in found:
                told = f"{type_} COLLATE {collation}" if collation else type_
                connection.exec_driver_sql(f"ALTER TABLE {table} MODIFY `{column}` {told} NULL")
        return
    with write_transaction(world.service.engine) as connection:
        found = connection.exec_driver_sql(
            "SELECT c.table_name, c.column_name FROM information_schema.columns c WHERE c.is_nullable = 'NO' "
            f"AND c.table_schema = 'public' AND c.table_name IN ({names}) AND NOT EXISTS ("
            "SELECT 1 FROM information_schema.key_column_usage k WHERE k.table_name = c.table_name "
            "AND k.column_name = c.column_name AND k.constraint_name LIKE '%%pkey')"
        ).all()
        for table, column in found:
            connection.exec_driver_sql(f'ALTER TABLE {table} ALTER COLUMN "{column}" DROP NOT NULL')


def _spoil_dags(world: World) -> None:
    world.dag("spoiled", {"a": ["b"], "b": []}, max_active_tasks=None, owners=None)
    world.dag("half", {"a": []}, max_consecutive_failed_dag_runs=None)
    world.dag("odd", None, serialized=_odd_dag(world))
    world.dag("unread", None, serialized={"__version": 99, "dag": None})


def _odd_dag(world: World) -> dict[str, Any]:
    told = simple_dag(world.generation, "odd", {name: [] for name in ("fine", "strange", "worse")})
    first, second, third = (task["__var"] for task in told["dag"]["tasks"])
    first |= {"retries": 1}
    second |= {"retries": "many", "trigger_rule": "never_heard", "owner": 3, "priority_weight": 10**12}
    third |= {"retry_delay": "soon", "queue": None, "template_fields": [None, 1], "pool": None, "params": 7}
    return told


def _deep(levels: int) -> object:
    told: object = "the bottom"
    for _ in range(levels):
        told = {"in": [told]}
    return told


def _spoil_runs(world: World) -> None:
    date = "run_after" if world.generation.number == 3 else "logical_date"
    defects: list[dict[str, object]] = [
        {"state": None},
        {"state": "hibernating"},
        {"run_type": None},
        {"run_type": "by_magic"},
        {"clear_number": None},
        {date: None},
        {"conf": _deep(150 if world.generation.number == 3 and not _is_mysql(world) else 45)},
        {"conf": {"large": 10**30, "list": [-(2**63) - 1]}},
        {"conf": [1, 2]},
        {"conf": None, "data_interval_end": None},
    ]
    for number, defect in enumerate(defects):
        world.run("spoiled", f"bad{number}", number, **{"conf": {}, **defect})
    world.run("etl", "r5", 5, clear_number=None)
    world.run("half", "h", 1)


def _spoil_task_instances(world: World) -> None:
    world.task_instance("spoiled", "bad0", "a", "hibernating")
    world.task_instance("spoiled", "bad0", "b", None, pool=None)
    world.task_instance("spoiled", "bad4", "a", "success", pool_slots=None)
    world.task_instance("spoiled", "bad4", "b", "success", duration=_endless(world), pool="holes")
    world.task_instance("half", "h", "a", "success", try_number=None, max_tries=None)
    world.task_instance("etl", "r3", "odd", "sleepwalking", pool_slots=None)
    if world.generation.can(Capability.TRY_HISTORY):
        tried(world, "etl", "r2", "load", 1, pool=None)
        tried(world, "etl", "r2", "extract", 1, state="hibernating", duration=_endless(world))


def _endless(world: World) -> float:
    """Return what is no number of JSON's; MySQL lets a column have none such."""
    return 1e30 if _is_mysql(world) else float("inf")


def _is_mysql(world: World) -> bool:
    return world.service.engine.dialect.name == "mysql"


def _spoil_keepers(world: World) -> None:
    world.insert(
        "pool",
        {"pool": "holes", "slots": None, "description": None, "include_deferred": None},
        {"pool": "huge", "slots": 2**31 - 1, "description": None, "include_deferred": True},
    )
    world.insert(
        "variable",
        {"key": "empty", "val": None, "is_encrypted": True},
        {"key": "nobody_knows", "val": "x", "is_encrypted": None},
    )
    defaults = {"is_encrypted": False, "is_extra_encrypted": False}
    world.insert(
        "connection",
        {"conn_id": "unreadable", "conn_type": "x", **defaults, "extra": "gAAAAAB-no", "is_extra_encrypted": True},
        {"conn_id": "list", "conn_type": "x", **defaults, "extra": "[1]"},
    )


def _scribble(world: World) -> None:
    """Write what the columns' own types forbid, where a database lets one."""
    scribbled: tuple[str, ...]
    if world.service.engine.dialect.name == "sqlite":
        scribbled = (
            "UPDATE dag_run SET clear_number = 1099511627776 WHERE run_id = 'g'",
            "UPDATE dag SET max_active_tasks = 'many' WHERE dag_id = 'gone'",
            "UPDATE dag SET description = X'ff00' WHERE dag_id = 'idle'",
            "UPDATE task_instance SET pool_slots = 2.5 WHERE task_id = 't7'",
            "UPDATE task_instance SET duration = 'long' WHERE task_id = 't6'",
        )
    elif world.service.engine.dialect.name == "postgresql":
        scribbled = ("UPDATE task_instance SET duration = 'NaN' WHERE task_id = 't6'",)
    else:
        scribbled = ()
    if world.generation.number == 3 and world.service.engine.dialect.name == "sqlite":
        scribbled += ("""UPDATE dag_run SET conf = '{"half": "\\ud800", "not": NaN}' WHERE run_id = 'r1'""",)
    with write_transaction(world.service.engine) as connection:
        for statement in scribbled:
            connection.exec_driver_sql(statement)
