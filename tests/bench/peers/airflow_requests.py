"""How Airflow's REST API is asked the workloads, in both generations: as cheaply as it can be, or as a script does."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from tests.bench.client import Client
from tests.bench.subject import Asking, Prepare, Scenario
from tests.bench.workloads import rest

Row = dict[str, Any]

EVERYTHING = 1_000_000
"""How long a page of a batch may be, though the documentation says 100: it costs less than any more pages do.

Measured, of W1: the pages of one DAG after another cost as much with 2.11.2, and a third more with 3.3.2. Those of all
DAGs cost twenty times as much, as each counts and sorts all rows again, and as 2.11.2 has no order for them, they
repeat rows and leave others out.
"""

DAG_FIELDS = {
    "dagId": "dag_id",
    "displayName": "dag_display_name",
    "isPaused": "is_paused",
    "maxActiveTasks": "max_active_tasks",
    "fileloc": "fileloc",
    "lastParsedTime": "last_parsed_time",
}
TASK_INSTANCE_FIELDS = {
    "taskId": "task_id",
    "mapIndex": "map_index",
    "state": "state",
    "tryNumber": "try_number",
    "startedAt": "start_date",
    "duration": "duration",
}


@dataclass(frozen=True)
class Generation:
    """What the two generations of the API call the same things."""

    prefix: str
    newest: str
    """The order of runs, newest first, that costs it least."""
    run_after: str
    """The field of a run that says when it was due."""
    selects: bool
    """Whether DAGs and runs can be asked for some of their fields, which is cheaper."""
    has_cursors: bool
    """Whether a page of runs can begin behind a cursor, which is cheaper than an offset."""

    def dags(self, limit: int) -> str:
        """Return the path of the first DAGs."""
        return f"{self.prefix}/dags?limit={limit}" + self._only(DAG_FIELDS.values())

    def runs(self, dag_id: str, limit: int, **behind: str | int) -> str:
        """Return the path of a page of runs, newest first, behind an offset or a cursor; `~` stands for all DAGs."""
        page = urlencode({"limit": limit, "order_by": self.newest, **behind})
        wanted = ("dag_run_id", "dag_id", "state", "run_type", "logical_date", self.run_after, "start_date", "end_date")
        return f"{self.prefix}/dags/{dag_id}/dagRuns?{page}{self._only(wanted)}"

    def task_instances(self, dag_id: str, run_id: str) -> str:
        """Return the path of the task instances of a run. 2.x cannot order them, so there is no asking for some."""
        return f"{self.prefix}/dags/{dag_id}/dagRuns/{quote(run_id)}/taskInstances?limit=100"

    @property
    def task_instance_batch(self) -> str:
        """The path that takes many DAGs and runs at once."""
        return f"{self.prefix}/dags/~/dagRuns/~/taskInstances/list"

    def _only(self, fields: Iterable[str]) -> str:
        return f"&fields={','.join(dict.fromkeys(fields))}" if self.selects else ""


V1 = Generation("/api/v1", newest="-execution_date", run_after="logical_date", selects=True, has_cursors=False)
V2 = Generation("/api/v2", newest="-run_after", run_after="run_after", selects=False, has_cursors=True)


def asks(api: Generation) -> dict[str, Prepare]:
    """Return how the workloads are asked at the least cost that the API allows.

    W2 is left out: without counts in the API it is one list of task instances per DAG, counted by the client.
    """
    return {"W1": _grid(api), "W3": _runs(api), "W4": rest(api.prefix), "W5": _deep(api)}


def asks_one_by_one(api: Generation) -> dict[str, Prepare]:
    """Return how a plain script asks W1: a request per DAG, then one per run."""
    return {"W1": _grid_one_by_one(api)}


def _grid(api: Generation) -> Prepare:
    """Ask for the latest runs of each DAG, which no batch can limit, and for all their task instances in a batch."""

    def prepare(client: Client, asked: Scenario) -> Asking:
        def ask() -> object:
            dags = _rows(client.get(api.dags(asked.dags)), "dags")
            runs = {dag["dag_id"]: _latest(client, api, dag["dag_id"], asked.runs) for dag in dags}
            run_ids = sorted({run["dag_run_id"] for of_dag in runs.values() for run in of_dag})
            body = {"dag_ids": list(runs), "dag_run_ids": run_ids, "page_limit": EVERYTHING}
            found: dict[tuple[str, str], list[Row]] = defaultdict(list)
            for row in _rows(client.post(api.task_instance_batch, body), "task_instances"):
                found[row["dag_id"], row["dag_run_id"]].append(row)
            return [grid_row(api, dag, runs[dag["dag_id"]], found, asked.tasks) for dag in dags]

        return ask

    return prepare


def _grid_one_by_one(api: Generation) -> Prepare:
    def prepare(client: Client, asked: Scenario) -> Asking:
        def ask() -> object:
            grid = []
            for dag in _rows(client.get(api.dags(asked.dags)), "dags"):
                dag_id = dag["dag_id"]
                runs = _latest(client, api, dag_id, asked.runs)
                found = {
                    (dag_id, run["dag_run_id"]): _rows(
                        client.get(api.task_instances(dag_id, run["dag_run_id"])), "task_instances"
                    )
                    for run in runs
                }
                grid.append(grid_row(api, dag, runs, found, asked.tasks))
            return grid

        return ask

    return prepare


def _runs(api: Generation) -> Prepare:
    def prepare(client: Client, asked: Scenario) -> Asking:
        def ask() -> object:
            runs = _latest(client, api, asked.dag_id, asked.page)
            return {
                "dagId": asked.dag_id,
                "runs": [_dated_run(api, run) | {"duration": _seconds(run)} for run in runs],
            }

        return ask

    return prepare


def _deep(api: Generation) -> Prepare:
    def prepare(client: Client, asked: Scenario) -> Asking:
        behind: dict[str, str | int] = {"offset": asked.depth}
        if api.has_cursors:
            behind = {"cursor": _cursor(client, api, asked.depth)}
        path = api.runs("~", asked.page, **behind)

        def ask() -> object:
            answer: Any = client.get(path)
            return {
                "runs": [{"dagId": run["dag_id"]} | _dated_run(api, run) for run in answer["dag_runs"]],
                "hasNextPage": answer["next_cursor"] is not None
                if api.has_cursors
                else answer["total_entries"] > asked.depth + asked.page,
            }

        return ask

    return prepare


def _cursor(client: Client, api: Generation, depth: int) -> str:
    """Find the cursor of a depth without a walk: that of the run that an offset leads to."""
    last: Any = client.get(api.runs("~", 1, offset=depth - 1))
    due = last["dag_runs"][0][api.run_after]
    answer: Any = client.get(api.runs("~", 1, cursor="", run_after_lte=due))
    cursor: str = answer["next_cursor"]
    return cursor


def grid_row(api: Generation, dag: Row, runs: list[Row], found: dict[tuple[str, str], list[Row]], tasks: int) -> Row:
    """Return a DAG of W1, of whose runs all task instances were found, in any order."""
    return _named(DAG_FIELDS, dag) | {
        "runs": [
            _run(api, run) | {"taskInstances": _first(found[dag["dag_id"], run["dag_run_id"]], tasks)} for run in runs
        ]
    }


def _first(rows: list[Row], count: int) -> list[Row]:
    ordered = sorted(rows, key=lambda row: (row["task_id"], row["map_index"]))[:count]
    return [_named(TASK_INSTANCE_FIELDS, row) | {"state": _upper(row["state"])} for row in ordered]


def _run(api: Generation, run: Row) -> Row:
    return {
        "runId": run["dag_run_id"],
        "state": _upper(run["state"]),
        "runType": _upper(run["run_type"]),
        "runAfter": run[api.run_after],
        "startedAt": run["start_date"],
        "endedAt": run["end_date"],
    }


def _dated_run(api: Generation, run: Row) -> Row:
    return _run(api, run) | {"logicalDate": run["logical_date"]}


def _seconds(run: Row) -> float | None:
    """How long a run took, which 2.x leaves to whoever asks."""
    if run["start_date"] is None or run["end_date"] is None:
        return None
    return (datetime.fromisoformat(run["end_date"]) - datetime.fromisoformat(run["start_date"])).total_seconds()


def _latest(client: Client, api: Generation, dag_id: str, count: int) -> list[Row]:
    return _rows(client.get(api.runs(dag_id, count)), "dag_runs")


def _rows(answer: Any, name: str) -> list[Row]:
    rows: list[Row] = answer[name]
    return rows


def _named(fields: dict[str, str], row: Row) -> Row:
    return {ours: row[theirs] for ours, theirs in fields.items()}


def _upper(value: str | None) -> str | None:
    return None if value is None else value.upper()
