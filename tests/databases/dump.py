"""A database's layout and rows as SQL text that any driver runs whole, the same each time it is written."""

import re
import sqlite3
import subprocess
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pgserver

MOMENT = "2026-01-01 00:00:00"
"""Stands for the time of the recording wherever a migration stored it."""
TIMESTAMP = re.compile(r"'20\d\d-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?(\+00(?::?00)?)?'")
SESSION_ONLY = re.compile(r"^(SET |SELECT pg_catalog\.set_config|--|\\)")
"""Lines of a dump that speak to psql, to one version of the server, or to a human."""


def sqlite_dump(path: Path, *prefixes: str) -> str:
    """Tables, indexes and rows of a SQLite file, each kind in the order of names; of all tables or of some."""
    with closing(sqlite3.connect(path)) as connection:
        made = connection.execute(
            "SELECT type, name, sql, tbl_name FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
            " ORDER BY type = 'table' DESC, type, name"
        ).fetchall()
        made = [row for row in made if not prefixes or row[3].startswith(prefixes)]
        tables = {name for kind, name, *_ in made if kind == "table"}
        created = [f"{_tidy(statement)};" for _, _, statement, _ in made]
        # The rows' statements come from the standard library, which quotes every type of value.
        rows = [line for line in connection.iterdump() if line.startswith("INSERT INTO") and _table(line) in tables]
    return _text([*created, *sorted(rows)])


def postgresql_dump(uri: str, *prefixes: str) -> str:
    """Objects and rows of the schema `public`, as the server's own pg_dump orders them; or of some of its tables."""
    program = Path(pgserver.__file__).parent / "pginstall" / "bin" / "pg_dump"
    done = subprocess.run(
        [
            str(program),
            "--no-owner",
            "--no-privileges",
            "--no-comments",
            "--inserts",
            *(f"--table=public.{prefix}*" for prefix in prefixes),
            uri,
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [_tidy(line) for line in done.stdout.splitlines() if not SESSION_ONLY.match(line)]
    return _text(line for line in lines if line)


def _tidy(text: str) -> str:
    """Without the blanks at the ends of lines, which Airflow's own statements carry."""
    return "\n".join(line.replace("\t", "    ").rstrip() for line in text.splitlines())


def _table(insert: str) -> str:
    return insert.split('"', 2)[1]


def _text(statements: Iterable[str]) -> str:
    return TIMESTAMP.sub(lambda found: f"'{MOMENT}{found[2] or ''}'", "\n".join(statements)) + "\n"
