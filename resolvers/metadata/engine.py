"""How the metadata database is opened, and the two kinds of transaction that it is asked in.

A transaction begins by one statement of ours, which carries all that the session must know (isolation,
time zone, timeouts) and nothing that outlives it: so a pooler that hands each transaction to another
server connection, as PgBouncer's transaction mode does, changes nothing.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from resolvers.errors import Unavailable, Unsupported
from resolvers.metadata.address import Address, address_of
from resolvers.metadata.failures import as_problem, is_transient
from resolvers.settings import Settings

__all__ = ["as_problem", "is_transient", "open_engine", "read_snapshot", "write_transaction"]

# Seconds after which a connection is replaced, before firewalls forget it.
_LIFETIME = 1800
_CONNECT_TIMEOUT = 10

# The execution option that says which transaction a connection begins: "read", "write", or plain.
_PURPOSE = "airflow_graph_purpose"

# SQLite asks whether to go on after so many steps of its machine: some milliseconds.
_STEPS = 20_000


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
    with _translated(), _begun(engine, "read") as connection:
        yield connection
        # Nothing was written, but psycopg forgets its prepared statements when it rolls back.
        connection.commit()


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction that is committed when its body ends, and undone when it raises.

    READ COMMITTED, as Airflow's own, and it waits for locks no longer than `lock_timeout`. Trying again
    after a collision is the caller's part: `is_transient` says when that may help.
    """
    with _translated(), _begun(engine, "write") as connection:
        yield connection
        connection.commit()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, UnicodeEncodeError, OverflowError) as error:
        problem = as_problem(error)
        if problem is None:
            raise
        raise problem from error


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
        "pool_size": settings.pool_size,
        "max_overflow": 0,
        "pool_timeout": settings.pool_timeout,
        "pool_recycle": _LIFETIME,
        # Statements in error messages without their values, which may be anybody's secrets.
        "hide_parameters": True,
    }


def _begin_with(engine: Engine, statements: Callable[[str | None], tuple[str, ...]]) -> None:
    """Let our statements begin the transaction instead of the driver, which is in autocommit mode."""

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        for statement in statements(connection.get_execution_options().get(_PURPOSE)):
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
            "prepare_threshold": 5 if settings.prepared_statements else None,
        },
        use_native_hstore=False,
        **_pool(settings),
    )
    local = {
        "TIME ZONE": "'UTC'",
        "statement_timeout =": str(round(settings.statement_timeout * 1000)),
        "lock_timeout =": str(round(settings.lock_timeout * 1000)),
    }
    if schema:
        local["search_path ="] = engine.dialect.identifier_preparer.quote_identifier(schema)
    # One round trip: without parameters, psycopg sends several statements at once.
    limits = "".join(f"; SET LOCAL {name} {value}" for name, value in local.items())
    read = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" + limits
    write = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE" + limits
    _begin_with(engine, lambda purpose: (read,) if purpose == "read" else (write,))
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
    read = (
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
    )
    _begin_with(engine, lambda purpose: read if purpose == "read" else ("START TRANSACTION",))
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
        connection.execute("PRAGMA foreign_keys=ON")
        info = entry.info
        info["give up"] = float("inf")
        connection.set_progress_handler(lambda: monotonic() > info["give up"], _STEPS)

    @event.listens_for(engine, "before_cursor_execute")
    def on_execute(connection: Connection, *_: object) -> None:
        connection.info["give up"] = monotonic() + settings.statement_timeout

    read = ("PRAGMA query_only=ON", "BEGIN")
    # IMMEDIATE: a transaction that reads before it writes could otherwise not be let to write.
    write = ("PRAGMA query_only=OFF", "BEGIN IMMEDIATE")
    plain = ("PRAGMA query_only=OFF", "BEGIN")
    _begin_with(engine, lambda purpose: {"read": read, "write": write}.get(purpose or "", plain))
    return engine
