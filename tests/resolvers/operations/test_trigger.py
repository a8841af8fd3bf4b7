"""What becomes of a run that is triggered, and of one that is refused."""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep
from typing import Any

import pytest
from sqlalchemy import insert, text

from resolvers.airflow_config import AirflowConfig
from resolvers.errors import Conflict, Forbidden, Invalid, NotFound, Problem, Unsupported
from resolvers.metadata.engine import write_transaction
from resolvers.metadata.pickled import unpickle
from resolvers.operations.keys import RunKey
from resolvers.operations.trigger import trigger_run
from resolvers.operations.uuid7 import uuid7
from resolvers.settings import Role
from tests.conftest import open_world
from tests.stores import MINORS, SQLiteStore
from tests.world import DAY, World, simple_dag

LATER = DAY + timedelta(hours=5)


def trigger(world: World, role: Role = Role.ADMIN, **arguments: Any) -> RunKey:
    with world.service.session(world.actor(role)) as session:
        return session.run(trigger_run, **arguments)


def only(rows: list[dict[str, Any]]) -> dict[str, Any]:
    (row,) = rows
    return row


def run_of(world: World, key: RunKey, columns: str) -> dict[str, Any]:
    return only(world.rows("dag_run", columns, dag_id=key.dag_id, run_id=key.run_id))


def refused(world: World, kind: type[Problem], match: str, **arguments: Any) -> Problem:
    """Trigger in vain; nothing may be left but the audit row."""
    before = len(world.rows("log", "id"))
    runs = len(world.rows("dag_run", "run_id"))
    with pytest.raises(kind, match=match) as caught:
        trigger(world, **arguments)
    assert len(world.rows("dag_run", "run_id")) == runs
    assert world.rows("task_instance", "task_id") == []
    assert world.rows("dag_run_note", "content") == []
    assert len(world.rows("log", "id")) == before + 1
    return caught.value


@pytest.fixture(params=MINORS)
def minor(request: pytest.FixtureRequest, sqlite_store: SQLiteStore) -> Iterator[World]:
    """Return an empty world of every Airflow, on SQLite."""
    world = World.open(sqlite_store.database(request.param), request.param)
    yield world
    world.close()


@pytest.fixture(params=["3.3-sqlite", "3.3-postgresql"])
def three(request: pytest.FixtureRequest) -> Iterator[World]:
    world = open_world(request, request.param)
    yield world
    world.close()


@pytest.fixture(params=["2.11-sqlite", "2.11-postgresql"])
def two(request: pytest.FixtureRequest) -> Iterator[World]:
    world = open_world(request, request.param)
    yield world
    world.close()


@pytest.fixture(params=["2.11-postgresql", "3.3-postgresql"])
def postgres(request: pytest.FixtureRequest) -> Iterator[World]:
    world = open_world(request, request.param)
    world.dag("etl", {"extract": ["load"], "load": []})
    yield world
    world.close()


@pytest.fixture
def etl(world: World) -> World:
    world.dag("etl", {"extract": ["load"], "load": []})
    return world


def test_a_run_is_queued_with_its_task_instances(etl: World) -> None:
    before = datetime.now(UTC)
    key = trigger(etl, dag_id="etl", run_id="mine", logical_date=DAY, conf={"day": [1, None, "é"]}, note="by hand")

    assert key == RunKey("etl", "mine")
    run = run_of(
        etl,
        key,
        "state run_type logical_date data_interval_start data_interval_end conf note clear_number "
        "start_date end_date queued_at log_template_id",
    )
    assert before < run.pop("queued_at") < datetime.now(UTC)
    assert run == {
        "state": "queued",
        "run_type": "manual",
        "logical_date": DAY,
        "data_interval_start": DAY,
        "data_interval_end": DAY,
        "conf": {"day": [1, None, "é"]},
        "note": "by hand",
        "clear_number": 0,
        "start_date": None,
        "end_date": None,
        # The newest: older ones name other files than the worker writes.
        "log_template_id": max(row["id"] for row in etl.rows("log_template", "id")),
    }
    tasks = etl.rows("task_instance", "task_id map_index state try_number priority_weight executor_config")
    assert {(task["task_id"], task["priority_weight"]) for task in tasks} == {("extract", 2), ("load", 1)}
    assert {(task["map_index"], task["state"], task["try_number"]) for task in tasks} == {(-1, None, 0)}
    assert [unpickle(task["executor_config"]) for task in tasks] == [{}, {}]


