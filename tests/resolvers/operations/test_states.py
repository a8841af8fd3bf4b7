"""What setting a state by hand does: of a run, and of task instances."""

from datetime import timedelta
from typing import Any

import pytest

from resolvers.errors import Conflict, Forbidden, Invalid, NotFound
from resolvers.operations.keys import Cleared, RunKey, TaskInstanceKey
from resolvers.operations.run_state import set_run_state
from resolvers.operations.task_state import set_task_instance_state
from resolvers.settings import Role
from tests.resolvers.operations.stopped import (
    BEGUN,
    ENDED,
    RAN,
    changing,
    everything,
    instance,
    refusal,
    run_row,
    states,
    stopped,
    told,
    version,
)
from tests.world import DAY, World

pytestmark = pytest.mark.mysql

set_run = changing(set_run_state)
set_task = changing(set_task_instance_state)
RUN: dict[str, Any] = {"dag_id": "line", "run_id": "run"}
SECOND: dict[str, Any] = {**RUN, "task_id": "second"}

# A DAG of every kind of task instance, each of its own task.
KINDS = {
    "over": "success",
    "lost": "failed",
    "going": "running",
    "waiting": "deferred",
    "resting": "up_for_reschedule",
    "due": "scheduled",
    "again": "up_for_retry",
    "not_yet": None,
}


def of_every_kind(world: World, state: str = "running") -> World:
    with world.together():
        world.dag("line", {name: [] for name in KINDS})
        world.run("line", state=state, updated_at=DAY, end_date=None, **version(world, "line"))
        for name, told_state in KINDS.items():
            world.task_instance("line", "run", name, told_state, start_date=BEGUN, updated_at=DAY)
    return world


def with_teardowns(world: World, **of: str | None) -> World:
    """Add a running run of a DAG with two setups and two teardowns, drop_cluster and drop_bucket."""
    world.recorded_dag("two_pairs")
    with world.together():
        world.run("two_pairs", state="running", end_date=None, **version(world, "two_pairs"))
        for name in ("begin", "make_cluster", "query", "copy", "drop_cluster", "make_bucket", "drop_bucket", "end"):
            world.task_instance("two_pairs", "run", name, of.get(name, "success"), start_date=BEGUN)
    return world


# A run


def test_a_failed_run_fails_what_is_going_on_and_skips_what_has_not_begun(minor: World) -> None:
    of_every_kind(minor)
    assert set_run(minor, **RUN, state="failed") == RunKey("line", "run")
    # 2.9 overlooks what was never scheduled.
    never = None if minor.generation.minor == "2.9" else "skipped"
    assert states(minor) == {
        "over": "success",
        "lost": "failed",
        "going": "failed",
        "waiting": "failed",
        "resting": "failed",
        "due": "skipped",
        "again": "skipped",
        "not_yet": never,
    }
    assert run_row(minor, "state start_date clear_number") == {
        "state": "failed",
        "start_date": DAY,
        "clear_number": 0,
    }
    assert run_row(minor, "end_date")["end_date"] > ENDED


def test_a_run_set_to_success_takes_its_tasks_with_it(minor: World) -> None:
    of_every_kind(minor)
    set_run(minor, **RUN, state="success")
    if minor.generation.is_since("3.3"):
        assert states(minor) == {
            "over": "success",
            "lost": "failed",
            "going": "success",
            "waiting": "success",
            "resting": "success",
            "due": "skipped",
            "again": "skipped",
            "not_yet": "skipped",
        }
    else:
        assert states(minor) == dict.fromkeys(KINDS, "success")
    assert run_row(minor, "state") == {"state": "success"}


def test_a_task_instance_that_is_set_ends_now(world: World) -> None:
    of_every_kind(world)
    set_run(world, **RUN, state="failed")
    row = instance(world, "going", "start_date end_date duration updated_at try_number")
    assert row["start_date"] == BEGUN
    assert row["end_date"] == row["updated_at"] == run_row(world, "end_date")["end_date"]
    # MySQL keeps, and tells, six digits of it: Airflow made the column so.
    precision = 1e-5 if world.service.engine.dialect.name == "mysql" else 1e-6
    assert row["duration"] == pytest.approx((row["end_date"] - BEGUN).total_seconds(), rel=precision)
    assert row["try_number"] == 1


