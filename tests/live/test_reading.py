"""We read what real Airflow did as its own REST API tells it."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from .agreement import (
    POOL_FIELDS,
    VARIABLE_FIELDS,
    Fields,
    dag_fields,
    differences,
    run_fields,
    selection,
    task_fields,
    task_instance_fields,
    told_by_airflow,
    told_by_us,
)
from .airflow import PATIENCE, Airflow
from .history import ENDS, RUN
from .serving import Service

pytestmark = [pytest.mark.live, pytest.mark.timeout(PATIENCE)]

ALL = {"limit": 1000}
ATTEMPTS = 4
Told = list[dict[str, object]]


def agree(ours: Callable[[], Told], theirs: Callable[[], Told]) -> None:
    """Assert that both say the same, and something; what Airflow changes in between is asked for again."""
    before = theirs()
    for _ in range(ATTEMPTS):
        told, after = ours(), theirs()
        if after == before:
            break
        before = after
    else:
        raise AssertionError(f"Airflow never stood still: {before}")
    assert before
    assert not (told_apart := differences(told, before)), "\n".join(told_apart)


def listed(service: Service, field: str, fields: Fields) -> Told:
    """Read all objects of a root field, page by page."""
    document = f"""
        query Page($after: String) {{
          {field}(first: 50, after: $after) {{
            nodes {{ {selection(fields)} }}
            pageInfo {{ hasNextPage endCursor }}
          }}
        }}
    """
    nodes: list[dict[str, Any]] = []
    page: dict[str, Any] = {"hasNextPage": True, "endCursor": None}
    while page["hasNextPage"]:
        told = service.graphql(document, after=page["endCursor"])[field]
        nodes += told["nodes"]
        page = told["pageInfo"]
    return told_by_us(fields, nodes)


def test_dags_read_as_in_airflows_own_answer(history: Airflow, service: Service) -> None:
    fields = dag_fields(history)
    every = ALL | ({"exclude_stale": "false"} if history.major >= 3 else {"only_active": "false"})

    def theirs() -> Told:
        return told_by_airflow(fields, history.rest.json("GET", "/dags", params=every)["dags"])

    agree(lambda: listed(service, "dags", fields), theirs)


def test_runs_read_as_in_airflows_own_answer(history: Airflow, service: Service) -> None:
    fields = run_fields(history)

    def theirs() -> Told:
        return told_by_airflow(fields, history.rest.json("GET", "/dags/~/dagRuns", params=ALL)["dag_runs"])

    agree(lambda: listed(service, "dagRuns", fields), theirs)


def test_task_instances_read_as_in_airflows_own_answer(history: Airflow, service: Service) -> None:
    fields = task_instance_fields(history)

    def theirs() -> Told:
        answer = history.rest.json("GET", "/dags/~/dagRuns/~/taskInstances", params=ALL)
        return told_by_airflow(fields, answer["task_instances"])

    agree(lambda: listed(service, "taskInstances", fields), theirs)


@pytest.mark.parametrize("dag_id", [*ENDS, "nightly", "waits"])
def test_tasks_read_as_in_airflows_own_answer(history: Airflow, service: Service, dag_id: str) -> None:
    fields = task_fields(history)
    document = f"query Tasks($dag: String!) {{ dag(dagId: $dag) {{ tasks {{ {selection(fields)} }} }} }}"

    def theirs() -> Told:
        return told_by_airflow(fields, history.rest.json("GET", f"/dags/{dag_id}/tasks")["tasks"])

    agree(lambda: told_by_us(fields, service.graphql(document, dag=dag_id)["dag"]["tasks"]), theirs)


@pytest.mark.parametrize(("name", "fields"), [("pools", POOL_FIELDS), ("variables", VARIABLE_FIELDS)])
def test_pools_and_variables_read_as_in_airflows_own_answer(
    history: Airflow, service: Service, name: str, fields: Fields
) -> None:
    def theirs() -> Told:
        return told_by_airflow(fields, history.rest.json("GET", f"/{name}")[name])

    agree(lambda: listed(service, name, fields), theirs)


def test_one_query_tells_of_dags_their_runs_and_their_task_instances(history: Airflow, service: Service) -> None:
    document = """
        query Nested($dags: [String!], $runs: [String!]) {
          dags(filter: {dagId: $dags}) {
            nodes {
              dagId
              runs(filter: {runId: $runs}) { nodes { runId state taskInstances { nodes { taskId mapIndex state } } } }
            }
          }
        }
    """
    nodes = service.graphql(document, dags=list(ENDS), runs=[RUN])["dags"]["nodes"]
    told = {
        (dag["dagId"], run["runId"]): (run["state"].lower(), _states(run["taskInstances"]["nodes"]))
        for dag in nodes
        for run in dag["runs"]["nodes"]
    }
    assert told == {(dag_id, RUN): (end, history.task_states(dag_id, RUN)) for dag_id, end in ENDS.items()}


def test_a_cleared_task_instance_shows_its_earlier_try(history: Airflow, service: Service) -> None:
    document = """
        query Tries {
          taskInstance(dagId: "breaks", runId: "mended", taskId: "f1") { tryNumber state tries { tryNumber state } }
        }
    """
    told = service.graphql(document)["taskInstance"]
    earlier = [{"tryNumber": 1, "state": "FAILED"}] if history.since("2.10") else []
    assert told == {"tryNumber": 2, "state": "SUCCESS", "tries": earlier}


def _states(nodes: Sequence[dict[str, Any]]) -> dict[str, str | None]:
    return {
        node["taskId"] if node["mapIndex"] < 0 else f"{node['taskId']}[{node['mapIndex']}]": node["state"].lower()
        for node in nodes
    }