def test_airflow_2_is_told_the_hash_of_the_tasks_that_the_run_has(two: World) -> None:
    two.dag("etl")
    run = run_of(two, trigger(two, dag_id="etl"), "dag_hash is_external")
    assert run == {"dag_hash": "0" * 32, "is_external": True}


def test_airflow_3_is_told_who_made_the_run_and_of_which_version(three: World) -> None:
    three.dag("etl")
    three.serialize("etl", simple_dag(three.generation, "etl", {"newer": []}))
    newest = max(three.rows("dag_version", "id version_number"), key=lambda row: row["version_number"])["id"]

    key = trigger(three, dag_id="etl")

    run = run_of(three, key, "triggered_by triggering_user_name created_dag_version_id bundle_version span_status")
    assert run == {
        "triggered_by": "REST_API",
        "triggering_user_name": "tester",
        "created_dag_version_id": newest,
        "bundle_version": None,
        "span_status": "not_started",
    }
    assert three.rows("task_instance", "task_id dag_version_id") == [{"task_id": "newer", "dag_version_id": newest}]


def test_every_airflow_gets_a_trace_context_as_it_writes_them(minor: World) -> None:
    minor.dag("etl")
    run = run_of(minor, trigger(minor, dag_id="etl"), "context_carrier")["context_carrier"]
    task = only(minor.rows("task_instance", "context_carrier"))["context_carrier"]

    empty = {"__type": "dict", "__var": {}}
    release = minor.generation.minor
    if release.startswith("2"):
        assert (run, task) == (None, None)
    elif release in {"3.0", "3.1"}:
        assert (run, task) == (empty, None)
    else:
        version, trace, span, flags = run["__var"]["traceparent"].split("-")
        assert (version, len(trace), len(span), flags) == ("00", 32, 16, {"3.2": "01", "3.3": "00"}[release])
        assert task == empty


def test_a_run_of_a_traced_airflow_is_marked_for_the_collector(three: World) -> None:
    three.dag("etl")
    traced = AirflowConfig.discover(environ={"AIRFLOW__TRACES__OTEL_ON": "True"})
    three.service = replace(three.service, config=traced)
    key = trigger(three, dag_id="etl", conf={"airflow/task_span_detail_level": "2"})

    carrier = run_of(three, key, "context_carrier")["context_carrier"]["__var"]
    assert carrier["traceparent"].endswith("-01")
    assert carrier["tracestate"] == "airflow/task_span_detail_level=2"


def test_the_scheduler_may_be_left_to_make_the_task_instances(world: World) -> None:
    world.dag("etl", bundle_version="abc")
    settings = world.service.settings.model_copy(update={"task_instances_by_scheduler": True})
    world.service = replace(world.service, settings=settings)

    key = trigger(world, dag_id="etl")

    assert world.rows("task_instance", "task_id") == []
    # Either of these would make a scheduler believe that the task instances are there.
    assert run_of(world, key, "state dag_hash bundle_version") == {
        "state": "queued",
        "dag_hash": None,
        "bundle_version": None,
    }


def test_a_run_is_pinned_to_the_version_of_its_bundle(three: World) -> None:
    three.dag("pinned", bundle_version="abc")
    free = simple_dag(three.generation, "free", {"work": []})
    free["dag"]["disable_bundle_versioning"] = True
    three.dag("free", serialized=free, bundle_version="abc")

    assert run_of(three, trigger(three, dag_id="pinned"), "bundle_version") == {"bundle_version": "abc"}
    assert run_of(three, trigger(three, dag_id="free"), "bundle_version") == {"bundle_version": None}


