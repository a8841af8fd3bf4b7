"""What clearing does to task instances, their tries and their runs."""

import uuid
from typing import Any

import pytest

from resolvers.errors import Conflict
from resolvers.operations.clear import clear_task_instances
from resolvers.operations.keys import Cleared, RunKey, TaskInstanceKey
from tests.resolvers.operations.clearing import DO, clear
from tests.resolvers.operations.stopped import (
    BEGUN,
    ENDED,
    RAN,
    instance,
    refusal,
    run_row,
    states,
    stopped,
    version,
)
from tests.world import DAY, World, simple_dag

pytestmark = pytest.mark.mysql


def test_what_failed_is_cleared_and_its_run_queued_again(world: World) -> None:
    stopped(world)
    cleared = clear(world)
    assert cleared == Cleared(
        (TaskInstanceKey("line", "run", "second"), TaskInstanceKey("line", "run", "third")),
        (RunKey("line", "run"),),
    )
    assert states(world) == {"first": "success", "second": None, "third": None, "fourth": None}
    run = run_row(world, "state clear_number start_date end_date last_scheduling_decision queued_at")
    assert run.pop("queued_at") > ENDED
    assert run == {
        "state": "queued",
        "clear_number": 1,
        "start_date": None,
        "end_date": None,
        "last_scheduling_decision": None,
    }


def test_what_a_cleared_task_instance_keeps_and_loses(minor: World) -> None:
    stopped(minor)
    clear(minor)
    row = instance(
        minor, "second", "try_number max_tries start_date end_date duration external_executor_id hostname updated_at"
    )
    assert row.pop("updated_at") > ENDED
    assert row == {
        "try_number": 2,
        "max_tries": 2,
        "start_date": BEGUN,
        "end_date": ENDED,
        "duration": 60.0,
        "external_executor_id": None,
        "hostname": "worker",
    }


def test_what_is_not_reached_is_left_alone(minor: World) -> None:
    stopped(minor)
    before = instance(minor, "first", "id state try_number updated_at")
    clear(minor)
    assert instance(minor, "first", "id state try_number updated_at") == before


def test_the_given_up_try_goes_to_the_history_from_2_10_on(minor: World) -> None:
    stopped(minor)
    old = {row["task_id"]: row["id"] for row in minor.rows("task_instance", "task_id id")}
    clear(minor)
    if not minor.generation.has_table("task_instance_history"):
        assert minor.generation.minor == "2.9"
        return
    tries = {
        row.pop("task_id"): row
        for row in minor.rows("task_try", "task_id try_number state start_date end_date duration hostname pool")
    }
    assert tries == {
        "second": {
            "try_number": 2,
            "state": "failed",
            "start_date": BEGUN,
            "end_date": ENDED,
            "duration": 60.0,
            "hostname": "worker",
            "pool": "default_pool",
        },
        "third": {
            "try_number": 0,
            "state": "upstream_failed",
            "start_date": None,
            "end_date": ENDED,
            "duration": None,
            "hostname": "worker",
            "pool": "default_pool",
        },
    }
    if minor.generation.number == 3:
        kept = {row["task_id"]: row["task_instance_id"] for row in minor.rows("task_try", "task_id task_instance_id")}
        assert kept == {task_id: old[task_id] for task_id in ("second", "third")}


def test_the_next_try_of_airflow_3_has_a_new_id(three: World) -> None:
    stopped(three)
    old = {row["task_id"]: row["id"] for row in three.rows("task_instance", "task_id id")}
    clear(three)
    new = {row["task_id"]: row["id"] for row in three.rows("task_instance", "task_id id")}
    assert {task_id for task_id, identity in new.items() if identity != old[task_id]} == {"second", "third"}
    assert new["second"].version == 7


def test_a_note_follows_the_task_instance_to_its_new_id(world: World) -> None:
    stopped(world)
    key = (
        {"dag_id": "line", "run_id": "run", "task_id": "second", "map_index": -1}
        if world.generation.number == 2
        else {"ti_id": instance(world, "second", "id")["id"]}
    )
    world.insert("task_instance_note", {**key, "content": "look", "created_at": DAY, "updated_at": DAY})
    clear(world)
    assert instance(world, "second", "note") == {"note": "look"}


