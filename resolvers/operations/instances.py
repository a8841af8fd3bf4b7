"""Task instances and their runs as a change handles them: read under locks, changed many at a time."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, delete, select, update

from resolvers.errors import TooExpensive
from resolvers.operations.keys import RunKey, TaskInstanceKey
from resolvers.operations.work import Work

KEY = ("dag_id", "run_id", "task_id", "map_index")

# A try is over in these; in any other state it is not, even if it never began.
FINISHED = ("success", "failed", "skipped", "upstream_failed", "removed")
RUN_FINISHED = ("success", "failed")

# SQLite takes 32,766 values in a statement, PostgreSQL 65,535.
MOST_RUNS = 10_000

_RUN = (
    "id",
    "dag_id",
    "run_id",
    "state",
    "run_type",
    "logical_date",
    "conf",
    "clear_number",
    "start_date",
    "bundle_version",
    "created_dag_version_id",
    "context_carrier",
)

Change = tuple[Row[Any], Mapping[str, object]]


def stored_columns(work: Work, relation: str) -> list[str]:
    """Return the logical columns of a relation that are columns of this database."""
    found = work.relation(relation)
    return [name for name, told in found.columns.items() if isinstance(told, str) and found.has(name)]


def refuse_too_many(dag_id: str, run_ids: Collection[str]) -> None:
    """Refuse, with `TooExpensive`, to change more runs at once than anybody means to."""
    if len(run_ids) > MOST_RUNS:
        raise TooExpensive(
            f"This reaches {len(run_ids):,} runs of DAG '{dag_id}' at once.",
            hint=f"Reach {MOST_RUNS:,} at most: one stretch of logical dates after the other.",
        )


def lock_runs(work: Work, dag_id: str, run_ids: Collection[str]) -> dict[str, Row[Any]]:
    """Return runs of a DAG by id, locked until the end; always before their task instances."""
    refuse_too_many(dag_id, run_ids)
    column = work.column
    statement = (
        select(*(column("dag_run", name).label(name) for name in _RUN))
        .where(column("dag_run", "dag_id") == dag_id, column("dag_run", "run_id").in_(run_ids))
        .order_by(column("dag_run", "id"))
        .with_for_update()
    )
    return {run.run_id: run for run in work.connection.execute(statement)}


def instance_keys(work: Work, conditions: Iterable[ColumnElement[bool]]) -> list[TaskInstanceKey]:
    """Return the keys of the task instances that meet all conditions, by run, task and map index."""
    columns = [work.column("task_instance", name) for name in KEY]
    rows = work.connection.execute(select(*columns).where(*conditions).order_by(*columns[1:]))
    return [TaskInstanceKey(*row) for row in rows]


def lock_instances(work: Work, conditions: Iterable[ColumnElement[bool]]) -> list[Row[Any]]:
    """Return the task instances that meet all conditions, with every column, locked until the end.

    In the order of the table's primary key, so that two changes never wait for each other.
    """
    column = work.column
    primary = ("id",) if work.generation.number == 3 else ("dag_id", "task_id", "run_id", "map_index")
    statement = (
        select(*(column("task_instance", name).label(name) for name in stored_columns(work, "task_instance")))
        .where(*conditions)
        .order_by(*(column("task_instance", name) for name in primary))
        .with_for_update()
    )
    return list(work.connection.execute(statement))


def change_instances(work: Work, changes: Sequence[Change]) -> None:
    """Change task instances, each to values of its own; those without any stay untouched.

    Rows that change the same columns go to the database together.
    """
    groups: dict[tuple[str, ...], list[dict[str, object]]] = defaultdict(list)
    relation = work.relation("task_instance")
    for row, values in changes:
        if values:
            stored = relation.physical({**values, "updated_at": work.now})
            groups[tuple(stored)].append({**_key(row), **{f"new_{name}": value for name, value in stored.items()}})
    for names, rows in groups.items():
        statement = update(relation.table).where(*_by_key(work, "task_instance"))
        work.connection.execute(statement.values({name: bindparam(f"new_{name}") for name in names}), rows)


def delete_by_instance(work: Work, relation: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Delete the rows of a relation that have the values of these, all of the same logical columns."""
    if not rows:
        return
    table = work.relation(relation).table
    same = [work.column(relation, name) == bindparam(f"old_{name}") for name in rows[0]]
    work.connection.execute(
        delete(table).where(*same), [{f"old_{name}": value for name, value in row.items()} for row in rows]
    )


def still(keys: Iterable[TaskInstanceKey], rows: Iterable[Row[Any]]) -> list[TaskInstanceKey]:
    """Return, in their order, those keys that the rows read under the lock still have."""
    locked = {TaskInstanceKey(row.dag_id, row.run_id, row.task_id, row.map_index) for row in rows}
    return [key for key in keys if key in locked]


def runs_of(keys: Iterable[TaskInstanceKey]) -> tuple[RunKey, ...]:
    """Return the runs that task instances belong to, each once, in the order in which they come."""
    return tuple(dict.fromkeys(RunKey(key.dag_id, key.run_id) for key in keys))


def _key(row: Row[Any]) -> dict[str, object]:
    return {f"old_{name}": getattr(row, name) for name in KEY}


def _by_key(work: Work, relation: str) -> list[ColumnElement[bool]]:
    return [work.column(relation, name) == bindparam(f"old_{name}") for name in KEY]
