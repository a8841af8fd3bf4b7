"""What an Airflow's SQLite file holds of our DAGs, as JSON text with one DAG to a line."""

import base64
import json
import re
import sqlite3
import zlib
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

HOME = "/opt/airflow"
"""Stands for the folder of the recording wherever Airflow stored it."""
MEMORY_ADDRESS = re.compile(r" object at 0x[0-9a-f]+>")
PATH_DIGEST = re.compile(r"unusual_prefix_[0-9a-f]{40}_")


def serialized_dags(database: Path, *, home: Path) -> str:
    """Read every DAG as stored, by DAG id."""
    rows = _rows(database, "SELECT dag_id, data FROM serialized_dag ORDER BY dag_id")
    return by_line({dag_id: json.loads(_anywhere(data, home)) for dag_id, data in rows})


def compressed_dags(database: Path, dag_ids: Iterable[str], *, home: Path) -> str:
    """Read some DAGs as stored when they are compressed, in base64 by DAG id."""
    stored = dict(_rows(database, "SELECT dag_id, data_compressed FROM serialized_dag"))
    plain = {dag_id: zlib.decompress(stored[dag_id]).decode() for dag_id in sorted(dag_ids)}
    return by_line({dag_id: _compressed(_anywhere(data, home)) for dag_id, data in plain.items()})


def _compressed(data: str) -> str:
    return base64.b64encode(zlib.compress(data.encode())).decode()


def _anywhere(data: str, home: Path) -> str:
    """Without the traces of one recording: its folder, digests of it, and addresses in its memory."""
    data = MEMORY_ADDRESS.sub(" object at 0x0>", data.replace(str(home), HOME))
    return PATH_DIGEST.sub(f"unusual_prefix_{'0' * 40}_", data)


def import_errors(database: Path) -> list[str]:
    """Read what went wrong with the DAG files, each with its file."""
    return [f"{file}: {trace}" for file, trace in _rows(database, "SELECT filename, stacktrace FROM import_error")]


def by_line(entries: Mapping[str, object]) -> str:
    """Write a JSON object with each entry on a line of its own, so that a change shows where it is."""
    lines = (f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in entries.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(query).fetchall()