def test_without_a_logical_date_airflow_2_takes_now_and_airflow_3_none(minor: World) -> None:
    minor.dag("etl")
    before = datetime.now(UTC)
    key = trigger(minor, dag_id="etl")

    run = run_of(minor, key, "logical_date data_interval_start data_interval_end run_after")
    assert before < run["run_after"] < datetime.now(UTC)
    if minor.generation.number == 2:
        assert run["logical_date"] == run["data_interval_start"] == run["data_interval_end"]
        assert key.run_id == f"manual__{run['logical_date'].isoformat()}"
        return
    assert (run["logical_date"], run["data_interval_start"], run["data_interval_end"]) == (None, None, None)
    name, _, chance = key.run_id.partition("+00:00")
    assert f"{name}+00:00" == f"manual__{run['run_after'].isoformat()}"
    # 3.0 alone appends something random.
    assert len(chance) == (9 if minor.generation.minor == "3.0" else 0)


def test_the_id_tells_the_logical_date_in_airflow_2_and_the_start_in_airflow_3(minor: World) -> None:
    minor.dag("etl")
    key = trigger(minor, dag_id="etl", logical_date=DAY)
    if minor.generation.number == 2:
        assert key.run_id == "manual__2026-03-01T00:00:00+00:00"
    else:
        assert key.run_id.startswith(f"manual__{datetime.now(UTC):%Y-%m-%dT%H}")


def test_runs_of_a_partitioned_schedule_get_ids_that_differ_by_chance(three: World) -> None:
    three.recorded_dag("when_cron_partition", timetable_type="CronPartitionTimetable")
    key = trigger(three, dag_id="when_cron_partition", run_after=DAY)
    assert key.run_id.startswith("manual__2026-03-01T00:00:00+00:00__")
    assert len(key.run_id) == len("manual__2026-03-01T00:00:00+00:00__") + 8


def test_the_data_interval_is_the_one_that_the_timetable_tells_or_the_one_given(world: World) -> None:
    world.recorded_dag("when_cron_data_interval")
    inferred = run_of(
        world,
        trigger(world, dag_id="when_cron_data_interval", logical_date=DAY + timedelta(hours=12)),
        "data_interval_start data_interval_end",
    )
    assert inferred["data_interval_start"] < inferred["data_interval_end"] <= DAY + timedelta(hours=12)

    given = trigger(
        world,
        dag_id="when_cron_data_interval",
        logical_date=DAY,
        data_interval_start=DAY - timedelta(days=9),
        data_interval_end=DAY,
    )
    assert run_of(world, given, "data_interval_start data_interval_end") == {
        "data_interval_start": DAY - timedelta(days=9),
        "data_interval_end": DAY,
    }


def test_a_run_starts_after_the_time_that_is_given(three: World) -> None:
    three.dag("etl")
    key = trigger(three, dag_id="etl", run_after=LATER)
    assert run_of(three, key, "run_after logical_date") == {"run_after": LATER, "logical_date": None}
    assert key.run_id == f"manual__{LATER.isoformat()}"


def test_airflow_3_0_starts_a_run_at_the_end_of_the_interval_that_it_works_out(sqlite_store: SQLiteStore) -> None:
    world = World.open(sqlite_store.database("3.0"), "3.0")
    world.recorded_dag("when_cron_data_interval")
    key = trigger(world, dag_id="when_cron_data_interval", logical_date=DAY)
    run = run_of(world, key, "run_after data_interval_end")
    assert run["run_after"] == run["data_interval_end"]
    world.close()


def test_a_paused_dag_is_no_hindrance(world: World) -> None:
    world.dag("etl", is_paused=True)
    assert run_of(world, trigger(world, dag_id="etl"), "state") == {"state": "queued"}