def test_a_queued_run_keeps_its_tasks_as_they_are(minor: World) -> None:
    of_every_kind(minor, "failed")
    set_run(minor, **RUN, state="queued")
    assert states(minor) == KINDS
    row = run_row(minor, "state start_date end_date clear_number queued_at")
    assert row.pop("queued_at") > ENDED
    assert row == {"state": "queued", "start_date": None, "end_date": None, "clear_number": 0}


def test_a_run_that_is_over_keeps_its_end(world: World) -> None:
    stopped(world, "failed")
    before = run_row(world, "start_date end_date queued_at")
    set_run(world, **RUN, state="success")
    assert run_row(world, "start_date end_date queued_at") == before
    assert run_row(world, "state") == {"state": "success"}


def test_a_run_set_to_the_state_it_is_in_stays_as_it_is(world: World) -> None:
    stopped(world, "success")
    before = run_row(world, "state end_date updated_at")
    set_run(world, **RUN, state="success")
    assert run_row(world, "state end_date updated_at") == before


@pytest.mark.parametrize("state", ["success", "failed"])
def test_a_teardown_that_has_not_run_keeps_the_run_going(minor: World, state: str) -> None:
    with_teardowns(minor, query="running", drop_cluster=None, end=None)
    set_run(minor, dag_id="two_pairs", run_id="run", state=state)
    if minor.generation.minor == "2.9":
        # 2.9 knows no mercy for teardowns, and fails or skips nothing that was never scheduled.
        assert states(minor)["drop_cluster"] == ("success" if state == "success" else None)
        assert run_row(minor, "state") == {"state": state}
    else:
        assert states(minor)["drop_cluster"] is None
        assert states(minor)["query"] == state
        assert run_row(minor, "state end_date") == {"state": "running", "end_date": None}


def test_teardowns_that_are_over_let_the_run_end_but_not_in_2_10_and_2_11(minor: World) -> None:
    with_teardowns(minor, drop_cluster="failed", query="running")
    set_run(minor, dag_id="two_pairs", run_id="run", state="success")
    told_state = "running" if minor.generation.minor in {"2.10", "2.11"} else "success"
    assert run_row(minor, "state") == {"state": told_state}
    swept = minor.generation.minor in {"2.9", "3.0", "3.1", "3.2"}
    assert states(minor)["drop_cluster"] == ("success" if swept else "failed")


def test_one_instance_that_is_going_on_decides_about_all_of_its_task(three: World) -> None:
    three.dag("line", {"many": []})
    three.run("line", state="running", **version(three, "line"))
    for index, state in enumerate(("success", "running", None)):
        three.task_instance("line", "run", "many", state, map_index=index)
    set_run(three, **RUN, state="failed")
    assert states(three) == {"many[0]": "failed", "many[1]": "failed", "many[2]": "failed"}


def test_a_run_of_airflow_2_without_task_instances_gets_them_first(two: World) -> None:
    two.dag("line", {"first": [], "second": []})
    two.run("line", state="queued")
    set_run(two, **RUN, state="success")
    assert states(two) == {"first": "success", "second": "success"}


def test_what_was_removed_comes_back_to_a_run_of_airflow_2_of_which_something_is_stopped(two: World) -> None:
    two.dag("line", {"first": [], "second": []})
    two.run("line", state="running")
    two.task_instance("line", "run", "first", "running")
    two.task_instance("line", "run", "second", "removed")
    set_run(two, **RUN, state="failed")
    assert states(two) == {"first": "failed", "second": None}


def test_a_run_cannot_be_set_to_any_other_state(world: World) -> None:
    stopped(world)
    problem = refusal(world, set_run_state, **RUN, state="running")
    assert isinstance(problem, Invalid)
    assert problem.field == "state"


def test_a_run_that_is_not_there_is_not_found(world: World) -> None:
    stopped(world)
    assert isinstance(refusal(world, set_run_state, dag_id="line", run_id="nobody", state="failed"), NotFound)


