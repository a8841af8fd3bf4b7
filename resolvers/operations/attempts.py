"""What becomes of a try that is given up for another: its row in the history, and the next one's id."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, insert, select

from resolvers.metadata.generation import Capability
from resolvers.operations.instances import FINISHED, KEY, delete_by_instance, stored_columns
from resolvers.operations.uuid7 import uuid7
from resolvers.operations.work import Work

_TRY = (*KEY, "try_number")


def give_up_tries(work: Work, instances: Sequence[Row[Any]]) -> list[dict[str, object]]:
    """Put the present tries of locked task instances aside; return what that changes on each of them.

    Since Airflow 2.10 a try that is not in the history yet goes there. One that was not over counts as
    failed and ends now, on the task instance itself as well. Airflow 3 knows a try by its id, so that the
    next one needs another. What is noted of waits between reschedules is dropped: in Airflow 3 it refers to
    the id, and would keep it from changing.
    """
    changes: list[dict[str, object]] = [{} for _ in instances]
    if work.generation.can(Capability.TRY_HISTORY):
        kept = _kept(work, instances)
        past = []
        for row, change in zip(instances, changes, strict=True):
            if (*(getattr(row, name) for name in KEY), row.try_number or 0) not in kept:
                change.update(_ending(work, row))
                past.append(_past(row, change))
        _keep(work, past)
    _forget_waits(work, instances)
    if work.generation.number == 3:
        for change in changes:
            change["id"] = uuid7()
    return changes


def _kept(work: Work, instances: Sequence[Row[Any]]) -> set[tuple[object, ...]]:
    """Return key and number of the tries of these runs that are in the history."""
    runs = {(row.dag_id, row.run_id) for row in instances}
    column = work.column
    statement = select(*(column("task_try", name) for name in _TRY)).where(
        column("task_try", "dag_id").in_({dag_id for dag_id, _ in runs}),
        column("task_try", "run_id").in_({run_id for _, run_id in runs}),
    )
    return {tuple(row) for row in work.connection.execute(statement)}


def _ending(work: Work, row: Row[Any]) -> dict[str, object]:
    if row.state in FINISHED or (row.end_date is not None and work.generation.is_since("3.3")):
        return {}
    duration = (work.now - row.start_date).total_seconds() if row.start_date else None
    return {"end_date": work.now, "duration": duration}


def _past(row: Row[Any], ending: Mapping[str, object]) -> dict[str, object]:
    """Return the task instance as the history remembers it."""
    state = row.state if row.state in FINISHED else "failed"
    return {**row._asdict(), **ending, "state": state, "try_number": row.try_number or 0}


def _keep(work: Work, past: Sequence[Mapping[str, object]]) -> None:
    three = work.generation.number == 3
    columns = [name for name in stored_columns(work, "task_try") if name != "task_instance_id"]
    work.insert_all(
        "task_try",
        [{name: row.get(name) for name in columns} | (_of_three(row) if three else {}) for row in past],
    )
    if past and work.generation.has_table("hitl_detail_history"):
        _keep_human_input(work, [row["id"] for row in past])


def _of_three(row: Mapping[str, object]) -> dict[str, object]:
    """Return what Airflow 3 remembers besides: the try's id, and for a mapped task always what it is called."""
    index, name = row["map_index"], row["rendered_map_index"]
    return {
        "task_instance_id": row["id"],
        "rendered_map_index": name if name is not None or index == -1 else str(index),
    }


def _keep_human_input(work: Work, ids: Sequence[object]) -> None:
    """Copy what people were asked in these tries, and what they answered, to the history (Airflow 3.2)."""
    asked, kept = work.relation("human_input"), work.relation("human_input_try")
    names = [name for name in stored_columns(work, "human_input_try") if name != "ti_history_id"]
    copied = select(asked.table.c.ti_id, *(asked.table.c[name] for name in names)).where(
        asked.table.c.ti_id == bindparam("asked")
    )
    statement = insert(kept.table).from_select(["ti_history_id", *names], copied)
    work.connection.execute(statement, [{"asked": identity} for identity in ids])


def _forget_waits(work: Work, instances: Sequence[Row[Any]]) -> None:
    if work.generation.number == 3:
        rows: list[dict[str, object]] = [{"ti_id": row.id} for row in instances]
    elif work.generation.is_since("2.10"):
        rows = [{name: getattr(row, name) for name in _TRY} for row in instances]
    else:
        # What 2.9 deletes are the waits of the try after the one in the column: while a task instance waits,
        # the column of 2.9 is one behind.
        rows = [
            {name: getattr(row, name) for name in KEY} | {"try_number": (row.try_number or 0) + _ahead(row)}
            for row in instances
        ]
    delete_by_instance(work, "task_reschedule", rows)


def _ahead(row: Row[Any]) -> int:
    """Return how much later than its column the try is that 2.9 sees, once the state has been cleared."""
    return 0 if row.state == "running" and not row.job_id else 1
