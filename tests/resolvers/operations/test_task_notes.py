"""What becomes of a task instance that is noted on."""

import json
from typing import Any

import pytest

from resolvers.access.actor import Actor, actor_of_role
from resolvers.errors import Forbidden, Invalid, NotFound
from resolvers.operations.keys import TaskInstanceKey
from resolvers.operations.task_notes import set_task_instance_note
from resolvers.settings import Role
from tests.resolvers.operations.stopped import changing, instance, refusal, stopped
from tests.world import World

note_on = changing(set_task_instance_note)
KEY: dict[str, Any] = {"dag_id": "line", "run_id": "run", "task_id": "second"}


def test_a_note_is_written_and_written_over(minor: World) -> None:
    stopped(minor)
    for note in ("first thought", "second thought"):
        assert note_on(minor, **KEY, note=note) == TaskInstanceKey("line", "run", "second")
        assert instance(minor, "second", "note") == {"note": note}
    (row,) = minor.rows("task_instance_note", "content user_id created_at updated_at")
    assert row["user_id"] == (None if minor.generation.number == 2 else "tester")
    assert row["updated_at"] > row["created_at"]


def test_a_note_belongs_to_one_instance_of_a_mapped_task(world: World) -> None:
    stopped(world)
    for index in range(2):
        world.task_instance("line", "run", "many", map_index=index)
    note_on(world, **{**KEY, "task_id": "many"}, map_index=1, note="this one")
    notes = {row["map_index"]: row["note"] for row in world.rows("task_instance", "map_index note", task_id="many")}
    assert notes == {0: None, 1: "this one"}


def test_an_empty_note_is_none_from_3_3_on(minor: World) -> None:
    stopped(minor)
    note_on(minor, **KEY, note="something")
    note_on(minor, **KEY, note="")
    kept = [] if minor.generation.is_since("3.3") else [{"content": ""}]
    assert minor.rows("task_instance_note", "content") == kept


def test_airflow_2_knows_the_author_by_number(two: World) -> None:
    stopped(two)
    with two.service.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO ab_user (id, first_name, last_name, username, email) VALUES (5, 'a', 'b', 'c', 'd')"
        )
    admin = actor_of_role("tester", Role.ADMIN, method="test")
    with two.service.session(Actor("tester", "test", admin.grants, user_id=5)) as session:
        session.run(set_task_instance_note, **KEY, note="mine")
    assert two.rows("task_instance_note", "user_id") == [{"user_id": 5}]


@pytest.mark.parametrize("wrong", [{"task_id": "nobody"}, {"run_id": "nobody"}, {"dag_id": "nobody"}, {"map_index": 3}])
def test_a_task_instance_that_is_not_there_is_not_found(world: World, wrong: dict[str, Any]) -> None:
    stopped(world)
    assert isinstance(refusal(world, set_task_instance_note, **{**KEY, **wrong}, note="x"), NotFound)


def test_a_note_has_a_thousand_characters_at_most(world: World) -> None:
    stopped(world)
    note_on(world, **KEY, note="ü" * 1000)
    problem = refusal(world, set_task_instance_note, **KEY, note="x" * 1001)
    assert isinstance(problem, Invalid)
    assert problem.field == "note"


def test_a_viewer_may_not_write_notes(world: World) -> None:
    stopped(world)
    assert isinstance(refusal(world, set_task_instance_note, world.actor(Role.VIEWER), **KEY, note="x"), Forbidden)


def test_what_airflow_notes_of_a_note(world: World) -> None:
    stopped(world)
    note_on(world, **KEY, note="x")
    (row,) = world.rows("log", "event dag_id run_id task_id extra")
    extra = json.loads(row.pop("extra"))
    event = "api.set_task_instance_note" if world.generation.number == 2 else "patch_task_instance"
    assert row == {"event": event, **KEY}
    assert extra == {"note": "x"} | ({} if world.generation.number == 2 else {"method": "PATCH"})
