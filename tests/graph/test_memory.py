"""The most that an answer may take: whoever asks for more is refused before the process has grown by it."""

import json
import subprocess
import sys
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from tests.stores import PostgreSQLStore
from tests.world import World

pytestmark = pytest.mark.slow

MINORS = ("2.11", "3.3")

LONG = 1_000_000
"""Characters of a configuration, of which there are three times as many as may be read."""

BOUND = 400
"""Megabytes by which a process may grow: some times what may be read. Without a limit it grows by 1,160."""


@pytest.fixture(scope="module", params=MINORS)
def filled(request: pytest.FixtureRequest, postgresql_store: PostgreSQLStore) -> tuple[str, str]:
    """Return the URL of a database with 300 runs of long configurations and 60,000 others, and its Airflow."""
    minor: str = request.param
    url = postgresql_store.database(minor)
    world = World.open(url, minor)
    world.dag("long")
    world.dag("short")
    world.run("long", conf={"text": "x" * LONG})
    world.run("short")
    world.close()
    with psycopg.connect(make_url(url).render_as_string(hide_password=False), autocommit=True) as connection:
        _multiply(connection, "long", 300)
        _multiply(connection, "short", 60_000)
        connection.execute("VACUUM ANALYZE dag_run")
    return url, minor


def _multiply(connection: psycopg.Connection, dag_id: str, times: int) -> None:
    found = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'dag_run' AND column_name <> 'id'"
    )
    other = {"run_id": "run_id || n"} | {
        date: f"{date} + n * interval '1 minute'" for date in ("run_after", "logical_date", "execution_date")
    }
    columns = {str(name): other.get(name) or str(name) for (name,) in found}
    connection.execute(
        f"INSERT INTO dag_run ({', '.join(columns)}) SELECT {', '.join(columns.values())} "
        f"FROM dag_run, generate_series(1, {times - 1}) AS n WHERE dag_id = '{dag_id}'".encode()
    )


def _asked(filled: tuple[str, str], document: str) -> Any:
    url, minor = filled
    command = [sys.executable, "-m", "tests.graph.peak", url, minor, document]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    return json.loads(told.stdout)


def test_more_bytes_than_may_be_read_are_refused_while_they_arrive(filled: tuple[str, str]) -> None:
    told = _asked(filled, '{ dagRuns(first: 1000, filter: {dagId: ["long"]}) { nodes { runId conf } } }')

    assert told["codes"] == ["TOO_EXPENSIVE"]
    assert told["hints"] == ["Ask for smaller pages, or leave out fields such as `conf`."]
    assert told["data"] == {"dagRuns": None}
    assert told["megabytes"] < BOUND


def test_more_rows_than_may_be_read_are_refused_before_they_are(filled: tuple[str, str]) -> None:
    lists = " ".join(
        f"a{at}: dags(first: {1000 - at}) {{ nodes {{ runs(first: {1000 - at}) {{ nodes {{ runId state startedAt "
        f"taskInstances(first: 1000) {{ nodes {{ taskId state }} }} }} }} }} }}"
        for at in range(48)
    )
    told = _asked(filled, f"{{ {lists} }}")

    assert set(told["codes"]) == {"TOO_EXPENSIVE"}
    assert told["megabytes"] < BOUND


def test_a_document_may_ask_again_after_it_was_refused(filled: tuple[str, str]) -> None:
    told = _asked(
        filled,
        '{ long: dagRuns(first: 1000, filter: {dagId: ["long"]}) { nodes { conf } } '
        "dags(first: 1) { nodes { dagId } } }",
    )

    assert told["codes"] == ["TOO_EXPENSIVE"]
    assert told["data"] == {"long": None, "dags": {"nodes": [{"dagId": "long"}]}}


def test_a_list_that_may_be_read_is(filled: tuple[str, str]) -> None:
    told = _asked(filled, '{ dagRuns(first: 3, filter: {dagId: ["long"]}) { nodes { conf } } }')

    assert told["codes"] == []
    assert [len(run["conf"]["text"]) for run in told["data"]["dagRuns"]["nodes"]] == [LONG] * 3
