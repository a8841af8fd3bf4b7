"""Many clients at once: each is answered for itself, and one change wins where only one can."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.http.server import Served


def together(times: int, ask: Callable[[int], httpx.Response]) -> list[httpx.Response]:
    """Return the answers to questions asked at the same time."""
    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(ask, range(times)))


def outcomes(answers: list[httpx.Response]) -> Counter[str]:
    """Return how often there was which code, `ok` where there was no error."""
    told = [answer.json() for answer in answers]
    return Counter(one["errors"][0]["extensions"]["code"] if "errors" in one else "ok" for one in told)


def test_each_of_many_readers_gets_its_own_answer(changing_server: Served) -> None:
    runs = [f"r{number % 5}" for number in range(24)]
    document = """query ($run: String!) { dagRun(dagId: "etl", runId: $run) {
      runId taskInstances { nodes { runId task { taskId } } } dag { tags }
    } }"""

    answers = together(24, lambda at: changing_server.post({"query": document, "variables": {"run": runs[at]}}))

    for run, answer in zip(runs, answers, strict=True):
        told = answer.json()["data"]["dagRun"]
        assert told["runId"] == run
        assert {one["runId"] for one in told["taskInstances"]["nodes"]} == {run}
        assert told["dag"] == {"tags": ["attribute", "daily"]}


@pytest.mark.parametrize(
    ("change", "count"),
    [
        ('createPool(input: {name: "contested", slots: 1}) { name }', 'pools(filter: {name: ["contested"]})'),
        (
            'triggerDag(input: {dagId: "idle", runId: "contested"}) { dagRun { runId } }',
            'dagRuns(filter: {runId: ["contested"]})',
        ),
    ],
    ids=["pool", "run"],
)
def test_of_many_who_make_the_same_one_does(changing_server: Served, change: str, count: str) -> None:
    answers = together(8, lambda _: changing_server.post({"query": f"mutation {{ {change} }}"}))

    assert outcomes(answers) == {"ok": 1, "CONFLICT": 7}
    assert changing_server.ask(f"{{ list: {count} {{ totalCount }} }}") == {"list": {"totalCount": 1}}


def test_changes_to_one_thing_all_happen(changing_server: Served) -> None:
    answers = together(
        8,
        lambda at: changing_server.post(
            {"query": f'mutation {{ updatePool(input: {{name: "narrow", slots: {at + 20}}}) {{ slots }} }}'}
        ),
    )

    assert outcomes(answers) == {"ok": 8}
    # Each reads back what is there when its own change is done, which may be a later one.
    assert {answer.json()["data"]["updatePool"]["slots"] for answer in answers} <= set(range(20, 28))


def test_changes_of_one_request_happen_in_order_each_for_itself(changing_server: Served) -> None:
    told = changing_server.post(
        {
            "query": """mutation {
              one: pauseDag(dagId: "mapped") { isPaused } two: unpauseDag(dagId: "nope") { isPaused }
              three: setDagsPaused(input: {dagIds: ["gone"], isPaused: true}) { results { dag { isPaused } } }
            }"""
        }
    ).json()

    # Each is declared never to be null: one refusal empties the answer, not what was done before it.
    assert told["data"] is None
    assert [error["path"] for error in told["errors"]] == [["two"]]
    assert changing_server.ask('{ dag(dagId: "mapped") { isPaused } }') == {"dag": {"isPaused": True}}
