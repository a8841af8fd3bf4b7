"""The command `python -m tests.bench.lists`: what each list of the stable API costs, and a real Airflow 2.11."""

import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click
import psycopg
from rich.console import Console
from rich.table import Table
from sqlalchemy import make_url

from tests.bench.client import Client
from tests.bench.cpu import Meter
from tests.bench.databases import CACHE, PostgreSQLDatabases, UnsuitableServerError, opened
from tests.bench.launching import NotStartedError, environment, free_port, launch, stop, wait_for
from tests.bench.measuring import DifferentError, Measured, Started, measure
from tests.bench.peers.airflow_server import AirflowServer
from tests.bench.subject import Asking, Place, Running, Subject
from tests.bench.table import number
from tests.graph.furnishing import furnish
from tests.graph.multiplying import multiply
from tests.live.configuration import FERNET_KEY
from tests.people import staff
from tests.stores import PostgreSQLStore
from tests.world import World

MINOR, VERSION = "2.11", "2.11.2"
MANY = 100
"""How many there are of everything, which fills a page."""

_RUN = "/dags/etl/dagRuns/r1"
_DAGS = ",".join(f"more{number}" for number in range(MANY))
LISTS = (
    "/dags",
    "/dags/nested_groups/tasks",
    f"/dagStats?dag_ids={_DAGS}",
    "/dagWarnings",
    "/importErrors",
    "/eventLogs",
    "/dags/etl/dagRuns",
    "/dags/~/dagRuns",
    f"{_RUN}/taskInstances",
    "/dags/~/dagRuns/~/taskInstances",
    "/dags/mapped/dagRuns/m/taskInstances/double/listMapped",
    "/dags/described/dagRuns/d/taskInstances/shown/tries",
    f"{_RUN}/taskInstances/load/xcomEntries",
    f"{_RUN}/upstreamDatasetEvents",
    "/datasets",
    "/datasets/events",
    "/dags/idle/datasets/queuedEvent",
    "/datasets/queuedEvent/s3%3A%2F%2Fbucket%2Fraw",
    "/connections",
    "/pools",
    "/variables",
    "/users",
    "/roles",
    "/permissions",
)
_TOKEN = "the-bench-may-do-everything"
# What opens, ends and prepares a transaction, and what a pool asks to see whether a connection lives.
_ASIDE = re.compile(r"(BEGIN|COMMIT|ROLLBACK|SET|SHOW|DISCARD|DEALLOCATE|SELECT 1$|SELECT pg_)")
_RAN = re.compile(r"(\w+)\|LOG:  (?:statement|execute [^:]*): *(.*)")


@dataclass(frozen=True)
class Served:
    """A server that runs, and the user as whom it asks the database."""

    started: Started
    user: str


@dataclass(frozen=True)
class Cost:
    """What one list costs one server."""

    measured: Measured
    statements: int


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("-l", "--list", "chosen", multiple=True, metavar="TEXT", help="Only lists with this in it; repeatable.")
@click.option(
    "--rounds", type=click.IntRange(1, 101), default=5, show_default=True, help="Rounds, of which the median."
)
@click.option("--seconds", type=click.FloatRange(0.02, 60), default=0.3, show_default=True, help="How long in a round.")
def main(chosen: tuple[str, ...], rounds: int, seconds: float) -> None:
    """Measure every list of /api/v1 with a hundred rows: CPU time per request, server and database, and statements.

    Airflow 2.11 is installed from PyPI, and asked without authentication; ours with a token. Both read one database.
    """
    lists = [path for path in LISTS if not chosen or any(text in path for text in chosen)]
    if not lists:
        raise click.BadParameter(f"There are: {', '.join(LISTS)}.", param_hint="--list")
    if missing := AirflowServer(VERSION).missing():
        raise click.ClickException(missing)
    console = Console(width=None if sys.stdout.isatty() else 150)
    folder = CACHE / "lists"
    # What an earlier run left there, its logs beside it.
    shutil.rmtree(folder, ignore_errors=True)
    try:
        with opened("postgresql", folder=folder) as databases:
            assert isinstance(databases, PostgreSQLDatabases)
            with _started(databases, lists, folder) as running:
                for path in lists:
                    _compare(running, path)
                statements = {
                    (each.started.subject.name, path): _statements(databases.server, each, path)
                    for each in running
                    for path in lists
                }
                measured = measure([each.started for each in running], lists, rounds=rounds, seconds=seconds)
    except (UnsuitableServerError, NotStartedError, DifferentError) as error:
        raise click.ClickException(str(error)) from None
    costs = {
        (each.subject.name, each.workload): Cost(each, statements[each.subject.name, each.workload])
        for each in measured
    }
    console.print(_table([(path, costs["ours", path], costs["airflow", path]) for path in lists]))


