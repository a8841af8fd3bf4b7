"""Worlds for tests: each functional test runs on both generations, on SQLite and PostgreSQL, and some on MySQL."""

import os
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.http.graphiql import THEIRS
from graph.http.pages import STATIC
from tests.graph.chromium import Page, chromium
from tests.mysql_server import MySQLServer, NotThereError, can_be_had
from tests.skips import SWITCH, NoSkips
from tests.stores import MySQLStore, PostgreSQLStore, SQLiteStore, run_folder
from tests.world import World

os.environ.setdefault("XDG_RUNTIME_DIR", str(run_folder("runtime")))
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pgserver.postgres_server import get_server

MYSQL = os.environ.get("AIRFLOW_GRAPH_TEST_MYSQL")
"""The URL of a MySQL server on which databases may be made and dropped, or `own` for the one that tests start; where it
is set, every functional test runs on MySQL too, and otherwise those that are marked `mysql`."""

ON_MYSQL = ("2.11-mysql", "3.3-mysql")
KINDS = ("2.11-sqlite", "2.11-postgresql", "2.11-mysql", "3.3-sqlite", "3.3-postgresql", "3.3-mysql")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let real Airflows be chosen: `--airflow 2.9.3 --airflow 3.0.6`, or `--airflow all`."""
    parser.addoption(
        "--airflow",
        action="append",
        metavar="VERSION",
        help="a real Airflow to run the live tests on; 'all' for every pinned one",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Fail what is skipped, where everything must run."""
    if os.environ.get(SWITCH):
        config.pluginmanager.register(NoSkips(), "no skips")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave MySQL, which is slow to make and to empty, to the tests of what it does in its own way."""
    left = [] if MYSQL else [item for item in items if _is_on_mysql(item) and not item.get_closest_marker("mysql")]
    if left:
        config.hook.pytest_deselected(items=left)
        known = set(left)
        items[:] = [item for item in items if item not in known]


def _is_on_mysql(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    values = callspec.params.values() if callspec else ()
    return any(isinstance(value, str) and value in ON_MYSQL for value in values)


@pytest.fixture(scope="session")
def sqlite_store() -> Iterator[SQLiteStore]:
    """Return where fresh SQLite databases come from."""
    folder = run_folder("sqlite")
    yield SQLiteStore(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_store() -> Iterator[PostgreSQLStore]:
    """Return where fresh PostgreSQL databases come from: one server for the whole session."""
    server = get_server(run_folder("postgresql"), cleanup_mode="delete")
    url = server.get_uri().replace("postgres:@", "postgres@")
    store = PostgreSQLStore(url)
    store.hurry()
    yield store
    server.cleanup()


@pytest.fixture(scope="session")
def mysql_store() -> Iterator[MySQLStore]:
    """Return where fresh MySQL databases come from: the server that the environment names, or one of our own."""
    if MYSQL not in (None, "own"):
        store = MySQLStore(MYSQL)
        yield store
        store.clean()
        return
    if not can_be_had():
        pytest.skip("needs a MySQL server: Debian's apt-get and keyring, or AIRFLOW_GRAPH_TEST_MYSQL=mysql://...")
    try:
        server = MySQLServer(run_folder("mysql"))
    except NotThereError as error:
        pytest.skip(str(error))
    yield MySQLStore(server.url)
    server.stop()


def open_world(request: pytest.FixtureRequest, kind: str) -> World:
    """Return an empty world of a kind such as `3.3-sqlite`, in which requests may cost whatever they do."""
    minor, backend = kind.split("-")
    store = request.getfixturevalue(f"{backend}_store")
    return World.open(store.database(minor), minor, max_cost=0).lent_by(store)


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Return an empty world: each test runs once per generation and database."""
    made = open_world(request, request.param)
    yield made
    made.close()


@pytest.fixture
def recordings() -> Path:
    """Return where the recorded schemas and serialized DAGs are."""
    return Path(__file__).parent / "databases"


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """Return a page of a real browser."""
    if not all((STATIC / name).is_file() for name in THEIRS):
        pytest.skip("GraphiQL's assets are not here: run `pip install -e .` where npm's registry can be reached")
    with chromium(tmp_path) as page:
        yield page
