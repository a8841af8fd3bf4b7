"""A database that is not Airflow's, one of an unknown version, one that cannot be reached: told, never a trace."""

import shutil
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from graph.__main__ import main
from graph.types.base import entity_of
from graph.types.dag import DAG
from resolvers.airflow_config import AirflowConfig
from resolvers.binding import Column
from resolvers.errors import Invalid, Problem, Unavailable, Unsupported
from resolvers.metadata.engine import write_transaction
from resolvers.selection import Lookup, Selection, Wanted
from resolvers.service import Service
from resolvers.settings import load_settings
from tests.conftest import KINDS, open_world
from tests.stores import PostgreSQLStore, SQLiteStore, run_folder
from tests.world import World


def opened(url: str, **settings: object) -> Service:
    """Open a service over a database, as `serve` does."""
    return Service.open(load_settings(database=url, **settings), AirflowConfig.discover(environ={}), url)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return an empty folder."""
    made = run_folder("strange")
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def strange(folder: Path, sqlite_store: SQLiteStore, postgresql_store: PostgreSQLStore) -> dict[str, tuple[str, type]]:
    """Return databases that are not Airflow's, each with what is wrong with it."""
    (folder / "text.db").write_text("This is no database, but it is long enough to look like one.\n" * 20)
    (folder / "empty.db").touch()
    with closing(sqlite3.connect(folder / "shop.db")) as connection:
        connection.execute("CREATE TABLE dag (dag_id TEXT)")
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
    old = sqlite_store.database("2.9")
    with closing(sqlite3.connect(old.removeprefix("sqlite:///"))) as connection:
        connection.execute("ALTER TABLE dag DROP COLUMN dag_display_name")
        connection.execute("UPDATE alembic_version SET version_num = '10b52ebd31f7'")
        connection.commit()
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        closed = listening.getsockname()[1]
    server = postgresql_store.server
    elsewhere = server.replace("/postgres?", "/nope?")
    assert elsewhere != server
    return {
        "no file": (f"sqlite:///{folder}/nope.db", Unavailable),
        "a folder": (f"sqlite:///{folder}", Unavailable),
        "no database": (f"sqlite:///{folder}/text.db", Unavailable),
        "an empty one": (f"sqlite:///{folder}/empty.db", Unsupported),
        "another's": (f"sqlite:///{folder}/shop.db", Unsupported),
        "an older Airflow's": (old, Unsupported),
        "an empty one of PostgreSQL": (server, Unsupported),
        "none of that name": (elsewhere, Unavailable),
        "a closed port": (f"postgresql://airflow:s3cret@127.0.0.1:{closed}/airflow", Unavailable),
        "no host": ("postgresql://airflow:s3cret@no-such-host.invalid/airflow", Unavailable),
        "no such backend": ("oracle://airflow:s3cret@localhost/airflow", Unsupported),
        "no address": ("what is this?", Invalid),
    }


def test_a_strange_database_is_told_with_what_to_do(strange: dict[str, tuple[str, type[Problem]]]) -> None:
    for what, (url, kind) in strange.items():
        with pytest.raises(Problem) as caught:
            opened(url)

        assert type(caught.value) is kind, (what, caught.value)
        assert caught.value.detail, what
        assert caught.value.hint, what
        assert "s3cret" not in f"{caught.value.detail}{caught.value.hint}", what


def test_serve_ends_with_the_same_words_and_without_a_trace(strange: dict[str, tuple[str, type[Problem]]]) -> None:
    for what, (url, _) in strange.items():
        told = CliRunner().invoke(main, ["serve", "--anonymous", "viewer", "--db", url])

        assert told.exit_code == 2, (what, told.output)
        assert told.output.startswith("Error: "), what
        assert "Traceback" not in told.output, what
        assert "s3cret" not in told.output, what
        assert isinstance(told.exception, SystemExit), what


def test_check_says_what_is_missing(strange: dict[str, tuple[str, type[Problem]]]) -> None:
    for what, (url, _) in strange.items():
        told = CliRunner().invoke(main, ["check", "--db", url])

        assert told.exit_code in (1, 2), (what, told.output)
        assert isinstance(told.exception, SystemExit), (what, told.exception)
        assert "s3cret" not in told.output, what


