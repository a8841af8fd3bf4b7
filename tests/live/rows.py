"""Rows of two runs made comparable: what clock, chance and names put into them, by its meaning."""

import datetime as dt
import re
import uuid
from typing import Any

from .airflow import Airflow
from .postgres import Row

CLOCK = frozenset({"queued_at", "updated_at", "created_at", "run_after", "start_date"})
"""Columns that tell when something was done: only whether they are set is compared."""
SEQUENCE = frozenset({"id", "run_id"})
HEX = re.compile(r"\b([0-9a-f]{32}|[0-9a-f]{16})\b")


def made_rows(airflow: Airflow, dag_id: str, run_id: str) -> dict[str, Row]:
    """Read the comparable dag_run row as 'run', and each task_instance row as 'task[map_index]'."""
    run = airflow.run(dag_id, run_id)
    moment = run.get("logical_date") or run.get("execution_date")
    tasks = {f"{row['task_id']}[{row['map_index']}]": row for row in airflow.tasks(dag_id, run_id)}
    return {name: _comparable(row, moment) for name, row in {"run": run, **tasks}.items()}


def _comparable(row: Row, moment: dt.datetime | None) -> Row:
    return {column: _meaning(column, value, moment) for column, value in row.items()}


def _meaning(column: str, value: Any, moment: dt.datetime | None) -> Any:
    if value is None:
        return None
    if isinstance(value, uuid.UUID) and column == "id":
        return f"a UUID of version {value.version}"
    if column in SEQUENCE:
        return f"some {column}"
    if isinstance(value, dt.datetime):
        if column in CLOCK or moment is None:
            return "some time"
        return f"{value - moment} after the logical date"
    if column == "context_carrier":
        return HEX.sub(lambda found: f"{len(found[0])} hex digits", str(value))
    return value
