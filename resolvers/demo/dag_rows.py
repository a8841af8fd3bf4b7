"""The demo's DAGs as rows: the DAG itself, its tags, its serialized form, what is wrong with its file."""

import json
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha1

from resolvers.demo.blueprint import DagPlan
from resolvers.demo.fate import chance
from resolvers.demo.rows import Row, time_ordered_id
from resolvers.demo.serialize import FOLDER, Stored, digest, file_of, timetable_3
from resolvers.serialized.dag import SerializedDag
from resolvers.serialized.encoding import TYPE
from resolvers.serialized.timetable import DataInterval, Timetable

BUNDLE = "dags-folder"
_FAR = timedelta(days=40)


def version_of(plan: DagPlan, now: datetime) -> uuid.UUID:
    """Return the id of a DAG's only version (Airflow 3), which is as old as its history."""
    return time_ordered_id(now - plan.history, chance=chance("version", plan.dag_id))


def next_due(timetable: Timetable, now: datetime) -> DataInterval | None:
    """Return what is due next after now, if anything is within weeks."""
    # An interval that has begun is due at its end: what is over by now says where it began.
    begun = timetable.manual_interval(now).end
    return next((due for due in timetable.intervals(begun, now + _FAR) if due.end > now), None)


def dag_row(plan: DagPlan, data: Stored, now: datetime, airflow: int) -> Row:
    """Return the row of a DAG, with what only one generation stores besides."""
    timetable = SerializedDag.decode(data).timetable
    due = None if plan.is_stale else next_due(timetable, now)
    return {
        "dag_id": plan.dag_id,
        "is_paused": plan.is_paused,
        "fileloc": file_of(plan),
        "owners": plan.owner,
        "display_name": plan.display_name or plan.dag_id,
        "description": plan.description,
        "timetable_description": plan.schedule.words,
        "asset_expression": _asset_expression(plan, airflow),
        "max_active_tasks": 16,
        "max_active_runs": plan.max_active_runs,
        "max_consecutive_failed_dag_runs": 0,
        "has_task_concurrency_limits": False,
        "has_import_errors": plan.import_error is not None,
        "last_parsed_time": now - timedelta(seconds=20 * chance("parsed", plan.dag_id)),
        **dict(zip(_DUE, (due.start, due.end, due.start, due.end) if due else (None,) * 4, strict=True)),
        **(_besides_2(plan) if airflow == 2 else _besides_3(plan, timetable)),
    }


_DUE = ("next_logical_date", "next_run_after", "next_dagrun_data_interval_start", "next_dagrun_data_interval_end")


def _besides_2(plan: DagPlan) -> Row:
    return {
        "is_active": not plan.is_stale,
        "is_subdag": False,
        "default_view": "grid",
        "schedule_interval": json.dumps("Dataset" if plan.schedule.assets else plan.schedule.cron),
        "processor_subdir": FOLDER,
    }


def _besides_3(plan: DagPlan, timetable: Timetable) -> Row:
    return {
        "is_stale": plan.is_stale,
        "relative_fileloc": f"{plan.dag_id}.py",
        "bundle_name": BUNDLE,
        "timetable_summary": None if timetable.summary == "None" else timetable.summary,
        "timetable_type": timetable_3(plan.schedule)[TYPE],
        "timetable_partitioned": False,
        "timetable_periodic": timetable.is_periodic,
        "partition_mapper_info": [],
        "exceeds_max_non_backfill": False,
        "fail_fast": False,
        "last_parse_duration": round(0.02 + 0.2 * chance("parse", plan.dag_id), 6),
    }


def _asset_expression(plan: DagPlan, airflow: int) -> object:
    uris = plan.schedule.assets
    if not uris:
        return None
    return {"all": [uri if airflow == 2 else {"asset": {"uri": uri, "name": uri, "group": "asset"}} for uri in uris]}


def tag_rows(plan: DagPlan) -> Iterator[Row]:
    """Yield the tags of a DAG."""
    for name in plan.tags:
        yield {"dag_id": plan.dag_id, "name": name}


def version_row(plan: DagPlan, now: datetime) -> Row:
    """Return the version of a DAG (Airflow 3)."""
    return {
        "id": version_of(plan, now),
        "dag_id": plan.dag_id,
        "version_number": 1,
        "bundle_name": BUNDLE,
        "created_at": now - plan.history,
        "last_updated": now - plan.history,
    }


def serialized_row(plan: DagPlan, data: Stored, now: datetime, airflow: int) -> Row:
    """Return the serialized form of a DAG."""
    row: Row = {
        "dag_id": plan.dag_id,
        "data": data,
        "dag_hash": digest(data),
        "last_updated": now - plan.history,
    }
    if airflow == 2:
        # Airflow keeps seven bytes of this digest, which fit into its column.
        place = int.from_bytes(sha1(file_of(plan).encode(), usedforsecurity=False).digest()[-8:]) >> 8
        return {**row, "fileloc": file_of(plan), "fileloc_hash": place, "processor_subdir": FOLDER}
    return {
        **row,
        "id": time_ordered_id(now - plan.history, chance=chance("serialized", plan.dag_id)),
        "dag_version_id": version_of(plan, now),
        "created_at": now - plan.history,
    }


def warning_rows(plan: DagPlan, now: datetime) -> list[Row]:
    """Return what Airflow found wrong with a DAG: one that is gone by now named a pool that went before it."""
    if not plan.is_stale:
        return []
    message = f"Dag '{plan.dag_id}' references non-existent pools: ['legacy']"
    return [
        {
            "dag_id": plan.dag_id,
            "warning_type": "non-existent pool",
            "message": message,
            "timestamp": now - plan.history,
        }
    ]


def import_error_row(plan: DagPlan, now: datetime, airflow: int) -> Row:
    """Return what is wrong with the file of a DAG."""
    row: Row = {"timestamp": now - timedelta(hours=9), "stacktrace": plan.import_error}
    if airflow == 2:
        return {**row, "filename": file_of(plan), "processor_subdir": FOLDER}
    return {**row, "filename": f"{plan.dag_id}.py", "bundle_name": BUNDLE}
