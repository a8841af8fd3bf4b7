"""What is left of a DAG that is deleted: the audit log, and all that belongs to others."""

import pytest
from sqlalchemy import inspect, text

from resolvers.errors import Conflict, NotFound
from resolvers.operations.dag_deletion import delete_dag
from tests.graph.furnishing import furnish
from tests.world import World


@pytest.fixture
def full(world: World) -> World:
    return furnish(world)


def counts(world: World, dag_id: str) -> dict[str, int]:
    """Return how many rows each table has that are of a DAG, where it has some."""
    with world.service.engine.connect() as connection:
        columns = inspect(connection).get_multi_columns()
        tables = [name for (_, name), told in columns.items() if any(one["name"] == "dag_id" for one in told)]
        found = {
            name: connection.execute(text(f"SELECT count(*) FROM {name} WHERE dag_id = :id"), {"id": dag_id}).scalar()
            for name in tables
        }
    return {name: count for name, count in found.items() if count}


def test_a_dag_is_deleted_with_all_that_is_kept_of_it(full: World) -> None:
    with full.service.engine.begin() as connection:
        connection.execute(text("UPDATE task_instance SET state = 'success' WHERE state = 'running'"))
    others = {dag_id: counts(full, dag_id) for dag_id in ("described", "mapped", "gone")}
    before = counts(full, "etl")
    assert {"dag", "dag_run", "task_instance", "serialized_dag", "dag_tag", "dag_warning", "log"} <= before.keys()

    with full.service.session(full.actor()) as session:
        deleted = session.run(delete_dag, dag_id="etl")

    assert deleted.dag_id == "etl"
    assert deleted.records > before["task_instance"]

    # What was done to it remains known, the last of it being this.
    assert counts(full, "etl") == {"log": before["log"] + 1}
    assert {dag_id: counts(full, dag_id) for dag_id in others} == others
    assert [row["stacktrace"] for row in full.rows("import_error", "stacktrace")] == ["of_no_dag: SyntaxError"]
    event = "api.delete_dag" if full.generation.number == 2 else "delete_dag"
    assert [row["owner"] for row in full.rows("log", "owner", event=event)] == ["tester"]


def test_a_dag_of_which_a_task_runs_stays(full: World) -> None:
    before = counts(full, "etl")

    with full.service.session(full.actor()) as session, pytest.raises(Conflict):
        session.run(delete_dag, dag_id="etl")

    assert counts(full, "etl") == {**before, "log": before["log"] + 1}


def test_a_dag_that_is_not_there_is_not_found(full: World) -> None:
    with full.service.session(full.actor()) as session, pytest.raises(NotFound):
        session.run(delete_dag, dag_id="nope")
