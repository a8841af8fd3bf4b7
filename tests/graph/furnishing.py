"""A world with something of everything, for tests that only read."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from resolvers.metadata.generation import Capability
from tests.world import DAY, World

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
        _dags(world)
        _runs(world)
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
        _tried(world, "described", "d", "shown", number)
    _note(world, "etl", "r2", "looked into it")
    _note_task(world, "etl", "r2", "load", "the disk was full")


def _times(day: int, hour: int) -> dict[str, object]:
    start = at(day) + timedelta(hours=hour)
    return {"start_date": start, "end_date": start + timedelta(seconds=90), "duration": 90.5}


def _tried(world: World, dag_id: str, run_id: str, task_id: str, number: int) -> None:
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
    }
    if world.generation.number == 3:
        row |= {"task_instance_id": uuid.uuid4(), "span_status": "not_started"}
    world.insert("task_try", row)


def _note(world: World, dag_id: str, run_id: str, text: str) -> None:
    number = world.rows("dag_run", "id", dag_id=dag_id, run_id=run_id)[0]["id"]
    world.insert("dag_run_note", {"dag_run_id": number, "content": text, "created_at": DAY, "updated_at": DAY})


def _note_task(world: World, dag_id: str, run_id: str, task_id: str, text: str) -> None:
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
