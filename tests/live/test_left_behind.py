"""What real tasks leave behind, we tell: XComs, logs, rendered fields, tries."""

from collections.abc import Iterator
from typing import Any

import pytest

from .airflow import PATIENCE, Airflow
from .configuration import SECRET
from .history import RUN
from .serving import Service

pytestmark = [pytest.mark.live, pytest.mark.timeout(PATIENCE)]


@pytest.fixture(scope="session")
def beside_the_folder(running_airflow: Airflow) -> Iterator[Service]:
    """Start our server where the folder of logs is."""
    settings = {"AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(running_airflow.layout.logs)}
    serving = Service(running_airflow, settings=settings)
    try:
        yield serving
    finally:
        serving.stop()


@pytest.fixture(scope="session")
def away_from_the_folder(running_airflow: Airflow) -> Iterator[Service]:
    """Start our server where no logs are, but where the log server of the workers can be asked."""
    section = "API" if running_airflow.major >= 3 else "WEBSERVER"
    settings = {
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(running_airflow.layout.home / "nowhere"),
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(running_airflow.layout.log_port),
        f"AIRFLOW__{section}__SECRET_KEY": SECRET,
    }
    serving = Service(running_airflow, settings=settings)
    try:
        yield serving
    finally:
        serving.stop()


LOG = """
    query Log($dag: String!, $run: String!, $task: String!, $index: Int!) {
      taskInstance(dagId: $dag, runId: $run, taskId: $task, mapIndex: $index) {
        log { content notes isWhole }
        tries { tryNumber log { content } }
      }
    }
"""


def log(service: Service, dag_id: str, task_id: str, map_index: int = -1) -> dict[str, Any]:
    asked = {"dag": dag_id, "run": RUN, "task": task_id, "index": map_index}
    told: dict[str, Any] = service.graphql(LOG, **asked)["taskInstance"]
    return told


def test_a_log_is_read_from_the_folder(history: Airflow, beside_the_folder: Service) -> None:
    told = log(beside_the_folder, "passes", "a")["log"]
    assert "saying a" in told["content"]
    assert told["isWhole"] is True
    assert "Found local files:" in told["notes"]

    path = f"/dags/passes/dagRuns/{RUN}/taskInstances/a/logs/1"
    plain = beside_the_folder.rest.request("GET", path, headers={"Accept": "text/plain"})
    assert "saying a" in plain.text
    assert beside_the_folder.rest.json("GET", path, headers={"Accept": "application/json"})["content"]


def test_a_log_is_asked_of_the_log_server(history: Airflow, away_from_the_folder: Service) -> None:
    told = log(away_from_the_folder, "passes", "a")["log"]
    assert "saying a" in told["content"], told["notes"]
    assert told["isWhole"] is True
    assert "1" not in [note for note in told["notes"] if note.startswith("Could not")]


def test_each_try_has_its_log(history: Airflow, beside_the_folder: Service, away_from_the_folder: Service) -> None:
    for service in (beside_the_folder, away_from_the_folder):
        told = log(service, "retries", "stumble")
        assert "stumbled" not in told["log"]["content"]
        if history.since("2.10"):
            [first] = told["tries"]
            assert first["tryNumber"] == 1
            assert "RuntimeError: stumbled" in first["log"]["content"]
        path = f"/dags/retries/dagRuns/{RUN}/taskInstances/stumble/logs/1"
        plain = service.rest.request("GET", path, headers={"Accept": "text/plain"})
        assert "RuntimeError: stumbled" in plain.text


def test_the_log_of_a_mapped_task_instance_is_its_own(history: Airflow, beside_the_folder: Service) -> None:
    [found] = [note for note in log(beside_the_folder, "maps_xcom", "square", 1)["log"]["notes"] if "map_index" in note]
    assert "map_index=1/" in found


XCOMS = """
    query XComs($run: [String!]) {
      xcoms(first: 100, filter: {dagId: ["maps_xcom", "params", "passes"], runId: $run, key: ["return_value"]}) {
        nodes { dagId taskId mapIndex value taskInstance { state } }
      }
    }
"""


def test_xcoms_of_real_tasks_are_told(history: Airflow, service: Service) -> None:
    nodes = service.graphql(XCOMS, run=[RUN])["xcoms"]["nodes"]
    told = {(node["dagId"], node["taskId"], node["mapIndex"]): node["value"] for node in nodes}
    known = {
        ("maps_xcom", "numbers", -1): [1, 2, 3],
        ("maps_xcom", "square", 0): 1,
        ("maps_xcom", "square", 1): 4,
        ("maps_xcom", "square", 2): 9,
        ("maps_xcom", "total", -1): 14,
        ("params", "echo", -1): "7 red",
        ("passes", "a", -1): "a",
        ("passes", "b", -1): "b",
    }
    assert told == known
    assert {node["taskInstance"]["state"] for node in nodes} == {"SUCCESS"}


@pytest.mark.parametrize(("dag_id", "task_id", "map_index"), [("maps_xcom", "square", 2), ("params", "echo", -1)])
def test_an_xcom_is_told_as_by_airflow(
    history: Airflow, service: Service, dag_id: str, task_id: str, map_index: int
) -> None:
    path = f"/dags/{dag_id}/dagRuns/{RUN}/taskInstances/{task_id}/xcomEntries/return_value"
    asked = {"map_index": map_index} if map_index >= 0 else {}
    theirs, ours = (side.json("GET", path, params=asked) for side in (history.rest, service.rest))
    assert str(ours["value"]) == str(theirs["value"])
    assert ours["map_index"] == theirs["map_index"] == map_index


def test_rendered_fields_of_real_tasks_are_told_as_by_airflow(history: Airflow, service: Service) -> None:
    document = """
        query Rendered($dag: String!, $run: String!, $task: String!, $index: Int!) {
          taskInstance(dagId: $dag, runId: $run, taskId: $task, mapIndex: $index) { renderedFields }
        }
    """
    for dag_id, task_id, index in (("params", "echo", -1), ("maps_literal", "square", 1), ("passes", "a", -1)):
        place = f"/dags/{dag_id}/dagRuns/{RUN}/taskInstances/{task_id}" + (f"/{index}" if index >= 0 else "")
        theirs = history.rest.json("GET", place)["rendered_fields"]
        asked = {"dag": dag_id, "run": RUN, "task": task_id, "index": index}
        assert theirs
        assert service.graphql(document, **asked)["taskInstance"]["renderedFields"] == theirs
        if history.major == 2:
            assert service.rest.json("GET", place)["rendered_fields"] == theirs


def test_the_tries_of_real_tasks_are_told_as_by_airflow(history: Airflow, service: Service) -> None:
    if not history.since("2.10"):
        return
    path = f"/dags/retries/dagRuns/{RUN}/taskInstances/stumble/tries"
    ours, theirs = (side.json("GET", path)["task_instances"] for side in (service.rest, history.rest))
    assert [one["try_number"] for one in theirs] == [1, 2]
    same = ("try_number", "state", "max_tries", "hostname", "operator", "pool", "pid", "unixname", "task_id")
    assert [{name: one[name] for name in same} for one in ours] == [
        {name: one[name] for name in same} for one in theirs
    ]
