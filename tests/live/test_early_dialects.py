"""What clients of Airflow's early APIs ask of us, the scheduler of a real Airflow carries out."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from .airflow import PATIENCE, Airflow
from .old_clients import OldClient
from .serving import Service

SECRET = "the-secret-of-the-plugin"
PLACE = "/admin/rest_api/api"
TOKEN = {"rest_api_plugin_http_token": "changeme"}

pytestmark = [pytest.mark.live, pytest.mark.timeout(PATIENCE)]

DOOMED = """
import datetime
from either import DAG, EmptyOperator
with DAG("{dag_id}", schedule=None, start_date=datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)):
    EmptyOperator(task_id="only")
"""


@pytest.fixture(scope="session")
def early(running_airflow: Airflow) -> Iterator[Service]:
    """Start our server with the early dialects, in the environment of Airflow and with the settings of its plugins."""
    settings = {
        **running_airflow.settings,
        "AIRFLOW_GRAPH_DIALECTS": "experimental,astronomer,clairvoyant",
        "AIRFLOW_GRAPH_AUTHENTICATION": "tokens,airflow",
        "AIRFLOW_GRAPH_AIRFLOW_COMMAND": "airflow",
        "AIRFLOW_GRAPH_AIRFLOW_COMMANDS": "test,task_failed_deps,render",
        "AIRFLOW__AIRFLOW__API__PLUGIN_AIRFLOW_API_AUTH": SECRET,
        "AIRFLOW__REST_API_PLUGIN__REST_API_PLUGIN_EXPECTED_HTTP_TOKEN": "changeme",
        "AIRFLOW_GRAPH_CLAIRVOYANT_ROLE": "admin",
        "AIRFLOW_GRAPH_DEPLOY_FOLDER": str(running_airflow.layout.dags),
    }
    serving = Service(running_airflow, settings=settings)
    try:
        yield serving
    finally:
        serving.stop()


def test_a_run_that_the_experimental_api_triggers_runs(airflow: Airflow, early: Service) -> None:
    told = early.ask("POST", "/api/experimental/dags/params/dag_runs", json={"conf": '{"n": 8, "colour": "red"}'})

    airflow.wait_for_run("params", told["run_id"])
    state = early.ask("GET", f"/api/experimental/dags/params/dag_runs/{told['execution_date']}")
    assert state == {"state": "success"}


def test_runs_that_astronomer_s_plugin_would_have_made_run(airflow: Airflow, early: Service) -> None:
    secret = {"Authorization": SECRET}
    early.ask("GET", "/api/experimental/dags/nightly/paused/false")
    body = {
        "dag_id": "nightly",
        "prefix": "astronomer",
        "start_date": "2026-02-01T00:00:00",
        "end_date": "2026-02-03T00:00:00",
    }

    made = early.ask("POST", "/api/v1/dag_runs", json=body, headers=secret)["response"]["dag_run_ids"]

    assert made == ["astronomer_0000001_2026-02-01T03:00:00", "astronomer_0000002_2026-02-02T03:00:00"]
    for run_id in made:
        airflow.wait_for_run("nightly", run_id)
        assert set(airflow.task_states("nightly", run_id).values()) == {"success"}
        told = early.ask("GET", f"/api/v1/dag_runs/{run_id}", headers=secret)["response"]["dag_run"]
        assert (told["state"], told["external_trigger"]) == ("success", "True")


@pytest.mark.parametrize("release", ["1.10.15", "2.11.2"])
def test_airflow_s_own_client_triggers_and_deletes_dags_and_keeps_pools(
    airflow: Airflow, early: Service, release: str
) -> None:
    client = OldClient(release, early.url, airflow.layout.home)
    run_id = f"by-client-{release}"

    told = client.call("trigger_dag", dag_id="params", run_id=run_id, conf={"n": 6, "colour": "green"})

    assert re.fullmatch(rf"Created <DagRun params @ [\d: +-]+: {run_id}, .*externally triggered: True>", told)
    airflow.wait_for_run("params", run_id)
    path = f"/dags/params/dagRuns/{run_id}/taskInstances/echo/xcomEntries/return_value"
    assert airflow.rest.json("GET", path)["value"] == "6 green"
    assert "error" in client.call("trigger_dag", dag_id="params", run_id=run_id)

    more = {} if release.startswith("1.") else {"include_deferred": True}
    made = client.call("create_pool", name="by-client", slots=4, description="of a client", **more)
    assert made[:3] == client.call("get_pool", name="by-client") == ["by-client", 4, "of a client"]
    assert made[:3] in client.call("get_pools")
    assert airflow.rest.json("GET", "/pools/by-client")["slots"] == 4
    assert client.call("delete_pool", name="by-client") == made[:3]
    assert client.call("get_pool", name="by-client") == {"error": "Pool 'by-client' doesn't exist"}

    deleted(airflow, client, f"doomed_{release.replace('.', '_')}")


def deleted(airflow: Airflow, client: OldClient, dag_id: str) -> None:
    """Write a DAG, have it parsed, and let the client delete it; its file stays, and so brings it back in time."""
    (airflow.layout.dags / f"{dag_id}.py").write_text(DOOMED.format(dag_id=dag_id))
    known = "SELECT 1 FROM dag JOIN serialized_dag USING (dag_id) WHERE dag_id = %s"
    airflow.wait_until(lambda: bool(airflow.sql(known, dag_id)), f"{dag_id} to be parsed")

    assert client.call("delete_dag", dag_id=dag_id) == "Removed 1 record(s)"
    assert airflow.sql("SELECT 1 FROM dag WHERE dag_id = %s", dag_id) == []
    assert client.call("delete_dag", dag_id=dag_id) == {"error": f"Dag id {dag_id} not found"}


class Clairvoyant:
    """A script of the plugin's days: a GET for each command, with its token, and the texts that come back."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def __call__(self, api: str, **parameters: str) -> str:
        """Return what a command prints."""
        told: dict[str, Any] = self._service.ask(
            "GET", PLACE, params={"api": api, **parameters}, headers={**TOKEN, "Authorization": ""}
        )
        assert told["status"] == "OK"
        assert told["output"]["stderr"] == ""
        return str(told["output"]["stdout"])


