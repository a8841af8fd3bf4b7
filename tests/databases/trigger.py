"""Rows that a real Airflow inserts as it triggers each DAG; run by that Airflow's own Python, never by ours.

Usage: python trigger.py airflow.db runs.json
"""

# mypy: disable-error-code="import-not-found, import-untyped, no-untyped-call"
# Airflow is installed beside us, not among us, and changes its types between the versions that this serves.

import base64
import inspect
import json
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pendulum
from airflow.api.common.trigger_dag import trigger_dag

MOMENT = pendulum.datetime(2026, 3, 29, 12, 0)
"""The logical date of every run: the day on which Paris changes its clocks."""
RUN_ID = f"manual__{MOMENT.isoformat()}"
CONF: Mapping[str, Mapping[str, Any]] = {"parameters": {"required": "abc", "number": 7}}
"""What a DAG needs to be told."""
DIFFERENT_EACH_TIME = frozenset(
    {
        "context_carrier",
        "created_at",
        "created_dag_version_id",
        "dag_hash",
        "dag_version_id",
        "id",
        "queued_at",
        "unixname",
        "updated_at",
    }
)
WHATEVER = "*"
"""Stands for a value that is there and is another one each time."""


def main(database: Path, target: Path) -> None:
    """Trigger every DAG, and write the rows by DAG id."""
    with closing(sqlite3.connect(database)) as connection:
        dag_ids = [dag_id for (dag_id,) in connection.execute("SELECT dag_id FROM serialized_dag ORDER BY dag_id")]
    runs = {dag_id: triggered(database, dag_id) for dag_id in dag_ids}
    lines = (f"{json.dumps(dag_id)}: {json.dumps(run)}" for dag_id, run in runs.items())
    target.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def triggered(database: Path, dag_id: str) -> dict[str, Any]:
    """Trigger one DAG; its rows, or under 'error' why Airflow would not."""
    offered = {
        "execution_date": MOMENT,
        "logical_date": MOMENT,
        "run_after": MOMENT,
        "triggered_by": triggered_by_rest(),
    }
    known = inspect.signature(trigger_dag).parameters
    said = {name: value for name, value in offered.items() if name in known}
    try:
        trigger_dag(dag_id, run_id=RUN_ID, conf=dict(CONF.get(dag_id, {})), **said)
    except Exception as error:  # noqa: BLE001 - whatever Airflow raises is the fact to record
        return {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        runs = connection.execute("SELECT * FROM dag_run WHERE dag_id = ?", (dag_id,)).fetchall()
        tasks = connection.execute(
            "SELECT * FROM task_instance WHERE dag_id = ? ORDER BY task_id, map_index", (dag_id,)
        ).fetchall()
    (run,) = runs
    return {"dag_run": plain(run), "task_instances": [plain(task) for task in tasks]}


def triggered_by_rest() -> Any:
    """Give what 3.x notes of a run that its REST API makes; None in 2.x."""
    try:
        from airflow.utils.types import DagRunTriggeredByType  # noqa: PLC0415 - unknown to 2.x
    except ImportError:
        return None
    return DagRunTriggeredByType.REST_API


def plain(row: sqlite3.Row) -> dict[str, Any]:
    """Put a row in the words of JSON, without what is different each time; bytes in base64."""
    return {name: _value(name, row[name]) for name in row.keys()}  # noqa: SIM118 - a Row iterates over its values


def _value(name: str, value: Any) -> Any:
    if value is not None and name in DIFFERENT_EACH_TIME:
        return WHATEVER
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
