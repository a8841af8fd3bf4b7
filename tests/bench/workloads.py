"""What is asked: five pages of a frontend, as GraphQL documents, and the form in which every subject answers them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from tests.bench.client import Client, RefusedError
from tests.bench.seed import WIDE_DAG, Size, dag_ids, wide_run_id
from tests.bench.subject import Asking, Prepare, Scenario


@dataclass(frozen=True)
class Workload:
    """One page. `form` says what an answer is brought into before it is compared."""

    name: str
    title: str
    asked: str
    form: str


WORKLOADS = (
    Workload(
        "W1",
        "Grid",
        "50 DAGs, the last 10 runs of each, the first 20 task instances of each run: 10,000; 6 fields a level",
        "the list of DAGs, each with `runs`, each with `taskInstances`",
    ),
    Workload(
        "W2",
        "Home",
        "25 DAGs, their latest run, how many of its task instances are in which state",
        "the list of DAGs, each with `latestRun` and its `taskStateCounts`, most first, then by state",
    ),
    Workload("W3", "Runs of a DAG", "one DAG, its 25 latest runs, 8 fields", "the DAG with `runs`"),
    Workload(
        "W4",
        "REST list",
        "100 task instances of one run with all fields, as Airflow's stable REST API lists them",
        "`task_instances`, sorted by task and map index, and `total_entries`",
    ),
    Workload(
        "W5",
        "Deep page",
        "25 runs of all DAGs behind 9,000 newer ones, 8 fields",
        "`runs` and `hasNextPage`",
    ),
)

GRID = """
query Grid($dags: Int!, $runs: Int!, $tasks: Int!) {
  dags(first: $dags) {
    nodes {
      dagId
      displayName
      isPaused
      maxActiveTasks
      fileloc
      lastParsedTime
      runs(first: $runs) {
        nodes {
          runId
          state
          runType
          runAfter
          startedAt
          endedAt
          taskInstances(first: $tasks) { nodes { taskId mapIndex state tryNumber startedAt duration } }
        }
      }
    }
  }
}
"""

HOME = """
query Home($dags: Int!) {
  dags(first: $dags) {
    nodes {
      dagId
      latestRun { runId state startedAt endedAt taskStateCounts { state count } }
    }
  }
}
"""

RUNS = """
query Runs($dagId: String!, $page: Int!) {
  dag(dagId: $dagId) {
    dagId
    runs(first: $page) { nodes { runId state runType logicalDate runAfter startedAt endedAt duration } }
  }
}
"""

NEWEST = """
query Newest($page: Int!, $after: String) {
  dagRuns(first: $page, after: $after) {
    nodes { dagId runId state runType logicalDate runAfter startedAt endedAt }
    pageInfo { hasNextPage endCursor }
  }
}
"""

_LONGEST_PAGE = 1000


def scenario(size: Size) -> Scenario:
    """Return what is asked of a database of that size: less than usual where there is less."""
    ids = dag_ids(size)
    return Scenario(
        dags=min(50, size.dags),
        runs=min(10, size.runs),
        tasks=20,
        home_dags=min(25, size.dags),
        page=min(25, size.runs),
        depth=size.dags * size.runs * 9 // 10,
        dag_id=ids[len(ids) // 2],
        wide_dag_id=WIDE_DAG,
        wide_run_id=wide_run_id(size),
    )


def graphql(path: str = "/graphql") -> dict[str, Prepare]:
    """Return how a server with our schema is asked, W4 left out."""

    def prepared(document: str, variables: Callable[[Scenario], dict[str, Any]], form: Callable[[Any], Any]) -> Prepare:
        def prepare(client: Client, asked: Scenario) -> Asking:
            body = orjson.dumps({"query": document, "variables": variables(asked)})
            return lambda: form(_data(client, path, body))

        return prepare

    def deep(client: Client, asked: Scenario) -> Asking:
        after, behind = None, 0
        while behind < asked.depth:
            page = min(_LONGEST_PAGE, asked.depth - behind)
            body = orjson.dumps({"query": NEWEST, "variables": {"page": page, "after": after}})
            after = _data(client, path, body)["dagRuns"]["pageInfo"]["endCursor"]
            behind += page
        body = orjson.dumps({"query": NEWEST, "variables": {"page": asked.page, "after": after}})

        def ask() -> object:
            found = _data(client, path, body)["dagRuns"]
            return {"runs": found["nodes"], "hasNextPage": found["pageInfo"]["hasNextPage"]}

        return ask

    return {
        "W1": prepared(GRID, lambda asked: {"dags": asked.dags, "runs": asked.runs, "tasks": asked.tasks}, _grid),
        "W2": prepared(HOME, lambda asked: {"dags": asked.home_dags}, lambda data: data["dags"]["nodes"]),
        "W3": prepared(RUNS, lambda asked: {"dagId": asked.dag_id, "page": asked.page}, _runs),
        "W5": deep,
    }


def rest(prefix: str) -> Prepare:
    """Return how a server with Airflow's stable REST API is asked W4."""

    def prepare(client: Client, asked: Scenario) -> Asking:
        path = f"{prefix}/dags/{asked.wide_dag_id}/dagRuns/{_quoted(asked.wide_run_id)}/taskInstances?limit=100"

        def ask() -> object:
            answer: Any = client.get(path)
            rows = sorted(answer["task_instances"], key=lambda row: (row["task_id"], row["map_index"]))
            return {"task_instances": rows, "total_entries": answer["total_entries"]}

        return ask

    return prepare


def alike(answer: object, other: object, name: str = "") -> str | None:
    """Say where two answers differ; None if nowhere. Moments are compared as such, whatever their notation."""
    match answer, other:
        case dict(), dict():
            if answer.keys() != other.keys():
                return f"{name}: the fields {sorted(answer.keys() ^ other.keys())} are on one side alone"
            found = (alike(answer[key], other[key], f"{name}.{key}") for key in answer)
        case list(), list():
            if len(answer) != len(other):
                return f"{name}: {len(answer)} rows, not {len(other)}"
            pairs = enumerate(zip(answer, other, strict=True))
            found = (alike(one, two, f"{name}[{at}]") for at, (one, two) in pairs)
        case _:
            same = answer == other or (_moment(answer) is not None and _moment(answer) == _moment(other))
            return None if same else f"{name}: {answer!r}, not {other!r}"
    return next((told for told in found if told), None)


def rows_of(answer: object) -> int:
    """Count the objects of an answer: one that is empty would be cheap."""
    match answer:
        case dict():
            return 1 + sum(rows_of(value) for value in answer.values())
        case list():
            return sum(rows_of(value) for value in answer)
        case _:
            return 0


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str) or len(value) < len("2026-01-01T00:00:00Z"):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _data(client: Client, path: str, body: bytes) -> Any:
    answer: Any = client.post(path, body)
    if answer.get("errors"):
        raise RefusedError(f"{client.address}{path}: {answer['errors'][0]}")
    return answer["data"]


def _grid(data: Any) -> object:
    return [
        dag | {"runs": [run | {"taskInstances": run["taskInstances"]["nodes"]} for run in dag["runs"]["nodes"]]}
        for dag in data["dags"]["nodes"]
    ]


def _runs(data: Any) -> object:
    return data["dag"] | {"runs": data["dag"]["runs"]["nodes"]}


def _quoted(name: str) -> str:
    return name.replace("+", "%2B").replace(":", "%3A")
