"""What Airflow 1.10.15 answered, call by call in its order, and what we answer instead where that is meant."""

import json
from dataclasses import dataclass
from typing import Any

from tests.rest.examples import ANY

PRINTED = "the same, but that `message` prints the run as Airflow 2 does"
NO_DATE = (
    "Given execution date, garbage, could not be identified as a date. Example date format: 2015-11-16T14:34:15+00:00"
)


@dataclass(frozen=True)
class Captured:
    """A call, and what the original answered; `ours`, and the reason, where that differs."""

    method: str
    path: str
    status: int
    told: Any = None
    body: str | None = None
    ours: tuple[int, Any] | None = None
    reason: str = ""


def get(path: str, status: int, told: Any = None, **more: Any) -> Captured:
    return Captured("GET", path, status, told, **more)


def post(path: str, body: object, status: int, told: Any = None, **more: Any) -> Captured:
    return Captured("POST", path, status, told, body if isinstance(body, str) else json.dumps(body), **more)


RUNS = "/dags/demo_etl/dag_runs"
NO_DAG = {"error": "Dag id nope not found in DagModel"}
PP = {"description": "d", "pool": "pp", "slots": 3}
# Parts of an answer are compared where the original told no more: Airflow 2 added to it.
CALLS = (
    get("/test", 200, {"status": "OK"}),
    get("/info", 404, ours=(200, None), reason="Airflow 2 has it"),
    post(RUNS, {"conf": '{"key":"value"}'}, 200, {"execution_date": ANY, "run_id": f"manual__{ANY}"}, reason=PRINTED),
    post(
        RUNS,
        {"run_id": "x2", "execution_date": "2021-06-01T00:00:00", "conf": {"a": 1}},
        200,
        {"execution_date": "2021-06-01T00:00:00+00:00", "run_id": "x2"},
        reason=PRINTED,
    ),
    post(
        RUNS,
        {"run_id": "x2", "execution_date": "2021-06-01T00:00:00"},
        400,
        {"error": "Run id x2 already exists for dag id demo_etl"},
        ours=(
            400,
            {"error": "A DAG Run already exists for DAG demo_etl at 2021-06-01 00:00:00+00:00 with run id x2"},
        ),
        reason="the words of Airflow 2",
    ),
    post(RUNS, {"run_id": "x3", "execution_date": "garbage"}, 400, {"error": NO_DATE}),
    post(RUNS, {"run_id": "x3", "conf": "notjson"}, 500, ours=(400, None), reason="a refusal for a crash"),
    post(RUNS, "", 400),
    post("/dags/nope/dag_runs", {}, 404, NO_DAG),
    get(f"{RUNS}?state=failed", 200, []),
    get(f"{RUNS}?state=bogus", 200, []),
    get("/dags/nope/dag_runs", 400, NO_DAG),
    get(f"{RUNS}/2021-05-01T00:00:00", 200, {"state": "success"}),
    get(
        f"{RUNS}/2020-06-01T00:00:00",
        404,
        {"error": "Dag Run for date 2020-06-01T00:00:00+00:00 not found in dag demo_etl"},
        ours=(404, {"error": "Dag Run for date 2020-06-01 00:00:00+00:00 not found in dag demo_etl"}),
        reason="the words of Airflow 2",
    ),
    get(f"{RUNS}/garbage", 400, {"error": NO_DATE}),
    get("/dags/demo_etl/tasks/nope", 404, {"error": "Task nope not found in dag demo_etl"}),
    get(
        f"{RUNS}/2021-05-01T00:00:00/tasks/extract",
        200,
        {
            "dag_id": "demo_etl",
            "duration": "0.176057",
            "end_date": "2026-11-20 23:26:54.563738+00:00",
            "executor_config": "{}",
            "job_id": "None",
            "pool_slots": "1",
            "queued_dttm": "None",
            "start_date": "2026-11-20 23:26:54.387681+00:00",
            "task_id": "extract",
            "test_mode": "False",
        },
        reason="the same of what Airflow 2 still has; as `documented` the `execution_date` too",
    ),
    get("/dags/demo_etl/paused/true", 200, {"response": "ok"}),
    get("/dags/demo_etl/paused", 200, {"is_paused": True}),
    get("/dags/demo_etl/paused/false", 200, {"response": "ok"}),
    get("/dags/demo_etl/paused", 200, {"is_paused": False}),
    get("/dags/nope/paused/true", 500, ours=(404, NO_DAG), reason="a refusal for a crash"),
    get("/dags/nope/paused", 500, ours=(404, NO_DAG), reason="a refusal for a crash"),
    get("/pools", 200, [{"description": "Default pool", "id": 1, "pool": "default_pool", "slots": 128}]),
    post("/pools", {"name": "pp", "slots": 3, "description": "d"}, 200, PP),
    post("/pools", {"name": "pp", "slots": "abc", "description": "d"}, 400, {"error": "Bad value for `slots`: abc"}),
    post("/pools", {"name": "", "slots": 3, "description": "d"}, 400, {"error": "Pool name shouldn't be empty"}),
    post("/pools", {"name": "pq"}, 500, ours=(400, None), reason="a refusal for a crash"),
    get("/pools/pp", 200, PP),
    Captured("DELETE", "/pools/pp", 200, PP),
    Captured("DELETE", "/pools/pp", 404, {"error": "Pool 'pp' doesn't exist"}),
    Captured("DELETE", "/pools/default_pool", 400, {"error": "default_pool cannot be deleted"}),
    get("/pools/nope", 404, {"error": "Pool 'nope' doesn't exist"}),
    Captured("DELETE", "/dags/nope", 404, {"error": "Dag id nope not found"}),
    Captured("PATCH", "/pools", 405),
)
