"""How many statements a query takes: one per level, whatever the number of rows."""

from collections.abc import Iterator

import pytest

from graph.types.base import entity_of
from graph.types.dag_run import DagRun
from resolvers.binding import Column, Order
from resolvers.selection import Listing, Nodes, PageSelection, Selection, Wanted, Window
from tests.conftest import KINDS, open_world
from tests.graph.furnishing import at
from tests.world import World

HOME = """query ($first: Int!) { dags(first: $first) { nodes {
  dagId displayName isPaused owners schedule { summary } nextRun { at }
  latestRun { runId state startedAt endedAt duration taskStateCounts { state count } }
} } }"""

GRID = """query ($first: Int!) { dag(dagId: "dag00") { dagId runs(first: $first) { nodes {
  runId state runType startedAt duration
  taskInstances(first: 1000) { nodes { taskId mapIndex state duration tries { tryNumber state } } }
} } } }"""

RUN = """query ($first: Int!) { dagRun(dagId: "dag00", runId: "run00") {
  runId state note conf dag { dagId displayName tasks { taskId operator downstreamTaskIds } tags }
  taskInstances(first: $first) { nodes { taskId state note pool { name slots } task { taskId triggerRule } }
    totalCount }
  taskStateCounts { state count }
} }"""


@pytest.fixture(scope="module", params=KINDS)
def busy(request: pytest.FixtureRequest) -> Iterator[World]:
    """Return a hundred DAGs with runs and task instances; the first has 25 runs of 12 task instances."""
    made = open_world(request, request.param)
    with made.together():
        _fill(made)
    yield made
    made.close()


def _fill(made: World) -> None:
    tasks = [f"task{number:02}" for number in range(12)]
    for number in range(100):
        made.dag(f"dag{number:02}", {task: [] for task in tasks})
        for day in range(25 if number == 0 else 2):
            made.run(f"dag{number:02}", f"run{day:02}", day)
    for day in range(25):
        for task in tasks:
            made.task_instance("dag00", f"run{day:02}", task, start_date=at(day), end_date=at(day))
    for number in range(1, 100):
        for task in tasks[:2]:
            made.task_instance(f"dag{number:02}", "run01", task, "failed" if number % 7 == 0 else "success")


def test_what_a_frontend_asks_takes_one_statement_per_level_at_most(busy: World) -> None:
    home = {rows: busy.graph(HOME, first=rows) for rows in (1, 100)}
    grid = {rows: busy.graph(GRID, first=rows) for rows in (1, 25)}
    page = {rows: busy.graph(RUN, first=rows) for rows in (1, 100)}

    assert [answer["errors"] for answers in (home, grid, page) for answer in answers.values()] == [[]] * 6
    # DAGs, their latest runs, the states of those runs' task instances: where the database can, all at once.
    levels = 1 if busy.reads_along else 3
    assert [len(answer["statements"]) for answer in home.values()] == [levels, levels]
    # The DAG with its runs, their task instances, the tries of those.
    levels = 3 if busy.reads_along else 4
    assert [len(answer["statements"]) for answer in grid.values()] == [levels, levels]
    # The run with its DAG, the serialized DAG once for all tasks, tags, task instances, their number, their states.
    assert [len(answer["statements"]) for answer in page.values()] == [6, 6]

    dags = home[100]["data"]["dags"]["nodes"]
    assert len(dags) == 100
    assert dags[7]["latestRun"] == {
        "runId": "run01",
        "state": "SUCCESS",
        "startedAt": "2026-03-02T00:00:00+00:00",
        "endedAt": "2026-03-02T00:05:00+00:00",
        "duration": 300.0,
        "taskStateCounts": [{"state": "FAILED", "count": 2}],
    }
    runs = grid[25]["data"]["dag"]["runs"]["nodes"]
    assert [run["runId"] for run in runs] == [f"run{day:02}" for day in reversed(range(25))]
    assert {len(run["taskInstances"]["nodes"]) for run in runs} == {12}
    run = page[100]["data"]["dagRun"]
    assert run["taskInstances"]["totalCount"] == len(run["taskInstances"]["nodes"]) == len(run["dag"]["tasks"]) == 12
    assert run["taskInstances"]["nodes"][3]["task"] == {"taskId": "task03", "triggerRule": "ALL_SUCCESS"}


def test_a_to_one_link_costs_no_statement(furnished: World) -> None:
    told = furnished.graph(
        "{ taskInstances { nodes { taskId dag { dagId } dagRun { state dag { isPaused } } pool { slots } note } } }"
    )

    assert len(told["data"]["taskInstances"]["nodes"]) > 10
    assert len(told["statements"]) == 1


def test_counts_of_one_thing_share_a_statement(furnished: World) -> None:
    told = furnished.graph(
        "{ pools { nodes { runningSlots queuedSlots scheduledSlots deferredSlots occupiedSlots openSlots } } }"
    )

    assert len(told["statements"]) == (1 if furnished.reads_along else 2)


def test_a_serialized_dag_is_read_once_for_all_that_is_asked_of_it(furnished: World) -> None:
    told = furnished.graph(
        """{ dag(dagId: "nested_groups") {
          definition { timezone } taskGroups { tasks { taskId taskGroup { groupId } } }
          tasks { taskId upstream { taskId downstream { taskId dag { dagId } } } }
        } }"""
    )

    assert told["errors"] == []
    assert sum("serialized_dag" in statement for statement in told["statements"]) == 1
    # The DAG, its serialized form, and the DAG again at the far end of its tasks.
    assert len(told["statements"]) == 3


def test_what_has_no_rows_asks_for_nothing_below(furnished: World) -> None:
    told = furnished.graph(
        """{ dag(dagId: "idle") { runs { nodes {
          taskInstances { nodes { tries { state } } } taskStateCounts { count }
        } } } }"""
    )

    assert len(told["statements"]) == (1 if furnished.reads_along else 2)


@pytest.mark.parametrize("world", ["2.11-postgresql", "3.3-postgresql"], indirect=True)
def test_all_that_one_request_reads_is_of_one_moment(world: World) -> None:
    world.dag("etl")
    runs = Selection(entity_of(DagRun), (Wanted("runId", Column("run_id")),))
    wanted = Listing(PageSelection(runs.entity, (Nodes("nodes", runs),)), Order(("run_after",)), Window(10))
    with world.service.session(world.actor()) as session:
        before = session.read(wanted).written()[0]
        world.run("etl")
        assert session.read(wanted).written() == [before] == [{"nodes": []}]
    with world.service.session(world.actor()) as session:
        assert session.read(wanted).written()[0] == {"nodes": [{"runId": "run"}]}
