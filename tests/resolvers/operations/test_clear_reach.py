"""How far clearing reaches: tasks and their relatives, mapped instances, runs before and after."""

from datetime import timedelta

import pytest

from resolvers.errors import Invalid, TooExpensive
from resolvers.operations.clear import clear_task_instances
from resolvers.operations.keys import Cleared
from tests.resolvers.operations.clearing import DO, clear, clear_line
from tests.resolvers.operations.stopped import (
    everything,
    refusal,
    states,
    stopped,
    told,
    version,
)
from tests.world import DAY, World


def names(world: World, *task_ids: object, **options: object) -> set[str]:
    """Return what would be cleared where these tasks are named."""
    return set(told(clear(world, dry_run=True, only_failed=False, task_ids=list(task_ids), **options)))


def test_tasks_can_be_named_with_their_relatives(minor: World) -> None:
    stopped(minor)
    assert names(minor, "second") == {"second"}
    assert names(minor, "second", include_upstream=True) == {"first", "second"}
    assert names(minor, "second", include_downstream=True) == {"second", "third", "fourth"}
    assert names(minor, "third", include_upstream=True, include_downstream=True) == set(states(minor))


def test_unknown_tasks_reach_nothing(minor: World) -> None:
    stopped(minor)
    before = everything(minor)
    assert clear(minor, task_ids=["nobody"]) == Cleared((), ())
    assert everything(minor) == before


def test_a_work_task_brings_its_setups_and_their_teardowns(minor: World) -> None:
    minor.recorded_dag("one_pair")
    minor.run("one_pair", **version(minor, "one_pair"))
    for task_id in ("make", "work", "more_work", "remove"):
        minor.task_instance("one_pair", "run", task_id)
    reached = names(minor, "work", dag_id="one_pair")
    alone = minor.generation.is_since("3.1") and not minor.generation.is_since("3.3")
    assert reached == ({"work"} if alone else {"make", "work", "remove"})
    every = {"make", "work", "more_work", "remove"}
    assert names(minor, "work", dag_id="one_pair", include_upstream=True, include_downstream=True) == every


def mapped_group(world: World) -> None:
    """Add a run of a task group that is mapped three times: work, then check."""
    world.recorded_dag("mapped_group")
    world.run("mapped_group", **version(world, "mapped_group"))
    for task_id in ("sizes", "gather"):
        world.task_instance("mapped_group", "run", task_id)
    for index in range(3):
        for task_id in ("each.work", "each.check"):
            world.task_instance("mapped_group", "run", task_id, "failed", map_index=index)


def test_one_instance_of_a_mapped_task_can_be_cleared(world: World) -> None:
    mapped_group(world)
    cleared = clear(world, dag_id="mapped_group", task_ids=[("each.work", 1)])
    assert told(cleared) == ["each.work[1]"]
    assert states(world)["each.work[1]"] is None
    assert states(world)["each.work[0]"] == "failed"


def test_an_instance_leads_to_what_is_of_the_same_expansion_of_its_group(minor: World) -> None:
    mapped_group(minor)
    reached = names(minor, ("each.work", 1), dag_id="mapped_group", include_downstream=True)
    every = {f"{task}[{index}]" for task in ("each.work", "each.check") for index in range(3)}
    if minor.generation.is_since("3.2"):
        assert reached == {"each.work[1]", "each.check[1]", "gather"}
    elif minor.generation.is_since("3.1"):
        assert reached == {"each.work[1]", *(f"each.check[{index}]" for index in range(3)), "gather"}
    else:
        assert reached == {*every, "gather"}


def five_runs(world: World) -> None:
    world.dag("line", {"first": []})
    for day in range(5):
        world.run("line", f"r{day}", day, state="failed", **version(world, "line"))
        world.task_instance("line", f"r{day}", "first", "failed")


def days(world: World, **options: object) -> list[str]:
    return [key.run_id for key in clear_line(world, **{"dag_id": "line", "reset_dag_runs": True, **options}).runs]


def test_dates_say_which_runs_are_reached(world: World) -> None:
    five_runs(world)
    assert days(world) == ["r0", "r1", "r2", "r3", "r4"]
    assert days(world, start_date=DAY + timedelta(days=2)) == ["r2", "r3", "r4"]
    assert days(world, end_date=DAY + timedelta(days=1)) == ["r0", "r1"]
    assert days(world, start_date=DAY + timedelta(days=1), end_date=DAY + timedelta(days=2, hours=1)) == ["r1", "r2"]


def test_a_run_is_reached_with_those_before_and_after_it(world: World) -> None:
    five_runs(world)
    assert days(world, run_id="r2") == ["r2"]
    assert days(world, run_id="r2", include_past=True) == ["r0", "r1", "r2"]
    assert days(world, run_id="r2", include_future=True) == ["r2", "r3", "r4"]
    assert days(world, run_id="r2", include_past=True, include_future=True) == ["r0", "r1", "r2", "r3", "r4"]


def test_several_runs_are_cleared_and_queued_together(world: World) -> None:
    five_runs(world)
    clear_line(world, dag_id="line", reset_dag_runs=True, dry_run=False, run_id="r3", include_future=True)
    assert [row["state"] for row in sorted(world.rows("dag_run", "run_id state"), key=lambda row: row["run_id"])] == [
        *["failed"] * 3,
        *["queued"] * 2,
    ]


def test_airflow_2_does_not_reach_into_the_future_unless_it_may(two: World, monkeypatch: pytest.MonkeyPatch) -> None:
    five_runs(two)
    two.run("line", "later", 36_500, state="failed")
    two.task_instance("line", "later", "first", "failed")
    assert days(two, run_id="r4", include_future=True) == ["r4"]
    assert days(two, run_id="later") == ["later"]
    monkeypatch.setitem(two.service.config.environ, "AIRFLOW__SCHEDULER__ALLOW_TRIGGER_IN_FUTURE", "True")
    assert days(two, run_id="r4", include_future=True) == ["later", "r4"]


def test_a_run_without_a_logical_date_is_cleared_alone(three: World) -> None:
    stopped(three, logical_date=None)
    assert told(clear(three, dry_run=True)) == ["second", "third"]
    assert isinstance(refusal(three, clear_task_instances, **DO, include_past=True), Invalid)
    assert isinstance(refusal(three, clear_task_instances, **DO, include_future=True), Invalid)


# A dry run


def test_airflow_3_0_does_not_reach_from_a_run_to_others(minor: World) -> None:
    five_runs(minor)
    if minor.generation.minor == "3.0":
        assert isinstance(refusal(minor, clear_task_instances, **{**DO, "run_id": "r1"}, include_past=True), Invalid)
    else:
        assert days(minor, run_id="r1", include_past=True) == ["r0", "r1"]


def test_more_runs_than_anybody_means_are_not_cleared_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    five_runs(world)
    monkeypatch.setattr("resolvers.operations.instances.MOST_RUNS", 4)
    problem = refusal(world, clear_task_instances, dag_id="line", reset_dag_runs=True, dry_run=False)
    assert isinstance(problem, TooExpensive)
    assert days(world) == ["r0", "r1", "r2", "r3", "r4"]
    assert days(world, run_id="r1", include_future=True, dry_run=False) == ["r1", "r2", "r3", "r4"]
