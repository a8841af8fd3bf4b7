"""What a request costs is known before anything is read, and refused above what its caller may ask for."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from graphql import get_introspection_query

from graph.answering import Answer, answer
from graph.examples import EXAMPLES
from graph.http.graphiql import Tab
from graph.problems import formatted
from resolvers.access.actor import Actor
from resolvers.settings import Role, load_settings
from tests.conftest import open_world
from tests.graph.furnishing import furnish
from tests.world import SCHEMA, World

NONE: Mapping[str, object] = {}
GRID = """query ($dags: Int!, $runs: Int!) {
  dags(first: $dags) { nodes { dagId isPaused runs(first: $runs) { nodes {
    runId state startedAt duration taskStateCounts { state count }
  } } } }
}"""
CRAWLER = """{ dags(first: 100) { nodes { runs(first: 100) { nodes { taskInstances(first: 100) { nodes {
  taskId
} } } } } } }"""


@pytest.fixture(scope="module")
def one(request: pytest.FixtureRequest) -> Iterator[World]:
    """Return a world whose requests may cost what they may unless anything is set."""
    made = furnish(open_world(request, "3.3-sqlite"))
    yield with_settings(made)
    made.close()


def with_settings(world: World, **settings: object) -> World:
    """Return a world over the same database, with other limits."""
    limits = {name: getattr(load_settings(**settings), name) for name in ("max_cost", "role_costs", "introspection")}
    told = world.service.settings.model_copy(update=limits)
    return World(replace(world.service, settings=told), world.url)


def asked(world: World, document: str, variables: Mapping[str, object] = NONE, actor: Actor | None = None) -> Answer:
    """Return the answer to a document that is right."""
    prepared = world.documents.prepare(document)
    assert prepared.errors == ()
    with world.service.session(actor or world.actor()) as session:
        told = answer(SCHEMA, prepared, prepared.operation(None), variables, session)
        assert told.executed or not session.ran
        return told


def cost(world: World, document: str, **variables: object) -> int:
    """Return what a request costs."""
    told = asked(world, document, variables).cost
    assert told is not None
    return told.requested


def refusal(told: Answer) -> dict[str, Any]:
    """Return the one error of a request that was refused before anything was read."""
    assert not told.executed
    assert told.data is None
    [error] = told.errors
    found: dict[str, Any] = formatted(error)
    return found


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("{ __typename }", 0),
        ("{ viewer { name } }", 1 + 1),
        # A page and its row, which itself counts one.
        ("{ dags(first: 7) { nodes { dagId } } }", 1 + 7 * (1 + 1)),
        ("{ dags { nodes { dagId } } }", 1 + 25 * (1 + 1)),
        ("{ dags(first: 7) { nodes { dagId isPaused a: dagId } } }", 1 + 7 * (1 + 3)),
        ("{ dags(first: 7) { edges { cursor node { dagId } } } }", 1 + 7 * (1 + 1 + 1)),
        # The rows are read, though they are not told.
        ("{ dags(first: 7) { pageInfo { hasNextPage endCursor } } }", 1 + 2 + 7),
        # Nothing is read but a count, of 10,000 at most.
        ("{ dags(first: 7) { totalCount } }", 1 + 1 + 100),
        ("{ dags(first: 7) { totalCount(upTo: 1000) } }", 1 + 1 + 10),
        ("{ dags(first: 3) { nodes { runs(first: 5) { nodes { runId } } } } }", 1 + 3 * (1 + 1 + 5 * (1 + 1))),
        # What is joined is read with its row.
        ("{ dagRuns(first: 3) { nodes { dag { dagId } } } }", 1 + 3 * (1 + 1 + 1)),
        ('{ dag(dagId: "etl") { dagId } }', 1 + 1 + 1),
        ('{ dag(dagId: "etl") { tasks { taskId } } }', 1 + 1 + 1 + 10 * (1 + 1)),
        ('{ dag(dagId: "etl") { tags } }', 1 + 1 + 3),
        ('{ dag(dagId: "etl") { runStateCounts { state count } } }', 1 + 1 + 10),
        ("{ a: pools(first: 2) { nodes { name } } b: pools(first: 3) { nodes { name } } }", 1 + 4 + 1 + 6),
        ('mutation { pauseDag(dagId: "etl") { dagId } }', 1 + 100 + 1 + 1 + 1),
    ],
)
def test_rows_are_multiplied_by_fields(one: World, document: str, expected: int) -> None:
    assert cost(one, document) == expected


def test_variables_decide_as_constants_do(one: World) -> None:
    assert cost(one, GRID, dags=100, runs=25) == 1 + 100 * (1 + 2 + 1 + 25 * (1 + 4 + 10))
    assert cost(one, GRID, dags=2, runs=25) == 1 + 2 * (1 + 2 + 1 + 25 * (1 + 4 + 10))
    assert cost(one, GRID, dags=2, runs=1) == 1 + 2 * (1 + 2 + 1 + 1 * (1 + 4 + 10))


def test_what_is_left_out_costs_nothing(one: World) -> None:
    document = "query ($all: Boolean!) { dags(first: 9) { nodes { dagId runs @include(if: $all) { totalCount } } } }"

    assert cost(one, document, all=False) == 1 + 9 * 2
    assert cost(one, document, all=True) == 1 + 9 * (2 + 1 + 1 + 100)


def test_objects_by_their_ids_cost_what_is_asked_of_their_types(one: World) -> None:
    found = one.data("{ dags(first: 3) { nodes { id } } pools(first: 1) { nodes { id } } }")
    ids = [node["id"] for nodes in found.values() for node in nodes["nodes"]]
    document = """query ($ids: [ID!]!) { nodes(ids: $ids) {
      id ... on DAG { runs(first: 20) { nodes { runId } } } ... on Pool { name }
    } }"""

    assert cost(one, document, ids=ids) == (1 + 3 * (1 + 1 + 1 + 20 * 2)) + (1 + 1 * (1 + 1 + 1))
    assert cost(one, document, ids=ids[3:]) == 1 + 1 * (1 + 1 + 1)
    # What names nothing is refused at its place.
    assert cost(one, document, ids=["nope"]) == 0


def test_a_change_of_many_things_costs_for_each(one: World) -> None:
    document = """mutation ($ids: [String!]!) {
      setDagsPaused(input: {dagIds: $ids, isPaused: false}) { results { dag { dagId } } }
    }"""

    assert cost(one, document, ids=["etl", "idle", "etl"]) == 1 + 3 * (100 + 1 + 2)


def test_a_list_that_is_refused_at_its_place_costs_nothing(one: World) -> None:
    told = asked(one, "{ dags(first: 0) { nodes { dagId } } pools(first: 2) { nodes { name } } }")

    assert told.cost is not None
    assert told.cost.requested == 1 + 2 * 2
    assert told.data is not None
    assert (told.data["dags"], len(told.data["pools"]["nodes"])) == (None, 2)


def test_the_page_of_a_frontend_passes(one: World) -> None:
    states = GRID.replace("taskStateCounts { state count }", "taskInstances(first: 100) { nodes { taskId state } }")

    for document in (GRID, states):
        assert asked(one, document, {"dags": 100, "runs": 25}).executed


@pytest.mark.parametrize("tab", EXAMPLES, ids=lambda tab: tab.name)
def test_every_example_passes(one: World, tab: Tab) -> None:
    assert asked(one, tab.query, tab.variables or NONE).executed


def test_the_page_of_a_crawler_is_refused_with_what_to_lower(one: World) -> None:
    told = refusal(asked(one, CRAWLER))

    assert told["message"] == (
        "This request would cost 2,020,201; 1,500,000 are allowed. Most of it, 2,010,000, is "
        "dags.runs.taskInstances: 100 x 100 x 100 rows of 2 fields."
    )
    assert told["extensions"]["code"] == "TOO_EXPENSIVE"
    assert told["extensions"]["field"] == "taskInstances"
    assert "first" in told["extensions"]["hint"]
    assert "AIRFLOW_GRAPH_MAX_COST" in told["extensions"]["hint"]


def test_the_list_that_costs_most_is_told_by_its_name_in_the_answer(one: World) -> None:
    tight = with_settings(one, max_cost=100)
    document = "{ few: dags(first: 2) { nodes { dagId } } many: dags(first: 60) { nodes { dagId isPaused } } }"

    assert "is many: 60 rows of 3 fields." in refusal(asked(tight, document))["message"]
    assert refusal(asked(tight, get_introspection_query()))["extensions"]["hint"].startswith(
        "Ask less about the schema"
    )


def test_the_budget_is_a_setting_and_may_differ_by_role(one: World) -> None:
    settled = with_settings(one, max_cost=10, role_costs="Viewer:20 admin:0")
    document = "query ($n: Int!) { dags(first: $n) { nodes { dagId } } }"

    def budget(role: Role) -> int | None:
        found = asked(settled, document, {"n": 1}, settled.actor(role)).cost
        assert found is not None
        return found.told()["budget"]

    assert [budget(role) for role in (Role.USER, Role.VIEWER, Role.ADMIN)] == [10, 20, None]
    assert asked(settled, document, {"n": 9}, settled.actor(Role.VIEWER)).executed
    assert not asked(settled, document, {"n": 9}, settled.actor(Role.USER)).executed
    assert asked(settled, document, {"n": 1000}).executed
    # Of several roles, as Airflow's users may have, the best counts.
    assert [settled.service.settings.cost_of_role(role) for role in ("Mine, Viewer", "Viewer, Admin", None)] == [
        20,
        0,
        10,
    ]


def test_the_whole_schema_can_be_asked_for_but_not_over_and_over(one: World) -> None:
    whole = get_introspection_query()
    body = whole[whole.index("__schema") : whole.index("fragment FullType") - 4]
    bomb = whole.replace(body, " ".join(f"a{at}: {body}" for at in range(20)))

    assert asked(one, whole).executed
    assert refusal(asked(one, bomb))["extensions"]["code"] == "TOO_EXPENSIVE"
