"""Our /api/v1 over the metadata of a real Airflow 2.11 answers what its own /api/v1 answers."""

import re
from typing import Any

import pytest

from .airflow import PATIENCE, Airflow
from .apart import apart
from .serving import Service

pytestmark = [pytest.mark.live, pytest.mark.timeout(PATIENCE)]
VERSIONS = "2.11."
"""Other versions have another v1, or none."""

READS = [
    "/dags",
    "/dags?limit=2&offset=1&order_by=-dag_id",
    "/dags?only_active=false&tags=maps",
    "/dags?dag_id_pattern=map",
    "/dags?paused=true",
    "/dags/passes",
    "/dags/nightly",
    "/dags/nothing",
    "/dags/passes/tasks",
    "/dags/groups/tasks",
    "/dags/maps_xcom/tasks",
    "/dags/rich/tasks",
    "/dags/params/tasks",
    "/dags/passes/tasks?order_by=-task_id",
    "/dags/passes/tasks/a",
    "/dags/maps_literal/tasks/square",
    "/dags/passes/tasks/nothing",
    "/dags/~/dagRuns?limit=100&order_by=id",
    "/dags/passes/dagRuns",
    "/dags/breaks/dagRuns?state=failed",
    "/dags/params/dagRuns/history",
    "/dags/nightly/dagRuns",
    "/dags/passes/dagRuns/nothing",
    "/dags/passes/dagRuns/history/taskInstances",
    "/dags/passes/dagRuns/history/taskInstances/b",
    "/dags/breaks/dagRuns/mended/taskInstances",
    "/dags/maps_xcom/dagRuns/history/taskInstances",
    "/dags/maps_xcom/dagRuns/history/taskInstances/square/listMapped",
    "/dags/maps_xcom/dagRuns/history/taskInstances/square/1",
    "/dags/maps_xcom/dagRuns/history/taskInstances/square",
    "/dags/passes/dagRuns/history/taskInstances/nothing",
    "/dags/~/dagRuns/~/taskInstances?limit=100&state=failed&state=upstream_failed",
    "/pools",
    "/pools/lane",
    "/pools/nothing",
    "/variables",
    "/variables/colour",
    "/variables/nothing",
]
BATCHES = [
    ("/dags/~/dagRuns/list", {"dag_ids": ["passes", "breaks"], "order_by": "id"}),
    ("/dags/~/dagRuns/list", {"states": ["failed"]}),
    ("/dags/~/dagRuns/~/taskInstances/list", {"dag_ids": ["maps_xcom"], "state": ["success"]}),
    ("/dags/~/dagRuns/~/taskInstances/list", {"dag_ids": ["passes"], "task_ids": ["b"]}),
]
WATCH = re.compile(r"last_parsed_time|file_token|next_dagrun")
"""Members that change by themselves (a file is parsed again), or hold a signature."""


@pytest.mark.parametrize("path", READS)
def test_a_read_answers_as_the_real_one(history: Airflow, service: Service, path: str) -> None:
    theirs, ours = history.rest.request("GET", path), service.rest.request("GET", path)
    assert ours.status_code == theirs.status_code
    assert not (told := list(apart(_lasting(ours.json()), _lasting(theirs.json())))), "\n".join(told)


@pytest.mark.parametrize(("path", "body"), BATCHES)
def test_a_batch_answers_as_the_real_one(
    history: Airflow, service: Service, path: str, body: dict[str, object]
) -> None:
    theirs, ours = history.rest.request("POST", path, json=body), service.rest.request("POST", path, json=body)
    assert ours.status_code == theirs.status_code
    assert not (told := list(apart(_lasting(ours.json()), _lasting(theirs.json())))), "\n".join(told)


def _lasting(value: Any) -> Any:
    """Leave out what changes by itself, and put lists that have no order of their own into one."""
    match value:
        case dict():
            return {
                name: sorted(inner) if name == "downstream_task_ids" else _lasting(inner)
                for name, inner in value.items()
                if not WATCH.search(name)
            }
        case list() if value and isinstance(value[0], dict) and "task_id" in value[0]:
            return sorted((_lasting(inner) for inner in value), key=_task_key)
        case list():
            return [_lasting(inner) for inner in value]
        case _:
            return value


def _task_key(member: dict[str, Any]) -> tuple[object, ...]:
    return tuple(member.get(name, "") for name in ("dag_id", "dag_run_id", "task_id", "map_index"))
