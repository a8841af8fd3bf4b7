"""Airflow's scheduler carries out what we write, and logs no exception over it."""

import time
from collections.abc import Iterator

import pytest

from .airflow import PATIENCE, Airflow
from .asking import ByGraph
from .history import ENDS, RUN
from .serving import Service

pytestmark = [pytest.mark.live, pytest.mark.timeout(PATIENCE)]


@pytest.fixture
def ours(service: Service) -> ByGraph:
    """Ask for things through our graph."""
    return ByGraph(service)


@pytest.fixture(scope="session")
def frugal(running_airflow: Airflow) -> Iterator[Service]:
    """Start our server with the setting that leaves task instances to the scheduler."""
    serving = Service(running_airflow, settings={"AIRFLOW_GRAPH_TASK_INSTANCES_BY_SCHEDULER": "true"})
    try:
        yield serving
    finally:
        serving.stop()


def test_runs_that_we_trigger_run_as_those_that_airflow_triggers(history: Airflow, ours: ByGraph) -> None:
    for dag_id in ENDS:
        assert ours.trigger(dag_id, "triggered")["state"] == "QUEUED"
    for dag_id, end in ENDS.items():
        history.wait_for_run(dag_id, "triggered", end)
        assert history.task_states(dag_id, "triggered") == history.task_states(dag_id, RUN)


def test_runs_whose_task_instances_are_left_to_the_scheduler_run_too(airflow: Airflow, frugal: Service) -> None:
    for dag_id in ("passes", "maps_literal"):
        ByGraph(frugal).trigger(dag_id, "frugal")
    for dag_id in ("passes", "maps_literal"):
        airflow.wait_for_run(dag_id, "frugal")
    assert airflow.task_states("passes", "frugal") == {"a": "success", "b": "success", "c": "success"}
    assert airflow.task_states("maps_literal", "frugal") == {"square[0]": "success", "square[1]": "success"}


def test_the_tasks_of_a_run_are_given_its_conf(airflow: Airflow, ours: ByGraph) -> None:
    ours.trigger("params", "given", conf={"n": 9, "colour": "green"})
    airflow.wait_for_run("params", "given")
    path = "/dags/params/dagRuns/given/taskInstances/echo/xcomEntries/return_value"
    assert airflow.rest.json("GET", path)["value"] == "9 green"


def test_a_run_of_a_paused_dag_waits_until_we_unpause_it(airflow: Airflow, service: Service, ours: ByGraph) -> None:
    service.graphql('mutation Pause { pauseDag(dagId: "nightly") { isPaused } }')
    ours.trigger("nightly", "waiting")
    time.sleep(5)
    assert airflow.run("nightly", "waiting")["state"] == "queued"
    assert airflow.rest.json("GET", "/dags/nightly")["is_paused"] is True
    service.graphql('mutation Unpause { unpauseDag(dagId: "nightly") { isPaused } }')
    airflow.wait_for_run("nightly", "waiting")


def test_a_run_that_we_clear_runs_again(airflow: Airflow, ours: ByGraph) -> None:
    ours.trigger("passes", "again")
    airflow.wait_for_run("passes", "again")
    ours.clear_run("passes", "again")
    assert airflow.run("passes", "again")["clear_number"] == 1
    airflow.wait_for_run("passes", "again")
    tries = {row["task_id"]: row["try_number"] for row in airflow.tasks("passes", "again")}
    assert (tries["a"], tries["b"]) == (2, 2)


def test_a_failed_task_that_we_clear_once_its_cause_is_gone_lets_the_run_succeed(
    airflow: Airflow, ours: ByGraph
) -> None:
    ours.trigger("breaks", "cured")
    airflow.wait_for_run("breaks", "cured", "failed")
    airflow.put_marker("cured")
    ours.clear_tasks("breaks", "cured", ["f1"], only_failed=True, include_downstream=True)
    airflow.wait_for_run("breaks", "cured")
    assert airflow.task_states("breaks", "cured") == {"f1": "success", "f2": "success", "f3": "success"}


