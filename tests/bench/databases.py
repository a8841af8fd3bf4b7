"""The databases that are measured on: seeded once, kept for the next time, one user for each subject."""

import os
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import psycopg
from sqlalchemy import make_url

from tests.bench.seed import VERSION, Size, Told, fill

CACHE = Path(tempfile.gettempdir()) / "airflow-graph-bench"
"""Where databases, environments and logs are kept: below the folder for temporary files, so nobody has to tidy up."""

PASSWORD = "bench"  # of users that exist in seeded databases alone


class UnsuitableServerError(Exception):
    """A PostgreSQL server on which nothing can be measured."""


class Databases(Protocol):
    """Where seeded databases come from."""

    kind: str

    def seeded(self, minor: str, size: Size, told: Told) -> str:
        """Return the URL of a database of that Airflow and size; it is filled unless it was kept."""

    def own(self, url: str, name: str) -> str:
        """Return the URL of the same database for one subject alone."""

    def backends(self, name: str) -> list[int]:
        """List the processes that answer this subject's statements now, those of its own left out."""

    def close(self) -> None:
        """Leave the server, if there is one."""


@dataclass
class SQLiteDatabases:
    """Files. The server that reads one is all that there is to measure."""

    folder: Path
    kind: str = "sqlite"

    def seeded(self, minor: str, size: Size, told: Told) -> str:
        """Return the URL of the file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{_name(minor, size)}.db"
        if not path.exists():
            unfinished = path.with_suffix(".unfinished")
            for rest in self.folder.glob(f"{unfinished.name}*"):
                rest.unlink()
            fill(f"sqlite:///{unfinished}", minor, size, told)
            with closing(sqlite3.connect(unfinished)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            unfinished.rename(path)
        return f"sqlite:///{path}"

    def own(self, url: str, name: str) -> str:
        """Return the same file: it has no users."""
        del name
        return url

    def backends(self, name: str) -> list[int]:
        """List nothing."""
        del name
        return []

    def close(self) -> None:
        """Do nothing: there is no server."""


@dataclass
class PostgreSQLDatabases:
    """Databases of one server on this machine, whose processes can be looked at."""

    server: str
    kind: str = "postgresql"
    _users: list[tuple[str, str]] = field(default_factory=list, init=False)
    _watching: psycopg.Connection | None = field(default=None, init=False)

    def seeded(self, minor: str, size: Size, told: Told) -> str:
        """Return the URL of a database; an unfinished one is thrown away."""
        name, unfinished = _name(minor, size), f"{_name(minor, size)}_unfinished"
        with self._connected() as connection:
            # Another run may be filling it right now.
            connection.execute("SELECT pg_advisory_lock(hashtext(%s))", (name,))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
                connection.execute(f"DROP DATABASE IF EXISTS {unfinished}".encode())
                connection.execute(f"CREATE DATABASE {unfinished} TEMPLATE template0".encode())
                fill(self._url(unfinished), minor, size, told)
                connection.execute(f"ALTER DATABASE {unfinished} RENAME TO {name}".encode())
        return self._url(name)

    def own(self, url: str, name: str) -> str:
        """Let a user of the subject's own in, for as long as this run lasts: so its backends are known by their user.

        It may do what the user who seeds may do, for it is a member of that role.
        """
        user = self._user(name)
        with self._connected() as connection:
            connection.execute(f"DROP ROLE IF EXISTS {user}".encode())
            connection.execute(f"CREATE ROLE {user} LOGIN PASSWORD '{PASSWORD}'".encode())
            connection.execute(f'GRANT "{connection.info.user}" TO {user}'.encode())
            # What helpers of a backend spend would be lost: they are gone when it is counted.
            connection.execute(f"ALTER ROLE {user} SET max_parallel_workers_per_gather = 0".encode())
        self._users.append((url, user))
        return make_url(url).set(username=user, password=PASSWORD).render_as_string(hide_password=False)

    def backends(self, name: str) -> list[int]:
        """List the backends of the subject's user."""
        if self._watching is None:
            self._watching = psycopg.connect(self.server, autocommit=True)
        found = self._watching.execute("SELECT pid FROM pg_stat_activity WHERE usename = %s", (self._user(name),))
        return [pid for (pid,) in found]

    def close(self) -> None:
        """Leave the server, and nobody behind that it did not know before."""
        if self._watching is not None:
            self._watching.close()
        for url, user in self._users:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(f"DROP OWNED BY {user}".encode())
                connection.execute(f"DROP ROLE {user}".encode())

    def examine(self) -> None:
        """Raise UnsuitableServerError where it cannot be reached, or its backends' processes cannot be seen."""
        try:
            with self._connected() as connection:
                pid = connection.info.backend_pid
                command = Path(f"/proc/{pid}/comm")
                seen = command.exists() and "postgres" in command.read_text()
        except psycopg.Error as error:
            raise UnsuitableServerError(f"This PostgreSQL cannot be reached: {error}") from error
        if not seen:
            raise UnsuitableServerError(
                "The processes of this PostgreSQL are not on this machine, so their CPU time cannot be measured."
            )

    @staticmethod
    def _user(name: str) -> str:
        # Another run, on the same server at the same time, must not be taken for this one.
        return f"bench_{os.getpid()}_{name}"

    def _url(self, database: str) -> str:
        return make_url(self.server).set(database=database).render_as_string(hide_password=False)

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self.server, autocommit=True) as connection:
            yield connection


@contextmanager
def opened(kind: str, server: str | None = None, folder: Path = CACHE) -> Iterator[Databases]:
    """Return where databases come from; without a server's URL from one of our own, that runs until the end."""
    if kind == "sqlite":
        yield SQLiteDatabases(folder / "sqlite")
        return
    if server is not None:
        given = PostgreSQLDatabases(server)
        given.examine()
        try:
            yield given
        finally:
            given.close()
        return
    place = folder / "postgresql"
    place.mkdir(parents=True, exist_ok=True)
    # As it is imported, pgserver asks for a variable that containers lack.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(place.parent))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pgserver.postgres_server import get_server  # noqa: PLC0415 # see above
    running = get_server(place, cleanup_mode="stop")
    ours = PostgreSQLDatabases(running.get_uri().replace("postgres:@", "postgres@"))
    try:
        ours.examine()
        yield ours
    finally:
        ours.close()
        running.cleanup()


def _name(minor: str, size: Size) -> str:
    return f"bench_v{VERSION}_{minor.replace('.', '_')}_{size.name}"
