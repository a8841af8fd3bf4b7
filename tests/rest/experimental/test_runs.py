"""Runs by the experimental API: what is made, and what is told of them."""

from typing import Any

import pytest

from tests.rest.early import Early, early_of
from tests.world import simple_dag

AT = "/api/experimental"
RUNS = f"{AT}/dags/demo_etl/dag_runs"


@pytest.mark.parametrize("conf", ['"{\\"key\\":\\"value\\"}"', '{"key": "value"}'], ids=["text", "object"])
def test_a_run_is_queued_with_its_tasks_and_its_conf(early: Early, conf: str) -> None:
    answer = early.send(
        "POST", RUNS, content=f'{{"conf":{conf},"run_id":null,"execution_date":null}}', headers={"Content-Type": "x/y"}
    )

    told = answer.json()
    assert told["run_id"] == f"manual__{told['execution_date']}"
    assert told["message"].startswith(
        f"Created <DagRun demo_etl @ {told['execution_date'].replace('T', ' ')}: manual__"
    )
    assert told["message"].endswith("externally triggered: True>")
    (run,) = early.world.rows("dag_run", "state conf run_type", run_id=told["run_id"])
    assert run == {"state": "queued", "conf": {"key": "value"}, "run_type": "manual"}
    tasks = early.world.rows("task_instance", "task_id state", run_id=told["run_id"])
    assert {row["task_id"] for row in tasks} == {"extract", "transform", "load", "notify"}
    (audited,) = early.world.rows("log", "owner dag_id", dag_id="demo_etl")
    assert audited == {"owner": "ada", "dag_id": "demo_etl"}


def test_microseconds_stay_where_a_date_is_given_and_go_where_told(early: Early) -> None:
    date = "2022-01-01T00:00:00.123456"

    kept = early.send("POST", RUNS, json={"execution_date": date}).json()
    cut = early.send("POST", RUNS, json={"execution_date": date, "replace_microseconds": "true"}).json()

    assert kept["execution_date"] == "2022-01-01T00:00:00.123456+00:00"
    assert cut["execution_date"] == "2022-01-01T00:00:00+00:00"


def test_a_date_is_told_in_the_zone_in_which_it_was_given_and_means_the_instant(early: Early) -> None:
    told = early.send("POST", RUNS, json={"execution_date": "2022-01-01T00:00:00+02:00"}).json()

    assert told["execution_date"] == "2022-01-01T00:00:00+02:00"
    assert told["run_id"] == "manual__2022-01-01T00:00:00+02:00"
    assert told["message"].startswith("Created <DagRun demo_etl @ 2022-01-01 00:00:00+02:00: manual__")
    for date in ("2021-12-31T22:00:00", "2021-12-31 22:00Z", "2022-01-01T03:00:00%2B05:00"):
        assert early.send("GET", f"{RUNS}/{date}").json() == {"state": "queued"}


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2024", "2024-01-01T00:00:00+00:00"),
        ("2024-03", "2024-03-01T00:00:00+00:00"),
        ("2024-032", "2024-02-01T00:00:00+00:00"),
        ("20240102", "2024-01-02T00:00:00+00:00"),
        ("2024-1-2", "2024-01-02T00:00:00+00:00"),
        ("01/02/2024", "2024-01-02T00:00:00+00:00"),
        ("Tue, 02 Jan 2024 06:00:00 GMT", "2024-01-02T06:00:00+00:00"),
        ("0001-01-01", "0001-01-01T00:00:00+00:00"),
    ],
)
def test_dates_are_read_as_airflow_reads_them(one_early: Early, text: str, date: str) -> None:
    assert one_early.send("POST", RUNS, json={"execution_date": text}).json()["execution_date"] == date


@pytest.mark.parametrize("text", ["2024-01-01/2024-01-02", "P1D", "2024-02-30", "tomorrow", "", 5, True, []])
def test_what_is_no_date_is_refused(one_early: Early, text: object) -> None:
    refused = one_early.send("POST", RUNS, json={"execution_date": text})

    assert refused.status_code == 400
    assert "could not be identified as a date" in refused.json()["error"]


def test_a_run_id_that_is_no_text_is_refused(one_early: Early) -> None:
    assert one_early.send("POST", RUNS, json={"run_id": 5}).json() == {"error": "The run id 5 is no text"}