@contextmanager
def _started(databases: PostgreSQLDatabases, lists: list[str], folder: Path) -> Iterator[list[Served]]:
    """Start both servers on a database with many of everything."""
    url = PostgreSQLStore(databases.server).database(MINOR)
    _fill(url)
    subjects = (
        Subject("ours", "airflow-graph", _start, {}),
        Subject("airflow", f"Airflow {VERSION}", AirflowServer(VERSION).start, {}),
    )
    with ExitStack() as stack:
        found = []
        for subject in subjects:
            own = folder / subject.name
            own.mkdir(parents=True, exist_ok=True)
            place = Place(databases.own(url, subject.name), MINOR, own)
            running = subject.start(place)
            stack.callback(stop, running.processes)
            client = Client(running.address, running.headers)
            stack.callback(client.close)
            askings: dict[str, Asking] = {path: partial(client.get, _address(path)) for path in lists}
            meter = Meter(running, partial(databases.backends, subject.name))
            found.append(Served(Started(subject, meter, askings), str(make_url(place.url).username)))
        yield found


def _fill(url: str) -> None:
    world = World.open(url, MINOR)
    try:
        multiply(staff(furnish(world)), range(MANY))
        # Of another key than the one that both servers have here.
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DELETE FROM variable WHERE is_encrypted")
            connection.execute("DELETE FROM connection WHERE is_encrypted OR is_extra_encrypted")
            # What Airflow's own list fails at: a pool without a limit, a task instance of no account.
            connection.execute("DELETE FROM slot_pool WHERE slots < 0")
            for table in ("task_instance", "task_instance_history"):
                connection.execute(f"UPDATE {table} SET unixname = 'airflow' WHERE unixname IS NULL".encode())
            connection.execute("VACUUM ANALYZE")
    finally:
        world.close()


def _start(place: Place) -> Running:
    """Start our server, for somebody who may read everything."""
    port = free_port()
    told = environment(
        AIRFLOW_GRAPH_TOKENS=f"bench:admin:{_TOKEN}",
        AIRFLOW_GRAPH_AIRFLOW_HOME=str(place.folder),
        AIRFLOW_GRAPH_FERNET_KEY=FERNET_KEY,
        AIRFLOW_GRAPH_RATE="0",
    )
    command = [sys.executable, "-m", "graph", "serve", "--db", place.url, "--port", str(port)]
    process = launch(command, place.folder, env=told)
    address = f"http://127.0.0.1:{port}"
    wait_for(f"{address}/health", process, place.folder / "server.log")
    return Running(address, (process,), {"Authorization": f"Bearer {_TOKEN}"})


def _address(path: str) -> str:
    return f"/api/v1{path}"


def _compare(running: list[Served], path: str) -> None:
    """Raise DifferentError unless both tell as many rows of as many."""
    ours, theirs = (_rows(each.started.askings[path]()) for each in running)
    if ours != theirs:
        raise DifferentError(f"{path}: {ours} and {theirs} (rows, and the total).")


def _rows(answer: Any) -> tuple[int, object]:
    [rows] = [value for value in answer.values() if isinstance(value, list)]
    return len(rows), answer.get("total_entries")


def _statements(server: str, each: Served, path: str) -> int:
    """Return how many statements an answer takes, transactions' own left out, as the database's log tells."""
    with _logging(server) as since:
        each.started.askings[path]()
        told = [ran for line in since() if (ran := _RAN.match(line))]
    return sum(ran[1] == each.user and not _ASIDE.match(ran[2]) for ran in told)


@contextmanager
def _logging(server: str) -> Iterator[Callable[[], list[str]]]:
    """Have the database log all statements, and return what reads the lines that were logged since."""
    with psycopg.connect(server, autocommit=True) as connection:
        folder = connection.execute("SHOW data_directory").fetchone()
        assert folder is not None
        log = Path(folder[0]) / "log"
        for name, value in (("log_statement", "all"), ("log_line_prefix", "%u|")):
            connection.execute(f"ALTER SYSTEM SET {name} = '{value}'".encode())
        connection.execute("SELECT pg_reload_conf()")
        time.sleep(0.3)
        before = log.stat().st_size

        def since() -> list[str]:
            time.sleep(0.1)
            return log.read_bytes()[before:].decode(errors="replace").splitlines()

        yield since
        connection.execute("ALTER SYSTEM RESET ALL")
        connection.execute("SELECT pg_reload_conf()")
        time.sleep(0.3)


def _table(told: list[tuple[str, Cost, Cost]]) -> Table:
    table = Table(box=None, padding=(0, 1), pad_edge=False)
    table.add_column("list", no_wrap=True, max_width=62)
    for heading in ("ours, CPU ms", f"Airflow {VERSION}", "factor", "statements", "Airflow's"):
        table.add_column(heading, justify="right", no_wrap=True)
    for path, ours, theirs in told:
        factor = theirs.measured.ratio(ours.measured)
        costs = (number(ours.measured.total), number(theirs.measured.total), f"{factor:.1f}")
        table.add_row(path.partition("?")[0], *costs, str(ours.statements), str(theirs.statements))
    return table


if __name__ == "__main__":
    sys.exit(main())
