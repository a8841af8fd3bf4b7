"""Which rows a run that is triggered has."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import sleep

import pytest

from resolvers.airflow_config import AirflowConfig
from resolvers.metadata.pickled import unpickle
from resolvers.operations.keys import RunKey
from resolvers.operations.trigger import trigger_run
from resolvers.operations.uuid7 import uuid7
from tests.resolvers.operations.triggering import LATER, only, run_of, trigger
from tests.stores import SQLiteStore
from tests.world import DAY, World, simple_dag

pytestmark = pytest.mark.mysql


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


def test_the_audit_row_tells_a_full_name_where_airflow_does(etl: World) -> None:
    actor = replace(etl.actor(), display_name="Tess Ter")
    with etl.service.session(actor) as session:
        session.run(trigger_run, dag_id="etl")
    row = only(etl.rows("log", "owner owner_display_name"))
    # Airflow 3 knows callers by one name.
    full_name = "Tess Ter" if etl.generation.number == 2 else "tester"
    assert row == {"owner": "tester", "owner_display_name": full_name}


def test_ids_sort_by_the_moment_at_which_they_were_made() -> None:
    ids = []
    for _ in range(50):
        ids.append(uuid7())
        sleep(0.0001)
    assert ids == sorted(ids)
    assert {(one.version, one.variant) for one in ids} == {(7, "specified in RFC 4122")}
