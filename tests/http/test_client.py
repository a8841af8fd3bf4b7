"""The graph as `gql` meets it over real HTTP: queries, variables, mutations and refusals."""

import pytest
from gql import gql
from gql.transport.exceptions import TransportQueryError

from tests.http.server import VIEWER, Served

HOME = """
query Home($first: Int!, $after: String) {
  dags(first: $first, after: $after, filter: {isStale: false}) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      dagId displayName isPaused tags schedule { description }
      latestRun { runId state taskStateCounts { state count } }
    }
  }
}
"""


def test_the_server_tells_its_schema_and_answers_what_it_allows(furnished_server: Served) -> None:
    with furnished_server.client(validating=True) as session:
        told = session.execute(gql("{ deployment { airflowVersion database } }"))
        with pytest.raises(Exception, match="Cannot query field 'nope'"):
            session.execute(gql("{ nope }"))

    generation = furnished_server.world.generation
    assert told["deployment"]["airflowVersion"] == generation.minor


def test_a_home_page_is_one_request_per_page(furnished_server: Served) -> None:
    first = furnished_server.ask(HOME, first=3)["dags"]
    second = furnished_server.ask(HOME, first=3, after=first["pageInfo"]["endCursor"])["dags"]

    assert first["totalCount"] == 5
    assert first["pageInfo"]["hasNextPage"]
    assert not second["pageInfo"]["hasNextPage"]
    dags = {dag["dagId"]: dag for dag in first["nodes"] + second["nodes"]}
    assert list(dags) == ["described", "etl", "idle", "mapped", "nested_groups"]
    assert dags["described"]["displayName"] == "Described, at length ✓"
    assert dags["etl"]["latestRun"]["runId"] == "r4"
    assert sum(count["count"] for count in dags["etl"]["latestRun"]["taskStateCounts"]) == 9
    assert dags["idle"]["latestRun"] is None


def test_a_run_is_told_whole_in_one_request(furnished_server: Served) -> None:
    told = furnished_server.ask(
        """query Run($dag: String!, $run: String!) { dagRun(dagId: $dag, runId: $run) {
          state note conf dag { displayName tasks { taskId downstreamTaskIds } }
          taskInstances { nodes { taskId state duration note tries { tryNumber } } }
        } }""",
        dag="etl",
        run="r2",
    )["dagRun"]

    assert (told["state"], told["note"]) == ("FAILED", "looked into it")
    assert told["dag"]["tasks"][0] == {"taskId": "extract", "downstreamTaskIds": ["load"]}
    assert told["taskInstances"]["nodes"][1] == {
        "taskId": "load",
        "state": "FAILED",
        "duration": 90.5,
        "note": "the disk was full",
        "tries": [],
    }


def test_texts_of_all_scripts_survive_the_way(furnished_server: Served) -> None:
    text = 'Zażółć 日本語 🛩 \u202e "quoted" \\ \n'

    told = furnished_server.ask(
        'query ($t: String!) { dag(dagId: $t) { dagId } described: dag(dagId: "described") { tags } }', t=text
    )

    assert told == {"dag": None, "described": {"tags": ["attribute", "été"]}}


def test_a_change_is_read_back_as_it_is_now(server: Served) -> None:
    told = server.ask('mutation { pauseDag(dagId: "etl") { isPaused latestRun { runId } } }')
    assert told["pauseDag"] == {"isPaused": True, "latestRun": {"runId": "r4"}}

    pool = server.ask('mutation { createPool(input: {name: "new", slots: 2}) { id name openSlots } }')["createPool"]
    assert server.ask("query ($id: ID!) { node(id: $id) { ... on Pool { slots } } }", id=pool["id"]) == {
        "node": {"slots": 2}
    }

    triggered = server.ask(
        'mutation { triggerDag(input: {dagId: "idle", conf: {a: [1, {b: null}]}, note: "from afar"}) { dagRun { '
        "runId state runType conf note taskInstances { nodes { taskId state } } } } }"
    )["triggerDag"]["dagRun"]
    assert (triggered["state"], triggered["runType"], triggered["note"]) == ("QUEUED", "MANUAL", "from afar")
    assert triggered["conf"] == {"a": [1, {"b": None}]}
    assert triggered["taskInstances"]["nodes"] == [{"taskId": "work", "state": None}]
    assert server.ask('{ dag(dagId: "idle") { latestRun { runId } } }')["dag"]["latestRun"] == {
        "runId": triggered["runId"]
    }


def test_a_refusal_names_its_code_and_the_rest_is_answered(furnished_server: Served) -> None:
    with pytest.raises(TransportQueryError) as caught:
        furnished_server.ask('{ variables { nodes { key } } dag(dagId: "etl") { dagId } }', token=VIEWER)

    assert caught.value.data == {"variables": None, "dag": {"dagId": "etl"}}
    assert caught.value.errors is not None
    (error,) = caught.value.errors
    assert error["path"] == ["variables"]
    assert error["extensions"]["code"] == "FORBIDDEN"
    assert "variable.read" in error["message"]


def test_a_viewer_changes_nothing(server: Served) -> None:
    with pytest.raises(TransportQueryError) as caught:
        server.ask('mutation { pauseDag(dagId: "etl") { isPaused } }', token=VIEWER)

    assert caught.value.errors is not None
    assert caught.value.errors[0]["extensions"]["code"] == "FORBIDDEN"
    assert server.ask('{ dag(dagId: "etl") { isPaused } }')["dag"] == {"isPaused": False}
    assert server.world.rows("log", "event", dag_id="etl", owner="vic") != []


def test_nobody_is_told_anything(furnished_server: Served) -> None:
    with pytest.raises(TransportQueryError) as caught:
        furnished_server.ask("{ viewer { name } }", token="guessed")

    assert caught.value.data is None
    assert caught.value.errors is not None
    assert [error["extensions"]["code"] for error in caught.value.errors] == ["UNAUTHENTICATED"]
