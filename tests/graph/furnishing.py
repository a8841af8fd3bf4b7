"""A world with something of everything, for tests that only read."""

import sqlite3
import uuid
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

from resolvers.metadata.engine import write_transaction
from resolvers.metadata.generation import Capability
from tests.graph.assets import furnish_assets
from tests.world import DAY, World, simple_dag

# The states of the task instances of the run that has one of each.
STATES = (None, "scheduled", "queued", "running", "success", "failed", "skipped", "deferred", "up_for_retry")


def at(day: float) -> datetime:
    """Return an instant, so many days after the first of March 2026."""
    return DAY + timedelta(days=day)


def furnish(world: World) -> World:
    """Put something of everything into an empty world.

    DAGs `described`, `nested_groups` and `mapped` are as real Airflow serialized them; `etl` has
    five runs, of which `r4` has a task instance in each state, with tries and notes; `gone` is
    stale; `idle` has no runs. The default pool is there from the start.
    """
    with world.together():
        _keep(world)
        _connect(world)
        _dags(world)
        _runs(world)
        _tell(world)
        furnish_assets(world)
    return world


def _dags(world: World) -> None:
    world.recorded_dag(
        "described",
        description="Says everything about itself.",
        display_name="Described, at length ✓",
        owners="data, someone",
        is_paused=True,
        max_active_runs=4,
        max_active_tasks=7,
        max_consecutive_failed_dag_runs=5,
        timetable_description="At 04:15, Monday through Friday",
        next_logical_date=at(30),
        next_run_after=at(31),
        next_dagrun_data_interval_start=at(30),
        next_dagrun_data_interval_end=at(31),
        last_parsed_time=at(0),
    )
    for name in ("nested_groups", "mapped"):
        world.recorded_dag(name, owners="maps")
    world.dag("etl", {"extract": ["load"], "load": []}, has_import_errors=True)
    world.dag("gone", is_stale=True)
    world.dag("idle")
    world.insert(
        "dag_tag",
        {"dag_id": "described", "name": "été"},
        {"dag_id": "described", "name": "attribute"},
        {"dag_id": "etl", "name": "daily"},
        {"dag_id": "etl", "name": "attribute"},
    )


def _runs(world: World) -> None:
    states = ("success", "success", "failed", "running", "queued")
    types = ("scheduled", "backfill", "manual", "scheduled", "manual")
    for day, (state, run_type) in enumerate(zip(states, types, strict=True)):
        ended = state in ("success", "failed")
        world.run(
            "etl",
            f"r{day}",
            day,
            state=state,
            run_type=run_type,
            conf={"day": day, "nested": {"list": [1, None, "x"]}},
            clear_number=day,
            start_date=None if state == "queued" else at(day),
            end_date=at(day) + timedelta(minutes=5) if ended else None,
            **({"triggered_by": "REST_API", "triggering_user_name": "ada"} if world.generation.number == 3 else {}),
        )
    world.run("mapped", "m", 2)
    world.run("gone", "g", 2)
    world.run("described", "d", 4)
    for day in range(4):
        world.task_instance("etl", f"r{day}", "extract", "success", **_times(day, 1))
        world.task_instance("etl", f"r{day}", "load", "failed" if day == 2 else "success", **_times(day, 2))
    for number, each in enumerate(STATES):
        started = _times(4, number) if each in ("running", "success", "failed") else {}
        world.task_instance("etl", "r4", f"t{number}", each, pool="narrow", pool_slots=number + 1, **started)
    for index in range(3):
        world.task_instance("mapped", "m", "double", map_index=index, rendered_map_index=f"number {index}")
    world.task_instance("mapped", "m", "numbers", custom_operator_name="@task", operator="_PythonDecoratedOperator")
    world.task_instance(
        "described", "d", "shown", try_number=3, max_tries=5, queue="slow", priority_weight=7, pid=42, unixname="air"
    )
    # Airflow 2.9 keeps no earlier tries.
    for number in (1, 2) if world.generation.can(Capability.TRY_HISTORY) else ():
        tried(world, "described", "d", "shown", number)
    world.xcom("etl", "r0", "extract", "return_value", {"rows": 3, "of": ["a", None, 1.5]})
    world.xcom("etl", "r0", "extract", "nothing", None)
    world.xcom("etl", "r1", "load", "return_value", "text ✓")
    for index in range(3):
        world.xcom("mapped", "m", "double", "return_value", index * 2, map_index=index)
    world.rendered("etl", "r0", "extract", {"bash_command": "echo 2026-03-01", "env": None})
    note(world, "etl", "r2", "looked into it")
    note_task(world, "etl", "r2", "load", "the disk was full")


def _times(day: int, hour: int) -> dict[str, object]:
    start = at(day) + timedelta(hours=hour)
    return {"start_date": start, "end_date": start + timedelta(seconds=90), "duration": 90.5}


