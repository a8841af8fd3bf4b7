"""What becomes of a run that is deleted or noted on."""

import json
import uuid
from typing import Any

import pytest

from resolvers.access.actor import EVERYTHING, Actor
from resolvers.access.permissions import Permission
from resolvers.errors import Conflict, Forbidden, Invalid, NotFound
from resolvers.metadata.engine import write_transaction
from resolvers.operations.keys import RunKey
from resolvers.operations.runs import delete_run, set_run_note
from resolvers.settings import Role
from tests.world import DAY, World

KEY = {"dag_id": "etl", "run_id": "run"}


@pytest.fixture
def etl(world: World) -> World:
    return furnished(world)


@pytest.fixture
def each(minor: World) -> World:
    return furnished(minor)


def furnished(world: World) -> World:
    """Add a DAG of two runs with one task instance each."""
    world.dag("etl")
    for day, run_id in enumerate(("run", "other")):
        world.run("etl", run_id, day=day)
        world.task_instance("etl", run_id, "work")
    return world


def delete(world: World, actor: Actor | None = None, **key: str) -> RunKey:
    with world.service.session(actor or world.actor()) as session:
        return session.run(delete_run, **{**KEY, **key})


def note(world: World, content: str | None, actor: Actor | None = None, **key: str) -> RunKey:
    with world.service.session(actor or world.actor()) as session:
        return session.run(set_run_note, note=content, **{**KEY, **key})


def notes(world: World) -> list[dict[str, Any]]:
    return world.rows("dag_run_note", "content user_id")


def audited(world: World) -> dict[str, Any]:
    (row,) = world.rows("log", "event dag_id run_id owner extra")
    return row


# Deleting


def test_a_run_goes_with_all_that_belongs_to_it(etl: World) -> None:
    note(etl, "soon gone")
    kept = "id dag_id run_id"
    other = etl.rows("dag_run", kept, run_id="other")
    if etl.generation.number == 3:
        ids = {row["run_id"]: row["id"] for row in etl.rows("task_instance", "id run_id")}
        task: dict[str, object] = {"task_instance_id": uuid.uuid4(), "dag_version_id": None, "span_status": "ended"}
        etl.insert("task_instance_note", {"ti_id": ids["run"], "content": "x", "created_at": DAY, "updated_at": DAY})
    else:
        task = {}
        at = {**KEY, "task_id": "work", "map_index": -1}
        etl.insert("task_instance_note", {**at, "content": "x", "created_at": DAY, "updated_at": DAY})
    tries = {"pool": "default_pool", "pool_slots": 1, "state": "failed", "try_number": 1, "max_tries": 1}
    etl.insert("task_try", {**KEY, **task, **tries, "task_id": "work", "map_index": -1})

    assert delete(etl) == RunKey("etl", "run")

    assert etl.rows("dag_run", kept) == other
    assert etl.rows("task_instance", "run_id") == [{"run_id": "other"}]
    assert etl.rows("task_try", "run_id") == []
    assert etl.rows("task_instance_note", "content") == []
    assert notes(etl) == []
    assert etl.rows("log", "event run_id")[-1] == {
        "event": {2: "api.delete_dag_run", 3: "delete_dag_run"}[etl.generation.number],
        "run_id": "run",
    }


@pytest.mark.parametrize("state", ["queued", "running", "success", "failed"])
def test_from_3_1_on_a_running_run_stays(each: World, state: str) -> None:
    table = each.generation.relation("dag_run").table
    with write_transaction(each.service.engine) as connection:
        connection.execute(table.update().where(table.c.run_id == "run").values(state=state))

    if state == "running" and each.generation.minor in {"3.1", "3.2", "3.3"}:
        with pytest.raises(Conflict, match="'run' of DAG 'etl' is running"):
            delete(each)
        assert len(each.rows("dag_run", "run_id")) == 2
        assert len(each.rows("task_instance", "task_id")) == 2
    else:
        delete(each)
        assert each.rows("dag_run", "run_id") == [{"run_id": "other"}]
        assert each.rows("task_instance", "run_id") == [{"run_id": "other"}]
    assert audited(each)["run_id"] == "run"