# Task instances


def test_a_task_that_is_set_lets_its_run_go_on(minor: World) -> None:
    stopped(minor)
    changed = set_task(minor, **SECOND, state="success")
    assert changed == Cleared((TaskInstanceKey("line", "run", "second"),), (RunKey("line", "run"),))
    assert states(minor) == {"first": "success", "second": "success", "third": None, "fourth": None}
    assert run_row(minor, "state clear_number") == {"state": "queued", "clear_number": 1}
    assert instance(minor, "second", "start_date end_date duration try_number external_executor_id") == {
        "start_date": BEGUN,
        "end_date": ENDED,
        "duration": 60.0,
        "try_number": 2,
        "external_executor_id": "an id",
    }


def test_where_nothing_failed_below_the_run_is_left_alone(minor: World) -> None:
    stopped(minor)
    set_task(minor, **{**RUN, "task_id": "third"}, state="skipped")
    assert states(minor)["third"] == "skipped"
    assert run_row(minor, "state clear_number updated_at") == {"state": "failed", "clear_number": 0, "updated_at": DAY}


def test_a_task_that_never_began_begins_and_ends_now(world: World) -> None:
    stopped(world)
    set_task(world, **{**RUN, "task_id": "fourth"}, state="failed")
    row = instance(world, "fourth", "start_date end_date duration state")
    assert row["start_date"] == row["end_date"]
    assert row["start_date"] > ENDED
    assert (row["duration"], row["state"]) == (0, "failed")


def test_a_task_of_2_9_that_waits_gets_its_try_back(minor: World) -> None:
    of_every_kind(minor)
    set_task(minor, **{**RUN, "task_id": "waiting"}, state="success")
    assert instance(minor, "waiting", "try_number") == {"try_number": 2 if minor.generation.minor == "2.9" else 1}


def test_relatives_are_set_too_if_asked(minor: World) -> None:
    stopped(minor)
    changed = set_task(minor, **SECOND, state="skipped", include_upstream=True, include_downstream=True)
    assert told(changed) == ["first", "fourth", "second", "third"]
    assert set(states(minor).values()) == {"skipped"}
    assert run_row(minor, "state") == {"state": "failed"}


def test_from_3_3_on_teardowns_downstream_are_spared(minor: World) -> None:
    with_teardowns(minor, drop_cluster=None, copy=None, end=None, query="failed")
    set_task(minor, dag_id="two_pairs", run_id="run", task_id="query", state="skipped", include_downstream=True)
    found = states(minor)
    assert found["copy"] == found["end"] == "skipped"
    assert found["drop_cluster"] == (None if minor.generation.is_since("3.3") else "skipped")


def test_one_instance_of_a_mapped_task_or_all_of_them(world: World) -> None:
    world.dag("line", {"many": []})
    world.run("line", state="failed", **version(world, "line"))
    for index in range(3):
        world.task_instance("line", "run", "many", "failed", map_index=index)
    many: dict[str, Any] = {**RUN, "task_id": "many"}
    assert told(set_task(world, **many, map_index=1, state="success")) == ["many[1]"]
    assert states(world) == {"many[0]": "failed", "many[1]": "success", "many[2]": "failed"}
    assert told(set_task(world, **many, state="success")) == ["many[0]", "many[2]"]


def on_schedule(world: World, dag_id: str) -> None:
    """Add runs at three in the morning of four days, and one by hand at noon of the second."""
    world.recorded_dag(dag_id)
    with world.together():
        for day in range(4):
            add(world, dag_id, f"r{day}", timedelta(days=day, hours=3))
        add(world, dag_id, "noon", timedelta(days=1, hours=12))


def add(world: World, dag_id: str, run_id: str, after: timedelta) -> None:
    world.run(dag_id, run_id, state="failed", logical_date=DAY + after, **version(world, dag_id))
    for task_id in ("first", "top"):
        world.task_instance(dag_id, run_id, task_id, "failed")


