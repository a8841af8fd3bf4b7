"""Real tasks read the connections and variables that we write; what we clear and delete, Airflow takes as its own."""

import json
import shutil
import time

import pytest

from .airflow import PATIENCE, Airflow
from .asking import ByGraph
from .serving import Service

pytestmark = [pytest.mark.live, pytest.mark.timeout(PATIENCE)]

PASSWORD = "p@ss:w/rd?%#&=+ é'\"\\{}"
EXTRA = {"token": "ü%&/=", "nested": {"list": [1, None, True]}, "quote": "\"'\\"}
# Under no key that Airflow takes for a secret's: its own API masks those of variables.
STRUCTURE = {"ümlaut": "%&/=", **{key: value for key, value in EXTRA.items() if key != "token"}}
SETTINGS = {
    "connType": "postgres",
    "host": "db.example.org",
    "schema": "ware/house",
    "login": "ada@lovelace",
    "password": PASSWORD,
    "port": 5432,
}
TEXT = " a value, with: 'quotes', ünïcode and 100 % of {{ braces }}\nin two lines "


@pytest.fixture
def ours(service: Service) -> ByGraph:
    return ByGraph(service)


def look(airflow: Airflow, ours: ByGraph, run_id: str, name: str) -> None:
    ours.trigger("looks", run_id, conf={"connection": name, "variable": name})
    airflow.wait_for_run("looks", run_id)


@pytest.mark.parametrize("way", ["graph", "v1"])
def test_a_real_task_reads_the_connection_and_the_variables_that_we_write(
    airflow: Airflow, service: Service, ours: ByGraph, way: str
) -> None:
    name, variables = f"carried-{way}", {f"carried-{way}": TEXT, f"carried-{way}_json": json.dumps(STRUCTURE)}
    if way == "graph":
        document = """
            mutation Write($connection: CreateConnectionInput!, $text: SetVariableInput!, $json: SetVariableInput!) {
              createConnection(input: $connection) { connectionId }
              text: setVariable(input: $text) { key }
              json: setVariable(input: $json) { key }
            }
        """
        text, parsed = ({"key": key, "value": value} for key, value in variables.items())
        settings = {"connectionId": name, **SETTINGS, "extra": json.dumps(EXTRA)}
        service.graphql(document, connection=settings, text=text, json=parsed)
    else:
        words = {"conn_type" if name == "connType" else name: value for name, value in SETTINGS.items()}
        body = {"connection_id": name, **words, "extra": json.dumps(EXTRA)}
        service.rest.json("POST", "/connections", json=body)
        for key, value in variables.items():
            service.rest.json("POST", "/variables", json={"key": key, "value": value})

    look(airflow, ours, f"looks-{way}", name)

    connection = airflow.returned("looks", f"looks-{way}", "look_up_connection")
    assert {word: connection[word] for word in ("host", "schema", "login", "password", "port", "extra")} == {
        **{word: SETTINGS[word] for word in ("host", "schema", "login", "password", "port")},
        "extra": EXTRA,
    }
    assert str(connection["uri"]).startswith("postgres://ada%40lovelace:")
    assert airflow.returned("looks", f"looks-{way}", "look_up_variable") == {"text": TEXT, "json": STRUCTURE}
    [stored] = airflow.sql("SELECT * FROM connection WHERE conn_id = %s", name)
    assert (stored["is_encrypted"], stored["is_extra_encrypted"]) == (True, True)
    assert PASSWORD not in stored["password"]
    assert "nested" not in stored["extra"]


def test_a_real_task_reads_the_connection_that_we_changed(airflow: Airflow, service: Service, ours: ByGraph) -> None:
    service.graphql(
        """
        mutation Change($extra: String!) {
          createConnection(input: {connectionId: "changing", connType: "http", host: "old", password: "kept"}) { host }
          updateConnection(input: {connectionId: "changing", host: "new", extra: $extra}) { host }
          text: setVariable(input: {key: "changing", value: "old"}) { key }
          again: setVariable(input: {key: "changing", value: "new"}) { key }
          json: setVariable(input: {key: "changing_json", value: "{}"}) { key }
        }
        """,
        extra=json.dumps(EXTRA),
    )

    look(airflow, ours, "looks-again", "changing")

    connection = airflow.returned("looks", "looks-again", "look_up_connection")
    assert (connection["host"], connection["password"], connection["extra"]) == ("new", "kept", EXTRA)
    assert airflow.returned("looks", "looks-again", "look_up_variable")["text"] == "new"


def test_what_we_clear_with_a_note_runs_again_and_keeps_it(airflow: Airflow, ours: ByGraph) -> None:
    if not airflow.since("3.3"):
        return
    ours.trigger("passes", "noted")
    airflow.wait_for_run("passes", "noted")
    ours.clear_tasks("passes", "noted", ["a"], only_failed=False, note="the source was wrong")
    airflow.wait_for_run("passes", "noted")
    noted = "/dags/passes/dagRuns/noted/taskInstances"
    [a, b] = (airflow.rest.json("GET", f"{noted}/{task}") for task in ("a", "b"))
    assert (a["try_number"], a["note"], a["state"]) == (2, "the source was wrong", "success")
    assert (b["try_number"], b["note"]) == (1, None)


GONE = '''"""A DAG of which the file goes."""

import datetime

from either import DAG, task


@task
def say() -> str:
    return "said"


with DAG("{name}", schedule="0 3 * * *", catchup=False, start_date=datetime.datetime(2026, 1, 1), tags=["goes"]):
    say()
'''


def kept(airflow: Airflow, dag_id: str) -> dict[str, int]:
    """Count the rows of each table that say that they are of a DAG."""
    named = airflow.sql(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'dag_id'"
    )
    tables = sorted(str(row["table_name"]) for row in named if row["table_name"] != "log")
    counted = {
        table: airflow.sql(f"SELECT count(*) AS n FROM {table} WHERE dag_id = %s", dag_id)[0]["n"] for table in tables
    }
    return {table: count for table, count in counted.items() if count}


def test_a_dag_whose_file_is_gone_is_deleted_as_by_airflow(airflow: Airflow, service: Service, ours: ByGraph) -> None:
    names = ("goes_ours", "goes_theirs")
    files = [airflow.layout.dags / f"{name}.py" for name in names]
    for name, file in zip(names, files, strict=True):
        file.write_text(GONE.format(name=name))
    airflow.wait_until(
        lambda: (
            len(airflow.sql("SELECT 1 FROM dag JOIN serialized_dag USING (dag_id) WHERE dag_id LIKE 'goes%%'")) == 2
        ),
        "both files to be parsed",
    )
    for name in names:
        ours.trigger(name, "last")
        airflow.wait_for_run(name, "last")
        service.graphql("mutation Pause($dag: String!) { pauseDag(dagId: $dag) { isPaused } }", dag=name)
    assert kept(airflow, "goes_ours").keys() == kept(airflow, "goes_theirs").keys()
    for file in files:
        file.unlink()
    shutil.rmtree(airflow.layout.dags / "__pycache__", ignore_errors=True)
    time.sleep(8)

    airflow.rest.json("DELETE", "/dags/goes_theirs")
    service.graphql('mutation Delete { deleteDag(dagId: "goes_ours") }')

    assert kept(airflow, "goes_ours") == kept(airflow, "goes_theirs")
    time.sleep(8)
    assert kept(airflow, "goes_ours") == kept(airflow, "goes_theirs")
    assert not airflow.sql("SELECT 1 FROM dag WHERE dag_id LIKE 'goes%%'")
