"""A database of its own on the tests' PostgreSQL, for tests that need no Airflow in it."""

from dataclasses import dataclass

import psycopg


@dataclass(frozen=True)
class Postgres:
    """An empty database: its tables are the tests' own to name."""

    url: str

    @classmethod
    def create(cls, server: str) -> "Postgres":
        """Make the database on the server of this URL."""
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS airflow")
            connection.execute("CREATE DATABASE airflow")
        head, _, query = server.partition("?")
        return cls(f"{head.rsplit('/', 1)[0]}/airflow?{query}")

    def rows(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Return what a statement returns, run beside whatever the test does."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(statement.encode(), values or None).fetchall()
