"""Runs and task instances of the demo as rows."""

import uuid
from collections.abc import Mapping

from resolvers.demo.blueprint import DagPlan, TaskPlan
from resolvers.demo.dag_rows import version_of
from resolvers.demo.dags import CATALOG
from resolvers.demo.fate import chance
from resolvers.demo.furniture import worker_job
from resolvers.demo.history import Past
from resolvers.demo.outcome import Attempt, Instance, Outcome
from resolvers.demo.progress import map_label
from resolvers.demo.records import Records
from resolvers.demo.rows import ACCOUNT, Row, time_ordered_id
from resolvers.demo.serialize import operator_of
from resolvers.metadata.pickled import EMPTY_DICT
from resolvers.serialized.dag import SerializedDag
from resolvers.serialized.relatives import priority_weight_total

_TRIGGERED_BY = {
    "asset_materialization": "UI",
    "asset_triggered": "ASSET",
    "backfill": "BACKFILL",
    "operator_triggered": "OPERATOR",
    "scheduled": "TIMETABLE",
}
RESUMED_BY = "execute_complete"
"""The method that a task goes on with after it has waited outside of a worker."""

_FIRST_JOB = 1000
_KEY = ("dag_id", "run_id", "task_id", "map_index")
_NOTED = 0.1
_TASK_NOTES = ("Cleared once by hand.", "The API was slow that day.", "Known: see page 4 of the runbook.")


def add_outcomes(records: Records, past: Past) -> None:
    """Take in all runs with their task instances, earlier tries and notes."""
    weights = weights_of(past.serialized)
    for number, outcome in enumerate(past.outcomes, start=1):
        plan, run = outcome.run.plan, outcome.run
        version = version_of(plan, past.now)
        records.add("dag_run", [run_row(outcome, number, past.airflow, version)])
        if run.note:
            dates = {"created_at": run.queued_at, "updated_at": run.queued_at}
            records.add("dag_run_note", [{"dag_run_id": number, "content": run.note, **dates}])
        for instance in outcome.instances:
            common = {
                **task_columns(plan, instance.task, weights.get((plan.dag_id, instance.task.task_id), 1), past.airflow),
                "run_id": run.run_id,
                "map_index": instance.map_index,
                "rendered_map_index": map_label(plan, instance.task, instance.map_index),
            }
            if past.airflow == 3:
                common |= {"dag_version_id": version, "span_status": "not_started"}
            _add_instance(records, past, common, outcome, instance)


def _add_instance(records: Records, past: Past, common: Row, outcome: Outcome, instance: Instance) -> None:
    key = (outcome.run.plan.dag_id, outcome.run.run_id, instance.task.task_id, instance.map_index)
    made = outcome.run.queued_at
    identity = time_ordered_id(made, chance=chance("instance", *key))
    three = past.airflow == 3
    own: Row = {"id": identity} if three else {"job_id": _job_of(records, instance)}
    records.add("task_instance", [{**common, **try_columns(instance.latest), **own}])
    for attempt in instance.earlier:
        old = time_ordered_id(made, chance=chance("try", *key, attempt.number))
        own = {"task_instance_id": old} if three else {"job_id": None}
        records.add("task_try", [{**common, **try_columns(attempt), **own}])
    note = _note_of(outcome, instance, key)
    if note is not None:
        named = {"ti_id": identity} if three else dict(zip(_KEY, key, strict=True))
        dates = {"created_at": instance.latest.end, "updated_at": instance.latest.end}
        records.add("task_instance_note", [{**named, "content": note, **dates}])


def _job_of(records: Records, instance: Instance) -> int | None:
    """Return the job that runs a try; Airflow 2 stops a running try that is cleared by its job."""
    attempt = instance.latest
    if attempt.state != "running" or attempt.start is None:
        return None
    job = _FIRST_JOB + records.count("task_instance")
    records.add("job", [worker_job(job, attempt.start, attempt.worker)])
    return job


def _note_of(outcome: Outcome, instance: Instance, key: tuple[object, ...]) -> str | None:
    """Return what somebody wrote about a task instance: seldom anything, and only once it had trouble."""
    scene = outcome.run.scene
    if scene is not None:
        return scene.task_notes.get(instance.task.task_id)
    if instance.latest.end is None or not instance.earlier or chance("noted", *key) >= _NOTED:
        return None
    return _TASK_NOTES[int(chance("note", *key) * len(_TASK_NOTES))]


def weights_of(serialized: Mapping[str, Mapping[str, object]]) -> dict[tuple[str, str], int]:
    """Return the weight that the instances of each task are queued with, by DAG and task."""
    dags = [SerializedDag.decode(serialized[dag_id]) for dag_id in CATALOG]
    return {(dag.dag_id, task.task_id): priority_weight_total(dag, task) for dag in dags for task in dag.tasks.values()}


def run_row(outcome: Outcome, number: int, airflow: int, version: uuid.UUID | None) -> Row:
    """Return the row of a run; `number` is its id."""
    run = outcome.run
    start, end = run.interval or (None, None)
    row: Row = {
        "id": number,
        "dag_id": run.plan.dag_id,
        "run_id": run.run_id,
        "state": outcome.state,
        "run_type": run.run_type,
        "queued_at": run.queued_at,
        "start_date": outcome.start,
        "end_date": outcome.end,
        "logical_date": run.logical_date,
        "data_interval_start": start,
        "data_interval_end": end,
        "last_scheduling_decision": outcome.end or outcome.start,
        "conf": run.conf,
        "clear_number": 0,
        "log_template_id": 1 if airflow == 2 else 2,
        "updated_at": outcome.end or outcome.start or run.queued_at,
    }
    if airflow == 2:
        return {**row, "is_external": run.run_type == "manual"}
    return {
        **row,
        "run_after": run.run_after,
        "created_at": run.queued_at,
        "triggered_by": _TRIGGERED_BY.get(run.run_type) or ("UI", "REST_API")[number % 2],
        "triggering_user_name": run.by,
        "span_status": "not_started",
        "created_dag_version_id": version,
        "backfill_id": 1 if run.run_type == "backfill" else None,
    }


def task_columns(plan: DagPlan, task: TaskPlan, weight: int, airflow: int) -> Row:
    """Return what all instances of a task have in common."""
    operator = operator_of(task, airflow)
    return {
        "dag_id": plan.dag_id,
        "task_id": task.task_id,
        "pool": task.pool,
        "pool_slots": task.pool_slots,
        "queue": task.queue,
        "priority_weight": weight,
        "operator": operator.name,
        "custom_operator_name": operator.called or (operator.name if airflow == 3 else None),
        "task_display_name": task.task_id,
        "max_tries": task.retries,
        "executor_config": EMPTY_DICT,
        "unixname": ACCOUNT,
    }


def try_columns(attempt: Attempt) -> Row:
    """Return what is a try's own."""
    start, end = attempt.start, attempt.end
    return {
        "state": attempt.state,
        "try_number": attempt.number,
        "queued_dttm": attempt.queued_at,
        "start_date": start,
        "end_date": end,
        "duration": (end - start).total_seconds() if start and end else None,
        "hostname": attempt.worker,
        "pid": attempt.process,
        "next_method": RESUMED_BY if attempt.state in {"deferred", "awaiting_input"} else None,
        "updated_at": end or start or attempt.queued_at,
    }