def test_a_try_that_is_in_the_history_already_is_not_put_there_again(world: World) -> None:
    stopped(world)
    earlier: dict[str, object] = {"task_instance_id": uuid.uuid4(), "span_status": "not_started"}
    world.insert(
        "task_try",
        {
            "dag_id": "line",
            "run_id": "run",
            "task_id": "second",
            "map_index": -1,
            "try_number": 2,
            "state": "up_for_retry",
            "pool": "default_pool",
            "pool_slots": 1,
            **earlier,
        },
    )
    clear(world)
    assert world.rows("task_try", "state", task_id="second") == [{"state": "up_for_retry"}]


def test_a_task_instance_can_be_cleared_again_and_again(world: World) -> None:
    stopped(world)
    for _ in range(3):
        clear(world, only_failed=False, task_ids=["second"])
    assert len(world.rows("task_try", "try_number", task_id="second")) == 1
    assert run_row(world, "clear_number")["clear_number"] == (3 if world.generation.number == 3 else 1)


# Task instances that are not over


def test_a_running_task_is_told_to_restart(minor: World) -> None:
    stopped(minor, "running", end_date=None)
    minor.insert("job", {"id": 7, "state": "running", "job_type": "LocalTaskJob"})
    minor.task_instance("line", "run", "more", "running", start_date=BEGUN, job_id=7, updated_at=DAY)
    clear(minor, only_failed=False, only_running=True)
    row = instance(minor, "more", "state max_tries try_number external_executor_id")
    assert row == {"state": "restarting", "max_tries": 0, "try_number": 1, "external_executor_id": None}
    assert minor.rows("job", "state") == [{"state": "restarting" if minor.generation.number == 2 else "running"}]
    assert run_row(minor, "state start_date")["state"] == "running"
    if minor.generation.has_table("task_instance_history"):
        (past,) = minor.rows("task_try", "state end_date")
        assert past["state"] == "failed"
        assert past["end_date"] > ENDED


def test_a_running_task_without_a_job_goes_on_in_airflow_2(two: World) -> None:
    stopped(two, "running")
    two.task_instance("line", "run", "more", "running", start_date=BEGUN)
    clear(two, only_failed=False, only_running=True)
    assert states(two)["more"] == "running"


def test_a_deferred_task_forgets_what_it_was_to_go_on_with(minor: World) -> None:
    stopped(minor, "running")
    minor.task_instance(
        "line", "run", "more", "deferred", start_date=BEGUN, next_method="resume", next_kwargs={"a": 1}, updated_at=DAY
    )
    clear(minor, only_failed=False, task_ids=["first", "more"])
    expected: dict[str, Any] = {"state": None, "next_method": None, "next_kwargs": None}
    # Up to 3.0 a task that the DAG does not have is reached by no name.
    if not minor.generation.is_since("3.1"):
        expected = {"state": "deferred", "next_method": "resume", "next_kwargs": {"a": 1}}
    assert instance(minor, "more", "state next_method next_kwargs") == expected


def test_a_task_instance_that_never_ran_counts_as_a_failed_try(world: World) -> None:
    stopped(world)
    clear(world, only_failed=False, task_ids=["fourth"])
    (past,) = world.rows("task_try", "task_id try_number state start_date duration")
    assert past == {"task_id": "fourth", "try_number": 0, "state": "failed", "start_date": None, "duration": None}
    assert instance(world, "fourth", "end_date")["end_date"] > ENDED


def test_an_end_that_is_known_stays_from_3_3_on(minor: World) -> None:
    stopped(minor)
    minor.task_instance("line", "run", "more", "up_for_retry", **RAN)
    clear(minor, only_failed=False)
    kept = instance(minor, "more", "end_date")["end_date"] == ENDED
    assert kept == (minor.generation.is_since("3.3") or minor.generation.minor == "2.9")