@pytest.fixture(params=KINDS)
def unknown(request: pytest.FixtureRequest) -> Iterator[World]:
    """Return a world whose migration nobody knows."""
    made = open_world(request, request.param)
    made.dag("etl", {"a": []})
    made.run("etl")
    with write_transaction(made.service.engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'ffffffffffff'")
    made.service.close()
    strange = World(opened(made.url), made.url, made.at_close)
    yield strange
    strange.close()


def test_a_database_of_an_unknown_migration_is_read(unknown: World) -> None:
    told = unknown.data(
        """{ deployment { airflowVersion migration isKnown }
             dag(dagId: "etl") { tasks { taskId } runs { nodes { runId state } } } }"""
    )

    assert told["deployment"]["migration"] == "ffffffffffff"
    assert told["deployment"]["isKnown"] is False
    # The columns tell: 2.10.3 and 2.11 look alike.
    assert told["deployment"]["airflowVersion"] in ("2.10", "3.3")
    assert told["dag"] == {
        "tasks": [{"taskId": "a"}],
        "runs": {"nodes": [{"runId": "run", "state": "SUCCESS"}]},
    }


def test_a_database_of_an_unknown_migration_is_not_written_to(unknown: World) -> None:
    for document in (
        'mutation { pauseDag(dagId: "etl") { isPaused } }',
        'mutation { createPool(input: {name: "p", slots: 1}) { name } }',
        'mutation { triggerDag(input: {dagId: "etl"}) { dagRun { runId } } }',
        'mutation { deleteDagRun(dagId: "etl", runId: "run") }',
    ):
        told = unknown.graph(document)

        assert [error["extensions"]["code"] for error in told["errors"]] == ["UNSUPPORTED"], document
        assert "AIRFLOW_GRAPH_UNKNOWN_MIGRATION_WRITES" in told["errors"][0]["extensions"]["hint"]
    assert unknown.rows("dag", "is_paused") == [{"is_paused": False}]
    assert unknown.rows("dag_run", "run_id") == [{"run_id": "run"}]
    assert len(unknown.rows("pool", "pool")) == 1
    assert unknown.rows("log", "event") == []


def test_a_setting_lets_it_be_written_to(unknown: World) -> None:
    daring = World(opened(unknown.url, unknown_migration_writes=True), unknown.url)
    try:
        told = daring.data('mutation { pauseDag(dagId: "etl") { isPaused } }')
    finally:
        daring.close()

    assert told["pauseDag"] == {"isPaused": True}


@pytest.mark.parametrize("world", ["2.11-postgresql", "3.3-postgresql"], indirect=True)
def test_a_database_that_goes_away_is_told_and_found_again(postgresql_store: PostgreSQLStore, world: World) -> None:
    world.dag("etl")
    name = world.service.engine.url.database
    assert world.data('{ dag(dagId: "etl") { dagId } }')
    with psycopg.connect(postgresql_store.server, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'.encode())
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        gone = world.graph('{ dag(dagId: "etl") { dagId } dags { totalCount } }')
        reachable = world.service.is_reachable()
        changed = world.graph('mutation { pauseDag(dagId: "etl") { dagId } }')
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'.encode())

    assert [error["extensions"]["code"] for error in gone["errors"]] == ["UNAVAILABLE"] * 2
    assert not reachable
    assert [error["extensions"]["code"] for error in changed["errors"]] == ["UNAVAILABLE"]
    assert world.data('{ dag(dagId: "etl") { isPaused } }') == {"dag": {"isPaused": False}}


@pytest.mark.parametrize("world", ["2.11-postgresql", "3.3-postgresql"], indirect=True)
def test_a_connection_that_is_cut_between_two_reads_is_told(postgresql_store: PostgreSQLStore, world: World) -> None:
    wanted = Lookup(Selection(entity_of(DAG), (Wanted("dagId", Column("dag_id")),)), ({"dag_id": "etl"},))
    world.dag("etl")
    with world.service.session(world.actor()) as session:
        assert session.read(wanted).written() == [{"dagId": "etl"}]
        with psycopg.connect(postgresql_store.server, autocommit=True) as connection:
            name = world.service.engine.url.database
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        with pytest.raises(Unavailable):
            session.read(wanted)

        assert session.read(wanted).written() == [{"dagId": "etl"}]


@pytest.mark.parametrize("world", ["2.11-postgresql", "3.3-postgresql"], indirect=True)
def test_a_statement_that_takes_too_long_is_given_up_and_the_rest_answered(world: World) -> None:
    hurried = World(opened(world.url, statement_timeout=0.3), world.url)
    try:
        with write_transaction(world.service.engine) as connection:
            connection.exec_driver_sql("LOCK TABLE dag_run IN ACCESS EXCLUSIVE MODE")
            told = hurried.graph("{ dagRuns { nodes { runId } } pools { totalCount } }")
    finally:
        hurried.close()

    assert [error["extensions"]["code"] for error in told["errors"]] == ["TOO_EXPENSIVE"]
    assert told["data"] == {"dagRuns": None, "pools": {"totalCount": 1}}


def test_a_value_of_a_newer_airflow_hides_no_other(world: World) -> None:
    world.dag("etl")
    world.run("etl")
    for task_id, state in {"a": "success", "b": "hibernating", "c": None}.items():
        world.task_instance("etl", "run", task_id, state)

    told = world.graph("{ taskInstances { nodes { taskId state } } }")

    assert told["data"]["taskInstances"]["nodes"] == [
        {"taskId": "a", "state": "SUCCESS"},
        {"taskId": "b", "state": None},
        {"taskId": "c", "state": None},
    ]
    (error,) = told["errors"]
    assert error["path"] == ["taskInstances", "nodes", 1, "state"]
    assert "hibernating" in error["message"]
    assert error["extensions"]["code"] == "UNSUPPORTED"
    assert "newer Airflow" in error["extensions"]["hint"]
