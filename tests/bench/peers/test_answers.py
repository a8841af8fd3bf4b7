"""What other servers answer, brought into the form in which answers are compared."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.bench.client import Client
from tests.bench.peers import postgraphile_requests as postgraphile
from tests.bench.peers.airflow_requests import V1, V2, asks, asks_one_by_one
from tests.bench.peers.preparing import prepare
from tests.bench.subject import Prepare, Scenario

STARTED, ENDED = "2026-03-01T00:00:00+00:00", "2026-03-01T00:01:30.500000+00:00"
ASKED = Scenario(
    dags=3, runs=2, tasks=60, home_dags=3, page=2, depth=4, dag_id="dag_1", wide_dag_id="dag_1", wide_run_id="run_0"
)


class TinyAirflow(BaseHTTPRequestHandler):
    """Three DAGs of three runs of seventy task instances, its task instances in no order."""

    protocol_version = "HTTP/1.1"
    rows: ClassVar[list[dict[str, Any]]] = [
        {
            "dag_id": f"dag_{dag}",
            "dag_run_id": f"run_{run}",
            "task_id": f"task_{task:02}",
            "map_index": -1,
            "state": "success" if task % 2 else None,
            "try_number": 1,
            "start_date": STARTED,
            "duration": 2.5,
        }
        for dag in range(3)
        for run in range(3)
        for task in range(70)
    ]

    def do_GET(self) -> None:
        split = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(split.query, keep_blank_values=True).items()}
        match unquote(split.path).split("/")[3:]:
            case ["dags"]:
                self._answer({"dags": [_dag(number) for number in range(3)]})
            case ["dags", dag_id, "dagRuns"]:
                runs = [_run(dag_id, number) for number in (2, 1, 0)]
                self._answer({"dag_runs": runs[: int(asked["limit"])]})
            case ["dags", dag_id, "dagRuns", run_id, "taskInstances"]:
                self._answer({"task_instances": self._found([dag_id], [run_id])})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        found = self._found(asked["dag_ids"], asked["dag_run_ids"])
        self._answer({"task_instances": found[: asked["page_limit"]], "total_entries": len(found)})

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _found(self, dag_ids: list[str], run_ids: list[str]) -> list[dict[str, Any]]:
        found = [row for row in self.rows if row["dag_id"] in dag_ids and row["dag_run_id"] in run_ids]
        return sorted(found, key=lambda row: (row["task_id"][::-1], row["dag_id"]))

    def _answer(self, answer: object) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _dag(number: int) -> dict[str, Any]:
    return {
        "dag_id": f"dag_{number}",
        "dag_display_name": f"DAG {number}",
        "is_paused": False,
        "max_active_tasks": 16,
        "fileloc": "/dags/all.py",
        "last_parsed_time": None,
    }


def _run(dag_id: str, number: int) -> dict[str, Any]:
    return {
        "dag_id": dag_id,
        "dag_run_id": f"run_{number}",
        "state": "running" if number == 2 else "success",
        "run_type": "scheduled",
        "logical_date": STARTED,
        "run_after": STARTED,
        "start_date": STARTED,
        "end_date": None if number == 2 else ENDED,
    }


@pytest.fixture
def client() -> Iterator[Client]:
    with ThreadingHTTPServer(("127.0.0.1", 0), TinyAirflow) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        found = Client(f"http://127.0.0.1:{server.server_port}")
        yield found
        found.close()
        server.shutdown()


@pytest.mark.parametrize(
    "asked",
    [asks(V1), asks(V2), asks_one_by_one(V1), asks_one_by_one(V2)],
    ids=["v1", "v2", "v1 one by one", "v2 one by one"],
)
def test_the_grid_of_airflow_is_the_same_however_it_is_asked(client: Client, asked: dict[str, Prepare]) -> None:
    grid: Any = asked["W1"](client, ASKED)()
    assert [(dag["dagId"], [run["runId"] for run in dag["runs"]]) for dag in grid] == [
        (f"dag_{number}", ["run_2", "run_1"]) for number in range(3)
    ]
    for run in (run for dag in grid for run in dag["runs"]):
        assert [row["taskId"] for row in run["taskInstances"]] == [f"task_{number:02}" for number in range(60)]
    assert grid[1]["runs"][1] | {"taskInstances": grid[1]["runs"][1]["taskInstances"][:2]} == {
        "runId": "run_1",
        "state": "SUCCESS",
        "runType": "SCHEDULED",
        "runAfter": STARTED,
        "startedAt": STARTED,
        "endedAt": ENDED,
        "taskInstances": [
            {"taskId": "task_00", "mapIndex": -1, "state": None, "tryNumber": 1, "startedAt": STARTED, "duration": 2.5},
            {
                "taskId": "task_01",
                "mapIndex": -1,
                "state": "SUCCESS",
                "tryNumber": 1,
                "startedAt": STARTED,
                "duration": 2.5,
            },
        ],
    }


def test_how_long_a_run_of_airflow_took_is_reckoned_from_its_times(client: Client) -> None:
    answer: Any = asks(V1)["W3"](client, ASKED)()
    assert [(run["runId"], run["duration"]) for run in answer["runs"]] == [("run_2", None), ("run_1", 90.5)]


def test_the_counts_of_postgraphile_come_most_first_then_by_state() -> None:
    groups = [
        {"keys": ["success"], "distinctCount": {"rowId": "3"}},
        {"keys": [None], "distinctCount": {"rowId": "9"}},
        {"keys": ["failed"], "distinctCount": {"rowId": "3"}},
    ]
    run = {"runId": "run_1", "state": "failed", "taskInstances": {"groupedAggregates": groups}}
    dags = [{"dagId": "etl", "runs": {"nodes": [run]}}, {"dagId": "never_run", "runs": {"nodes": []}}]
    assert postgraphile.home({"allDags": {"nodes": dags}}) == [
        {
            "dagId": "etl",
            "latestRun": {
                "runId": "run_1",
                "state": "FAILED",
                "taskStateCounts": [
                    {"state": None, "count": 9},
                    {"state": "FAILED", "count": 3},
                    {"state": "SUCCESS", "count": 3},
                ],
            },
        },
        {"dagId": "never_run", "latestRun": None},
    ]


def test_the_runs_of_postgraphile_have_a_duration_in_place_of_the_field_that_stands_for_it() -> None:
    run = {"runId": "a", "state": "success", "runType": "manual", "startedAt": STARTED, "queuedAt": STARTED}
    runs = [run | {"endedAt": ENDED}, run | {"endedAt": None}]
    answer: Any = postgraphile.runs({"dagByDagId": {"dagId": "etl", "runs": {"nodes": runs}}})
    assert answer["runs"][0] == {
        "runId": "a",
        "state": "SUCCESS",
        "runType": "MANUAL",
        "startedAt": STARTED,
        "endedAt": ENDED,
        "duration": 90.5,
    }
    assert answer["runs"][1]["duration"] is None


def test_the_grid_of_postgraphile_calls_a_dag_by_its_id_unless_it_has_another_name() -> None:
    task_instance = {"taskId": "load", "state": "up_for_retry"}
    run = {"runId": "a", "state": "running", "runType": "manual", "taskInstances": {"nodes": [task_instance]}}
    dags = [
        {"dagId": "etl", "displayName": None, "runs": {"nodes": [run]}},
        {"dagId": "other", "displayName": "Another", "runs": {"nodes": []}},
    ]
    assert postgraphile.grid({"allDags": {"nodes": dags}}) == [
        {
            "dagId": "etl",
            "displayName": "etl",
            "runs": [
                {
                    "runId": "a",
                    "state": "RUNNING",
                    "runType": "MANUAL",
                    "taskInstances": [{"taskId": "load", "state": "UP_FOR_RETRY"}],
                }
            ],
        },
        {"dagId": "other", "displayName": "Another", "runs": []},
    ]


def test_a_server_that_cannot_be_installed_says_why_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    def install() -> None:
        raise RuntimeError("uv pip install failed:\n  resolving\nerror: no network\n\n")

    assert prepare("Airflow 2.11.2", install) == "Airflow 2.11.2 could not be installed: error: no network"
    assert "Preparing Airflow 2.11.2" in capsys.readouterr().err
    assert prepare("Airflow 2.11.2", lambda: None) is None
