"""What is read along with an object, by one statement, is what is read after it, by a statement of its own."""

from dataclasses import replace

import pytest
from hypothesis import given

from resolvers.plan.stage import Plans
from tests.graph.comparing import answered
from tests.graph.documents import Asked, requests
from tests.graph.test_reference import WHO, actor, examples
from tests.world import SCHEMA, World

ALONG = ["2.11-postgresql", "2.11-mysql", "3.3-postgresql", "3.3-mysql"]
QUERIES = requests(SCHEMA, "query", times=2)

CHAINS = {
    "a page, the latest of each, and its counts": (
        "{ dags { nodes { dagId latestRun { runId taskStateCounts { state count } } } } }",
        1,
    ),
    "a page in another order": (
        "{ dags(first: 3, orderBy: DAG_ID_DESC) { nodes { dagId latestRun { state } } pageInfo { hasNextPage } } }",
        1,
    ),
    "a page without the columns that order it": ("{ dags { nodes { latestRun { state } } } }", 1),
    "a page with cursors of its own": ("{ dags { edges { cursor node { runStateCounts { state count } } } } }", 1),
    "an object, a page of its own, and the counts of each": (
        '{ dag(dagId: "etl") { isPaused runs(first: 3) { nodes { runId taskStateCounts { state count } } } } }',
        1,
    ),
    "the same in another order, with cursors": (
        '{ dag(dagId: "etl") { runs(orderBy: ID_ASC) { edges { cursor node { taskStateCounts { state } } } } } }',
        1,
    ),
    "an object that has none": ('{ dag(dagId: "idle") { latestRun { taskStateCounts { state } } } }', 1),
    "an object that is none": ('{ dag(dagId: "nope") { runs { nodes { taskStateCounts { state } } } } }', 1),
    "lists below the last of them": (
        '{ dag(dagId: "etl") { runs { nodes { runId taskInstances { nodes { taskId tries { state } } } } } } }',
        3,
    ),
    "below many, of which each leads on": (
        "{ dags { totalCount nodes { tags latestRun { runId taskStateCounts { count } } } } }",
        4,
    ),
    "many that lead to the same": ("{ dagRuns { nodes { runId dag { runStateCounts { state count } } } } }", 2),
}


@pytest.fixture(scope="module")
def by_level(furnished: World) -> World:
    """Return the same world, in which each step of a plan has a statement of its own."""
    maker = furnished.service.plans.maker
    plans = Plans(replace(maker, reads_along=False))
    return World(replace(furnished.service, plans=plans), furnished.url)


@pytest.mark.mysql
@pytest.mark.parametrize("furnished", ALONG, indirect=True)
@pytest.mark.parametrize("name", CHAINS)
def test_a_chain_is_read_as_its_steps_are(furnished: World, by_level: World, name: str) -> None:
    document, statements = CHAINS[name]

    told, steps = furnished.graph(document), by_level.graph(document)

    assert (told["data"], told["errors"]) == (steps["data"], steps["errors"])
    assert len(told["statements"]) == statements
    assert len(steps["statements"]) >= statements


@pytest.mark.mysql
@pytest.mark.parametrize("furnished", ALONG, indirect=True)
@examples(60)
@given(asked=QUERIES, who=WHO)
def test_any_query_is_read_along_as_it_is_by_level(furnished: World, by_level: World, asked: Asked, who: str) -> None:
    told = answered(furnished, asked, actor(furnished, who))

    assert told == answered(by_level, asked, actor(furnished, who), cursors_of=furnished)
