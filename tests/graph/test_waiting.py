"""What keeps a task instance from being queued, and the links that its operator offers."""

from typing import Any

import pytest

from tests.world import DAY, World, simple_dag

DOCUMENT = """query ($task: String!, $run: String! = "r") { taskInstance(dagId: "etl", runId: $run, taskId: $task) {
  unmetDependencies { name reason } } }"""


@pytest.fixture
def waiting(world: World) -> World:
    """Return a world with a running run of a DAG: `extract` before `load`."""
    world.dag("etl", {"extract": ["load"], "load": []})
    world.run("etl", "r", state="running")
    return world


def unmet(world: World, task: str, run: str = "r") -> dict[str, str]:
    told = world.data(DOCUMENT, task=task, run=run)["taskInstance"]["unmetDependencies"]
    return {one["name"]: one["reason"] for one in told}


def test_what_may_be_queued_waits_for_nothing(waiting: World) -> None:
    waiting.task_instance("etl", "r", "extract", "scheduled")

    assert unmet(waiting, "extract") == {}


def test_what_has_been_queued_waits_for_nothing_any_more(waiting: World) -> None:
    waiting.task_instance("etl", "r", "extract", None)
    waiting.task_instance("etl", "r", "load", "running")

    assert unmet(waiting, "load") == {}


def test_a_task_waits_for_those_upstream_by_its_trigger_rule(waiting: World) -> None:
    waiting.task_instance("etl", "r", "extract", "failed")
    waiting.task_instance("etl", "r", "load", None)

    assert unmet(waiting, "load") == {
        "Task Instance State": "Task is in the 'None' state.",
        "Trigger Rule": "Task's trigger rule 'all_success' requires all upstream tasks to have succeeded, but found 1 "
        "non-success(es). upstream_states=_UpstreamTIStates(success=0, skipped=0, failed=1, upstream_failed=0, "
        "removed=0, done=1, success_setup=0, skipped_setup=0), upstream_task_ids={'extract'}",
    }


def test_a_paused_dag_a_run_that_is_over_and_a_full_pool_are_told(world: World) -> None:
    world.dag("etl", {"extract": []}, is_paused=True, max_active_tasks=1)
    world.run("etl", "r", state="failed", run_type="backfill")
    world.insert("pool", {"pool": "narrow", "slots": 3, "include_deferred": False})
    world.task_instance("etl", "r", "extract", "scheduled", pool="narrow", pool_slots=2)
    world.task_instance("etl", "r", "beside", "running", pool="narrow", pool_slots=2)

    assert unmet(world, "extract") == {
        "Dag Not Paused": "Task's DAG 'etl' is paused.",
        "DagRun is not backfill job": "Task's DagRun run_type is backfill and cannot be run by the scheduler",
        "Dagrun Running": "Task instance's dagrun was not in the 'running' state but in the state 'failed'.",
        "Pool Slots Available": "Not scheduling since there are 1 open slots in pool narrow and require 2 pool slots",
        "Task Instance Slots Available": "The maximum number of running tasks (1) for this task's DAG 'etl' has been "
        "reached.",
    }


def test_a_task_that_depends_on_the_past_waits_for_the_run_before(world: World) -> None:
    serialized = simple_dag(world.generation, "etl", {"extract": []})
    serialized["dag"]["tasks"][0]["__var"]["depends_on_past"] = True
    world.dag("etl", None, serialized=serialized)
    for day, state in enumerate(("success", "failed", None)):
        world.run("etl", f"r{day}", day, state="running")
        world.task_instance("etl", f"r{day}", "extract", state)
    world.run("etl", "r3", 3, state="running")
    world.task_instance("etl", "r3", "extract", "scheduled")

    assert unmet(world, "extract", "r2")["Previous Dagrun State"].endswith(
        "1 previous task instance(s) are not in a successful state."
    )
    assert set(unmet(world, "extract", "r3")) == {"Previous Dagrun State"}


def test_a_pool_that_is_gone_is_told(waiting: World) -> None:
    waiting.task_instance("etl", "r", "extract", "scheduled", pool="gone")

    assert unmet(waiting, "extract") == {
        "Pool Slots Available": "Tasks using non-existent pool 'gone' will not be scheduled"
    }


def links(world: World, task: str) -> list[dict[str, Any]]:
    document = (
        'query ($task: String!) { taskInstance(dagId: "etl", runId: "r", taskId: $task) { extraLinks { name url } } }'
    )
    told: list[dict[str, Any]] = world.data(document, task=task)["taskInstance"]["extraLinks"]
    return told


def with_links(world: World, offered: object, **attributes: object) -> None:
    serialized = simple_dag(world.generation, "etl", {"fire": []})
    serialized["dag"]["tasks"][0]["__var"] |= {"_operator_extra_links": offered, **attributes}
    world.dag("etl", None, serialized=serialized)
    world.run("etl", "r")
    world.task_instance("etl", "r", "fire")


def test_a_link_leads_to_the_run_that_was_triggered(world: World) -> None:
    if world.generation.number == 2:
        offered: list[dict[str, object]] = [
            {"airflow.operators.trigger_dagrun.TriggerDagRunLink": {}},
            {"somebody.else.TheirLink": {}},
        ]
        with_links(world, offered, trigger_dag_id="other")
        before, after = "/dags/other/grid", "/dags/other/grid?dag_run_id=manual__2026-03-01T00:00:00%2B00:00"
        key, value = "trigger_run_id", "manual__2026-03-01T00:00:00+00:00"
    else:
        with_links(world, {"Triggered DAG": "_link_TriggerDagRunLink", "Another": "_link_Another"})
        before, after = None, "https://airflow.example/dags/other/runs/x"
        key, value = "_link_TriggerDagRunLink", after
    others = [] if world.generation.number == 2 else [{"name": "Another", "url": None}]

    assert links(world, "fire") == [*others, {"name": "Triggered DAG", "url": before}]
    world.xcom("etl", "r", "fire", key, value)
    assert links(world, "fire") == [*others, {"name": "Triggered DAG", "url": after}]


def test_a_link_leads_to_the_dag_that_was_waited_for(world: World) -> None:
    if world.generation.number == 3:
        with_links(world, {"External DAG": "_link_ExternalDagLink"})
        assert links(world, "fire") == [{"name": "External DAG", "url": None}]
        return
    with_links(world, [{"airflow.sensors.external_task.ExternalDagLink": {}}], external_dag_id="templated {{ x }}")
    world.rendered("etl", "r", "fire", {"external_dag_id": "a b"})

    expected = f"/dags/a%20b/grid?execution_date={DAY.isoformat().replace('+', '%2B')}"
    assert links(world, "fire") == [{"name": "External DAG", "url": expected}]
