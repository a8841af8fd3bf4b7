"""Our /api/experimental over the metadata of a real Airflow 2.11 answers what its own /api/experimental answers."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from .airflow import PATIENCE, Airflow
from .configuration import PASSWORD, USER
from .serving import Service

pytestmark = [pytest.mark.live, pytest.mark.timeout(PATIENCE)]
VERSIONS = "2.11."
"""The last that has one; earlier ones print other attributes."""

AT = "/api/experimental"
DATES = ("2026-01-05", "2026-W02", "garbage", "2024-01-01/2024-01-02", "0001-01-01", "2026-01-05T00:00:00+02:00")


@pytest.fixture(scope="session")
def both(lived: Airflow) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    """Return a client of theirs and one of ours, who may do everything."""
    service = Service(
        lived, settings={"AIRFLOW_GRAPH_DIALECTS": "experimental", "AIRFLOW_GRAPH_AIRFLOW_VERSION": lived.version}
    )
    try:
        with (
            httpx.Client(base_url=lived.server_url, auth=(USER, PASSWORD), timeout=60, trust_env=False) as theirs,
            service.client() as ours,
        ):
            yield theirs, ours
    finally:
        service.stop()


def questions(airflow: Airflow) -> Iterator[str]:
    """Return what there is to be read: of every DAG and task, and of a run and a task instance of each in each state.

    Other tests leave hundreds of these, and the real one takes its time.
    """
    yield from ("/test", "/info", "/latest_runs", "/pools", "/pools/lane", "/pools/nope", "/dags/nope/paused/x/y")
    for row in airflow.sql("SELECT dag_id FROM dag"):
        yield from (f"/dags/{row['dag_id']}/{what}" for what in ("paused", "code", "dag_runs", "dag_runs?state=failed"))
    for row in airflow.sql("SELECT dag_id, max(execution_date) AS due FROM dag_run GROUP BY dag_id, state"):
        date = row["due"].isoformat().replace("+00:00", "Z")
        yield from (f"/dags/{row['dag_id']}/dag_runs/{date}", f"/lineage/{row['dag_id']}/{date}")
    for row in airflow.sql(
        "SELECT dag_id, task_id, max(execution_date) AS due FROM task_instance JOIN dag_run USING (dag_id, run_id) "
        "GROUP BY dag_id, task_id, task_instance.state"
    ):
        date = row["due"].isoformat().replace("+00:00", "Z")
        yield f"/dags/{row['dag_id']}/tasks/{row['task_id']}"
        yield f"/dags/{row['dag_id']}/dag_runs/{date}/tasks/{row['task_id']}"
    yield from (f"{path}/{date}" for path in ("/dags/passes/dag_runs", "/lineage/passes") for date in DATES)
    yield from ("/dags/nope/tasks/a", "/dags/passes/tasks/nope", "/dags/nope/code", "/dags/nope/dag_runs")


def test_all_that_can_be_read_reads_as_the_real_one_tells_it(
    history: Airflow, both: tuple[httpx.Client, httpx.Client]
) -> None:
    theirs, ours = both
    apart = {}
    asked = list(dict.fromkeys(questions(history)))
    for question in asked:
        expected, told = (told_by(client, question) for client in (theirs, ours))
        # Where the real one crashes, we refuse.
        if told != expected and not (expected[0] == 500 and 400 <= told[0] < 500):
            apart[question] = (expected, told)

    assert len(asked) > 100
    assert apart == {}


def told_by(client: httpx.Client, question: str) -> tuple[int, Any]:
    """Return the status and the body of an answer, without what chance decides: addresses, and the order of sets."""
    answer = client.get(AT + question)
    if answer.headers["content-type"].startswith("text/html"):
        return answer.status_code, answer.text if answer.is_success else ""
    told = answer.json()
    if question == "/latest_runs":
        told = sorted(told["items"], key=lambda run: str(run["dag_id"]))
    return answer.status_code, _settled(told)


def _settled(value: Any) -> Any:
    match value:
        case dict():
            return {name: _settled(inner) for name, inner in value.items()}
        case list():
            return [_settled(inner) for inner in value]
        case str():
            named = re.sub(r"0x[0-9a-f]+", "0x", value)
            return re.sub(r"\{([^{}:]*)\}", lambda inner: f"{{{', '.join(sorted(inner[1].split(', ')))}}}", named)
    return value
