"""Databases for tests: the schema that real Airflow made, on real SQLite and real PostgreSQL."""

import itertools
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

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
