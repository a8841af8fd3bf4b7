"""A world with something of everything, for tests that only read."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from resolvers.metadata.generation import Capability
from tests.graph.assets import furnish_assets
from tests.people import make_tables
from tests.stores import Store
from tests.world import DAY, World

# The states of the task instances of the run that has one of each.
STATES = (None, "scheduled", "queued", "running", "success", "failed", "skipped", "deferred", "up_for_retry")

# When a process was heard of last that is alive, however long tests take; MySQL's instants end soon after.
LATER = datetime(2037, 1, 1, tzinfo=UTC)


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
        furnish_jobs(world)
        furnish_assets(world)
    return world


def open_furnished(store: Store, minor: str, *, peopled: bool = False, **settings: object) -> World:
    """Return a furnished world for one test to change: a copy of one that was furnished once.

    A peopled one has the tables of users, which it always has on Airflow 2.
    """

    def fill(url: str) -> None:
        if peopled:
            make_tables(url, minor)
        furnish(World.open(url, minor)).close()

    return World.open(store.copy(f"furnished-{minor}-{peopled}", minor, fill), minor, **settings).lent_by(store)


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
        jobs = {"job_id": 3, "queued_by_job_id": 1} if day == 2 else {}
        world.task_instance("etl", f"r{day}", "load", "failed" if day == 2 else "success", **_times(day, 2), **jobs)
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


def furnish_jobs(world: World) -> None:
    """Add a scheduler, a triggerer that was killed, and a job that ran a task as in Airflow 2."""
    here = {"hostname": "here", "unixname": "airflow", "start_date": at(0)}
    world.insert(
        "job",
        {
            "job_type": "SchedulerJob",
            "state": "running",
            "latest_heartbeat": LATER,
            "executor_class": "LocalExecutor",
            **here,
        },
        {"job_type": "TriggererJob", "state": "running", "latest_heartbeat": at(1), **here},
        {
            "job_type": "LocalTaskJob",
            "state": "success",
            "dag_id": "etl",
            "latest_heartbeat": at(2),
            **here,
            "hostname": "there",
            "end_date": at(3),
        },
    )


def file_error(world: World, dag_id: str) -> dict[str, object]:
    """Return the import error of a DAG's file."""
    row: dict[str, object] = {"timestamp": at(1), "stacktrace": f"{dag_id}: SyntaxError"}
    if world.generation.number == 3:
        return {**row, "bundle_name": "dags-folder", "filename": f"{dag_id}.py"}
    return {**row, "filename": f"/dags/{dag_id}.py"}
