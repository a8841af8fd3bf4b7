"""What `airflow-graph serve` says at its start, and when it refuses to start."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from graph.__main__ import main
from graph.serving import announcement
from tests.live.processes import free_port
from tests.stores import SQLiteStore
from tests.world import World

HERE = Path(__file__).parents[2]


def refused(*arguments: str, **environment: str) -> str:
    result = CliRunner().invoke(main, ["serve", *arguments], env=environment)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    return result.output


def test_without_a_way_to_authenticate_it_does_not_start(sqlite_store: SQLiteStore) -> None:
    told = refused("--db", sqlite_store.database("3.3"))

    assert "Nothing says how callers prove who they are." in told
    assert "AIRFLOW_GRAPH_TOKENS=name:role:token" in told


def test_an_early_dialect_is_a_way_in_only_with_the_secret_of_its_original(sqlite_store: SQLiteStore) -> None:
    dialects, url = "stable,clairvoyant", sqlite_store.database("3.3")
    secret = {"AIRFLOW__REST_API_PLUGIN__REST_API_PLUGIN_EXPECTED_HTTP_TOKEN": "hush"}

    assert "Nobody could authenticate." in refused("--db", url, AIRFLOW_GRAPH_DIALECTS=dialects)
    world = World.configured(url, "3.3", secret, dialects=dialects)
    told = announcement(world.service.settings, world.service, "a database")
    world.close()

    assert "callers    the secret of the dialect clairvoyant" in told
    assert "/admin/rest_api/" in told
    assert "hush" not in told


def test_anonymous_callers_are_let_in_from_this_machine_alone(sqlite_store: SQLiteStore) -> None:
    told = refused("--db", sqlite_store.database("3.3"), "--anonymous", "viewer", "--host", "192.0.2.1")

    assert "can be reached from other machines" in told


def test_malformed_tokens_are_refused_without_being_shown(sqlite_store: SQLiteStore) -> None:
    told = refused("--db", sqlite_store.database("3.3"), AIRFLOW_GRAPH_TOKENS="hush")

    assert "name:role:token" in told
    assert "hush" not in told


def test_a_setting_that_does_not_exist_is_told_with_the_one_that_was_meant(sqlite_store: SQLiteStore) -> None:
    told = refused("--db", sqlite_store.database("3.3"), AIRFLOW_GRAPH_TOKENZ="a:admin:t")

    assert "AIRFLOW_GRAPH_TOKENZ is no setting; is AIRFLOW_GRAPH_TOKENS meant?" in told


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_it_announces_what_it_serves_and_serves_it(sqlite_store: SQLiteStore, tmp_path: Path, workers: int) -> None:
    port = free_port()
    log = tmp_path / "log"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")},
        "AIRFLOW_GRAPH_TOKENS": "ada:admin:hush",
        "AIRFLOW_HOME": str(tmp_path),
    }
    command = [sys.executable, "-m", "graph", "serve", "--db", sqlite_store.database("2.11")]
    with log.open("w") as output:
        server = subprocess.Popen(
            [*command, "--port", str(port), "--workers", str(workers)],
            env=environment,
            stdout=output,
            stderr=output,
            cwd=HERE,
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            wait_for(client, server.poll)
            answer = client.post(
                "/graphql",
                json={"query": "{ deployment { airflowVersion } viewer { name } }"},
                headers={"Authorization": "Bearer hush"},
            )
            anonymous = client.post("/graphql", json={"query": "{ viewer { name } }"})
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)

    assert answer.json()["data"] == {"deployment": {"airflowVersion": "2.11"}, "viewer": {"name": "ada"}}
    assert (anonymous.status_code, anonymous.headers["www-authenticate"]) == (401, "Bearer")
    told = log.read_text()
    assert "Airflow    2.11" in told
    assert f"http://127.0.0.1:{port}/graphql" in told
    assert "as ada (admin)" in told
    assert "hush" not in told
    assert "Traceback" not in told


def wait_for(client: httpx.Client, ended: Callable[[], int | None]) -> None:
    for _ in range(300):
        assert ended() is None, "the server ended"
        try:
            if client.get("/health").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise AssertionError("the server did not answer within a minute")
