"""Every example of the documentation of Airflow's experimental API, and what is answered to each."""

from tests.rest.examples import Example

AT = "/api/experimental"

# What stands for the names in the lines.
NAMES = {
    "<DAG_ID>": "demo_etl",
    "<TASK_ID>": "extract",
    "<string:dag_id>": "demo_etl",
    "<string:execution_date>": "2021-05-01T00:00:00",
    "<string:name>": "pp",
}

_PAGES = "`dag_run_url` is the page that Airflow 2 or 3 has"
_POOLS = "what counts against a pool in Airflow 2, `include_deferred`, is told too"
_DEFAULT = {"description": "Default pool", "id": 1, "pool": "default_pool", "slots": 128}
_POOL = {"description": "d", "pool": "pp", "slots": 3}
_RUN = {
    "dag_id": "demo_etl",
    "dag_run_url": "/dags/demo_etl/...",
    "execution_date": "2021-05-01T00:00:00+00:00",
    "run_id": "r1",
    "start_date": "2026-11-20T23:26:54.387681+00:00",
    "state": "success",
}
_LATER = {"dag_id": "demo_etl", "execution_date": "2026-11-20T23:45:26+00:00", "run_id": "x1", "state": "running"}
_NOW = {"dag_id": "demo_etl", "run_id": "manual__...", "state": "queued", "start_date": ""}
_VARIABLES = {
    "dag_id": "demo_etl",
    "execution_date": "2021-05-01 00:00:00+00:00",
    "external_trigger": "True",
    "run_id": "r1",
    "start_date": "2026-11-20 23:26:54.387681+00:00",
    "state": "success",
}
_INSTANCE = {
    "dag_id": "demo_etl",
    "duration": "0.176057",
    "end_date": "2026-11-20 23:26:54.563738+00:00",
    "executor_config": "{}",
    "max_tries": "0",
    "queued_dttm": "None",
    "start_date": "2026-11-20 23:26:54.387681+00:00",
    "state": "success",
    "task_id": "extract",
    "test_mode": "False",
}

EXAMPLES = (
    Example(
        """curl -X POST \\
  http://localhost:8080/api/experimental/dags/<DAG_ID>/dag_runs \\
  -H 'Cache-Control: no-cache' \\
  -H 'Content-Type: application/json' \\
  -d '{"conf":"{\\"key\\":\\"value\\"}"}'""",
        {
            "execution_date": "...+00:00",
            "message": "Created <DagRun demo_etl @ ...+00:00: manual__...+00:00, ...externally triggered: True>",
            "run_id": "manual__...+00:00",
        },
        "the run is printed as Airflow 2 prints it, with its state and when it was queued",
    ),
    Example(f"GET {AT}/dags/<DAG_ID>/dag_runs", [_RUN, _LATER, _NOW], _PAGES),
    Example(
        f"GET {AT}/dags/<string:dag_id>/dag_runs/<string:execution_date>", {"state": "success"}, documented=_VARIABLES
    ),
    Example(f"GET {AT}/test", {"status": "OK"}),
    Example(
        f"GET {AT}/dags/<DAG_ID>/tasks/<TASK_ID>",
        {
            "task_id": "extract",
            "owner": "airflow",
            "retries": "0",
            "retry_delay": "0:05:00",
            "trigger_rule": "all_success",
        },
        "a task has the attributes that it has in Airflow 2",
    ),
    Example(
        f"GET {AT}/dags/<DAG_ID>/dag_runs/<string:execution_date>/tasks/<TASK_ID>",
        _INSTANCE,
        "a task instance has the attributes that it has in Airflow 2; as `documented` its `execution_date` too",
        documented={**_INSTANCE, "execution_date": "2021-05-01 00:00:00+00:00"},
    ),
    Example(f"GET {AT}/dags/<DAG_ID>/paused/true", {"response": "ok"}),
    Example(f"GET {AT}/dags/<DAG_ID>/paused/false", {"response": "ok"}),
    Example(f"GET {AT}/latest_runs", {"items": [{name: _NOW[name] for name in ("dag_id", "start_date")}]}, _PAGES),
    Example(f"GET {AT}/pools", [_DEFAULT], _POOLS),
    Example(f'POST {AT}/pools {{"name": "pp", "slots": 3, "description": "d"}}', _POOL, _POOLS),
    Example(f"GET {AT}/pools/<string:name>", _POOL, _POOLS),
    Example(f"DELETE {AT}/pools/<string:name>", _POOL, _POOLS),
)
