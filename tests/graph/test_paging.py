"""Lists in pages: cursors find their place whatever ties, whatever is asked beside them."""

import pytest

from tests.graph.furnishing import at
from tests.world import World

pytestmark = pytest.mark.mysql

PAGES = {
    "dags": ("dags(first: $first, after: $after%s)", "dagId"),
    "dagRuns": ("dagRuns(first: $first, after: $after%s)", "dagId runId"),
    "taskInstances": ("taskInstances(first: $first, after: $after%s)", "dagId runId taskId mapIndex"),
    "pools": ("pools(first: $first, after: $after%s)", "name"),
    "variables": ("variables(first: $first, after: $after%s)", "key"),
}
ORDERS = [
    ("dags", ", orderBy: DAG_ID_ASC"),
    ("dags", ", orderBy: DAG_ID_DESC"),
    ("dags", ", filter: {isStale: false}"),
    ("dagRuns", ""),
    ("dagRuns", ", orderBy: RUN_AFTER_ASC"),
    ("dagRuns", ", orderBy: ID_DESC"),
    ("dagRuns", ", orderBy: ID_ASC"),
    ("dagRuns", ', filter: {dagId: ["etl", "gone"]}'),
    ("taskInstances", ""),
    ("taskInstances", ", orderBy: TASK_ID_DESC"),
    ("taskInstances", ", orderBy: STARTED_AT_ASC"),
    ("pools", ""),
    ("variables", ""),
]


@pytest.mark.parametrize(("name", "arguments"), ORDERS)
def test_pages_of_every_list_follow_each_other(furnished: World, name: str, arguments: str) -> None:
    field, columns = PAGES[name]
    document = (
        f"query ($first: Int!, $after: String) {{ list: {field % arguments} "
        f"{{ totalCount nodes {{ {columns} }} edges {{ cursor node {{ {columns} }} }} "
        "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"
    )
    whole = furnished.data(document, first=1000)["list"]
    assert whole["totalCount"] == len(whole["nodes"]) > 2
    assert whole["nodes"] == [edge["node"] for edge in whole["edges"]]

    for first in (1, 2, len(whole["nodes"]) - 1, len(whole["nodes"])):
        seen: list[object] = []
        after = None
        while True:
            page = furnished.data(document, first=first, after=after)["list"]
            info = page["pageInfo"]
            assert info["hasPreviousPage"] is (after is not None)
            assert (info["startCursor"], info["endCursor"]) == (
                page["edges"][0]["cursor"],
                page["edges"][-1]["cursor"],
            )
            assert page["totalCount"] == whole["totalCount"]
            seen += page["nodes"]
            after = info["endCursor"]
            if not info["hasNextPage"]:
                break
            assert len(page["nodes"]) == first
            if first == 1 and len(seen) > 4:
                break
        assert seen == whole["nodes"][: len(seen)]
        assert first == 1 or seen == whole["nodes"]


def test_the_cursor_of_any_edge_begins_the_rest(furnished: World) -> None:
    document = (
        'query ($after: String) { dag(dagId: "etl") { runs(after: $after) { edges { cursor node { runId } } } } }'
    )
    edges = furnished.data(document)["dag"]["runs"]["edges"]

    for place, edge in enumerate(edges):
        rest = furnished.data(document, after=edge["cursor"])["dag"]["runs"]["edges"]
        assert rest == edges[place + 1 :]


def test_ties_are_settled_by_the_key(world: World) -> None:
    for dag in ("b", "a", "c"):
        world.dag(dag)
        world.run(dag, "same")
    document = "query ($after: String) { dagRuns(first: 1, after: $after) { nodes { dagId } pageInfo { endCursor } } }"

    seen, after = [], None
    for _ in range(3):
        page = world.data(document, after=after)["dagRuns"]
        seen.append(page["nodes"][0]["dagId"])
        after = page["pageInfo"]["endCursor"]

    assert seen == ["c", "b", "a"]
    assert world.data(document, after=after)["dagRuns"]["nodes"] == []


