"""Databases for tests: the schema that real Airflow made, on real SQLite and real PostgreSQL."""

import itertools
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from sqlalchemy import URL, Connection, create_engine, make_url

RECORDINGS = Path(__file__).parent / "databases"
MINORS = ("2.9", "2.10", "2.11", "3.0", "3.1", "3.2", "3.3")


def run_folder(name: str) -> Path:
    """Return a folder of this process, which other users may enter: PostgreSQL never runs as root."""
    folder = Path(tempfile.gettempdir()) / "airflow-graph-tests" / f"{os.getpid()}" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@dataclass
class SQLiteStore:
    """Files, each a copy of one that the recorded schema was loaded into."""

    folder: Path
    _made: dict[str, Path] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def database(self, minor: str) -> str:
        """Return the URL of a fresh database of an Airflow."""
        if minor not in self._made:
            template = self.folder / f"template-{minor}.db"
            connection = sqlite3.connect(template)
            connection.executescript((RECORDINGS / minor / "sqlite.sql").read_text())
            connection.close()
            self._made[minor] = template
        copy = self.folder / f"{minor}-{next(self._numbers)}.db"
        shutil.copyfile(self._made[minor], copy)
        return f"sqlite:///{copy}"


@dataclass
class PostgreSQLStore:
    """Databases of one server, each a copy of one that the recorded schema was loaded into."""

    server: str
    _made: set[str] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def database(self, minor: str) -> str:
        """Return the URL of a fresh database of an Airflow."""
        template = f"template_{minor.replace('.', '_')}"
        with psycopg.connect(self.server, autocommit=True) as connection:
            if minor not in self._made:
                connection.execute(f'CREATE DATABASE "{template}"'.encode())
                with psycopg.connect(self._url(template), autocommit=True) as loading:
                    loading.execute((RECORDINGS / minor / "postgresql.sql").read_bytes())
                self._made.add(minor)
            name = f"airflow_{minor.replace('.', '_')}_{next(self._numbers)}"
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        return self._url(name)

    def hurry(self) -> None:
        """Let the server forget about power failures, which tests do not survive either."""
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("ALTER SYSTEM SET synchronous_commit = off")
            connection.execute("SELECT pg_reload_conf()")

    def _url(self, database: str) -> str:
        head, _, query = self.server.partition("?")
        return f"{head.rsplit('/', 1)[0]}/{database}?{query}"


@dataclass
class MySQLStore:
    """Databases of one MySQL server, each with the tables that an Airflow's models declare for it.

    MySQL copies no databases, and takes a second to make one: what a test has given back is emptied for the next.
    """

    server: str
    _made: dict[str, "_Fresh"] = field(default_factory=dict)
    _free: dict[str, list[str]] = field(default_factory=dict)

    def database(self, minor: str) -> str:
        """Return the URL of a fresh database of an Airflow."""
        free = self._free.setdefault(minor, [])
        name = free.pop() if free else self._make(minor)
        return self._url(name).render_as_string(hide_password=False)

    def take_back(self, url: str) -> None:
        """Make a database fresh again, whose connections are closed: let another test have it."""
        name = str(make_url(url).database)
        fresh = self._made[name]
        with self._connected(name) as connection:
            found = list(_checksums(connection))
            _run(connection, *(f"DROP TABLE `{table}`" for table, _ in found if table not in fresh.checksums))
            changed = [table for table, sum_ in found if fresh.checksums.get(table, sum_) != sum_]
            _run(connection, *(f"TRUNCATE TABLE `{table}`" for table in changed))
            _run(connection, *(row for row in fresh.rows if row.split('"')[1] in changed))
        self._free[fresh.minor].append(name)

    def clean(self) -> None:
        """Drop what was made."""
        with self._connected("mysql") as connection:
            _run(connection, *(f"DROP DATABASE {name}" for name in self._made))

    def _make(self, minor: str) -> str:
        name = f"airflow_{minor.replace('.', '_')}_{os.getpid()}_{len(self._made)}"
        with self._connected("mysql") as connection:
            _run(connection, f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
        # The few rows of a new installation, from the recording of SQLite, which quotes names as the standard does.
        rows = tuple(line for line in _lines(minor, "sqlite.sql") if line.startswith("INSERT INTO"))
        with self._connected(name) as connection:
            _run(
                connection,
                "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)",
                *_lines(minor, "mysql.sql"),
                *rows,
            )
            self._made[name] = _Fresh(minor, rows, dict(_checksums(connection)))
        return name

    def _url(self, name: str) -> URL:
        return make_url(self.server).set(drivername="mysql+pymysql", database=name)

    def _connected(self, name: str) -> AbstractContextManager[Connection]:
        return _connected(self._url(name))


@dataclass(frozen=True)
class _Fresh:
    """What a database was like when it was new."""

    minor: str
    rows: tuple[str, ...]
    checksums: dict[str, int]


def run_on_mysql(url: URL, *statements: str) -> None:
    """Run statements that make tables, in whatever order they refer to each other."""
    with _connected(url) as connection:
        _run(connection, *statements)


@contextmanager
def _connected(url: URL) -> Iterator[Connection]:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        # A test that left a transaction open would otherwise be waited for as long as a year.
        _run(connection, "SET foreign_key_checks = 0, sql_mode = 'ANSI_QUOTES', lock_wait_timeout = 20")
        yield connection
    engine.dispose()


def _run(connection: Connection, *statements: str) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def _checksums(connection: Connection) -> Iterator[tuple[str, int]]:
    """Yield each table of the database, and what its rows come to."""
    tables = [f"`{name}`" for (name,) in connection.exec_driver_sql("SHOW TABLES")]
    for name, sum_ in connection.exec_driver_sql(f"CHECKSUM TABLE {', '.join(tables)}"):
        yield name.partition(".")[2], sum_


def _lines(minor: str, name: str) -> list[str]:
    return (RECORDINGS / minor / name).read_text().splitlines()
