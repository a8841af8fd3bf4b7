"""What clearing is asked for and refuses: dry runs, whole runs, notes, options, and what the audit log keeps."""

import json
from datetime import timedelta
from typing import Any

import pytest

from resolvers.access.actor import EVERYTHING, Actor
from resolvers.access.permissions import Permission
from resolvers.errors import Forbidden, Invalid, NotFound, Unsupported
from resolvers.operations.clear import clear_run, clear_task_instances
from resolvers.operations.keys import Cleared, RunKey
from resolvers.settings import Role
from tests.resolvers.operations.clearing import DO, RUN, clear, clear_line, clear_whole
from tests.resolvers.operations.stopped import (
    everything,
    instance,
    refusal,
    run_row,
    states,
    stopped,
)
from tests.world import DAY, World


def test_a_dry_run_tells_the_same_and_changes_nothing(minor: World) -> None:
    stopped(minor)
    before = everything(minor)
    would = clear(minor, dry_run=True)
    assert everything(minor) == before
    assert clear(minor) == would


def test_clearing_is_a_dry_run_unless_said_otherwise(world: World) -> None:
    stopped(world)
    before = everything(world)
    clear_line(world, **RUN)
    clear_whole(world, dag_id="line", run_id="run")
    assert everything(world) == before


# Whole runs


def test_a_whole_run_is_cleared(world: World) -> None:
    stopped(world)
    world.task_instance("line", "run", "gone", "failed")
    cleared = clear_whole(world, dag_id="line", run_id="run", dry_run=False)
    # Airflow 2 passes over what the DAG does not have.
    lost = {"gone": "failed" if world.generation.number == 2 else None}
    assert states(world) == {**dict.fromkeys(("first", "second", "third", "fourth")), **lost}
    assert cleared.runs == (RunKey("line", "run"),)
    assert len(cleared.task_instances) == (4 if world.generation.number == 2 else 5)
    assert run_row(world, "state clear_number") == {"state": "queued", "clear_number": 1}


def test_only_what_failed_of_a_run_is_cleared_if_asked(three: World) -> None:
    stopped(three)
    clear_whole(three, dag_id="line", run_id="run", dry_run=False, only_failed=True)
    assert states(three)["first"] == "success"
    assert states(three)["second"] is None


def test_a_run_of_which_nothing_is_cleared_is_not_queued_again(three: World) -> None:
    three.dag("line")
    three.run("line")
    three.task_instance("line", "run", "work")
    cleared = clear_whole(three, dag_id="line", run_id="run", dry_run=False, only_failed=True)
    assert cleared == Cleared((), (RunKey("line", "run"),))
    assert run_row(three, "state clear_number") == {"state": "success", "clear_number": 0}


# Notes, questions and deadlines


def test_a_note_can_be_left_on_what_is_cleared(three: World) -> None:
    stopped(three)
    clear(three, note="the cause is gone")
    assert instance(three, "second", "note") == {"note": "the cause is gone"}
    assert instance(three, "first", "note") == {"note": None}
    assert {row["user_id"] for row in three.rows("task_instance_note", "user_id")} == {"tester"}


def test_what_somebody_was_asked_stays_with_the_try(three: World) -> None:
    stopped(three)
    old = instance(three, "second", "id")["id"]
    asked: dict[str, Any] = {
        "subject": "Go on?",
        "body": None,
        "options": ["yes", "no"],
        "params": {},
        "params_input": {},
        "multiple": False,
        "created_at": DAY,
        "chosen_options": ["no"],
    }
    three.insert("human_input", {"ti_id": old, **asked})
    clear(three)
    (kept,) = three.rows("human_input_try", "ti_history_id subject options chosen_options")
    assert kept == {"ti_history_id": old, "subject": "Go on?", "options": ["yes", "no"], "chosen_options": ["no"]}
    assert [row["ti_id"] for row in three.rows("human_input", "ti_id")] == [instance(three, "second", "id")["id"]]


