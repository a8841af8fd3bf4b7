"""This project's own server, as it is deployed: a process of its own, authentication on."""

import sys

from tests.bench.launching import environment, free_port, launch, wait_for
from tests.bench.subject import Place, Running, Subject
from tests.bench.workloads import graphql, rest

_TOKEN = "the-bench-may-read"


def subject() -> Subject:
    """Return it."""
    return Subject("ours", "airflow-graph", _start, graphql() | {"W4": rest("/api/v1")})


def _start(place: Place) -> Running:
    port = free_port()
    told = environment(
        AIRFLOW_GRAPH_TOKENS=f"bench:viewer:{_TOKEN}",
        AIRFLOW_GRAPH_PREPARED_STATEMENTS="true",
        AIRFLOW_GRAPH_AIRFLOW_HOME=str(place.folder),
        # What is measured is what a request costs, asked as often as it can be.
        AIRFLOW_GRAPH_RATE="0",
    )
    process = launch(
        [sys.executable, "-m", "graph", "serve", "--db", place.url, "--port", str(port)], place.folder, env=told
    )
    address = f"http://127.0.0.1:{port}"
    wait_for(f"{address}/health", process, place.folder / "server.log")
    return Running(address, (process,), {"Authorization": f"Bearer {_TOKEN}"})
