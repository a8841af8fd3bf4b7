"""How PostGraphile is asked the workloads, over the tables of Airflow 3, and how its answers are told in their form."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson

from tests.bench.client import Client, RefusedError
from tests.bench.subject import Asking, Prepare, Scenario

Row = dict[str, Any]

# Newest first of a DAG is by logical date: the unique key of a run serves that order, and the seeded runs are in the
# same one by either date. By `run_after`, as ours is asked, W2 costs PostgreSQL ten times as much.
GRID = """
query Grid($dags: Int!, $runs: Int!, $tasks: Int!) {
  allDags(first: $dags, orderBy: [DAG_ID_ASC]) {
    nodes {
      dagId
      displayName: dagDisplayName
      isPaused
      maxActiveTasks
      fileloc
      lastParsedTime
      runs: dagRunsByDagId(first: $runs, orderBy: [LOGICAL_DATE_DESC]) {
        nodes {
          runId
          state
          runType
          runAfter
          startedAt: startDate
          endedAt: endDate
          taskInstances: taskInstancesByDagIdAndRunId(first: $tasks, orderBy: [TASK_ID_ASC, MAP_INDEX_ASC]) {
            nodes { taskId mapIndex state tryNumber startedAt: startDate duration }
          }
        }
      }
    }
  }
}
"""

HOME = """
query Home($dags: Int!) {
  allDags(first: $dags, orderBy: [DAG_ID_ASC]) {
    nodes {
      dagId
      runs: dagRunsByDagId(first: 1, orderBy: [LOGICAL_DATE_DESC]) {
        nodes {
          runId
          state
          startedAt: startDate
          endedAt: endDate
          taskInstances: taskInstancesByDagIdAndRunId {
            groupedAggregates(groupBy: [STATE]) { keys distinctCount { rowId } }
          }
        }
      }
    }
  }
}
"""

# There is no duration of a run in the table: its times tell it, and the eighth field is another one.
RUNS = """
query Runs($dagId: String!, $page: Int!) {
  dagByDagId(dagId: $dagId) {
    dagId
    runs: dagRunsByDagId(first: $page, orderBy: [LOGICAL_DATE_DESC]) {
      nodes { runId state runType logicalDate runAfter startedAt: startDate endedAt: endDate queuedAt }
    }
  }
}
"""

NEWEST = """
query Newest($page: Int!, $after: Cursor, $offset: Int) {
  allDagRuns(first: $page, after: $after, offset: $offset, orderBy: [RUN_AFTER_DESC]) {
    nodes { dagId runId state runType logicalDate runAfter startedAt: startDate endedAt: endDate }
    pageInfo { hasNextPage endCursor }
  }
}
"""


def asks() -> dict[str, Prepare]:
    """Return how the workloads are asked; W4 is a REST list, which it has not."""
    return {
        "W1": _prepared(GRID, lambda asked: {"dags": asked.dags, "runs": asked.runs, "tasks": asked.tasks}, grid),
        "W2": _prepared(HOME, lambda asked: {"dags": asked.home_dags}, home),
        "W3": _prepared(RUNS, lambda asked: {"dagId": asked.dag_id, "page": asked.page}, runs),
        "W5": _deep,
    }


def _prepared(document: str, variables: Callable[[Scenario], Row], form: Callable[[Any], object]) -> Prepare:
    def prepare(client: Client, asked: Scenario) -> Asking:
        body = _body(document, variables(asked))
        return lambda: form(_data(client, body))

    return prepare


def _deep(client: Client, asked: Scenario) -> Asking:
    """Ask behind a cursor, as ours is asked: it costs less than an offset."""
    last = _data(client, _body(NEWEST, {"page": 1, "offset": asked.depth - 1}))
    after = last["allDagRuns"]["pageInfo"]["endCursor"]
    body = _body(NEWEST, {"page": asked.page, "after": after})

    def ask() -> object:
        found = _data(client, body)["allDagRuns"]
        return {"runs": [_run(run) for run in found["nodes"]], "hasNextPage": found["pageInfo"]["hasNextPage"]}

    return ask


def grid(data: Any) -> object:
    """Tell an answer of W1."""
    return [
        dag
        | {
            "displayName": dag["displayName"] or dag["dagId"],
            "runs": [
                _run(run) | {"taskInstances": [_shouted(row, "state") for row in run["taskInstances"]["nodes"]]}
                for run in dag["runs"]["nodes"]
            ],
        }
        for dag in data["allDags"]["nodes"]
    ]


def home(data: Any) -> object:
    """Tell an answer of W2."""
    return [
        {"dagId": dag["dagId"], "latestRun": next((_counted(run) for run in dag["runs"]["nodes"]), None)}
        for dag in data["allDags"]["nodes"]
    ]


def runs(data: Any) -> object:
    """Tell an answer of W3."""
    dag = data["dagByDagId"]
    return dag | {"runs": [_run(_timed(run)) for run in dag["runs"]["nodes"]]}


def _counted(run: Row) -> Row:
    groups = run.pop("taskInstances")["groupedAggregates"]
    counts = [_shouted({"state": group["keys"][0], "count": int(group["distinctCount"]["rowId"])}) for group in groups]
    counts.sort(key=lambda row: (-row["count"], row["state"] or ""))
    return _shouted(run) | {"taskStateCounts": counts}


def _timed(run: Row) -> Row:
    started, ended = run["startedAt"], run["endedAt"]
    whole = (datetime.fromisoformat(ended) - datetime.fromisoformat(started)).total_seconds() if ended else None
    return {name: value for name, value in run.items() if name != "queuedAt"} | {"duration": whole}


def _run(run: Row) -> Row:
    return _shouted(run, "state", "runType")


def _shouted(row: Row, *names: str) -> Row:
    """Write what is an enum to us as GraphQL writes enums."""
    return row | {name: row[name] and row[name].upper() for name in names or ("state",)}


def _body(document: str, variables: Row) -> bytes:
    return orjson.dumps({"query": document, "variables": variables})


def _data(client: Client, body: bytes) -> Any:
    answer: Any = client.post("/graphql", body)
    if answer.get("errors"):
        raise RefusedError(f"{client.address}/graphql: {answer['errors'][0]}")
    return answer["data"]