def reached(world: World, dag_id: str, task_id: str, run_id: str, **options: object) -> set[str]:
    changed: Cleared = set_task(
        world, dag_id=dag_id, run_id=run_id, task_id=task_id, state="success", dry_run=True, **options
    )
    return {run.run_id for run in changed.runs}


def test_earlier_and_later_runs_are_those_of_the_schedule(minor: World) -> None:
    on_schedule(minor, "line")
    assert reached(minor, "line", "first", "r2") == {"r2"}
    assert reached(minor, "line", "first", "r2", include_future=True) == {"r2", "r3"}
    assert reached(minor, "line", "first", "r2", include_past=True) == {"r0", "r1", "r2"}
    assert reached(minor, "line", "first", "r2", include_past=True, include_future=True) == {"r0", "r1", "r2", "r3"}
    assert reached(minor, "line", "first", "noon", include_future=True) == {"noon", "r2", "r3"}


def test_without_a_schedule_all_runs_belong_together(world: World) -> None:
    on_schedule(world, "diamonds")
    assert reached(world, "diamonds", "top", "r1", include_future=True) == {"r1", "noon", "r2", "r3"}
    assert reached(world, "diamonds", "top", "noon", include_past=True) == {"r0", "r1", "noon"}


def test_what_failed_below_resumes_in_every_run_that_is_reached(world: World) -> None:
    with world.together():
        world.dag("line", {"first": ["second"], "second": []})
        for day in range(3):
            world.run("line", f"r{day}", day, state="failed", **version(world, "line"))
            world.task_instance("line", f"r{day}", "first", "failed", **RAN)
            world.task_instance("line", f"r{day}", "second", "upstream_failed", **RAN)
    set_task(world, dag_id="line", run_id="r1", task_id="first", state="success", include_future=True)
    assert [states(world, f"r{day}") for day in range(3)] == [
        {"first": "failed", "second": "upstream_failed"},
        {"first": "success", "second": None},
        {"first": "success", "second": None},
    ]
    assert [run_row(world, "state", f"r{day}")["state"] for day in range(3)] == ["failed", "queued", "queued"]


def test_a_run_without_a_logical_date_stands_alone(three: World) -> None:
    on_schedule(three, "line")
    three.run("line", "dateless", state="failed", logical_date=None, **version(three, "line"))
    three.task_instance("line", "dateless", "first", "failed")
    assert reached(three, "line", "first", "dateless", include_past=True, include_future=True) == {"dateless"}


def test_a_dry_run_tells_the_same_and_changes_nothing(minor: World) -> None:
    stopped(minor)
    before = everything(minor)
    would = set_task(minor, **SECOND, state="success", include_downstream=True, dry_run=True)
    assert everything(minor) == before
    assert set_task(minor, **SECOND, state="success", include_downstream=True) == would


def test_what_is_in_that_state_already_is_a_conflict_in_airflow_3(minor: World) -> None:
    stopped(minor)
    if minor.generation.number == 3:
        assert isinstance(refusal(minor, set_task_instance_state, **SECOND, state="failed"), Conflict)
        return
    # Airflow 2 still lets what failed below go on.
    assert set_task(minor, **SECOND, state="failed") == Cleared((), ())
    assert states(minor)["third"] is None


@pytest.mark.parametrize("wrong", [{"task_id": "nobody"}, {"run_id": "nobody"}, {"dag_id": "nobody"}, {"map_index": 5}])
def test_what_is_not_there_is_not_found(world: World, wrong: dict[str, Any]) -> None:
    stopped(world)
    arguments = {**SECOND, **wrong}
    assert isinstance(refusal(world, set_task_instance_state, **arguments, state="success"), NotFound)


def test_a_task_instance_cannot_be_set_to_any_other_state(world: World) -> None:
    stopped(world)
    assert isinstance(refusal(world, set_task_instance_state, **SECOND, state="running"), Invalid)


def test_a_viewer_may_not_set_states(world: World) -> None:
    stopped(world)
    viewer = world.actor(Role.VIEWER)
    assert isinstance(refusal(world, set_task_instance_state, viewer, **SECOND, state="success"), Forbidden)
    assert isinstance(refusal(world, set_run_state, viewer, **RUN, state="success"), Forbidden)
