"""Which field of our graph says the same as which member of Airflow's own REST answers."""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .airflow import Airflow

Fields = Mapping[str, str | Callable[[dict[str, Any]], object]]
"""A GraphQL field, dotted where nested, to a dotted path in the REST object, or to what to make of that object."""
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def dag_fields(airflow: Airflow) -> Fields:
    """Pair the fields of a DAG with those of `GET /dags`."""
    fields: Fields = {
        "dagId": "dag_id",
        "displayName": "dag_display_name",
        "description": "description",
        "isPaused": "is_paused",
        "hasImportErrors": "has_import_errors",
        "owners": lambda dag: sorted(dag["owners"]),
        "tags": lambda dag: sorted(tag["name"] for tag in dag["tags"]),
        "maxActiveRuns": "max_active_runs",
        "maxActiveTasks": "max_active_tasks",
        "fileloc": "fileloc",
        "lastParsedTime": "last_parsed_time",
        "nextRun.dataIntervalStart": "next_dagrun_data_interval_start",
        "nextRun.dataIntervalEnd": "next_dagrun_data_interval_end",
        "schedule.description": "timetable_description",
    }
    if airflow.major == 2:
        return {
            **fields,
            "isStale": lambda dag: not dag["is_active"],
            "schedule.summary": lambda dag: (dag["schedule_interval"] or {}).get("value"),
            "nextRun.at": "next_dagrun_create_after",
            "nextRun.logicalDate": "next_dagrun",
        }
    return {
        **fields,
        "isStale": "is_stale",
        "schedule.summary": "timetable_summary",
        "bundleName": "bundle_name",
        "bundleVersion": "bundle_version",
        "relativeFileloc": "relative_fileloc",
        "nextRun.at": "next_dagrun_run_after",
        "nextRun.logicalDate": "next_dagrun_logical_date",
    }


def run_fields(airflow: Airflow) -> Fields:
    """Pair the fields of a DAG run with those of `GET /dags/~/dagRuns`."""
    fields: Fields = {
        "dagId": "dag_id",
        "runId": "dag_run_id",
        "state": "state",
        "runType": lambda run: run["run_type"].replace("dataset_", "asset_"),
        "logicalDate": "logical_date",
        "dataInterval.start": "data_interval_start",
        "dataInterval.end": "data_interval_end",
        "startedAt": "start_date",
        "endedAt": "end_date",
        "conf": "conf",
        "note": "note",
    }
    if airflow.major == 2:
        return {**fields, "isExternal": "external_trigger"}
    three: Fields = {
        **fields,
        "runAfter": "run_after",
        "queuedAt": "queued_at",
        "triggeredBy": "triggered_by",
        "bundleVersion": "bundle_version",
    }
    return {**three, "triggeringUser": "triggering_user_name"} if airflow.since("3.1") else three


def task_instance_fields(airflow: Airflow) -> Fields:
    """Pair the fields of a task instance with those of `GET /dags/~/dagRuns/~/taskInstances`."""
    fields: Fields = {
        "dagId": "dag_id",
        "runId": "dag_run_id",
        "taskId": "task_id",
        "mapIndex": "map_index",
        "renderedMapIndex": _given_name,
        "displayName": "task_display_name",
        "state": "state",
        "tryNumber": "try_number",
        "maxTries": "max_tries",
        "startedAt": "start_date",
        "endedAt": "end_date",
        "duration": "duration",
        "poolName": "pool",
        "poolSlots": "pool_slots",
        "priorityWeight": "priority_weight",
        "queue": "queue",
        "queuedAt": "queued_when",
        "hostname": "hostname",
        "unixname": "unixname",
        "pid": "pid",
        "note": "note",
    }
    if airflow.major == 2:
        two: Fields = {**fields, "logicalDate": "execution_date"}
        return {**two, "executor": "executor"} if airflow.since("2.10") else two
    three: Fields = {
        **fields,
        "logicalDate": "logical_date",
        "executor": "executor",
        "scheduledAt": "scheduled_when",
    }
    return {**three, "operator": "operator_name"} if airflow.since("3.1") else three


