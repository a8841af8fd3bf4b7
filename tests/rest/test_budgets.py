"""How many statements each list of the stable API takes: a fixed number, however many rows there are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from graph.rest.call import Call, Limits
from graph.rest.described import PageOf
from graph.rest.document.document import told_by
from graph.rest.document.inputs import path_of
from graph.rest.rows import Row
from graph.rest.stable import STABLE
from tests.conftest import KINDS
from tests.graph.furnishing import furnish
from tests.graph.multiplying import multiply
from tests.people import open_peopled, staff
from tests.world import World

_RUN = "/dags/{dag_id}/dagRuns/{dag_run_id}"
_INSTANCE = f"{_RUN}/taskInstances/{{task_id}}"

BUDGETS: Mapping[str, int] = {
    # A page and its total.
    **{
        f"GET {path}": 2
        for path in (
            *("/dagWarnings", "/eventLogs", "/connections", "/variables", "/permissions", "/dags/{dag_id}/dagRuns"),
            *(f"{_RUN}/taskInstances", f"{_INSTANCE}/xcomEntries"),
        )
    },
    # Before that, whether the task has any instances at all.
    f"GET {_INSTANCE}/listMapped": 3,
    "POST /dags/~/dagRuns/list": 2,
    "POST /dags/~/dagRuns/~/taskInstances/list": 2,
    # One more for each list that the objects have, all of theirs at once.
    "GET /dags": 3,
    "GET /importErrors": 3,
    "GET /pools": 3,
    "GET /users": 3,
    "GET /roles": 3,
    "GET /datasets/events": 3,
    f"GET {_RUN}/upstreamDatasetEvents": 3,
    "GET /datasets": 6,
    # Told whole, and counted as they are told.
    "GET /dagStats": 2,
    "GET /dags/{dag_id}/datasets/queuedEvent": 1,
    "GET /datasets/queuedEvent/{uri}": 1,
    "GET /dags/{dag_id}/tasks": 2,
    f"GET {_INSTANCE}/tries": 2,
    f"GET {_INSTANCE}/{{map_index}}/tries": 2,
}

USUAL = {"dag_id": "etl", "dag_run_id": "r1", "task_id": "load", "uri": "s3://bucket/raw"}
NAMES: Mapping[str, Mapping[str, object]] = {
    "/dags/{dag_id}/datasets/queuedEvent": {"dag_id": "idle"},
    f"{_INSTANCE}/listMapped": {"dag_id": "mapped", "dag_run_id": "m", "task_id": "double"},
    f"{_INSTANCE}/tries": {"dag_id": "described", "dag_run_id": "d", "task_id": "shown"},
    f"{_INSTANCE}/{{map_index}}/tries": {"dag_id": "mapped", "dag_run_id": "m", "task_id": "double", "map_index": 0},
}
"""What stands in a path where it is not the usual."""


@dataclass(frozen=True)
class Cost:
    """What an answer takes, and how long it is."""

    statements: int
    size: int


def lists() -> Iterator[Row]:
    """Return the rows that answer with a collection."""
    assert STABLE.described is not None
    for row in STABLE.rows:
        reads = row.method == "GET" or row.path.endswith("/list")
        if reads and isinstance(told_by(row, STABLE.described.rows[row.method, path_of(row)]), PageOf):
            yield row


def costs(world: World) -> dict[str, Cost]:
    """Return what each list costs, in a world whose largest DAG is the one that was added last."""
    dag_ids = [str(one["dag_id"]) for one in world.rows("dag", "dag_id")]
    widest = f"more{max(int(dag_id[4:]) for dag_id in dag_ids if dag_id.startswith('more'))}"
    found = {}
    for row in lists():
        path = path_of(row)
        query = {"dag_ids": ",".join(dag_ids)} if path == "/dagStats" else {}
        with world.service.session(world.actor()) as session:
            named = NAMES.get(path, {name: told for name, told in USUAL.items() if f"{{{name}}}" in path})
            if path.endswith("/tasks"):
                named = {"dag_id": widest}
            told = row.answer(Call(session, named, query, {}, Limits(100, 100)))
            assert told.status == 200
            found[f"{row.method} {path}"] = Cost(len(session.ran), size(told.body))
    return found


def size(body: Any) -> int:
    return len(orjson.dumps(body, default=str, option=orjson.OPT_NON_STR_KEYS))


@pytest.fixture(scope="module", params=KINDS)
def grown(request: pytest.FixtureRequest) -> Iterator[tuple[World, Mapping[str, Cost], Mapping[str, Cost]]]:
    """Return what each list costs in a world with a few of everything, and in the same with many."""
    world = staff(furnish(open_peopled(request, request.param)))
    try:
        multiply(world, range(2))
        few = costs(world)
        multiply(world, range(2, 20))
        yield world, few, costs(world)
    finally:
        world.close()


def test_every_list_keeps_its_budget_however_many_rows_there_are(
    grown: tuple[World, Mapping[str, Cost], Mapping[str, Cost]],
) -> None:
    world, few, many = grown
    # The counts come with the page of the DAGs, where the database can.
    budgets = {**BUDGETS, **({"GET /dagStats": 1} if world.reads_along else {})}

    assert {name: cost.statements for name, cost in few.items()} == budgets
    assert {name: cost.statements for name, cost in many.items()} == budgets
    assert {name for name, cost in many.items() if cost.size < 3 * few[name].size} == set()