def test_waits_between_reschedules_are_forgotten(minor: World) -> None:
    stopped(minor)
    minor.task_instance("line", "run", "more", "up_for_reschedule", **{**RAN, "try_number": 1})
    table = minor.generation.relation("task_reschedule").table
    wait = {"start_date": DAY, "end_date": DAY, "duration": 1, "reschedule_date": DAY}
    with minor.service.engine.begin() as connection:
        if minor.generation.number == 3:
            connection.execute(table.insert().values(ti_id=instance(minor, "more", "id")["id"], **wait))
        else:
            # While it waits, the column of 2.9 is one behind the try.
            number = 2 if minor.generation.minor == "2.9" else 1
            key = {"dag_id": "line", "run_id": "run", "task_id": "more", "map_index": -1}
            connection.execute(table.insert().values(**key, try_number=number, **wait))
    clear(minor, only_failed=False)
    assert minor.rows("task_reschedule", "id") == []


def test_running_tasks_can_be_made_a_reason_to_refuse(three: World) -> None:
    stopped(three)
    three.task_instance("line", "run", "more", "running")
    problem = refusal(three, clear_task_instances, **DO, only_failed=False, prevent_running_task=True)
    assert isinstance(problem, Conflict)
    assert clear(three, prevent_running_task=True).task_instances


# The tasks as they are now


def test_what_the_dag_file_says_now_is_taken_over(minor: World) -> None:
    minor.recorded_dag("mapped")
    minor.run("mapped", **version(minor, "mapped"))
    for index, state in enumerate(("success", "failed", "success")):
        minor.task_instance("mapped", "run", "literal", state, map_index=index, queue="old", **RAN)
    clear(minor, dag_id="mapped")
    row = instance(minor, "literal", "state queue priority_weight max_tries operator custom_operator_name", map_index=1)
    name = "BashOperator" if minor.generation.is_since("3.1") else None
    assert row == {
        "state": None,
        "queue": "slow",
        "priority_weight": 4,
        "max_tries": 3,
        "operator": "BashOperator",
        "custom_operator_name": name,
    }
    assert instance(minor, "literal", "state queue", map_index=0) == {"state": "success", "queue": "old"}


def test_a_task_that_the_dag_lost_keeps_what_it_has(minor: World) -> None:
    stopped(minor)
    minor.task_instance("line", "run", "gone", "failed", **{**RAN, "try_number": 3, "max_tries": 1, "queue": "old"})
    clear(minor)
    assert instance(minor, "gone", "state max_tries queue") == {"state": None, "max_tries": 3, "queue": "old"}


def two_versions(world: World, state: str = "failed") -> list[uuid.UUID]:
    """Add a run of the first version of a DAG, of a bundle with versions; the second lost a task and has a new one."""
    stopped(world, state, bundle_version="1")
    world.task_instance("line", "run", "old", "failed", **version(world, "line", "dag_version_id"), **RAN)
    tasks = {"first": ["second"], "second": ["third"], "third": [], "fourth": [], "new": []}
    world.serialize("line", simple_dag(world.generation, "line", tasks))
    with world.service.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE dag SET bundle_version = '2' WHERE dag_id = 'line'")
    rows = world.rows("dag_version", "id version_number", dag_id="line")
    return [row["id"] for row in sorted(rows, key=lambda row: int(row["version_number"]))]


def test_a_pinned_run_keeps_its_version(three: World) -> None:
    first, _ = two_versions(three)
    clear(three)
    assert run_row(three, "created_dag_version_id bundle_version") == {
        "created_dag_version_id": first,
        "bundle_version": "1",
    }
    assert instance(three, "second", "dag_version_id")["dag_version_id"] == first
    assert "new" not in states(three)


def test_a_run_moves_to_the_newest_version_if_asked(three: World) -> None:
    first, second = two_versions(three)
    clear(three, run_on_latest_version=True)
    assert run_row(three, "created_dag_version_id bundle_version") == {
        "created_dag_version_id": second,
        "bundle_version": "2",
    }
    assert instance(three, "second", "dag_version_id")["dag_version_id"] == second
    assert instance(three, "first", "dag_version_id")["dag_version_id"] == first
    assert states(three)["new"] is None
    assert states(three)["old"] == "removed"


