"""A PostgreSQL of its own for each Airflow."""

import warnings
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # as it is imported, it asks for a XDG_RUNTIME_DIR that containers lack
    import pgserver.postgres_server

Row = dict[str, Any]


class Postgres:
    """A running server with one database named airflow, reached through a Unix socket.

    The folder is gone when it stops. It must not lie below pytest's temporary folders: pytest closes those to
    all other users whenever a session starts, and PostgreSQL never runs as root.
    """

    def __init__(self, folder: Path) -> None:
        self._server = pgserver.postgres_server.get_server(folder, cleanup_mode="delete")
        uri = self._server.get_uri("airflow")
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("ALTER SYSTEM SET synchronous_commit = off")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute("CREATE DATABASE airflow")
        self.url: str = uri.replace("postgres:@", "postgres@")
        """As psycopg and SQLAlchemy both read it, without a driver."""

    def rows(self, statement: str, *values: object) -> list[Row]:
        """Return the rows of a statement by column name; the empty list for one that has none."""
        with psycopg.connect(self.url, autocommit=True, row_factory=dict_row) as connection:
            cursor = connection.execute(statement.encode(), values or None)
            return cursor.fetchall() if cursor.description else []

    def stop(self) -> None:
        self._server.cleanup()
