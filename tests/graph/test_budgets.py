"""How many statements each list of the graph takes: a fixed number, however many rows and parents there are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import KINDS
from tests.graph.furnishing import furnish
from tests.graph.lists import documents
from tests.graph.multiplying import multiply
from tests.people import open_peopled, staff
from tests.world import SCHEMA, World

BUDGETS: Mapping[str, int] = {
    # A page and its `totalCount`, of all their values. DAGs have tags, pools occupied slots, errors the DAGs of a file.
    "Query.dags": 3,
    **{
        f"Query.{name}": 2
        for name in (
            *("dagRuns", "taskInstances", "xcoms", "variables", "connections", "eventLogs", "dagWarnings", "assets"),
            *("assetEvents", "assetAliases", "queuedAssetEvents", "backfills", "users", "roles", "permissions"),
            *("permissionActions", "jobs"),
        )
    },
    "Query.pools": 3,
    "Query.importErrors": 4,
    # Below a list, of all parents at once: one for what is all told, two for a page that is counted.
    "DAG.runs": 3,
    "DAG.runStateCounts": 2,
    "DAG.tasks": 2,
    "DAG.taskGroups": 2,
    "DAG.importErrors": 5,
    "DAG.warnings": 3,
    "DAG.eventLogs": 3,
    "DAG.consumedAssets": 2,
    "DAG.assetProducers": 2,
    "DAG.queuedAssetEvents": 2,
    "DAG.backfills": 3,
    "DagRun.taskInstances": 3,
    "DagRun.taskStateCounts": 2,
    "DagRun.xcoms": 3,
    "DagRun.consumedAssetEvents": 2,
    "TaskInstance.tries": 2,
    # What it waits for is in the serialized DAG, the run, its other task instances, the pool, and what was rescheduled.
    "TaskInstance.unmetDependencies": 8,
    "TaskInstance.extraLinks": 3,
    "TaskInstance.xcoms": 3,
    "TaskInstance.assetEvents": 2,
    "Pool.taskInstances": 3,
    "Asset.aliases": 2,
    "Asset.consumers": 2,
    "Asset.producers": 2,
    "Asset.events": 3,
    "Asset.queuedEvents": 2,
    "AssetEvent.aliases": 2,
    "AssetEvent.createdDagRuns": 2,
    "Backfill.runs": 3,
    "User.roles": 2,
    "User.groups": 2,
    "Role.permissions": 2,
    "UserGroup.roles": 3,
    # Tasks are read out of the serialized DAGs, whichever way they are asked for.
    "Task.upstream": 2,
    "Task.downstream": 2,
    "Task.instances": 4,
    "Task.outlets": 3,
    "Task.inlets": 3,
    "TaskGroup.tasks": 2,
}
"""With the statement of each list on the way to it."""

ABSENT_IN_2 = {"Backfill.runs": 1, "User.groups": 1, "UserGroup.roles": 1, "Task.inlets": 2}
"""What Airflow 2 has no rows of, below which nothing is asked for."""

READ_ALONG = {"DAG.runStateCounts": 1, "DagRun.taskStateCounts": 1}
"""Counts that come with the page of what they are of, where the database can."""


@dataclass(frozen=True)
class Cost:
    """What the document of a list takes, and how much it is told."""

    statements: int
    objects: int


@pytest.fixture(scope="module", params=KINDS)
def grown(request: pytest.FixtureRequest) -> Iterator[tuple[World, Mapping[str, Cost], Mapping[str, Cost]]]:
    """Return what each list costs in a world with a few of everything, and in the same with many."""
    world = staff(furnish(open_peopled(request, request.param, max_cost=0)))
    try:
        multiply(world, range(2))
        few = costs(world)
        multiply(world, range(2, 20))
        yield world, few, costs(world)
    finally:
        world.close()


def costs(world: World) -> dict[str, Cost]:
    """Return what the document of each list costs."""
    found = {}
    for name, document in documents(SCHEMA):
        told = world.graph(document)
        # One variable is not encrypted by our key.
        assert {error["path"][-1] for error in told["errors"]} <= {"value"}, (name, told["errors"][:1])
        found[name] = Cost(len(told["statements"]), objects(told["data"]))
    return found


def objects(value: Any) -> int:
    """Return how many objects an answer has."""
    match value:
        case dict():
            return 1 + sum(map(objects, value.values()))
        case list():
            return sum(map(objects, value))
        case _:
            return 0


def test_every_list_keeps_its_budget_however_many_rows_there_are(
    grown: tuple[World, Mapping[str, Cost], Mapping[str, Cost]],
) -> None:
    world, few, many = grown
    absent = ABSENT_IN_2 if world.generation.number == 2 else {}
    budgets = {**BUDGETS, **absent, **(READ_ALONG if world.reads_along else {})}

    assert {name: cost.statements for name, cost in few.items()} == budgets
    assert {name: cost.statements for name, cost in many.items()} == budgets
    as_few = {name for name, cost in many.items() if cost.objects == few[name].objects}
    assert as_few == ({"Query.backfills", "Backfill.runs"} if world.generation.number == 2 else set())