# What is refused


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"only_running": True}, "onlyRunning"),
        ({"start_date": DAY}, "startDate"),
        ({"end_date": DAY}, "endDate"),
        ({"run_id": None, "start_date": DAY, "end_date": DAY - timedelta(days=1)}, "endDate"),
        ({"task_ids": []}, "taskIds"),
    ],
)
def test_options_that_contradict_each_other_are_refused(world: World, options: dict[str, Any], field: str) -> None:
    stopped(world)
    problem = refusal(world, clear_task_instances, **{**DO, **options})
    assert isinstance(problem, Invalid)
    assert problem.field == field


@pytest.mark.parametrize(
    ("option", "release"),
    [({"run_on_latest_version": True}, "3.1"), ({"prevent_running_task": True}, "3.2"), ({"note": "x"}, "3.3")],
)
def test_options_that_an_airflow_does_not_know_are_refused(minor: World, option: dict[str, Any], release: str) -> None:
    stopped(minor)
    if minor.generation.is_since(release):
        assert clear(minor, **option).task_instances
    else:
        problem = refusal(minor, clear_task_instances, **DO, **option)
        assert isinstance(problem, Unsupported)
        assert f"Airflow {release}" in problem.detail


def test_what_is_not_there_is_not_found(world: World) -> None:
    stopped(world)
    assert isinstance(refusal(world, clear_task_instances, **{**DO, "run_id": "nobody"}), NotFound)
    assert isinstance(refusal(world, clear_task_instances, **{**DO, "dag_id": "nobody", "run_id": None}), NotFound)
    assert isinstance(refusal(world, clear_run, dag_id="line", run_id="nobody", dry_run=False), NotFound)


def test_a_note_that_is_too_long_is_refused(three: World) -> None:
    stopped(three)
    assert isinstance(refusal(three, clear_task_instances, **DO, note="x" * 1001), Invalid)


def test_somebody_who_may_not_is_refused(world: World) -> None:
    stopped(world)
    viewer = world.actor(Role.VIEWER)
    assert isinstance(refusal(world, clear_task_instances, viewer, **DO), Forbidden)
    other = Actor("other", "test", {Permission.TASK_INSTANCE_EDIT: frozenset({"elsewhere"})})
    assert isinstance(refusal(world, clear_task_instances, other, **DO), Forbidden)
    reader = Actor("reader", "test", {Permission.RUN_READ: EVERYTHING})
    assert isinstance(refusal(world, clear_run, reader, dag_id="line", run_id="run", dry_run=False), Forbidden)


# The audit log


def test_what_airflow_notes_of_clearing(minor: World) -> None:
    stopped(minor)
    clear(minor)
    (row,) = minor.rows("log", "event dag_id run_id task_id owner extra")
    extra = json.loads(row.pop("extra"))
    if minor.generation.number == 2:
        assert row["event"] == "api.post_clear_task_instances"
        assert row["run_id"] is None
        assert extra == {"run_id": "run", "reset_dag_runs": True, "dry_run": False}
    else:
        assert row["event"] == "post_clear_task_instances"
        assert row["run_id"] == "run"
        assert extra == {"reset_dag_runs": True, "dry_run": False, "method": "POST"}
    assert (row["dag_id"], row["task_id"], row["owner"]) == ("line", None, "tester")


def test_from_3_1_on_a_dry_run_leaves_no_trace_in_the_audit_log(minor: World) -> None:
    stopped(minor)
    clear(minor, dry_run=True)
    clear_line(minor, **RUN)
    clear_whole(minor, dag_id="line", run_id="run")
    assert len(minor.rows("log", "event")) == (0 if minor.generation.is_since("3.1") else 3)


def test_a_refusal_is_noted_too(world: World) -> None:
    stopped(world)
    refusal(world, clear_task_instances, **{**DO, "run_id": "nobody"})
    assert len(world.rows("log", "event")) == 1
