"""How the metadata database is opened, and the two kinds of transaction that it is asked in."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from resolvers.errors import Unavailable, Unsupported
from resolvers.metadata.address import Address, address_of
from resolvers.metadata.failures import as_problem, is_transient, translated
from resolvers.metadata.lending import LendingPool
from resolvers.metadata.terms import MYSQL, TERMS, PostgresTerms, sqlite_terms
from resolvers.settings import Settings

__all__ = ["as_problem", "is_transient", "open_engine", "read_snapshot", "write_transaction"]

# Seconds after which a connection is replaced, before firewalls forget it.
_LIFETIME = 1800
_CONNECT_TIMEOUT = 10

# The execution option that says which transaction a connection begins: "read", "write", or plain.
_PURPOSE = "airflow_graph_purpose"


def open_engine(database: str | URL | Address, settings: Settings, *, schema: str | None = None) -> Engine:
    """Return an engine for the database, whichever driver its URL names; nothing is connected yet.

    `schema` is where PostgreSQL keeps Airflow's tables, if not on the user's search path (Airflow's
    `[database] sql_alchemy_schema`).

    Raises Invalid for what is no URL, Unsupported for a backend that Airflow does not run on, and
    Unavailable when a SQLite file does not exist: it is never created.
    """
    address = database if isinstance(database, Address) else address_of(database)
    if address.backend == "postgresql":
        return _postgresql(address, settings, schema)
    return _mysql(address, settings) if address.backend == "mysql" else _sqlite(address, settings)


@contextmanager
def read_snapshot(engine: Engine) -> Iterator[Connection]:
    """One read-only transaction in which every statement sees the database as it was at the first.

    Raises Unavailable when the database cannot be reached, TooExpensive when a statement takes longer
    than `statement_timeout`.
    """
    with translated(), _begun(engine, "read") as connection:
        yield connection
        connection.commit()


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction that is committed when its body ends, and undone when it raises.

    READ COMMITTED, as Airflow's own, and it waits for locks no longer than `lock_timeout`. Trying again
    after a collision is the caller's part: `is_transient` says when that may help.
    """
    with translated(), _begun(engine, "write") as connection:
        yield connection
        connection.commit()


@contextmanager
def _begun(engine: Engine, purpose: str) -> Iterator[Connection]:
    try:
        connection = _begin(engine, purpose)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        # The server had closed this connection while it lay in the pool, which has now dropped all of
        # its age. Trying once more costs less than asking each connection first whether it is alive.
        connection = _begin(engine, purpose)
    with connection:
        yield connection


def _begin(engine: Engine, purpose: str) -> Connection:
    connection = engine.connect().execution_options(**{_PURPOSE: purpose})
    try:
        connection.begin()
    except BaseException:
        connection.close()
        raise
    return connection


def _pool(settings: Settings) -> dict[str, Any]:
    return {
        "poolclass": LendingPool,
        "pool_size": settings.pool_size,
        "max_overflow": 0,
        "pool_timeout": settings.pool_timeout,
        "pool_recycle": _LIFETIME,
        # The connection that was used last knows the most statements.
        "pool_use_lifo": True,
        # Statements in error messages without their values, which may be anybody's secrets.
        "hide_parameters": True,
    }


def _begin_as_agreed(engine: Engine) -> None:
    """Let our statements begin the transaction instead of the driver, which is in autocommit mode."""

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        for statement in connection.info[TERMS].begin(connection.get_execution_options().get(_PURPOSE)):
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def _postgresql(address: Address, settings: Settings, schema: str | None) -> Engine:
    defaults = {
        "application_name": "airflow-graph",
        "connect_timeout": _CONNECT_TIMEOUT,
        # A network that went away is noticed within a minute, not after the hours that kernels wait.
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
    }
    engine = create_engine(
        address.url,
        connect_args={
            **{name: value for name, value in defaults.items() if name not in address.url.query},
            "autocommit": True,
            # Its way of undoing a transaction would make the server forget what the channels prepared.
            "prepare_threshold": None,
        },
        use_native_hstore=False,
        **_pool(settings),
    )
    quote = engine.dialect.identifier_preparer.quote_identifier
    terms = PostgresTerms(settings, quote(schema) if schema else None)

    @event.listens_for(engine, "connect")
    def on_connect(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        entry.info[TERMS] = terms.of(cast("psycopg.Connection", connection))

    _begin_as_agreed(engine)
    return engine


def _mysql(address: Address, settings: Settings) -> Engine:
    # MySQL has no SET LOCAL: the session is told once, when it is opened.
    session = (
        "SET time_zone = '+00:00', transaction_isolation = 'READ-COMMITTED', "
        f"max_execution_time = {round(settings.statement_timeout * 1000)}, "
        f"innodb_lock_wait_timeout = {max(1, round(settings.lock_timeout))}"
    )
    defaults = {} if "connect_timeout" in address.url.query else {"connect_timeout": _CONNECT_TIMEOUT}
    try:
        engine = create_engine(
            address.url,
            connect_args={**defaults, **address.options, "autocommit": True, "init_command": session},
            **_pool(settings),
        )
    except ModuleNotFoundError:
        raise Unsupported(
            "The database is MySQL, and its driver is not installed.",
            hint="Install it: pip install 'airflow-graph[mysql]'.",
        ) from None

    @event.listens_for(engine, "connect")
    def on_connect(_: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        entry.info[TERMS] = MYSQL

    _begin_as_agreed(engine)
    return engine


def _sqlite(address: Address, settings: Settings) -> Engine:
    path = Path(address.url.database or "")
    if not path.is_file():
        raise Unavailable(
            f"There is no SQLite file {path}.",
            hint="Check the path; `airflow db migrate` creates the file, this service never does.",
        )
    wait = float(str(address.url.query.get("timeout", settings.lock_timeout)))

    def connect() -> sqlite3.Connection:
        # mode=rw: a file that vanished is an error, not an empty database. No isolation level: sqlite3
        # begins nothing of its own accord, on any Python; its commit and rollback still end what we begin.
        return sqlite3.connect(
            f"file:{quote(str(path))}?mode=rw",
            uri=True,
            timeout=wait,
            isolation_level=None,
            check_same_thread=False,
        )

    engine = create_engine(address.url, creator=connect, **_pool(settings))

    @event.listens_for(engine, "connect")
    def on_connect(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        entry.info[TERMS] = sqlite_terms(connection, settings)

    @event.listens_for(engine, "before_cursor_execute")
    def on_execute(connection: Connection, *_: object) -> None:
        connection.info[TERMS].deadline.start()

    _begin_as_agreed(engine)
    return engine
