"""The hand-written forms, as they are measured."""

import sys
from functools import partial
from urllib.parse import urlencode

from tests.bench.client import Client
from tests.bench.launching import free_port, launch, wait_for
from tests.bench.seed import NOW
from tests.bench.subject import Asking, Place, Prepare, Running, Scenario, Subject

_FORMS = {"rows": "rows + orjson", "json": "one JSON statement"}
_POSTGRESQL = {"psycopg-threads": "psycopg, threads", "psycopg-loop": "psycopg, async", "asyncpg": "asyncpg"}


def subjects(kind: str) -> list[Subject]:
    """Return all forms for a kind of database."""
    drivers = _POSTGRESQL if kind == "postgresql" else {"sqlite3": "sqlite3"}
    return [
        Subject(
            f"hand_{driver.replace('-', '_')}_{form}",
            f"by hand: {title}, {_FORMS[form]}",
            partial(_start, driver, form),
            _ASKS,
            limit=True,
        )
        for driver, title in drivers.items()
        for form in _FORMS
    ]


def _start(driver: str, form: str, place: Place) -> Running:
    port = free_port()
    options = {"--driver": driver, "--form": form, "--db": place.url, "--airflow": place.airflow, "--port": str(port)}
    command = [sys.executable, "-m", "tests.bench.handwritten", *(word for pair in options.items() for word in pair)]
    process = launch(command, place.folder)
    wait_for(f"http://127.0.0.1:{port}/", process, place.folder / "server.log")
    return Running(f"http://127.0.0.1:{port}", (process,))


def _asking(client: Client, name: str, **told: object) -> Asking:
    path = f"/{name}?{urlencode(told)}"
    return lambda: client.get(path)


def _grid(client: Client, asked: Scenario) -> Asking:
    return _asking(client, "W1", dags=asked.dags, runs=asked.runs, tasks=asked.tasks)


def _home(client: Client, asked: Scenario) -> Asking:
    return _asking(client, "W2", dags=asked.home_dags)


def _runs(client: Client, asked: Scenario) -> Asking:
    return _asking(client, "W3", dagId=asked.dag_id, page=asked.page)


def _instances(client: Client, asked: Scenario) -> Asking:
    return _asking(client, "W4", dagId=asked.wide_dag_id, runId=asked.wide_run_id, limit=100)


def _deep(client: Client, asked: Scenario) -> Asking:
    beginning = f"{NOW.isoformat()}|0"
    first = client.get(f"/W5?{urlencode({'page': asked.depth, 'after': beginning})}")
    assert isinstance(first, dict)
    path = f"/W5?{urlencode({'page': asked.page, 'after': first['endCursor']})}"

    def ask() -> object:
        answer = client.get(path)
        assert isinstance(answer, dict)
        del answer["endCursor"]
        return answer

    return ask


_ASKS: dict[str, Prepare] = {"W1": _grid, "W2": _home, "W3": _runs, "W4": _instances, "W5": _deep}