@pytest.fixture
def ask(early: Service) -> Clairvoyant:
    """Ask Clairvoyant's dialect."""
    return Clairvoyant(early)


def test_a_run_that_clairvoyant_s_dialect_triggers_runs_and_again_when_cleared(
    airflow: Airflow, ask: Clairvoyant
) -> None:
    told = ask("trigger_dag", dag_id="passes", run_id="by-clairvoyant")
    date = re.fullmatch(r"Created <DagRun passes @ (.*): by-clairvoyant, externally triggered: True>\n", told)
    assert date
    named = {"dag_id": "passes", "execution_date": date[1]}

    airflow.wait_for_run("passes", "by-clairvoyant")
    assert ask("dag_state", **named) == "success\n"
    assert ask("task_state", **named, task_id="b") == "success\n"
    assert "# property: op_args\n" in ask("render", **named, task_id="b")

    assert ask("clear", dag_id="passes", task_regex="^b$", start_date=date[1], end_date=date[1]) == ""
    airflow.wait_until(
        lambda: {row["task_id"]: row["try_number"] for row in airflow.tasks("passes", "by-clairvoyant")}["b"] == 2,
        "the second try",
    )
    airflow.wait_for_run("passes", "by-clairvoyant")

    assert ask("run", **named, task_id="a", force="on").startswith("Cleared <TaskInstance: passes.a ")
    airflow.wait_until(
        lambda: {row["task_id"]: row["try_number"] for row in airflow.tasks("passes", "by-clairvoyant")}["a"] == 2,
        "the second try",
    )
    airflow.wait_for_run("passes", "by-clairvoyant")
    assert ask("task_state", **named, task_id="a") == "success\n"


def test_a_backfill_by_clairvoyant_s_dialect_runs(airflow: Airflow, ask: Clairvoyant) -> None:
    ask("unpause", dag_id="nightly")
    dates = {"start_date": "2026-03-01", "end_date": "2026-03-03"}
    assert "on 2026-03-01T03:00:00+00:00\nTask only\n" in ask("backfill", dag_id="nightly", **dates, dry_run="on")

    ask("backfill", dag_id="nightly", **dates)

    # The third day's date is later than midnight, where the range ends.
    for date in ("2026-03-01T03:00:00", "2026-03-02T03:00:00"):
        succeeds(airflow, ask, date)
        assert ask("task_state", dag_id="nightly", task_id="only", execution_date=date) == "success\n"
    assert ask("dag_state", dag_id="nightly", execution_date="2026-03-03T03:00:00") == "None\n"


def succeeds(airflow: Airflow, ask: Clairvoyant, date: str) -> None:
    """Wait until the run of a date is told to be a success."""
    told = {"dag_id": "nightly", "execution_date": date}
    airflow.wait_until(lambda: ask("dag_state", **told) == "success\n", f"the run of {date}")


def test_a_file_that_clairvoyant_s_dialect_deploys_is_parsed_and_its_dag_paused(
    airflow: Airflow, early: Service, ask: Clairvoyant
) -> None:
    file = ("deployed.py", DOOMED.format(dag_id="deployed").encode())

    told = early.ask("POST", f"{PLACE}?api=deploy_dag", headers=TOKEN, files={"dag_file": file}, data={"pause": "on"})

    assert told["output"].startswith("DAG File [")
    paused = "SELECT 1 FROM dag JOIN serialized_dag USING (dag_id) WHERE dag_id = 'deployed' AND is_paused"
    airflow.wait_until(lambda: bool(airflow.sql(paused)), "the DAG to be parsed and paused")
    ask("unpause", dag_id="deployed")
    ask("trigger_dag", dag_id="deployed", run_id="first")
    airflow.wait_for_run("deployed", "first")


def test_airflow_s_command_line_works_for_clairvoyant_s_dialect(
    airflow: Airflow, early: Service, ask: Clairvoyant
) -> None:
    # Of a date with a run: for another one Airflow makes a temporary run, which its scheduler takes up too.
    date = "2026-01-05T00:00:00"
    ask("trigger_dag", dag_id="passes", run_id="by-command", exec_date=date)
    airflow.wait_for_run("passes", "by-command")
    tries = [row["try_number"] for row in airflow.tasks("passes", "by-command")]
    named = {"dag_id": "passes", "task_id": "a", "execution_date": date}

    printed = {api: patiently(airflow, early, api, named) for api in ("task_failed_deps", "test")}

    assert "Task is in the 'success' state" in printed["task_failed_deps"]["stdout"]
    assert "Traceback" not in printed["test"]["stderr"]
    assert [row["try_number"] for row in airflow.tasks("passes", "by-command")] == tries


def patiently(airflow: Airflow, early: Service, api: str, named: dict[str, str]) -> dict[str, str]:
    """Return the outputs of a command that loads Airflow, for which a slow machine may want more than one attempt."""
    said: list[dict[str, str]] = []

    def in_time() -> bool:
        with suppress(AssertionError):
            said.append(early.ask("GET", PLACE, params={"api": api, **named}, headers=TOKEN)["output"])
        return bool(said)

    airflow.wait_until(in_time, f"{api} to be carried out")
    return said[0]
