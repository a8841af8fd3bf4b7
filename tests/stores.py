"""Databases for tests: the schema that real Airflow made, on real SQLite and real PostgreSQL."""

import itertools
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from sqlalchemy import URL, create_engine, make_url

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

    def copy(self, name: str, minor: str, fill: Callable[[str], None]) -> str:
        """Return the URL of a fresh copy of a database of an Airflow that was filled once, and is known by a name."""
        if name not in self._made:
            url = self.database(minor)
            fill(url)
            self._made[name] = Path(url.removeprefix("sqlite:///"))
        return self.database(name)

    def drop(self, url: str) -> None:
        """Remove a database."""
        Path(url.removeprefix("sqlite:///")).unlink(missing_ok=True)


@dataclass
class PostgreSQLStore:
    """Databases of one server, each a copy of one that the recorded schema was loaded into."""

    server: str
    _made: dict[str, str] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def database(self, minor: str) -> str:
        """Return the URL of a fresh database of an Airflow."""
        with psycopg.connect(self.server, autocommit=True) as connection:
            if minor not in self._made:
                template = f"template_{minor.replace('.', '_')}"
                connection.execute(f'CREATE DATABASE "{template}"'.encode())
                with psycopg.connect(self._url(template), autocommit=True) as loading:
                    loading.execute((RECORDINGS / minor / "postgresql.sql").read_bytes())
                self._made[minor] = template
            template = self._made[minor]
            name = f"airflow_{minor.replace('.', '_')}_{next(self._numbers)}"
            # A copy of files takes less than half of what a copy by way of the log takes.
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY'.encode())
        return self._url(name)

    def copy(self, name: str, minor: str, fill: Callable[[str], None]) -> str:
        """Return the URL of a fresh copy of a database of an Airflow that was filled once, and is known by a name."""
        if name not in self._made:
            url = self.database(minor)
            fill(url)
            self._made[name] = str(make_url(url).database)
        return self.database(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is connected: thousands of them would fill a disk."""
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)'.encode())

    def hurry(self) -> None:
        """Let the server forget about power failures, which tests do not survive either.

        Nor does it look around by itself in the databases, of which there are many, for what to tidy up.
        """
        with psycopg.connect(self.server, autocommit=True) as connection:
            for name in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
                connection.execute(f"ALTER SYSTEM SET {name} = off".encode())
            connection.execute("SELECT pg_reload_conf()")

    def _url(self, database: str) -> str:
        head, _, query = self.server.partition("?")
        return f"{head.rsplit('/', 1)[0]}/{database}?{query}"


@dataclass
class MySQLStore:
    """Databases of one MySQL server, each with the tables that an Airflow's models declare for it."""

    server: str
    _names: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def database(self, minor: str) -> str:
        """Return the URL of a fresh database of an Airflow."""
        name = f"airflow_{minor.replace('.', '_')}_{os.getpid()}_{next(self._numbers)}"
        url = make_url(self.server).set(drivername="mysql+pymysql")
        self._run(url, f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        self._names.append(name)
        # The few rows of a new installation, from the recording of SQLite, which quotes names as the standard does.
        rows = [line for line in _lines(minor, "sqlite.sql") if line.startswith("INSERT INTO")]
        self._run(
            url.set(database=name),
            "SET foreign_key_checks = 0, sql_mode = 'ANSI_QUOTES'",
            "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)",
            *_lines(minor, "mysql.sql"),
            *rows,
        )
        return url.set(database=name).render_as_string(hide_password=False)

    def copy(self, name: str, minor: str, fill: Callable[[str], None]) -> str:
        """Return the URL of a fresh database that is filled: MySQL copies none."""
        del name
        url = self.database(minor)
        fill(url)
        return url

    def drop(self, url: str) -> None:
        """Remove a database."""
        name = make_url(url).database
        self._run(make_url(self.server).set(drivername="mysql+pymysql"), f"DROP DATABASE {name}")
        self._names.remove(str(name))

    def clean(self) -> None:
        """Drop what was made and is still there."""
        self._run(
            make_url(self.server).set(drivername="mysql+pymysql"), *(f"DROP DATABASE {name}" for name in self._names)
        )

    @staticmethod
    def _run(url: URL, *statements: str) -> None:
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
        engine.dispose()


Store = SQLiteStore | PostgreSQLStore | MySQLStore


def _lines(minor: str, name: str) -> list[str]:
    return (RECORDINGS / minor / name).read_text().splitlines()