def test_a_run_that_is_not_there_cannot_be_deleted(etl: World) -> None:
    for dag_id, run_id in (("etl", "none"), ("none", "run")):
        with pytest.raises(NotFound, match=f"DAG '{dag_id}' has no run '{run_id}'") as caught:
            delete(etl, dag_id=dag_id, run_id=run_id)
        assert caught.value.field == "runId"
    assert len(etl.rows("dag_run", "run_id")) == 2
    assert len(etl.rows("log", "event")) == 2


def test_nobody_deletes_without_the_permission(etl: World) -> None:
    with pytest.raises(Forbidden, match=r"run\.delete"):
        delete(etl, etl.actor(Role.VIEWER))
    assert len(etl.rows("dag_run", "run_id")) == 2
    row = audited(etl)
    assert (row["dag_id"], row["run_id"], row["owner"]) == ("etl", "run", "tester")


# Notes


def test_a_note_is_written_then_changed(etl: World) -> None:
    assert note(etl, "first") == RunKey("etl", "run")
    author = None if etl.generation.number == 2 else "tester"
    assert notes(etl) == [{"content": "first", "user_id": author}]
    made = etl.rows("dag_run_note", "created_at updated_at")[0]
    assert made["created_at"] == made["updated_at"]

    note(etl, "second")
    assert notes(etl) == [{"content": "second", "user_id": author}]
    changed = etl.rows("dag_run_note", "created_at updated_at")[0]
    assert changed["created_at"] == made["created_at"]
    assert changed["updated_at"] > made["updated_at"]
    assert [row["note"] for row in etl.rows("dag_run", "note", run_id="other")] == [None]


def test_the_author_is_a_user_of_airflow_2_or_a_name_in_airflow_3(etl: World) -> None:
    grants: dict[Permission, Any] = {Permission.RUN_EDIT: EVERYTHING}
    if etl.generation.number == 2:
        user = {"id": 7, "first_name": "A", "last_name": "B", "username": "ab", "email": "a@b"}
        columns = ", ".join(user)
        values = ", ".join(repr(value) for value in user.values())
        with write_transaction(etl.service.engine) as connection:
            connection.exec_driver_sql(f"INSERT INTO ab_user ({columns}) VALUES ({values})")
    note(etl, "mine", Actor("ab", "test", grants, user_id=7))
    assert notes(etl) == [{"content": "mine", "user_id": 7 if etl.generation.number == 2 else "7"}]


@pytest.mark.parametrize("empty", ["", None])
def test_an_empty_note_is_kept_or_taken_away_as_each_airflow_does(each: World, empty: str | None) -> None:
    note(each, "first")
    note(each, empty)
    gone = empty == "" and each.generation.minor == "3.3"
    assert [row["content"] for row in notes(each)] == ([] if gone else [empty])


def test_a_note_holds_a_thousand_characters(etl: World) -> None:
    note(etl, "ä" * 1000)
    with pytest.raises(Invalid, match="1,001 characters") as caught:
        note(etl, "ä" * 1001)
    assert caught.value.field == "note"
    assert [row["content"] for row in notes(etl)] == ["ä" * 1000]


def test_a_run_that_is_not_there_cannot_be_noted_on(etl: World) -> None:
    with pytest.raises(NotFound, match="DAG 'etl' has no run 'none'"):
        note(etl, "x", run_id="none")
    assert notes(etl) == []
    assert audited(etl)["run_id"] == "none"


def test_nobody_notes_without_the_permission(etl: World) -> None:
    with pytest.raises(Forbidden, match=r"run\.edit"):
        note(etl, "x", etl.actor(Role.VIEWER))
    assert notes(etl) == []
    audited(etl)


def test_the_audit_row_of_a_note_names_the_run(etl: World) -> None:
    note(etl, "hello")
    row = audited(etl)
    old = etl.generation.number == 2
    assert json.loads(row.pop("extra")) == ({"note": "hello"} if old else {"note": "hello", "method": "PATCH"})
    assert row == {
        "event": "api.set_dag_run_note" if old else "patch_dag_run",
        "dag_id": "etl",
        "run_id": "run",
        "owner": "tester",
    }