def test_tasks_whose_dates_exclude_the_logical_date_get_no_instance(world: World) -> None:
    dag = simple_dag(world.generation, "etl", {"early": [], "late": []})
    dag["dag"]["tasks"][0]["__var"]["end_date"] = DAY.timestamp()
    dag["dag"]["tasks"][1]["__var"]["start_date"] = DAY.timestamp() + 1
    world.dag("etl", serialized=dag)
    trigger(world, dag_id="etl", logical_date=DAY)
    assert [row["task_id"] for row in world.rows("task_instance", "task_id")] == ["early"]


def test_a_literal_mapping_is_expanded_at_once(world: World) -> None:
    world.recorded_dag("mapped")
    trigger(world, dag_id="mapped", logical_date=DAY)
    indexes: dict[str, list[int]] = {}
    for row in world.rows("task_instance", "task_id map_index"):
        indexes.setdefault(row["task_id"], []).append(row["map_index"])
    assert any(sorted(found) == list(range(len(found))) and len(found) > 1 for found in indexes.values())
    assert [-1] in indexes.values()


def test_a_pod_override_is_kept_in_the_form_that_airflow_reads(world: World) -> None:
    dag = simple_dag(world.generation, "etl", {"work": []})
    pod = {"spec": {"containers": [{"name": "base", "resources": {"limits": {"cpu": "2"}}}]}}
    stored = {"__type": "dict", "__var": {"pod_override": {"__type": "k8s.V1Pod", "__var": pod}, "queue": "big"}}
    dag["dag"]["tasks"][0]["__var"]["executor_config"] = stored
    world.dag("etl", serialized=dag)
    trigger(world, dag_id="etl")
    written = only(world.rows("task_instance", "executor_config"))["executor_config"]
    assert unpickle(written) == {"pod_override": {"__type": "k8s.V1Pod", "__var": pod}, "queue": "big"}


# Refusals


def test_a_dag_that_is_not_there_is_refused(world: World) -> None:
    assert refused(world, NotFound, "No DAG named 'etl'", dag_id="etl").field == "dagId"


def test_a_dag_that_no_file_has_any_more_is_refused(world: World) -> None:
    world.dag("etl", is_stale=True)
    refused(world, NotFound, "'etl' is in no DAG file any more", dag_id="etl")


def test_a_dag_with_import_errors_is_refused(world: World) -> None:
    world.dag("etl", has_import_errors=True)
    refused(world, Invalid, "it has import errors", dag_id="etl")


def test_a_dag_that_was_never_serialized_is_refused(world: World) -> None:
    world.dag("etl")
    with write_transaction(world.service.engine) as connection:
        connection.execute(text("DELETE FROM serialized_dag"))
    refused(world, NotFound, "has not been serialized", dag_id="etl")


def test_a_dag_that_allows_no_manual_runs_is_refused(three: World) -> None:
    three.dag("etl", allowed_run_types=["scheduled", "backfill"])
    problem = refused(three, Invalid, "does not allow manual runs", dag_id="etl")
    assert "scheduled, backfill" in str(problem.hint)


def test_a_dag_that_allows_manual_runs_is_triggered(three: World) -> None:
    three.dag("etl", allowed_run_types=["manual"])
    assert trigger(three, dag_id="etl").dag_id == "etl"


def test_an_id_that_airflow_would_not_take_is_refused(etl: World) -> None:
    for run_id, match in (
        ("scheduled__2026-03-01T00:00:00+00:00", "reserved"),
        ("backfill__x", "reserved"),
        ("a b", "does not match"),
        ("etl/../../passwd", "does not match"),
        ("'; DROP TABLE dag_run; --", "does not match"),
        ("läuft", "does not match"),
        ("x" * 251, "251 characters"),
        ("x" * 10_000, "10,000 characters"),
    ):
        assert refused(etl, Invalid, match, dag_id="etl", run_id=run_id).field == "runId"


