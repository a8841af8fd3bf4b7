"""What an act changes in the metadata, told so that the same act on a twin of the run tells the same."""

import datetime as dt
import pickle
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .airflow import Airflow
from .postgres import Row

Effect = dict[str, dict[str, object]]
"""By row (`run`, `task b[-1]`, `earlier try b[-1] #1`, `audit 0`) the columns that changed, and into what."""

AUDIT = ("event", "owner", "dag_id", "task_id", "run_id", "map_index", "extra")
"""What an audit row tells apart from its clock, and the full name that only Airflow's own users have."""
DATES = frozenset({"logical_date", "execution_date", "data_interval_start", "data_interval_end"})
"""Columns told by their distance from the run's logical date; other instants are the clock's."""
PICKLED = frozenset({"conf", "executor_config"})
INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
UNTOUCHED = "untouched"
HEX = re.compile(r"\b([0-9a-f]{32}|[0-9a-f]{16})\b")


def effect_of(airflow: Airflow, dag_id: str, run_id: str, act: Callable[[], object]) -> Effect:
    """Do it, and tell what it changed in the run, its task instances, their history, the notes and the audit log."""
    last = airflow.sql("SELECT coalesce(max(id), 0) AS id FROM log")[0]["id"]
    before = _rows(airflow, dag_id, run_id)
    act()
    after = _rows(airflow, dag_id, run_id)
    run = after.get("run") or before.get("run") or {}
    known = {row["id"]: f"the id of {name}" for name, row in before.items() if isinstance(row.get("id"), uuid.UUID)}
    say = _Telling(run_id, run.get("logical_date") or run.get("execution_date"), known)
    changed: Effect = {}
    for name in before.keys() | after.keys():
        old, new = before.get(name, {}), after.get(name, {})
        source = before.get(_source(name), {})
        columns = {
            column: "as in its source" if _copied(source, new, column) else say(column, new.get(column))
            for column in old | new
            if old.get(column) != new.get(column)
        }
        if columns:
            changed[name] = columns
    written = f"SELECT {', '.join(AUDIT)} FROM log WHERE id > %s AND dag_id = %s AND owner IS NOT NULL ORDER BY id"
    for number, row in enumerate(airflow.sql(written, last, dag_id)):
        changed[f"audit {number}"] = {column: say(column, value) for column, value in row.items()}
    return changed


def _source(name: str) -> str:
    """Name the row that an earlier try is a copy of."""
    return f"task {name.removeprefix('earlier try ').rpartition(' ')[0]}" if name.startswith("earlier try") else ""


def _copied(source: Row, row: Row, column: str) -> bool:
    return source.get(column) is not None and source[column] == row.get(column)


def differences(ours: Effect, theirs: Effect) -> list[str]:
    """Say where two effects differ, one line for each column."""
    own, real = _flat(ours), _flat(theirs)
    return [
        f"{place}: ours {own.get(place, UNTOUCHED)!r}, theirs {real.get(place, UNTOUCHED)!r}"
        for place in sorted(own.keys() | real.keys())
        if own.get(place, UNTOUCHED) != real.get(place, UNTOUCHED)
    ]


def _flat(effect: Effect) -> dict[str, object]:
    return {f"{name}.{column}": value for name, columns in effect.items() for column, value in columns.items()}


def _rows(airflow: Airflow, dag_id: str, run_id: str) -> dict[str, Row]:
    return {
        name: row
        for kind, statement in _statements(airflow).items()
        for row in airflow.sql(statement, dag_id, run_id)
        for name in [kind.format(**row)]
    }


def _statements(airflow: Airflow) -> dict[str, str]:
    """By the name of a row, with its columns in braces, the statement that finds such rows."""
    key = ("dag_id", "run_id", "task_id", "map_index")
    same = "n.ti_id = t.id" if airflow.major >= 3 else " AND ".join(f"n.{name} = t.{name}" for name in key)
    of_run = "dag_id = %s AND run_id = %s"
    statements = {
        "run": f"SELECT * FROM dag_run WHERE {of_run}",
        "task {task_id}[{map_index}]": f"SELECT * FROM task_instance WHERE {of_run}",
        "note of the run": f"SELECT n.* FROM dag_run_note n JOIN dag_run r ON r.id = n.dag_run_id WHERE {of_run}",
        "note of {of_task}[{of_index}]": "SELECT n.*, t.task_id AS of_task, t.map_index AS of_index "
        f"FROM task_instance_note n JOIN task_instance t ON {same} WHERE t.dag_id = %s AND t.run_id = %s",
        "xcoms": f"SELECT count(*) FROM xcom WHERE {of_run}",
    }
    if airflow.since("2.10"):
        tries = f"SELECT * FROM task_instance_history WHERE {of_run}"
        statements["earlier try {task_id}[{map_index}] #{try_number}"] = tries
    return statements


@dataclass(frozen=True)
class _Telling:
    """Says a value of one run in words that fit its twin as well."""

    run_id: str
    moment: dt.datetime | None
    known: Mapping[uuid.UUID, str]

    def __call__(self, column: str, value: Any) -> object:
        match value:
            case dt.datetime() if column in DATES and self.moment is not None:
                return f"{value - self.moment} from the logical date"
            case dt.datetime():
                return "some time"
            case uuid.UUID():
                return self.known.get(value, f"a new UUID of version {value.version}")
            case bytes() | memoryview() if column in PICKLED:
                return pickle.loads(bytes(value))  # noqa: S301 - Airflow wrote it, or we did
            case int() if column in {"id", "dag_run_id"}:
                return f"some {column}"
            case float() if column == "duration":
                return "some seconds"
            case dict():
                return {name: self(column, inner) for name, inner in value.items()}
            case str() if column == "extra":
                return INSTANT.sub("some time", value.replace(self.run_id, "this run"))
            case str() if column == "context_carrier":
                return HEX.sub(lambda found: f"{len(found[0])} hex digits", value)
            case str():
                return value.replace(self.run_id, "this run")
            case _:
                return value
