"""A reader of one DAG is told nothing of the others: no answer differs from that of an Airflow that has no others."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.types.node import global_id
from resolvers.access.actor import Actor
from tests.graph.comparing import answered, copied, restore
from tests.graph.documents import Asked, requests
from tests.graph.test_reference import MANY, examples
from tests.graph.two_worlds import (
    EVERYBODY,
    KEEPER,
    MINE,
    OTHERS,
    READER,
    TwoWorlds,
    opened,
    timeless,
    two_worlds,
    unmarked,
)
from tests.world import SCHEMA, World

KINDS = ("2.11-sqlite", "3.3-sqlite", "2.11-postgresql", "3.3-postgresql")
QUERIES = requests(SCHEMA, "query", times=2)
MUTATIONS = requests(SCHEMA, "mutation")
WHO = st.sampled_from(sorted(EVERYBODY))

Kept = tuple[TwoWorlds, list[Path]]


@pytest.fixture(scope="module", params=KINDS)
def read(request: pytest.FixtureRequest) -> Iterator[TwoWorlds]:
    """Return two worlds that nobody may change."""
    with two_worlds(request, request.param) as worlds:
        yield worlds


@pytest.fixture(scope="module", params=["2.11-sqlite", "3.3-sqlite"])
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """Return two worlds that are changed, and copies of them from before."""
    with two_worlds(request, request.param) as worlds:
        yield worlds, [copied(world, tmp_path_factory.mktemp("kept") / "world.db") for world in worlds]


def alike(worlds: TwoWorlds, asked: Asked, actor: Actor) -> None:
    """Check that both worlds answer the same, and nothing of others."""
    crowded, alone = (
        [opened(f"{told.data} {told.faults}") for told in answered(world, asked, actor, cursors_of=worlds.crowded)]
        for world in worlds
    )
    for answer in crowded:
        unmarked(answer, actor)
    assert [*map(timeless, crowded)] == [*map(timeless, alone)], (actor, asked)


@examples(40)
@given(asked=QUERIES, who=WHO)
def test_any_query_is_answered_as_if_there_were_no_others(read: TwoWorlds, asked: Asked, who: str) -> None:
    alike(read, asked, EVERYBODY[who])


@pytest.mark.slow
@examples(MANY * 2)
@given(asked=QUERIES, who=WHO)
def test_many_more_queries_are_answered_as_if_there_were_no_others(read: TwoWorlds, asked: Asked, who: str) -> None:
    alike(read, asked, EVERYBODY[who])


def changed_alike(kept: Kept, asked: Asked, actor: Actor) -> None:
    """Check that both worlds answer a change the same, each as it was before."""
    worlds, copies = kept
    for world, copy in zip(worlds, copies, strict=True):
        restore(world, copy)
    alike(worlds, asked, actor)


@examples(40)
@given(asked=MUTATIONS, who=WHO)
def test_any_mutation_is_answered_as_if_there_were_no_others(kept: Kept, asked: Asked, who: str) -> None:
    changed_alike(kept, asked, EVERYBODY[who])


@pytest.mark.slow
@examples(MANY * 2)
@given(asked=MUTATIONS, who=WHO)
def test_many_more_mutations_are_answered_as_if_there_were_no_others(kept: Kept, asked: Asked, who: str) -> None:
    changed_alike(kept, asked, EVERYBODY[who])


FOREIGN_OR_NOT_THERE = """query ($dag: String!, $ids: [ID!]!) {
  dag(dagId: $dag) { dagId }
  dags(filter: {dagId: [$dag]}) { totalCount(upTo: 5) nodes { dagId } }
  dagRun(dagId: $dag, runId: "r1") { runId }
  dagRuns(filter: {dagId: [$dag]}) { totalCount nodes { runId } }
  taskInstance(dagId: $dag, runId: "r1", taskId: "load") { taskId }
  taskInstances(filter: {dagId: [$dag]}, orderBy: STARTED_AT_ASC) { totalCount nodes { taskId } }
  nodes(ids: $ids) { id }
}"""


def test_what_is_another_s_reads_as_what_is_not_there(read: TwoWorlds) -> None:
    def told(dag_id: str) -> object:
        ids = [
            global_id("DAG", dag_id),
            global_id("DagRun", dag_id, "r1"),
            global_id("TaskInstance", dag_id, "r1", "load", -1),
            global_id("Task", dag_id, "load"),
        ]
        return read.crowded.data(FOREIGN_OR_NOT_THERE, actor=READER, dag=dag_id, ids=ids)

    assert told(OTHERS[0]) == told("nope")


def test_cursors_hide_what_the_database_counted(read: TwoWorlds) -> None:
    """The gaps between the numbers of one's own runs would tell how many others had."""
    asked = """query ($after: String) {
      dagRuns(orderBy: ID_ASC, first: 2, after: $after) { edges { cursor node { runId } } }
    }"""

    first = read.crowded.data(asked, actor=READER)["dagRuns"]["edges"]
    second = read.crowded.data(asked, actor=READER, after=first[-1]["cursor"])["dagRuns"]["edges"]

    assert [edge["node"]["runId"] for edge in [*first, *second]] == ["r0", "r1", "r2", "r3"]
    numbers = [row["id"] for row in read.crowded.rows("dag_run", "id run_id", dag_id=MINE)]
    for edge in [*first, *second]:
        _, hidden, dag_id, run_id = json.loads(opened(edge["cursor"]))
        assert (dag_id, run_id) == (MINE, edge["node"]["runId"])
        assert hidden not in numbers


def test_a_number_that_no_cursor_holds_is_refused(read: TwoWorlds) -> None:
    asked = "query ($after: String) { dagRuns(orderBy: ID_ASC, after: $after) { edges { cursor } } }"
    cursor = read.crowded.data(asked, actor=READER)["dagRuns"]["edges"][0]["cursor"]
    tag, _, *key = json.loads(opened(cursor))

    for number in (7, -1, 2**64, 1.5, None, "7"):
        forged = base64.urlsafe_b64encode(json.dumps([tag, number, *key]).encode()).decode()
        told = read.crowded.graph(asked, actor=READER, after=forged)
        assert [error["extensions"]["code"] for error in told["errors"]] == ["INVALID"], number


def test_a_pool_tells_how_full_it_is_whoever_fills_it_and_not_by_whom(world: World) -> None:
    """Occupancy is the pool's own figure, told by Airflow's own API too to whoever may read pools."""
    for dag_id in (MINE, OTHERS[0]):
        world.dag(dag_id)
        world.run(dag_id)
        world.task_instance(dag_id, "run", "work", "running", pool_slots=3)

    told = world.data("{ pools { nodes { runningSlots taskInstances { totalCount nodes { dagId } } } } }", actor=KEEPER)

    mine = {"totalCount": 1, "nodes": [{"dagId": MINE}]}
    assert told["pools"]["nodes"] == [{"runningSlots": 6, "taskInstances": mine}]