def test_rows_that_never_started_come_last_and_page_by_page(world: World) -> None:
    world.dag("etl")
    world.run("etl")
    starts = [at(2), None, at(1), at(1), None, at(3)]
    for number, start in enumerate(starts):
        world.task_instance("etl", "run", f"t{number}", start_date=start)
    document = (
        'query ($after: String) { dagRun(dagId: "etl", runId: "run") { taskInstances(first: 2, after: $after, '
        "orderBy: STARTED_AT_ASC) { nodes { taskId } pageInfo { endCursor hasNextPage } } } }"
    )

    seen: list[str] = []
    after, more = None, True
    while more:
        page = world.data(document, after=after)["dagRun"]["taskInstances"]
        seen += [one["taskId"] for one in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]

    assert seen == ["t2", "t3", "t0", "t5", "t1", "t4"]


def test_pages_of_many_parents_are_each_their_own(furnished: World) -> None:
    told = furnished.data(
        "{ dags { nodes { dagId runs(first: 2) { totalCount nodes { runId } pageInfo { hasNextPage } } } } }"
    )["dags"]["nodes"]

    by_id = {dag["dagId"]: dag["runs"] for dag in told}
    assert by_id["etl"] == {
        "totalCount": 5,
        "nodes": [{"runId": "r4"}, {"runId": "r3"}],
        "pageInfo": {"hasNextPage": True},
    }
    assert by_id["gone"] == {"totalCount": 1, "nodes": [{"runId": "g"}], "pageInfo": {"hasNextPage": False}}
    assert by_id["idle"] == {"totalCount": 0, "nodes": [], "pageInfo": {"hasNextPage": False}}


def test_one_cursor_is_taken_by_the_pages_of_all_parents(furnished: World) -> None:
    cursor = furnished.data('{ dag(dagId: "etl") { runs(first: 3) { pageInfo { endCursor } } } }')["dag"]["runs"]

    told = furnished.data(
        "query ($after: String) { dags { nodes { dagId runs(after: $after) { nodes { runId } } } } }",
        after=cursor["pageInfo"]["endCursor"],
    )["dags"]["nodes"]

    by_id = {dag["dagId"]: [run["runId"] for run in dag["runs"]["nodes"]] for dag in told}
    # Behind the third of March, and on that day what sorts behind r2.
    assert by_id["etl"] == ["r1", "r0"]
    assert by_id["mapped"] == ["m"]
    assert by_id["described"] == []


def test_a_count_stops_where_it_is_told_to(furnished: World) -> None:
    told = furnished.graph(
        """{ dag(dagId: "etl") { runs(first: 1) {
          totalCount some: totalCount(upTo: 3) one: totalCount(upTo: 1)
        } } taskInstances { totalCount(upTo: 4) } }"""
    )

    assert told["data"]["dag"]["runs"] == {"totalCount": 5, "some": 3, "one": 1}
    assert told["data"]["taskInstances"] == {"totalCount": 4}


def test_what_is_not_selected_is_not_asked_for(furnished: World) -> None:
    assert len(furnished.graph("{ dags { totalCount } }")["statements"]) == 1
    assert len(furnished.graph("{ dags { nodes { dagId } } }")["statements"]) == 1
    assert len(furnished.graph("{ dags { pageInfo { hasNextPage } } }")["statements"]) == 1
    assert len(furnished.graph("{ dags { __typename } }")["statements"]) == 0


def test_a_page_is_as_long_as_it_is_told_unless_told_otherwise(world: World) -> None:
    world.dag("etl")
    for day in range(30):
        world.run("etl", f"run{day:02}", day)
    for number in range(120):
        world.task_instance("etl", "run00", f"t{number:03}")

    told = world.data(
        '{ dagRuns { nodes { runId } } dagRun(dagId: "etl", runId: "run00") { taskInstances { nodes { taskId } } } }'
    )

    assert len(told["dagRuns"]["nodes"]) == 25
    assert len(told["dagRun"]["taskInstances"]["nodes"]) == 100
