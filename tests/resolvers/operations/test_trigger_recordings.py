"""The rows of a triggered run are, column by column, those that each real Airflow inserted for the same DAG."""

import sqlite3
from base64 import b64encode
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest

from resolvers.operations.trigger import trigger_run
from tests.resolvers.serialized.recordings import MINORS, runs, stored
from tests.stores import SQLiteStore
from tests.world import World

MOMENT = datetime(2026, 3, 29, 12, tzinfo=UTC)
CONF: Mapping[str, Mapping[str, object]] = {"parameters": {"required": "abc", "number": 7}}


def rows(path: str, table: str, dag_id: str) -> list[dict[str, Any]]:
    """Return the rows as they lie in the file, bytes in base64."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        found = connection.execute(f"SELECT * FROM {table} WHERE dag_id = ?", (dag_id,)).fetchall()
    return [{name: plain(value) for name, value in dict(row).items()} for row in found]


def plain(value: object) -> object:
    return {"base64": b64encode(value).decode()} if isinstance(value, bytes) else value


def place(row: Mapping[str, Any]) -> tuple[str, int]:
    return row["task_id"], row["map_index"]


def differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return the columns that differ; "*" stands for any value that is another one each time."""
    assert ours.keys() == theirs.keys()
    return {
        name: (ours[name], told)
        for name, told in theirs.items()
        if (ours[name] is None if told == "*" else ours[name] != told)
    }


@pytest.mark.parametrize("minor", MINORS)
def test_the_rows_are_those_that_airflow_inserts(sqlite_store: SQLiteStore, minor: str) -> None:
    world = World.open(sqlite_store.database(minor), minor)
    path = world.url.removeprefix("sqlite:///")
    for dag_id, theirs in runs(minor).items():
        world.dag(dag_id, serialized=stored(minor)[dag_id])
        with world.service.session(world.actor()) as session:
            session.run(
                trigger_run,
                dag_id=dag_id,
                run_id=theirs["dag_run"]["run_id"],
                logical_date=MOMENT,
                run_after=None if minor.startswith("2") else MOMENT,
                conf=CONF.get(dag_id),
            )

        # The recordings were made in the name of nobody, and without the REST API's own step of 3.0.
        unlike = {"triggering_user_name"} | ({"run_after"} if minor == "3.0" else set())
        (ours,) = rows(path, "dag_run", dag_id)
        assert differences(ours, theirs["dag_run"]).keys() <= unlike, dag_id
        tasks = sorted(rows(path, "task_instance", dag_id), key=place)
        assert [place(task) for task in tasks] == [place(task) for task in theirs["task_instances"]]
        for our_task, their_task in zip(tasks, theirs["task_instances"], strict=True):
            assert differences(our_task, their_task) == {}, (dag_id, place(our_task))
        assert ours.get("triggering_user_name", "tester") == "tester"
    world.close()