def test_the_prefix_of_the_other_generation_is_taken(etl: World) -> None:
    old, new = "dataset_triggered__x", "asset_triggered__x"
    ours, other = (old, new) if etl.generation.number == 2 else (new, old)
    refused(etl, Invalid, "reserved", dag_id="etl", run_id=ours)
    assert trigger(etl, dag_id="etl", run_id=other).run_id == other


def test_two_dots_in_an_id_are_refused_by_airflow_3_unless_it_allows_them(three: World, two: World) -> None:
    two.dag("etl")
    assert trigger(two, dag_id="etl", run_id="a..b").run_id == "a..b"
    three.dag("etl")
    refused(three, Invalid, r"holds '\.\.'", dag_id="etl", run_id="a..b")
    three.service = replace(
        three.service, config=AirflowConfig.discover(environ={"AIRFLOW__CORE__ALLOW_DOUBLE_DOT_IN_IDS": "True"})
    )
    assert trigger(three, dag_id="etl", run_id="a..b").run_id == "a..b"


def test_airflows_own_pattern_of_ids_holds_here_too(etl: World) -> None:
    environ = {"AIRFLOW__SCHEDULER__ALLOWED_RUN_ID_PATTERN": r"^job-\d+$"}
    etl.service = replace(etl.service, config=AirflowConfig.discover(environ=environ))
    refused(etl, Invalid, r"which is '\^job-\\d\+\$'", dag_id="etl", run_id="mine")
    assert trigger(etl, dag_id="etl", run_id="job-7", logical_date=DAY).run_id == "job-7"
    built_in = "manual__2026-03-01T00:00:00+00:00"
    assert trigger(etl, dag_id="etl", run_id=built_in, logical_date=LATER).run_id == built_in


@pytest.mark.parametrize("half", ["data_interval_start", "data_interval_end"])
def test_half_a_data_interval_is_refused(etl: World, half: str) -> None:
    problem = refused(etl, Invalid, "one of them is missing", dag_id="etl", logical_date=DAY, **{half: DAY})
    assert (
        problem.field
        == {
            "data_interval_start": "dataIntervalEnd",
            "data_interval_end": "dataIntervalStart",
        }[half]
    )


def test_a_data_interval_without_a_logical_date_is_refused_by_airflow_3(three: World) -> None:
    three.dag("etl")
    interval = {"data_interval_start": DAY, "data_interval_end": LATER}
    refused(three, Invalid, "has no data interval", dag_id="etl", **interval)


def test_a_start_of_its_own_is_refused_where_runs_have_none(two: World) -> None:
    two.dag("etl")
    refused(two, Unsupported, r"needs Airflow 3\.0", dag_id="etl", run_after=DAY)


def test_a_conf_that_does_not_fit_the_parameters_is_refused(world: World) -> None:
    world.recorded_dag("parameters")
    refused(world, Invalid, "Invalid input for param required", dag_id="parameters")
    conf = {"required": "abc", "number": "seven"}
    assert refused(world, Invalid, "for param number", dag_id="parameters", conf=conf).field == "conf"


def test_a_conf_that_is_no_json_is_refused(etl: World) -> None:
    for value in (math.nan, math.inf, {1, 2}):
        refused(etl, Invalid, "conf cannot be kept", dag_id="etl", conf={"x": value})


def test_a_conf_that_no_airflow_2_could_unpickle_is_refused(two: World) -> None:
    two.dag("etl")
    deep: Mapping[str, object] = {}
    for _ in range(150):
        deep = {"in": deep}
    refused(two, Invalid, "conf cannot be kept: nested", dag_id="etl", conf=deep)


def test_a_text_that_the_database_cannot_hold_is_refused(postgres: World) -> None:
    if postgres.generation.number == 3:
        refused(postgres, Invalid, "NUL", dag_id="etl", conf={"x": "\x00"})
    refused(postgres, Invalid, "NUL", dag_id="etl", note="\x00")


