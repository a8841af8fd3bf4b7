"""The ordinary server, as it is measured."""

import sys

from tests.bench.launching import environment, free_port, launch, wait_for
from tests.bench.subject import Place, Running, Subject
from tests.bench.workloads import graphql


def subject() -> Subject:
    """Return it: it answers the GraphQL documents, and has no REST dialect."""
    return Subject("strawberry", "Strawberry + ORM + DataLoader", _start, graphql("/"))


def _start(place: Place) -> Running:
    port = free_port()
    process = launch(
        [sys.executable, "-m", "tests.bench.ordinary", place.url, str(port)],
        place.folder,
        env=environment(BENCH_AIRFLOW=place.airflow),
    )
    wait_for(f"http://127.0.0.1:{port}/", process, place.folder / "server.log")
    return Running(f"http://127.0.0.1:{port}", (process,))
