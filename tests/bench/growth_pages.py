"""What is asked of databases that grow, and why a page that costs more in a larger one does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from tests.bench.client import Client, RefusedError
from tests.bench.seed import Size, dag_ids
from tests.bench.subject import Asking

PAGE = 25
_LONGEST = 1000

_RUN = "dagId runId state runType logicalDate runAfter startedAt endedAt"
_INSTANCE = "dagId runId taskId mapIndex state tryNumber startedAt endedAt duration operator"

_RUNS = f"""query ($first: Int!, $after: String, $filter: DagRunFilter) {{
  dagRuns(first: $first, after: $after, filter: $filter) {{
    nodes {{ {_RUN} }} pageInfo {{ hasNextPage endCursor }}
}} }}"""
_INSTANCES = f"""query ($first: Int!, $after: String, $filter: TaskInstanceFilter) {{
  taskInstances(first: $first, after: $after, filter: $filter) {{
    nodes {{ {_INSTANCE} }} pageInfo {{ hasNextPage endCursor }}
}} }}"""
_HOME = f"""query ($first: Int!) {{ dags(first: $first) {{ nodes {{
  dagId displayName isPaused owners latestRun {{ {_RUN} taskStateCounts {{ state count }} }}
}} }} }}"""
_HISTORY = """query ($first: Int!) { dags(first: $first) { nodes { dagId runStateCounts { state count } } } }"""
_OF_DAG = f"""query ($dagId: String!, $first: Int!) {{ dag(dagId: $dagId) {{ dagId runs(first: $first) {{
  nodes {{ {_RUN} }}
}} }} }}"""
_OF_RUN = f"""query ($dagId: String!, $runId: String!) {{ dagRun(dagId: $dagId, runId: $runId) {{ state
  taskInstances(first: 100) {{ nodes {{ {_INSTANCE} }} totalCount }} taskStateCounts {{ state count }}
}} }}"""
_COUNT = "query ($upTo: Int!) { taskInstances { totalCount(upTo: $upTo) } }"
_POOLS = """{ pools { nodes { name slots runningSlots queuedSlots scheduledSlots deferredSlots openSlots } } }"""

Variables = Mapping[str, object]
# Returns the variables of a page, for which it may ask beforehand.
Find = Callable[[Client, Size], Variables]


@dataclass(frozen=True)
class Page:
    """One page; `grows` says why it costs more in a larger database, where it does."""

    name: str
    document: str
    find: Find
    grows: str = ""

    def prepare(self, client: Client, size: Size) -> Asking:
        """Find out what to ask for, and return what asks for it."""
        body = orjson.dumps({"query": self.document, "variables": self.find(client, size)})
        return lambda: _told(client, body)


@dataclass(frozen=True)
class RestPage(Page):
    """A list of Airflow's stable REST API; the document is its path."""

    def prepare(self, client: Client, size: Size) -> Asking:
        """Return what asks for it."""
        del size
        return lambda: client.get(self.document)


def _told(client: Client, body: bytes) -> Any:
    answer: Any = client.post("/graphql", body)
    if answer.get("errors"):
        raise RefusedError(f"{client.address}: {answer['errors'][0]}")
    return answer["data"]


def _ask(client: Client, document: str, **variables: object) -> Any:
    return _told(client, orjson.dumps({"query": document, "variables": variables}))


def _fixed(**variables: object) -> Find:
    return lambda _client, _size: variables


def _runs_behind(depth: Callable[[Size], int]) -> Find:
    """Return what walks to a depth of the list of runs, as a client does: page by page."""

    def find(client: Client, size: Size) -> Variables:
        after, behind = None, 0
        while behind < depth(size):
            first = min(_LONGEST, depth(size) - behind)
            told = _ask(client, _RUNS, first=first, after=after)["dagRuns"]
            after = told["pageInfo"]["endCursor"]
            behind += first
        return {"first": PAGE, "after": after}

    return find


def _instances_behind(share: float) -> Find:
    """Return what begins so far down the list of task instances, at the first of a DAG."""

    def find(client: Client, size: Size) -> Variables:
        ids = dag_ids(size)
        only = {"dagId": [ids[int(len(ids) * share)]]}
        told = _ask(client, _INSTANCES, first=1, filter=only)["taskInstances"]
        # A cursor is a place in the list, whatever filter was in force where it was told.
        return {"first": PAGE, "after": told["pageInfo"]["endCursor"]}

    return find


def _middle(_client: Client, size: Size) -> str:
    ids = dag_ids(size)
    return ids[len(ids) // 2]


def _of_dag(client: Client, size: Size) -> Variables:
    return {"dagId": _middle(client, size), "first": PAGE}


def _of_run(client: Client, size: Size) -> Variables:
    [run] = _ask(client, _OF_DAG, dagId=_middle(client, size), first=1)["dag"]["runs"]["nodes"]
    return {"dagId": run["dagId"], "runId": run["runId"]}


def _filtered(**condition: object) -> Find:
    return _fixed(first=PAGE, filter=condition)


def _in_dag(**condition: object) -> Find:
    return lambda client, size: {"first": PAGE, "filter": {"dagId": [_middle(client, size)], **condition}}


def _tenths(size: Size) -> int:
    return size.dags * size.runs * 9 // 10


_ALL_RUNS = "Airflow 3 has no index that orders the runs of a DAG: reads all of each"

PAGES = (
    Page("task instances of a run", _OF_RUN, _of_run),
    Page("dagRuns, first page", _RUNS, _fixed(first=PAGE)),
    Page("dagRuns behind 400", _RUNS, _runs_behind(lambda _size: 400)),
    Page("dagRuns behind 90 %", _RUNS, _runs_behind(_tenths)),
    Page("taskInstances, first page", _INSTANCES, _fixed(first=PAGE)),
    Page("taskInstances behind 50 %", _INSTANCES, _instances_behind(0.5)),
    Page("taskInstances behind 90 %", _INSTANCES, _instances_behind(0.9)),
    Page("dagRuns that are running", _RUNS, _filtered(state=["RUNNING"])),
    Page("taskInstances that are running", _INSTANCES, _filtered(state=["RUNNING"])),
    Page("taskInstances, DAG and state", _INSTANCES, _in_dag(state=["FAILED"])),
    Page("totalCount, up to 10,000", _COUNT, _fixed(upTo=10_000)),
    Page("totalCount, up to 1,000,000", _COUNT, _fixed(upTo=1_000_000), "counts up to the limit that is asked for"),
    Page("pools and their slots", _POOLS, _fixed()),
    Page("home: DAGs, latest run, its states", _HOME, _fixed(first=PAGE), _ALL_RUNS),
    Page("runs of a DAG", _OF_DAG, _of_dag, _ALL_RUNS),
    Page("runStateCounts of 25 DAGs", _HISTORY, _fixed(first=PAGE), "counts every run of each DAG"),
    RestPage(
        "REST list: total_entries",
        "/api/v1/dags/~/dagRuns/~/taskInstances?limit=25",
        _fixed(),
        "counts every task instance, as Airflow's API promises",
    ),
)
"""Those whose cost is not to grow come first."""