def test_a_note_that_is_too_long_is_refused(etl: World) -> None:
    assert refused(etl, Invalid, "1,001 characters", dag_id="etl", note="x" * 1001).field == "note"


def test_nobody_triggers_without_the_permission_and_that_is_audited(etl: World) -> None:
    refused(etl, Forbidden, "run.create on DAG 'etl'", role=Role.VIEWER, dag_id="etl")
    row = etl.rows("log", "event dag_id owner")[-1]
    event = "api.post_dag_run" if etl.generation.number == 2 else "trigger_dag_run"
    assert row == {"event": event, "dag_id": "etl", "owner": "tester"}


# Duplicates


def test_a_run_of_the_same_id_is_refused(etl: World) -> None:
    etl.run("etl", "mine", day=3)
    problem = refused(etl, Conflict, "has a run of the id 'mine'", dag_id="etl", run_id="mine", logical_date=DAY)
    assert problem.field == "runId"


def test_a_run_of_the_same_logical_date_is_refused(etl: World) -> None:
    etl.run("etl", "first", day=0)
    problem = refused(etl, Conflict, "2026-03-01T00:00:00.00:00: 'first'", dag_id="etl", run_id="x", logical_date=DAY)
    assert problem.field == "logicalDate"


def test_airflow_2_looks_for_duplicates_before_the_parameters_and_airflow_3_after(world: World) -> None:
    world.recorded_dag("parameters")
    world.run("parameters", "mine")
    two = world.generation.number == 2
    kind, match = (Conflict, "has a run") if two else (Invalid, "Invalid input")
    refused(world, kind, match, dag_id="parameters", run_id="mine", logical_date=LATER)


def test_runs_without_a_logical_date_are_no_duplicates(three: World) -> None:
    three.dag("etl")
    keys = {trigger(three, dag_id="etl").run_id for _ in range(3)}
    assert len(keys) == 3


def test_another_dag_may_have_a_run_of_the_same_id_and_date(etl: World) -> None:
    etl.dag("other")
    for dag_id in ("etl", "other"):
        assert trigger(etl, dag_id=dag_id, run_id="mine", logical_date=DAY) == RunKey(dag_id, "mine")


def test_of_many_at_once_one_makes_the_run(etl: World) -> None:
    def attempt(_: int) -> object:
        try:
            return trigger(etl, dag_id="etl", run_id="mine", logical_date=DAY)
        except Conflict as problem:
            return problem

    with ThreadPoolExecutor(4) as threads:
        outcomes = list(threads.map(attempt, range(4)))

    assert [outcome for outcome in outcomes if isinstance(outcome, RunKey)] == [RunKey("etl", "mine")]
    assert len(etl.rows("dag_run", "run_id")) == 1
    assert len(etl.rows("task_instance", "task_id")) == 2
    assert len(etl.rows("log", "event")) == 4


def waits_for(postgres: World, done: Future[RunKey]) -> None:
    """Return when the trigger of another thread waits for somebody else's transaction."""
    end = monotonic() + 10
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    while monotonic() < end and not done.done():
        with write_transaction(postgres.service.engine) as connection:
            if connection.execute(waiting).scalar():
                return
        sleep(0.01)
    pytest.fail("it did not wait")


def overtaken(postgres: World, attempt: Callable[[], RunKey], **values: object) -> RunKey:
    """Trigger while another transaction, which is then committed, has made a run already."""
    found = postgres.generation.relation("dag_run")
    row: dict[str, object] = {
        "dag_id": "etl",
        "state": "queued",
        "run_type": "manual",
        "conf": {},
        "logical_date": DAY,
        "clear_number": 0,
        **values,
    }
    if postgres.generation.number == 3:
        row |= {"run_after": DAY, "span_status": "not_started"}
    with ThreadPoolExecutor(1) as thread:
        with write_transaction(postgres.service.engine) as other:
            other.execute(insert(found.table).values(found.physical(row)))
            done = thread.submit(attempt)
            waits_for(postgres, done)
        return done.result()


