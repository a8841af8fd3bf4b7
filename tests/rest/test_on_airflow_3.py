"""What Airflow 3 alone has, in the words of Airflow 2: the stable API on its metadata, which strict clients parse."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from resolvers.metadata.generation import Capability
from tests.conftest import KINDS
from tests.graph.assets import RAW
from tests.graph.furnishing import at, furnish, tried
from tests.rest.api import Api, api_of, world_of
from tests.stores import MINORS
from tests.world import World, recorded_dags, simple_dag

THREE = [kind for kind in KINDS if kind.startswith("3")]
RUNS = {
    "updated": ("asset_triggered", None),
    "operated": ("operator_triggered", 12),
    "materialized": ("asset_materialization", None),
    "undated": ("manual", None),
    "filled": ("backfill", 15),
}
"""Runs of the DAG `three`, each with its reason and the day that it is about; each was due on a day of its own."""
SCHEDULES: Mapping[str | None, object] = {
    None: None,
    "None": None,
    "0 0 * * *": {"__type": "CronExpression", "value": "0 0 * * *"},
    "@once": {"__type": "CronExpression", "value": "@once"},
    "6:00:00": {"__type": "TimeDelta", "days": 0, "seconds": 21_600, "microseconds": 0},
    "1 day, 0:30:00": {"__type": "TimeDelta", "days": 1, "seconds": 1_800, "microseconds": 0},
    "Asset": {"__type": "CronExpression", "value": "Asset"},
    "Asset or 0 1 * * 3": {"__type": "CronExpression", "value": "Asset or 0 1 * * 3"},
    "2 events": {"__type": "CronExpression", "value": "2 events"},
}
"""What is told of each summary of a timetable."""
FIRST, SECOND = ({"asset": {"uri": uri, "name": uri, "group": "asset"}} for uri in ("s3://a", "s3://b"))
EXPRESSIONS = (
    ({"all": [FIRST, SECOND]}, {"all": ["s3://a", "s3://b"]}),
    ({"any": [FIRST, {"all": [SECOND]}]}, {"any": ["s3://a", {"all": ["s3://b"]}]}),
    ({"any": [{"alias": {"name": "some", "group": "asset"}}, FIRST]}, {"any": [{"alias": "some"}, "s3://a"]}),
    ({"alias": {"name": "some", "group": "asset"}}, {"alias": "some"}),
    (FIRST, {"all": ["s3://a"]}),
    ({"asset_ref": {"uri": "s3://a"}}, {"all": ["s3://a"]}),
)
"""What Airflow 3 stores of what a DAG waits for, and what is told of it."""


@pytest.fixture(scope="session", params=sorted({*THREE, *(f"{minor}-sqlite" for minor in MINORS if minor > "3")}))
def three(request: pytest.FixtureRequest) -> Iterator[Api]:
    """Serve a world of each Airflow 3 with what no Airflow 2 has, which nobody may change."""
    yield from _served(request, request.param)


@pytest.fixture(params=THREE)
def own_three(request: pytest.FixtureRequest) -> Iterator[Api]:
    """Serve the same, for one test to change."""
    yield from _served(request, request.param)


def _served(request: pytest.FixtureRequest, kind: str) -> Iterator[Api]:
    world = furnish(world_of(request.getfixturevalue(f"{kind.split('-')[1]}_store"), kind))
    with world.together():
        _add(world)
    try:
        with api_of(world) as told:
            yield told
    finally:
        world.close()


def _add(world: World) -> None:
    serialized = simple_dag(world.generation, "three", {"toil": ["wait"], "wait": []})
    toil, wait = (task["__var"] for task in serialized["dag"]["tasks"])
    toil |= {"retry_exponential_backoff": 2.5}
    wait |= {"trigger_rule": "all_done_min_one_success", "retry_exponential_backoff": 0}
    world.dag("three", serialized=serialized)
    for number, summary in enumerate(SCHEDULES):
        world.dag(f"planned{number}", timetable_summary=summary)
    for number, (expression, _) in enumerate(EXPRESSIONS):
        world.dag(f"expects{number}", asset_expression=expression)
    for day, (run_id, (run_type, about)) in enumerate(RUNS.items(), 11):
        date = None if about is None else at(about)
        dates = {"logical_date": date, "data_interval_start": date, "data_interval_end": date, "run_after": at(day)}
        world.run("three", run_id, day, run_type=run_type, conf=None, **dates)
        for task_id, state in (("toil", "success"), ("wait", "awaiting_input")):
            world.task_instance("three", run_id, task_id, state, try_number=2, task_display_name=None)
        if world.generation.can(Capability.TRY_HISTORY):
            tried(world, "three", run_id, "wait", 1, state="awaiting_input")
    world.xcom("three", "undated", "toil", "return_value", 1)
    world.run("three", "waiting", 16, run_type="asset_triggered", state="queued", logical_date=None, start_date=None)
    for run_id, event in (("updated", 1), ("waiting", 2)):
        run = world.rows("dag_run", "id", dag_id="three", run_id=run_id)[0]["id"]
        world.insert("consumed_asset_event", {"dag_run_id": run, "event_id": event})
    world.insert("variable", {"key": "db_password", "val": "hunter2", "is_encrypted": False})


def instances(told: Any) -> dict[str, str]:
    return {one["task_id"]: one["execution_date"] for one in told["task_instances"]}


def test_a_run_has_a_reason_that_airflow_2_knew(three: Api) -> None:
    runs = {run["dag_run_id"]: run for run in three.get("/dags/three/dagRuns")["dag_runs"]}

    assert {run_id: run["run_type"] for run_id, run in runs.items() if run_id in RUNS} == {
        "updated": "dataset_triggered",
        "operated": "manual",
        "materialized": "manual",
        "undated": "manual",
        "filled": "backfill",
    }
    assert {run_id for run_id, run in runs.items() if run["external_trigger"]} == {
        "operated",
        "materialized",
        "undated",
    }
    assert three.get("/dags/three/dagRuns/updated") == runs["updated"]
    assert runs["updated"]["conf"] == {}
    assert set(runs["updated"]) == set(three.get("/dags/etl/dagRuns/r0"))


def test_who_orders_by_external_triggers_gets_what_is_told_of_them(three: Api) -> None:
    told = [run["external_trigger"] for run in three.get("/dags/~/dagRuns", order_by="-external_trigger")["dag_runs"]]

    assert told == sorted(told, reverse=True)
    assert {True, False} == set(told)


def test_without_a_logical_date_everything_of_a_run_is_of_when_it_was_due(three: Api) -> None:
    due = at(14).isoformat()
    run = three.get("/dags/three/dagRuns/undated")
    path = "/dags/three/dagRuns/undated/taskInstances"

    assert (run["execution_date"], run["logical_date"]) == (due, due)
    assert (run["data_interval_start"], run["data_interval_end"]) == (None, None)
    assert instances(three.get(path)) == {"toil": due, "wait": due}
    assert three.get(f"{path}/toil")["execution_date"] == due
    assert three.get(f"{path}/toil/xcomEntries")["xcom_entries"][0]["execution_date"] == due
    assert three.get(f"{path}/toil/xcomEntries/return_value")["execution_date"] == due
    assert three.get("/dags/three/dagRuns/operated")["execution_date"] == at(12).isoformat()


def test_that_date_counts_for_filters_and_orders(three: Api) -> None:
    def found(**query: str) -> list[str]:
        return [run["dag_run_id"] for run in three.get("/dags/three/dagRuns", **query)["dag_runs"]]

    in_order = ["updated", "operated", "materialized", "undated", "filled", "waiting"]
    assert found(order_by="execution_date") == in_order
    assert found(order_by="-execution_date") == in_order[::-1]
    assert found(execution_date_gte="2026-03-14T00:00:00Z", order_by="id") == in_order[2:]
    assert found(execution_date_lte="2026-03-12T00:00:00Z") == ["updated"]
    late = three.get("/dags/three/dagRuns/~/taskInstances", execution_date_gte="2026-03-15T00:00:00Z")
    assert {one["dag_run_id"] for one in late["task_instances"]} == {"undated", "filled"}
    form = {"dag_ids": ["three"], "execution_date_lte": "2026-03-12T00:00:00Z"}
    batch = three.send("POST", "/dags/~/dagRuns/~/taskInstances/list", json=form).json()
    assert {one["dag_run_id"] for one in batch["task_instances"]} == {"updated"}
    runs = three.send("POST", "/dags/~/dagRuns/list", json=form).json()
    assert [run["dag_run_id"] for run in runs["dag_runs"]] == ["updated"]


def test_what_is_done_to_tasks_of_such_a_run_tells_that_date_too(own_three: Api) -> None:
    due = at(14).isoformat()
    clear = {"dag_run_id": "undated", "only_failed": False, "dry_run": True}
    options = ("include_upstream", "include_downstream", "include_future", "include_past")
    fail = {"task_id": "toil", "dag_run_id": "undated", "new_state": "failed", **dict.fromkeys(options, False)}
    path = "/dags/three/dagRuns/undated"

    def told(method: str, path: str, **body: object) -> dict[str, str]:
        return instances(own_three.send(method, path, json=body).json())

    assert told("POST", "/dags/three/clearTaskInstances", **clear) == {"toil": due, "wait": due}
    assert told("POST", f"{path}/clear", dry_run=True) == {"toil": due, "wait": due}
    assert told("POST", "/dags/three/updateTaskInstancesState", **fail, dry_run=True) == {"toil": due}
    one = own_three.send("PATCH", f"{path}/taskInstances/toil", json={"new_state": "failed", "dry_run": True})
    assert one.json()["execution_date"] == due
    noted = own_three.send("PATCH", f"{path}/taskInstances/toil/setNote", json={"note": "n"}).json()
    assert (noted["execution_date"], noted["note"]) == (due, "n")
    assert own_three.send("PATCH", f"{path}/setNote", json={"note": "n"}).json()["execution_date"] == due
    assert own_three.send("PATCH", path, json={"state": "failed"}).json()["execution_date"] == due


def test_a_run_is_found_by_that_date_to_set_states_in_it(own_three: Api) -> None:
    options = ("include_upstream", "include_downstream", "include_future", "include_past")
    body = {"task_id": "toil", "new_state": "failed", "dry_run": True, **dict.fromkeys(options, False)}
    answer = own_three.send(
        "POST", "/dags/three/updateTaskInstancesState", json={**body, "execution_date": at(14).isoformat()}
    )

    assert answer.status_code == 200, answer.text
    assert [one["dag_run_id"] for one in answer.json()["task_instances"]] == ["undated"]


def test_updates_of_datasets_tell_the_runs_that_they_made_with_a_date(three: Api) -> None:
    events = three.get("/datasets/events", dataset_id=RAW, order_by="timestamp")["dataset_events"]
    made = {run["dag_run_id"]: run["logical_date"] for event in events for run in event["created_dagruns"]}

    assert made["updated"] == at(11).isoformat()
    upstream = three.get("/dags/three/dagRuns/updated/upstreamDatasetEvents")
    assert [event["id"] for event in upstream["dataset_events"]] == [1]


def test_what_waits_for_a_human_reads_as_deferred(three: Api) -> None:
    path = "/dags/three/dagRuns/undated/taskInstances"
    listed = "/dags/~/dagRuns/~/taskInstances/list"

    assert three.get(f"{path}/wait")["state"] == "deferred"
    assert [one["state"] for one in three.get(f"{path}/wait/tries")["task_instances"]] == ["deferred", "deferred"]
    assert three.get(f"{path}/wait/tries/1")["state"] == "deferred"
    assert [one["task_id"] for one in three.get(path, state="deferred")["task_instances"]] == ["wait"]
    # Others that are deferred are found with it.
    assert three.get("/dags/~/dagRuns/~/taskInstances", state="deferred")["total_entries"] == 6
    batch = three.send("POST", listed, json={"dag_ids": ["three"], "state": ["deferred"]}).json()
    assert batch["total_entries"] == 5
    # The name that it has in Airflow 3 is none.
    assert three.get(path, state="awaiting_input")["total_entries"] == 0
    assert three.send("POST", listed, json={"state": ["awaiting_input"]}).status_code == 400


def test_a_run_that_an_update_made_may_not_have_started(three: Api) -> None:
    made = [run for event in three.get("/datasets/events")["dataset_events"] for run in event["created_dagruns"]]
    waiting = next(run for run in made if run["dag_run_id"] == "waiting")

    # Airflow 3.3's own list of updates is then an error.
    assert (waiting["state"], waiting["start_date"]) == ("queued", None)


def test_a_value_that_airflow_3_masks_reads_in_the_clear(three: Api) -> None:
    assert three.get("/variables/db_password")["value"] == "hunter2"
    listed = {one["key"]: one["value"] for one in three.get("/variables")["variables"]}
    assert listed["db_password"] == "hunter2"


def test_what_airflow_3_does_not_find_is_an_empty_list_as_before(three: Api) -> None:
    assert three.get("/dags/nope/dagRuns") == {"dag_runs": [], "total_entries": 0}
    tries = three.get("/dags/three/dagRuns/nope/taskInstances/toil/tries")
    assert tries == {"task_instances": [], "total_entries": 0}


def test_runs_are_reset_with_their_tasks_only_if_that_is_asked(own_three: Api) -> None:
    body = {"dag_run_id": "updated", "only_failed": False, "dry_run": False}

    own_three.send("POST", "/dags/three/clearTaskInstances", json=body)
    assert own_three.get("/dags/three/dagRuns/updated")["state"] == "success"
    own_three.send("POST", "/dags/three/clearTaskInstances", json={**body, "reset_dag_runs": True})
    assert own_three.get("/dags/three/dagRuns/updated")["state"] == "queued"


def test_a_task_has_a_rule_that_airflow_2_knew(three: Api) -> None:
    tasks = {task["task_id"]: task for task in three.get("/dags/three/tasks")["tasks"]}

    assert (tasks["toil"]["trigger_rule"], tasks["wait"]["trigger_rule"]) == ("all_success", "all_done")
    assert (tasks["toil"]["retry_exponential_backoff"], tasks["wait"]["retry_exponential_backoff"]) == (True, False)
    assert three.get("/dags/three/tasks/wait") == tasks["wait"]


def test_what_airflow_3_has_no_longer_reads_as_it_was_by_default(three: Api) -> None:
    dag, instance = three.get("/dags/three"), three.get("/dags/three/dagRuns/undated/taskInstances/toil")

    assert (dag["is_subdag"], dag["default_view"], dag["is_active"]) == (False, "grid", True)
    assert {dag[name] for name in ("root_dag_id", "pickle_id", "last_pickled", "scheduler_lock")} == {None}
    assert three.get("/dags/three/details")["orientation"] == "LR"
    assert three.get("/dags/gone")["is_active"] is False
    assert (instance["sla_miss"], instance["trigger"], instance["triggerer_job"]) == (None, None, None)
    assert (instance["rendered_map_index"], instance["task_display_name"]) == (None, "toil")


def test_a_schedule_is_made_of_the_summary_of_a_timetable(three: Api) -> None:
    for number, told in enumerate(SCHEDULES.values()):
        assert three.get(f"/dags/planned{number}")["schedule_interval"] == told
        assert three.get(f"/dags/planned{number}/details")["schedule_interval"] == told


def test_strict_clients_parse_every_dag_that_airflow_3_serializes(own_three: Api) -> None:
    dag_ids = sorted(recorded_dags(own_three.world.generation.minor).keys() - {"described", "nested_groups", "mapped"})
    with own_three.world.together():
        for dag_id in dag_ids:
            own_three.world.recorded_dag(dag_id)

    for dag_id in dag_ids:
        assert own_three.get(f"/dags/{dag_id}/details")["dag_id"] == dag_id
        assert own_three.get(f"/dags/{dag_id}/tasks")["total_entries"] > 0


def test_what_dags_wait_for_is_told_in_the_words_of_datasets(three: Api) -> None:
    for number, (_, told) in enumerate(EXPRESSIONS):
        assert three.get(f"/dags/expects{number}/details")["dataset_expression"] == told