def test_a_run_of_a_dag_whose_file_is_gone_waits_for_it(early: Early) -> None:
    early.world.dag("retired", is_stale=True)

    assert early.send("POST", f"{AT}/dags/retired/dag_runs", json={"run_id": "r"}).status_code == 200
    assert early.world.rows("dag_run", "state", dag_id="retired") == [{"state": "queued"}]


def test_runs_are_told_by_their_dates_with_where_they_can_be_looked_at(early: Early) -> None:
    first, second = early.send("GET", RUNS).json()

    assert (first["run_id"], first["execution_date"], first["state"]) == ("r1", "2021-05-01T00:00:00+00:00", "success")
    assert first["start_date"] == "2026-11-20T23:26:54.387681+00:00"
    two, three = "/dags/demo_etl/graph?execution_date=2021-05-01+00:00:00%2B00:00", "/dags/demo_etl/runs/r1"
    assert first["dag_run_url"] == (two if early.world.generation.number == 2 else three)
    assert [run["run_id"] for run in early.send("GET", f"{RUNS}?state=RUNNING").json()] == [second["run_id"]]
    latest = early.send("GET", f"{AT}/latest_runs").json()
    assert [(one["dag_id"], one["execution_date"]) for one in latest["items"]] == [
        ("demo_etl", second["execution_date"])
    ]


def test_as_documented_a_run_tells_all_of_itself_and_a_task_instance_its_date(request: pytest.FixtureRequest) -> None:
    with early_of(request, "3.3-sqlite", experimental_answers="documented") as early:
        run = early.send("GET", f"{RUNS}/2021-05-01T00:00:00").json()
        instance = early.send("GET", f"{RUNS}/2021-05-01T00:00:00/tasks/extract").json()

    assert run["run_id"] == "r1"
    assert run["execution_date"] == instance["execution_date"] == "2021-05-01 00:00:00+00:00"
    assert {type(value) for value in (run | instance).values()} == {str}


def test_a_task_tells_its_attributes_as_python_prints_them(early: Early) -> None:
    told = early.send("GET", f"{AT}/dags/demo_etl/tasks/transform").json()

    assert told["upstream_task_ids"] == "{'extract'}"
    assert told["downstream_task_ids"] == "{'load', 'notify'}"
    assert (told["owner"], told["retries"], told["retry_delay"]) == ("airflow", "0", "0:05:00")
    assert {type(value) for value in told.values()} == {str}


def test_a_task_hides_what_is_secret_by_its_name(early: Early) -> None:
    dag = simple_dag(early.world.generation, "sealed", {"work": []})
    stored: Any = dag["dag"]["tasks"][0]["__var"]
    stored |= {"env": {"__type": "dict", "__var": {"DB_PASSWORD": "hush"}}, "api_key": "hush"}
    early.world.dag("sealed", serialized=dag)

    told = early.send("GET", f"{AT}/dags/sealed/tasks/work").json()

    assert told["env"] == "{'DB_PASSWORD': '***'}"
    assert told["api_key"] == "***"


def test_code_is_text_that_no_browser_runs(early: Early) -> None:
    early.world.source("when_daily", "<script>alert()</script>")

    answer = early.send("GET", f"{AT}/dags/when_daily/code")

    assert answer.text == "<script>alert()</script>"
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert early.send("GET", f"{AT}/dags/another/code").status_code == 404
    assert early.send("GET", f"{AT}/dags/nope/code").json() == {"error": "Dag id nope not found in DagModel"}


def test_a_dag_is_deleted_and_counted(early: Early) -> None:
    answer = early.send("DELETE", f"{AT}/dags/another")

    assert answer.json() == {"message": "Removed 1 record(s)", "count": 1}
    assert early.world.rows("dag", "dag_id", dag_id="another") == []
    early.world.task_instance("demo_etl", "x1", "load", "running")
    assert early.send("DELETE", f"{AT}/dags/demo_etl").json() == {"error": "TaskInstances still running"}


def test_lineage_is_what_tasks_said_that_they_read_and_wrote(early: Early) -> None:
    for key in ("pipeline_outlets", "return_value"):
        early.world.xcom("demo_etl", "r1", "extract", key, [{"uri": "s3://lake/raw"}])

    told = early.send("GET", f"{AT}/lineage/demo_etl/2021-05-01").json()

    assert told == {"task_ids": {"extract": {"outlets": [{"uri": "s3://lake/raw"}]}}}
    assert early.send("GET", f"{AT}/lineage/nope/2021-05-01").status_code == 404