def tried(world: World, dag_id: str, run_id: str, task_id: str, number: int, **values: object) -> None:
    """Add an earlier try of a task instance."""
    row: dict[str, object] = {
        "dag_id": dag_id,
        "run_id": run_id,
        "task_id": task_id,
        "map_index": -1,
        "try_number": number,
        "max_tries": 5,
        "state": "failed",
        "pool": "default_pool",
        "pool_slots": 1,
        "queue": "slow",
        "operator": "BashOperator",
        "hostname": f"worker{number}",
        **_times(4, number),
        **values,
    }
    if world.generation.number == 3:
        row |= {"task_instance_id": uuid.uuid4(), "span_status": "not_started"}
    world.insert("task_try", row)


def note(world: World, dag_id: str, run_id: str, text: str) -> None:
    """Add the note of a run."""
    number = world.rows("dag_run", "id", dag_id=dag_id, run_id=run_id)[0]["id"]
    world.insert("dag_run_note", {"dag_run_id": number, "content": text, "created_at": DAY, "updated_at": DAY})


def note_task(world: World, dag_id: str, run_id: str, task_id: str, text: str) -> None:
    """Add the note of a task instance."""
    key: Mapping[str, object] = {"dag_id": dag_id, "run_id": run_id, "task_id": task_id, "map_index": -1}
    if world.generation.number == 3:
        key = {"ti_id": world.rows("task_instance", "id", **key)[0]["id"]}
    world.insert("task_instance_note", {**key, "content": text, "created_at": DAY, "updated_at": DAY})


def _keep(world: World) -> None:
    world.insert(
        "pool",
        {"pool": "narrow", "slots": 30, "description": None, "include_deferred": True},
        {"pool": "endless", "slots": -1, "description": "No limit", "include_deferred": False},
    )
    secret, is_encrypted = world.service.keys.encrypt("s3cret")
    world.insert(
        "variable",
        {"key": "encrypted", "val": secret, "is_encrypted": is_encrypted, "description": "hidden"},
        {"key": "plain", "val": "in the clear", "is_encrypted": False},
        {"key": "unreadable", "val": "gAAAAAB-not-of-this-key", "is_encrypted": True},
    )


def _connect(world: World) -> None:
    keys = world.service.keys
    password, is_encrypted = keys.encrypt("s3cret")
    extra, is_extra_encrypted = keys.encrypt('{"sslmode": "require", "token": "t0ken"}')
    defaults = {"is_encrypted": False, "is_extra_encrypted": False}
    world.insert(
        "connection",
        {
            "conn_id": "warehouse",
            "conn_type": "postgres",
            "description": "Where the data ends",
            "host": "db.example.org",
            "schema": "main",
            "login": "loader",
            "port": 5432,
            "password": password,
            "is_encrypted": is_encrypted,
            "extra": extra,
            "is_extra_encrypted": is_extra_encrypted,
        },
        {"conn_id": "bare", "conn_type": "http", **defaults},
        {"conn_id": "prose", "conn_type": "http", **defaults, "extra": "no JSON at all"},
    )


def _tell(world: World) -> None:
    """Add what Airflow tells of DAGs and their files: sources, errors, warnings, events."""
    for dag_id in ("described", "etl"):
        world.source(dag_id, f"# The file of {dag_id}.\n")
    world.insert("import_error", file_error(world, "etl"), file_error(world, "of_no_dag"))
    for dag_id in ("etl", "mapped"):
        world.insert(
            "dag_warning",
            {
                "dag_id": dag_id,
                "warning_type": "non-existent pool",
                "message": f"Dag '{dag_id}' references non-existent pools: ['nope']",
                "timestamp": at(3),
            },
        )
    about = {"dag_id": "etl", "run_id": "r2", "task_id": "load", "map_index": -1, "try_number": 1}
    world.insert(
        "log",
        {"dttm": at(0), "event": "cli_scheduler", "owner": "root", "extra": '{"host_name": "here"}'},
        {"dttm": at(1), "event": "trigger", "owner": "ada", "dag_id": "etl", "extra": "not JSON"},
        {"dttm": at(2), "event": "running", "owner": "airflow", "logical_date": at(2), **about},
        {"dttm": at(3), "event": "failed", "owner": "airflow", "owner_display_name": "Air Flow", **about},
        {"dttm": at(4), "event": "paused", "owner": "vic", "dag_id": "described"},
    )


def file_error(world: World, dag_id: str) -> dict[str, object]:
    """Return the import error of a DAG's file."""
    row: dict[str, object] = {"timestamp": at(1), "stacktrace": f"{dag_id}: SyntaxError"}
    if world.generation.number == 3:
        return {**row, "bundle_name": "dags-folder", "filename": f"{dag_id}.py"}
    return {**row, "filename": f"/dags/{dag_id}.py"}


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