def test_a_failed_task_that_we_call_a_success_lets_the_others_run(airflow: Airflow, ours: ByGraph) -> None:
    ours.trigger("breaks", "excused")
    airflow.wait_for_run("breaks", "excused", "failed")
    ours.set_task_state("breaks", "excused", "f1", "success")
    airflow.wait_for_run("breaks", "excused")
    assert airflow.task_states("breaks", "excused") == {"f1": "success", "f2": "success", "f3": "success"}


def test_a_running_task_that_we_clear_starts_again(airflow: Airflow, ours: ByGraph) -> None:
    ours.trigger("waits", "restarted")
    airflow.wait_for_task("waits", "restarted", "wait", "running")
    ours.clear_tasks("waits", "restarted", ["wait"], only_failed=False)
    if airflow.version.startswith("3.0."):  # it forgets a running task that is cleared, by its own API as well
        airflow.wait_for_task("waits", "restarted", "wait", "restarting")
        ours.set_run_state("waits", "restarted", "failed")
        return
    airflow.wait_until(
        lambda: any(
            row["try_number"] == 2 and row["state"] == "running" for row in airflow.tasks("waits", "restarted")
        ),
        "the second try to run",
    )
    airflow.put_marker("restarted")
    airflow.wait_for_run("waits", "restarted")


def test_a_running_run_that_we_fail_is_stopped(airflow: Airflow, ours: ByGraph) -> None:
    ours.trigger("waits", "stopped")
    airflow.wait_for_task("waits", "stopped", "wait", "running")
    ours.set_run_state("waits", "stopped", "failed")
    airflow.wait_for_run("waits", "stopped", "failed")
    time.sleep(5)
    states = airflow.task_states("waits", "stopped")
    assert states["wait"] == "failed"
    assert states["after"] in {"skipped", "upstream_failed"}  # the latter on 2.9, which leaves it to its scheduler


def test_the_same_key_triggers_one_run(airflow: Airflow, ours: ByGraph) -> None:
    first = ours.trigger("nightly", None, idempotency_key="order-66")
    airflow.wait_for_run("nightly", first["runId"])
    again = ours.trigger("nightly", None, idempotency_key="order-66")
    assert again == {"runId": first["runId"], "state": "SUCCESS"}
    assert len(airflow.sql("SELECT 1 FROM dag_run WHERE dag_id = 'nightly' AND run_id LIKE %s", "%order-66%")) == 1


def test_a_file_that_we_have_parsed_again_is_parsed_before_its_turn(airflow: Airflow, service: Service) -> None:
    if not airflow.since("2.10"):
        return
    before = airflow.rest.json("GET", "/dags/passes")["last_parsed_time"]
    service.graphql('mutation Reparse { reparseDag(dagId: "passes") { dagId } }')
    airflow.wait_until(
        lambda: airflow.rest.json("GET", "/dags/passes")["last_parsed_time"] != before, "the file to be parsed again"
    )


def test_a_variable_and_a_pool_that_we_write_are_read_by_airflow(airflow: Airflow, service: Service) -> None:
    service.graphql(
        """
        mutation Write {
          createPool(input: {name: "ours", slots: 3, description: "made by us"}) { name }
          setVariable(input: {key: "ours", value: "sealed", description: "made by us"}) { key }
        }
        """
    )
    pool, variable = airflow.rest.json("GET", "/pools/ours"), airflow.rest.json("GET", "/variables/ours")
    assert (pool["slots"], pool["description"]) == (3, "made by us")
    assert (variable["value"], variable["description"]) == ("sealed", "made by us")
    stored = airflow.sql("SELECT is_encrypted, val FROM variable WHERE key = 'ours'")[0]
    assert stored["is_encrypted"] is True
    assert "sealed" not in stored["val"]
