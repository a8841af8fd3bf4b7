"""All rows of a database, in a form in which those of two databases that lived through the same can be compared."""

import json
import pickle
import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

Rows = Mapping[str, Mapping[str, Mapping[str, object]]]

# What others do is not compared: the audit log is written around the functions that are called.
_PASSED_OVER = ("log", "sqlite_sequence")
_KEYS = {
    "dag_run": ("dag_id", "run_id"),
    "task_instance": ("dag_id", "run_id", "task_id", "map_index"),
    "task_instance_history": ("dag_id", "run_id", "task_id", "map_index", "try_number"),
}
_IDS = frozenset({"id", "ti_id", "task_instance_id", "ti_history_id"})
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_TRACE = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}")


def stored_values(database: Path) -> frozenset[object]:
    """Return every value that is somewhere in a database, so that new ones can be told from them."""
    return frozenset(
        value
        for rows in _tables(database).values()
        for row in rows
        for value in row.values()
        if isinstance(value, str | float)
    )


def rows_of(database: Path, before: frozenset[object]) -> Rows:
    """Return the rows by table and key; moments, ids and spans that were not there `before` only as being new."""
    return {
        name: {_key(name, row): row for row in ({**_plain(name, row, before)} for row in rows)}
        for name, rows in _tables(database).items()
    }


def _tables(database: Path) -> dict[str, list[dict[str, Any]]]:
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: [dict(row) for row in connection.execute(f'SELECT * FROM "{name}"')]
            for name in names
            if name not in _PASSED_OVER
        }


def _plain(table: str, row: Mapping[str, Any], before: frozenset[object]) -> dict[str, object]:
    if table == "task_instance_history":
        # A number that counts up in Airflow 2.
        row = {name: value for name, value in row.items() if name != "id"}
    return {name: _value(name, value, before) for name, value in row.items()}


def _value(name: str, value: Any, before: frozenset[object]) -> object:
    if isinstance(value, bytes):
        return repr(pickle.loads(value))  # noqa: S301 - we, or the Airflow that we started, pickled it
    if value == "null":
        # Airflow writes null of JSON where we write that of SQL; both read alike.
        return None
    new = value not in before
    if new and isinstance(value, str) and name in _IDS:
        return f"a new id of {len(value)} characters"
    if new and isinstance(value, str) and _MOMENT.match(value):
        return "now"
    if new and name == "duration":
        return "a span" if value is not None else None
    if new and name == "context_carrier" and isinstance(value, str):
        value = _TRACE.sub("a new trace", value)
    return _ordered(value) if isinstance(value, str) and value.startswith('{"') else value


def _ordered(text: str) -> str:
    """Return JSON with its names in order, which nobody keeps."""
    return json.dumps(json.loads(text), sort_keys=True)


def _key(table: str, row: Mapping[str, object]) -> str:
    names = _KEYS.get(table, tuple(sorted(row)))
    return " ".join(str(row[name]) for name in names)