def test_whoever_is_overtaken_meets_a_conflict(postgres: World) -> None:
    with pytest.raises(Conflict, match="has a run of the id 'mine'"):
        overtaken(postgres, lambda: trigger(postgres, dag_id="etl", run_id="mine", logical_date=LATER), run_id="mine")

    assert len(postgres.rows("dag_run", "run_id")) == 1
    assert postgres.rows("task_instance", "task_id") == []
    assert len(postgres.rows("log", "event")) == 1


def test_whoever_is_overtaken_with_the_same_key_gets_the_others_run(postgres: World) -> None:
    key = overtaken(
        postgres, lambda: trigger(postgres, dag_id="etl", idempotency_key="order-7"), run_id="manual__key_order-7"
    )
    assert key == RunKey("etl", "manual__key_order-7")
    assert len(postgres.rows("dag_run", "run_id")) == 1


# Idempotency


def test_the_same_key_names_the_same_run(etl: World) -> None:
    first = trigger(etl, dag_id="etl", idempotency_key="order-7", conf={"x": 1, "y": [2]})
    again = trigger(etl, dag_id="etl", idempotency_key="order-7", conf={"y": [2], "x": 1})

    assert again == first == RunKey("etl", "manual__key_order-7")
    assert len(etl.rows("dag_run", "run_id")) == 1
    assert len(etl.rows("task_instance", "task_id")) == 2
    assert len(etl.rows("log", "event")) == 2
    assert trigger(etl, dag_id="etl", idempotency_key="order-8") != first


def test_the_same_key_for_something_else_is_refused(etl: World) -> None:
    trigger(etl, dag_id="etl", idempotency_key="order-7", logical_date=DAY, conf={"x": 1})
    for other in ({"conf": {"x": 2}}, {}, {"conf": {"x": 1}, "logical_date": LATER}):
        with pytest.raises(Conflict, match="triggered with this idempotency key") as caught:
            trigger(etl, dag_id="etl", idempotency_key="order-7", **other)
        assert caught.value.field == "idempotencyKey"
    assert len(etl.rows("dag_run", "run_id")) == 1


def test_a_key_that_no_id_can_hold_is_refused(etl: World) -> None:
    for key in ("", "a b", "a/b", "ü", "x" * 201, "a\n"):
        problem = refused(etl, Invalid, "cannot be part", dag_id="etl", idempotency_key=key)
        assert problem.field == "idempotencyKey"


def test_a_key_beside_an_id_is_refused(etl: World) -> None:
    refused(etl, Invalid, "to carry the key", dag_id="etl", idempotency_key="order-7", run_id="mine")


# Audit


def test_the_audit_row_tells_the_run_where_airflow_does(etl: World) -> None:
    trigger(etl, dag_id="etl", run_id="mine", conf={"password": "hush"})
    row = only(etl.rows("log", "event dag_id run_id task_id owner owner_display_name extra"))
    extra = json.loads(row.pop("extra"))
    assert extra.pop("conf") == {"password": "***"}
    old = etl.generation.number == 2
    # Airflow 2 looks at the address of the request alone, which does not name the run.
    assert extra == ({"run_id": "mine"} if old else {"method": "POST"})
    assert row == {
        "event": "api.post_dag_run" if old else "trigger_dag_run",
        "dag_id": "etl",
        "run_id": None if old else "mine",
        "task_id": None,
        "owner": "tester",
        "owner_display_name": "tester",
    }


def test_ids_sort_by_the_moment_at_which_they_were_made() -> None:
    ids = []
    for _ in range(50):
        ids.append(uuid7())
        sleep(0.0001)
    assert ids == sorted(ids)
    assert {(one.version, one.variant) for one in ids} == {(7, "specified in RFC 4122")}