def task_fields(airflow: Airflow) -> Fields:
    """Pair the fields of a task with those of `GET /dags/{dag_id}/tasks`."""
    fields: Fields = {
        "taskId": "task_id",
        "displayName": "task_display_name",
        "owner": "owner",
        "operator": "operator_name",
        "operatorClass": "class_ref.class_name",
        "operatorModule": "class_ref.module_path",
        "retries": "retries",
        "triggerRule": "trigger_rule",
        "dependsOnPast": "depends_on_past",
        "waitForDownstream": "wait_for_downstream",
        "poolName": "pool",
        "poolSlots": "pool_slots",
        "queue": "queue",
        "priorityWeight": "priority_weight",
        "weightRule": "weight_rule",
        "isMapped": "is_mapped",
        "downstreamTaskIds": lambda task: sorted(task["downstream_task_ids"]),
        "templateFields": "template_fields",
        "uiColor": "ui_color",
        "uiFgcolor": "ui_fgcolor",
        "startsOn": "start_date",
        "endsOn": "end_date",
        "retryDelay": lambda task: _seconds(task["retry_delay"]),
        "executionTimeout": lambda task: _seconds(task["execution_timeout"]),
    }
    return {**fields, "docMd": "doc_md"} if airflow.since("2.10") else fields


POOL_FIELDS: Fields = {
    "name": "name",
    "slots": "slots",
    "description": "description",
    "includeDeferred": "include_deferred",
    "runningSlots": "running_slots",
    "queuedSlots": "queued_slots",
    "scheduledSlots": "scheduled_slots",
    "deferredSlots": "deferred_slots",
    "occupiedSlots": "occupied_slots",
    "openSlots": "open_slots",
}
VARIABLE_FIELDS: Fields = {"key": "key", "value": "value", "description": "description"}


def selection(fields: Fields) -> str:
    """Write the selection set that asks for these fields."""
    tree: dict[str, list[str]] = {}
    for path in fields:
        head, _, tail = path.partition(".")
        tree.setdefault(head, []).extend([tail] if tail else [])
    return " ".join(head + (f" {{ {' '.join(tails)} }}" if tails else "") for head, tails in tree.items())


def told_by_us(fields: Fields, nodes: Sequence[dict[str, Any]]) -> list[dict[str, object]]:
    """Flatten GraphQL objects into the names of the fields, in the order of the first ones' values."""
    return _ordered([{path: _plain(_at(node, path)) for path in fields} for node in nodes])


def told_by_airflow(fields: Fields, members: Sequence[dict[str, Any]]) -> list[dict[str, object]]:
    """Say REST objects in the names of our fields, in the same order."""
    return _ordered(
        [
            {
                path: _plain(_at(each, where) if isinstance(where, str) else where(each))
                for path, where in fields.items()
            }
            for each in members
        ]
    )


def differences(ours: Sequence[dict[str, object]], theirs: Sequence[dict[str, object]]) -> list[str]:
    """Say where two lists of rows in the same order differ, one line for each value."""
    if len(ours) != len(theirs):
        return [f"{len(ours)} rows of ours, {len(theirs)} of theirs"]
    return [
        f"{list(real.values())[:4]} {name}: ours {own[name]!r}, theirs {real[name]!r}"
        for own, real in zip(ours, theirs, strict=True)
        for name in real
        if own[name] != real[name]
    ]


def _ordered(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return sorted(rows, key=lambda row: [str(value) for value in list(row.values())[:4]])


def _at(value: Any, path: str) -> object:
    for name in path.split("."):
        value = None if value is None else value[name]
    return value


def _plain(value: object) -> object:
    """Make instants comparable whatever their notation, enum values whatever their case, numbers to the microsecond."""
    match value:
        case str() if ISO.fullmatch(value):
            return dt.datetime.fromisoformat(value)
        case str() if value.isupper():
            return value.lower()
        case float():
            return round(value, 6)
        case _:
            return value


def _given_name(instance: dict[str, Any]) -> object:
    """Leave out the bare index, which Airflow 3 answers where the DAG gave the instance no name of its own."""
    name = instance["rendered_map_index"]
    return None if name == str(instance["map_index"]) else name


def _seconds(delta: dict[str, float] | None) -> float | None:
    if delta is None:
        return None
    return dt.timedelta(
        days=delta["days"], seconds=delta["seconds"], microseconds=delta["microseconds"]
    ).total_seconds()
