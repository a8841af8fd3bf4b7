"""How long an answer may be, how it is packed, and what is told of how it came about."""

import gzip
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.graph.furnishing import open_furnished
from tests.http.server import ADMIN, TOKENS, VIEWER, Served, answered, served
from tests.stores import SQLiteStore

LARGE = {"query": "{ __schema { types { name description fields { name description } } } }"}
GRAPHQL = "application/graphql-response+json"
RUNS = {
    "query": """query ($dag: String!) {
      dagRuns(filter: {dagId: [$dag]}) { nodes { runId taskInstances { totalCount } } }
    }""",
    "variables": {"dag": "etl"},
    "extensions": {"explain": True},
}


@pytest.fixture
def serving(sqlite_store: SQLiteStore) -> Iterator[Callable[..., Served]]:
    """Return how to serve a world with settings of one's own."""
    open_now: list[Any] = []

    def serve(**settings: Any) -> Served:
        world = open_furnished(sqlite_store, "3.3", tokens=TOKENS, **settings)
        server = served(world)
        open_now.append((server, world))
        return server.__enter__()

    yield serve
    for server, world in open_now:
        server.__exit__(None, None, None)
        world.close()


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("gzip", True),
        ("gzip, deflate, br, zstd", True),
        ("br;q=1.0, GZIP;q=0.8, *;q=0.1", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("*;q=0", False),
        ("identity", False),
        ("br", False),
        ("", False),
    ],
)
def test_a_large_answer_is_packed_for_who_says_so(one_server: Served, accepted: str, packed: bool) -> None:
    answer = one_server.post(LARGE, Accept_Encoding=accepted)

    assert ("content-encoding" in answer.headers) is packed
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.json()["data"]["__schema"]["types"]
    assert int(answer.headers["content-length"]) == (
        len(gzip.compress(answer.content, 1)) if packed else len(answer.content)
    )


def test_a_small_answer_is_never_packed(one_server: Served) -> None:
    answer = one_server.post({"query": "{ viewer { name } }"}, Accept_Encoding="gzip")

    assert "content-encoding" not in answer.headers


def test_an_answer_has_a_limit(serving: Callable[..., Served]) -> None:
    server = serving(max_answer_bytes=2_000)
    large = server.post(LARGE, Accept=GRAPHQL)
    rest = httpx.get(f"{server.address}/api/v1/dags", headers={"Authorization": f"Bearer {ADMIN}"})

    assert (large.status_code, large.json()["data"]) == (200, None)
    (error,) = large.json()["errors"]
    assert error["message"] == "This answer would be longer than 2,000 bytes."
    assert error["extensions"]["code"] == "TOO_EXPENSIVE"
    assert "AIRFLOW_GRAPH_MAX_ANSWER_BYTES" in error["extensions"]["hint"]
    assert (rest.status_code, rest.json()["detail"]) == (400, "This answer would be longer than 2,000 bytes.")
    assert answered(server.post({"query": "{ viewer { name } }"})) == {"data": {"viewer": {"name": "ada"}}}


def test_a_change_whose_answer_is_too_long_is_carried_out_and_says_so(serving: Callable[..., Served]) -> None:
    server = serving(max_answer_bytes=60)
    told = server.post(
        {"query": 'mutation { pauseDag(dagId: "etl") { id dagId isPaused fileloc tags owners } }'}
    ).json()

    assert told["errors"][0]["message"].endswith("What was to be changed has been.")
    assert server.ask('{ dag(dagId: "etl") { isPaused } }') == {"dag": {"isPaused": True}}


def test_an_admin_is_told_how_a_query_was_answered(furnished_server: Served) -> None:
    answer = answered(furnished_server.post(RUNS))
    plain = answered(furnished_server.post({**RUNS, "extensions": None}))

    assert answer["data"] == plain["data"]
    assert "extensions" not in plain
    explained = answer["extensions"]["explain"]
    runs, counts = explained["statements"]
    assert "dag_run" in runs["sql"]
    assert "task_instance" in counts["sql"]
    assert (runs["rows"], counts["rows"]) == (
        5,
        len([run for run in answer["data"]["dagRuns"]["nodes"] if run["taskInstances"]["totalCount"]]),
    )
    assert explained["rows"] == runs["rows"] + counts["rows"]
    spent = explained["milliseconds"]
    assert spent["database"] >= runs["milliseconds"] > 0
    assert spent["total"] == pytest.approx(spent["preparing"] + spent["database"] + spent["writing"], abs=0.01)


def test_an_explanation_holds_no_value(furnished_server: Served) -> None:
    document = """query ($v: String!) {
      dagRuns(filter: {dagId: ["a-secret", $v]}, first: 717) { totalCount(upTo: 717) nodes { runId } }
    }"""
    told = furnished_server.post(
        {"query": document, "variables": {"v": "another-secret"}, "extensions": {"explain": True}}
    ).json()

    text = str(told["extensions"])
    assert told["extensions"]["explain"]["statements"]
    assert "secret" not in text
    assert "717" not in text


def test_who_is_no_admin_gets_the_answer_and_is_told_why_no_more(furnished_server: Served) -> None:
    told = answered(furnished_server.post(RUNS, token=VIEWER))

    assert told["data"] == furnished_server.post(RUNS).json()["data"]
    assert told["extensions"] == {
        "explain": {"refused": "This takes the permission plan.read, which vic does not have."}
    }


def test_a_query_in_the_address_is_explained_too(furnished_server: Served) -> None:
    told = furnished_server.get(query="{ pools { nodes { name } } }", extensions='{"explain": true}').json()

    assert len(told["extensions"]["explain"]["statements"]) == 1


@pytest.mark.parametrize("extensions", [{}, {"explain": False}, {"explain": "yes"}, {"persistedQuery": {"version": 1}}])
def test_other_extensions_mean_nothing_here(one_server: Served, extensions: object) -> None:
    told = answered(one_server.post({"query": "{ viewer { name } }", "extensions": extensions}))

    assert told == {"data": {"viewer": {"name": "ada"}}}


def test_extensions_that_are_no_object_are_refused(one_server: Served) -> None:
    answer = one_server.post({"query": "{ viewer { name } }", "extensions": [True]}, Accept=GRAPHQL)

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["field"]) == (400, "extensions")


def test_the_same_bytes_are_asked_anew_each_time(serving: Callable[..., Served]) -> None:
    server = serving()
    conf = {"tables": ["a", {"b": [1, None]}]}
    trigger = {
        "query": """mutation ($conf: JSON) {
          triggerDag(input: {dagId: "idle", conf: $conf}) { dagRun { runId conf } }
        }""",
        "variables": {"conf": conf},
    }

    told = [server.post(trigger).json() for _ in range(3)]

    assert [one.get("errors") for one in told] == [None] * 3
    runs = [one["data"]["triggerDag"]["dagRun"] for one in told]
    assert len({run["runId"] for run in runs}) == 3
    assert [run["conf"] for run in runs] == [conf] * 3