def test_a_run_that_is_not_over_moves_without_new_tasks(three: World) -> None:
    _, second = two_versions(three, "running")
    clear(three, run_on_latest_version=True)
    assert run_row(three, "state created_dag_version_id") == {"state": "running", "created_dag_version_id": second}
    assert "new" not in states(three)


def test_a_run_without_a_version_moves_to_the_newest(three: World) -> None:
    _, second = two_versions(three)
    with three.service.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE dag_run SET created_dag_version_id = NULL")
        connection.exec_driver_sql("UPDATE task_instance SET dag_version_id = NULL")
    clear(three)
    assert run_row(three, "created_dag_version_id")["created_dag_version_id"] == second
    assert instance(three, "second", "dag_version_id")["dag_version_id"] == second
    assert instance(three, "fourth", "dag_version_id")["dag_version_id"] == second
    assert instance(three, "first", "dag_version_id")["dag_version_id"] is None


def test_3_3_asks_the_dag_where_the_caller_does_not_say(three: World) -> None:
    stopped(three, bundle_version="1")
    data = simple_dag(three.generation, "line", {"first": [], "second": []})
    data["dag"]["rerun_with_latest_version"] = True
    three.serialize("line", data)
    clear(three)
    assert run_row(three, "created_dag_version_id") == version(three, "line")


# The run


def test_runs_are_left_alone_if_asked(minor: World) -> None:
    stopped(minor)
    before = run_row(minor, "state clear_number queued_at start_date updated_at")
    clear(minor, reset_dag_runs=False)
    assert run_row(minor, "state clear_number queued_at start_date updated_at") == before
    assert states(minor)["second"] is None


def test_a_run_that_is_not_over_keeps_its_state(minor: World) -> None:
    stopped(minor, "running")
    clear(minor)
    counted = int(minor.generation.is_since("3.2"))
    row = run_row(minor, "state start_date clear_number")
    assert row == {"state": "running", "start_date": DAY, "clear_number": counted}


def test_3_2_and_later_trace_what_is_cleared_anew(minor: World) -> None:
    old = {"__type": "dict", "__var": {"traceparent": f"00-{'1' * 32}-{'2' * 16}-01"}}
    stopped(minor, context_carrier=old)
    clear(minor)
    carrier = run_row(minor, "context_carrier")["context_carrier"]
    if not minor.generation.is_since("3.2"):
        assert carrier == (old if minor.generation.number == 3 else None)
        return
    assert carrier != old
    assert carrier["__var"]["traceparent"].endswith("-00" if minor.generation.is_since("3.3") else "-01")
    assert instance(minor, "second", "context_carrier")["context_carrier"] == {"__type": "dict", "__var": {}}


def test_while_tracing_is_on_a_task_instance_is_traced_within_its_run(
    three: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(three.service.config.environ, "AIRFLOW__TRACES__OTEL_ON", "True")
    stopped(three)
    clear(three)
    whole = run_row(three, "context_carrier")["context_carrier"]["__var"]["traceparent"].split("-")
    part = instance(three, "second", "context_carrier")["context_carrier"]["__var"]["traceparent"].split("-")
    assert part[1] == whole[1]
    assert part[2] != whole[2]
    assert part[3] == whole[3] == "01"


# How far it reaches


def test_in_airflow_2_a_task_that_is_cleared_alone_weighs_alone(world: World) -> None:
    stopped(world)
    before = instance(world, "third", "priority_weight")
    clear(world, task_ids=["third"])

    alone = world.generation.number == 2
    assert instance(world, "third", "priority_weight")["priority_weight"] == (1 if alone else 2)
    clear(world, task_ids=["third"], include_downstream=True, only_failed=False)
    assert instance(world, "third", "priority_weight")["priority_weight"] == 2
    assert before["priority_weight"] == 1
