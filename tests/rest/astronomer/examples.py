"""Every example of the documentation of Astronomer's plugin, and what it was asked; and what is answered to each.

What a documented form shows and the source did otherwise is answered as shown unless a setting says `original`.
"""

from typing import Any

from tests.rest.examples import Example

_CRASHED = "the plugin crashed on Airflow 1.10: what its source was meant to do is done, runs are queued"
_APART = "at `/astronomer/api/v1/dags`; here where `AIRFLOW_GRAPH_ASTRONOMER_SHARES_DAGS=true` says so"

R1 = {
    "run_id": "r1",
    "state": "success",
    "start_date": "2026-11-20 23:26:54.387681",
    "end_date": "2026-11-20 23:26:54.563738",
    "execution_date": "2021-05-01 00:00:00",
    "external_trigger": "True",
}
X1 = {
    **R1,
    "run_id": "x1",
    "state": "running",
    "start_date": "2026-03-01 00:00:00",
    "end_date": "None",
    "execution_date": "2026-11-20 23:45:26",
}
ZONED_R1 = {
    "run_id": "r1",
    "dag_id": "demo_etl",
    "state": "success",
    "start_date": "2026-11-20 23:26:54.387681+00:00",
    "end_date": "2026-11-20 23:26:54.563738+00:00",
    "external_trigger": True,
    "execution_date": "2021-05-01 00:00:00+00:00",
}
ZONED_X1 = {
    **ZONED_R1,
    "run_id": "x1",
    "state": "running",
    "start_date": "2026-03-01 00:00:00+00:00",
    "end_date": None,
    "execution_date": "2026-11-20 23:45:26+00:00",
}


def _both(line: str, original: Any, documented: Any, reason: str = "", status: int = 200) -> Example:
    wrapped = {"response": original}, {"response": documented}
    return Example(line, wrapped[0], reason, status, wrapped[1])


def _runs(line: str, *indexes: int) -> Example:
    runs = {"dag_runs": [(ZONED_R1, ZONED_X1)[at] for at in indexes]}, {"dag_runs": [(R1, X1)[at] for at in indexes]}
    return _both(line, *runs)


AT = "/api/v1/dag_runs"
SERIES = '{"dag_id":"noonday","prefix":"prefix","start_date":"2017-09-01T12:00:00","end_date":"2017-09-10T12:00:00"}'
_DAYS = [f"2017-09-{day:02}T12:00:00" for day in range(1, 11)]
_DAGS = [
    {"dag_id": "another", "full_path": "dags/other.py", "is_active": False, "last_execution": "None"},
    {"dag_id": "demo_etl", "full_path": "dags/demo.py", "is_active": True, "last_execution": "2026-11-20 23:45:26"},
]
_OTHERS = [{"dag_id": name, "last_execution": "None"} for name in ("example_dag", "noonday", "when_daily")]
_ZONED_DAGS = [_DAGS[0], {**_DAGS[1], "last_execution": "2026-11-20 23:45:26+00:00"}]

# Of the documentation: what it names, with each parameter, and its samples.
EXAMPLES = (
    _both(
        f'POST {AT} {{"dag_id":"example_dag","prefix":"prefix_value"}}',
        {"dag_run_ids": ["prefix_value_..."]},
        {"dag_run_ids": ["prefix_value_0000001_..."]},
        _CRASHED,
    ),
    Example(f"POST {AT} dag_id=example_dag&prefix=prefixvalue", "...", status=400),
    _both("GET /api/v1/dags", {"dags": _ZONED_DAGS + _OTHERS}, {"dags": _DAGS + _OTHERS}, _APART),
    _runs(f"GET {AT}", 0, 1),
    _runs(f"GET {AT}?start=r1", 1),
    _runs(f"GET {AT}?limit=1", 0),
    _runs(f"GET {AT}?state=success", 0),
    _runs(f"GET {AT}?external_trigger=False"),
    _runs(f"GET {AT}?prefix=x", 1),
    _both(
        f"POST {AT} {SERIES}",
        {"dag_run_ids": [f"prefix_{day}" for day in _DAYS]},
        # As the documentation numbers them, the tenth too.
        {"dag_run_ids": [f"prefix_000000{at}_{day}" for at, day in enumerate(_DAYS, 1)]},
        _CRASHED,
    ),
    _both(f"GET {AT}/r1", {"dag_run": ZONED_R1}, {"dag_run": R1}),
    _both(f"GET {AT}/nope", {"error": "Dag run not found"}, {"error": "Dag run id not found"}, status=404),
)


def _refused(body: str, error: str) -> Example:
    return Example(f"POST {AT} {body}", {"response": {"error": error}}, status=400)


_LONG = '"start_date":"2018-01-01T12:00:00","end_date":"2021-01-01T12:00:00"'

# Of the plugin itself, in the form that it had.
CAPTURED = (
    Example(f"GET {AT}", {"response": {"dag_runs": [ZONED_R1, ZONED_X1]}}),
    Example(f"GET {AT}?state=failed", {"response": {"dag_runs": []}}),
    Example(f"GET {AT}?prefix=R1&external_trigger=true", {"response": {"dag_runs": [ZONED_R1]}}),
    Example(f"GET {AT}?external_trigger=1&limit=1", {"response": {"dag_runs": []}}),
    Example(f"GET {AT}/r1", {"response": {"dag_run": ZONED_R1}}),
    Example(f"GET {AT}/nope", {"response": {"error": "Dag run not found"}}, status=404),
    _refused("{}", "Must specify the dag id to create dag runs for"),
    _refused('{"dag_id":"nope"}', "Dag id nope not found"),
    _refused(
        '{"dag_id":"demo_etl","prefix":"my_backfill"}',
        "Prefix cannot contain 'backfill', Airflow will ignore dag runs using it",
    ),
    _refused('{"dag_id":"demo_etl","limit":501}', "Limit cannot exceed 500"),
    _refused('{"dag_id":"demo_etl","limit":0}', "Limit must be a number greater than 0"),
    _refused('{"dag_id":"demo_etl","limit":"x"}', "Limit must be an integer"),
    _refused(
        '{"dag_id":"demo_etl","start_date":"2021-01-01"}',
        "'start_date' has invalid format '2021-01-01', Ex format: YYYY-MM-DDThh:mm:ss",
    ),
    Example(f"POST {AT} dag_id=demo_etl", "...", status=400),
    Example(
        f'POST {AT} {{"dag_id":"noonday","prefix":"bf_","start_date":"2021-07-04T00:00:00",'
        '"end_date":"2021-07-05T00:00:00","conf":{"a":1}}',
        {"response": {"dag_run_ids": ["bf__2021-07-04T12:00:00"]}},
        _CRASHED,
    ),
    Example(f'POST {AT} {{"dag_id":"another"}}', {"response": {"dag_run_ids": ["manual_..."]}}, _CRASHED),
    Example(
        f'POST {AT} {{"dag_id":"noonday",{_LONG}}}',
        {"response": {"error": "1097 dag runs would be created, which exceeds the limit of 500. ..."}},
        _CRASHED,
        400,
    ),
    Example(
        f'POST {AT} {{"dag_id":"noonday",{_LONG},"limit":2,"partial":true,"prefix":"pt"}}',
        {"response": {"dag_run_ids": ["pt_2018-01-01T12:00:00", "pt_2018-01-02T12:00:00"]}},
        _CRASHED,
    ),
)
