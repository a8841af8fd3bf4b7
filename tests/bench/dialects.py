"""What the databases that are seeded call things: instants, series of numbers, identifiers."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

Run = Callable[[str], object]
"""Runs a statement."""


class PostgreSQL:
    """What PostgreSQL calls things."""

    pickled = r"'\x80057d942e'::bytea"

    def __init__(self, url: str) -> None:
        self.url = url

    def load(self, recording: Path) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute((recording / "postgresql.sql").read_bytes())

    @contextmanager
    def connected(self) -> Iterator[Run]:
        with psycopg.connect(self.url) as connection:
            connection.execute("SET synchronous_commit = off")
            yield lambda statement: connection.execute(statement.encode())

    def finish(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            for table in ("dag_run", "task_instance"):
                connection.execute(f"VACUUM (ANALYZE, FREEZE) {table}".encode())
            connection.execute("VACUUM ANALYZE")
            connection.execute("SELECT setval('dag_run_id_seq', (SELECT max(id) FROM dag_run))")
            connection.execute("CHECKPOINT")

    def instant(self, microseconds: str) -> str:
        return f"(timestamptz 'epoch' + ({microseconds}) * interval '1 microsecond')"

    def text_of(self, microseconds: str) -> str:
        return f"""to_char({self.instant(microseconds)} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')"""

    def series(self, first: int, below: int) -> str:
        return f"SELECT generate_series({first}::bigint, {below - 1}) AS r"

    def uuid(self, digits: str) -> str:
        return f"({digits})::uuid"

    def hexadecimal(self, time: str, time_digits: int, number: str, number_digits: int, last: str) -> str:
        return (
            f"lpad(to_hex({time}), {time_digits}, '0') || '7000' || '8' || "
            f"lpad(to_hex({number}), {number_digits}, '0') || lpad(to_hex({last}), 8, '0')"
        )


class SQLite:
    """What SQLite calls things. Instants are text, as SQLAlchemy writes them."""

    pickled = "X'80057d942e'"

    def __init__(self, url: str) -> None:
        self.path = url.removeprefix("sqlite:///")

    def load(self, recording: Path) -> None:
        connection = sqlite3.connect(self.path)
        connection.executescript(f"PRAGMA journal_mode = WAL; BEGIN; {(recording / 'sqlite.sql').read_text()}; COMMIT;")
        connection.close()

    @contextmanager
    def connected(self) -> Iterator[Run]:
        connection = sqlite3.connect(self.path, isolation_level=None)
        connection.execute("PRAGMA synchronous = off")
        connection.execute("BEGIN")
        yield connection.execute
        connection.execute("COMMIT")
        connection.close()

    def finish(self) -> None:
        connection = sqlite3.connect(self.path, isolation_level=None)
        connection.execute("ANALYZE")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    def instant(self, microseconds: str) -> str:
        return (
            f"(strftime('%Y-%m-%d %H:%M:%S', ({microseconds}) / 1000000, 'unixepoch')"
            f" || printf('.%06d', ({microseconds}) % 1000000))"
        )

    def text_of(self, microseconds: str) -> str:
        return f"strftime('%Y-%m-%dT%H:%M:%S', ({microseconds}) / 1000000, 'unixepoch')"

    def series(self, first: int, below: int) -> str:
        return (
            f"WITH RECURSIVE numbers(r) AS (SELECT {first} UNION ALL SELECT r + 1 FROM numbers WHERE r + 1 < {below})"
            " SELECT r FROM numbers"
        )

    def uuid(self, digits: str) -> str:
        return digits

    def hexadecimal(self, time: str, time_digits: int, number: str, number_digits: int, last: str) -> str:
        return f"printf('%0{time_digits}x70008%0{number_digits}x%08x', {time}, {number}, {last})"


Dialect = PostgreSQL | SQLite
