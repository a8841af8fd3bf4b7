"""A run that has stopped halfway, and what to do about it: for the tests of clearing and of setting states."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from resolvers.access.actor import Actor
from resolvers.errors import Problem
from resolvers.operations.keys import Cleared
from resolvers.operations.operation import Operation
from tests.world import DAY, World

LINE = {"first": ["second"], "second": ["third"], "third": ["fourth"], "fourth": []}
BEGUN = DAY + timedelta(minutes=1)
ENDED = DAY + timedelta(minutes=2)
RAN: Mapping[str, object] = {"start_date": BEGUN, "end_date": ENDED, "duration": 60.0, "updated_at": DAY}
NEVER: Mapping[str, object] = {"try_number": 0, "updated_at": DAY}

# Everything that can change of a run and its task instances, save the moments at which it does.
TABLES: Mapping[str, str] = {
    "dag_run": "dag_id run_id state clear_number start_date end_date queued_at updated_at context_carrier",
    "task_instance": "dag_id run_id task_id map_index state try_number max_tries start_date end_date duration id "
    "updated_at note",
    "task_try": "dag_id run_id task_id map_index try_number state",
    "task_reschedule": "id",
}


def stopped(world: World, state: str = "failed", **values: Any) -> World:
    """Add the DAG `line` with a run: the second task failed, so that the third was not run; the fourth waits."""
    with world.together():
        world.dag("line", LINE)
        known = {**version(world, "line"), **values}
        world.run("line", state=state, updated_at=DAY, last_scheduling_decision=DAY, **known)
        pinned = version(world, "line", "dag_version_id")
        world.task_instance("line", "run", "first", "success", **pinned, **RAN)
        tried = {"try_number": 2, "max_tries": 1, "external_executor_id": "an id"}
        world.task_instance("line", "run", "second", "failed", **pinned, **{**RAN, **tried})
        world.task_instance("line", "run", "third", "upstream_failed", **pinned, **NEVER, end_date=ENDED)
        world.task_instance("line", "run", "fourth", None, **pinned, **NEVER)
    return world


def version(world: World, dag_id: str, name: str = "created_dag_version_id") -> dict[str, Any]:
    """Return the newest version of a DAG, as the column of that name."""
    if world.generation.number == 2:
        return {}
    versions = world.rows("dag_version", "id version_number", dag_id=dag_id)
    return {name: max(versions, key=lambda row: int(row["version_number"]))["id"]}


def states(world: World, run_id: str = "run") -> dict[str, Any]:
    """Return the states of a run's task instances by task, with the map index where there is one."""
    rows = world.rows("task_instance", "task_id map_index state", run_id=run_id)
    return {
        row["task_id"] if row["map_index"] < 0 else f"{row['task_id']}[{row['map_index']}]": row["state"]
        for row in rows
    }


def instance(world: World, task_id: str, columns: str, **equal: object) -> dict[str, Any]:
    """Return columns of the one task instance of that task."""
    (row,) = world.rows("task_instance", columns, task_id=task_id, **equal)
    return row


def run_row(world: World, columns: str, run_id: str = "run") -> dict[str, Any]:
    """Return columns of a run."""
    (row,) = world.rows("dag_run", columns, run_id=run_id)
    return row


def everything(world: World) -> dict[str, list[dict[str, Any]]]:
    """Return all that a change could have changed, to be compared with later."""
    return {
        relation: sorted(world.rows(relation, columns), key=str)
        for relation, columns in TABLES.items()
        if world.generation.has_table(world.generation.relation(relation).table.name)
    }


def told(cleared: Cleared) -> list[str]:
    """Return the tasks of what was reached, with the map index where there is one."""
    return [key.task_id if key.map_index < 0 else f"{key.task_id}[{key.map_index}]" for key in cleared.task_instances]


def refusal(
    world: World, operation: Operation[..., object], actor: Actor | None = None, **arguments: Any
) -> Problem | None:
    """Try an operation; return how it was refused, after making sure that nothing but an audit row is left."""
    before = everything(world)
    problem: Problem | None = None
    with world.service.session(actor or world.actor()) as session, suppress(Problem):
        try:
            session.run(operation, **arguments)
        except Problem as refused:
            problem = refused
    assert everything(world) == before
    return problem


def changing(operation: Operation[..., Any]) -> Callable[..., Any]:
    """Return a function that carries out an operation in a world as somebody who may."""

    def change(world: World, **arguments: object) -> Any:
        with world.service.session(world.actor()) as session:
            return session.run(operation, **arguments)

    return change
