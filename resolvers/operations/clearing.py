"""What clearing does to task instances: their tries are given up, and they wait to be scheduled again."""

import re
from collections.abc import Collection, Mapping, Sequence
from secrets import token_hex
from typing import Any

from sqlalchemy import ColumnElement, Row

from resolvers.errors import Conflict
from resolvers.metadata.stored import wrap
from resolvers.operations.attempts import give_up_tries
from resolvers.operations.instances import (
    Change,
    change_instances,
    instance_keys,
    lock_instances,
    lock_runs,
    still,
)
from resolvers.operations.keys import TaskInstanceKey
from resolvers.operations.requeue import follows_newest, requeue_run
from resolvers.operations.task_rows import attributes_of_task
from resolvers.operations.tracing import task_carrier
from resolvers.operations.versions import Version, dag_of_run, newest_dag, newest_version
from resolvers.operations.work import Work
from resolvers.serialized.dag import SerializedDag
from resolvers.serialized.encoding import unwrap

_TRACE_PARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


def clear_instances(
    work: Work,
    dag_id: str,
    conditions: Sequence[ColumnElement[bool]],
    *,
    reset_dag_runs: bool,
    run_on_latest_version: bool = False,
    prevent_running_task: bool = False,
    among: Collection[str] | None = None,
) -> list[TaskInstanceKey]:
    """Clear the task instances of a DAG that meet all conditions; return their keys.

    Runs are locked before task instances, and what is decided is decided on what is read under the
    locks. `Conflict` where a running task is met that was to be prevented. With `among`, task instances weigh
    as if the DAG consisted of these tasks.
    """
    reached = instance_keys(work, conditions)
    if not reached:
        return []
    runs = lock_runs(work, dag_id, {key.run_id for key in reached})
    rows = lock_instances(work, [*conditions, work.column("task_instance", "run_id").in_(runs)])
    if prevent_running_task and (running := next((row for row in rows if row.state == "running"), None)):
        raise Conflict(
            f"Task '{running.task_id}' is running in run '{running.run_id}'.",
            field="preventRunningTask",
            hint="Wait until it is over, or leave preventRunningTask out.",
        )
    again = _Again(work, run_on_latest_version=run_on_latest_version, among=among)
    ended = give_up_tries(work, rows)
    changes = [{**end, **again.changes(row, runs[row.run_id])} for row, end in zip(rows, ended, strict=True)]
    change_instances(work, list(zip(rows, changes, strict=True)))
    _restart_jobs(work, rows)

    carriers = {run_id: run.context_carrier for run_id, run in runs.items()}
    if reset_dag_runs:
        for run_id in {row.run_id: None for row in rows}:
            carriers[run_id] = requeue_run(work, runs[run_id], run_on_latest_version=run_on_latest_version)
    if work.generation.is_since("3.2"):
        traced: list[Change] = [(row, {"context_carrier": _within(work, carriers[row.run_id])}) for row in rows]
        change_instances(work, traced)
    return still(reached, rows)


class _Again:
    """What the task instances of one change are made of again: the tasks of the DAGs that their runs follow."""

    def __init__(self, work: Work, *, run_on_latest_version: bool, among: Collection[str] | None) -> None:
        self._work = work
        self._among = among
        self._latest = run_on_latest_version
        self._dags: dict[str, SerializedDag | None] = {}
        self._attributes: dict[tuple[int, str], Mapping[str, object]] = {}
        self._newest: dict[str, Version | None] = {}

    def changes(self, row: Row[Any], run: Row[Any]) -> dict[str, object]:
        """Return what clearing changes on a task instance, its tries apart."""
        if row.state == "running":
            # Its process notices, and is stopped; in Airflow 2 by way of its job.
            alive = self._work.generation.number == 3 or bool(row.job_id)
            return {"state": "restarting"} if alive else {}
        return {
            **self._of_the_task(row, run),
            **self._version(row, run),
            "state": None,
            "external_executor_id": None,
            "next_method": None,
            "next_kwargs": None,
        }

    def _of_the_task(self, row: Row[Any], run: Row[Any]) -> Mapping[str, object]:
        dag = self._dag(run)
        task = dag.tasks.get(row.task_id) if dag is not None else None
        tried = row.try_number or 0
        if dag is None or task is None:
            return {"max_tries": max(row.max_tries or 0, tried)}
        known = (id(dag), row.task_id)
        if known not in self._attributes:
            self._attributes[known] = attributes_of_task(self._work, dag, task, self._among)
        return {**self._attributes[known], "max_tries": tried + task.retries}

    def _dag(self, run: Row[Any]) -> SerializedDag | None:
        if run.run_id not in self._dags:
            newest = follows_newest(self._work, run, asked=self._latest)
            self._dags[run.run_id] = newest_dag(self._work, run.dag_id) if newest else dag_of_run(self._work, run)
        return self._dags[run.run_id]

    def _version(self, row: Row[Any], run: Row[Any]) -> dict[str, object]:
        generation = self._work.generation
        if not generation.is_since("3.2"):
            return {}
        if follows_newest(self._work, run, asked=self._latest):
            if run.dag_id not in self._newest:
                self._newest[run.dag_id] = newest_version(self._work, run.dag_id)
            version = self._newest[run.dag_id]
            return {"dag_version_id": version.id} if version else {}
        if generation.is_since("3.3") and row.dag_version_id is None:
            return {"dag_version_id": run.created_dag_version_id}
        return {}


def _restart_jobs(work: Work, rows: Sequence[Row[Any]]) -> None:
    """Tell the processes that run these task instances that they are to end (Airflow 2)."""
    if work.generation.number == 3:
        return
    jobs = [row.job_id for row in rows if row.state == "running" and row.job_id]
    if jobs:
        work.update("job", {"state": "restarting"}, work.column("job", "id").in_(jobs))


def _within(work: Work, run_carrier: object) -> object:
    """Return the trace context of a task instance that begins anew: a span within its run's, if spans are made."""
    told = unwrap(run_carrier) if work.config.flag("traces", "otel_on", default=False) else None
    parent = told.get("traceparent") if isinstance(told, Mapping) else None
    if not isinstance(told, Mapping) or not isinstance(parent, str) or not _TRACE_PARENT.fullmatch(parent):
        return task_carrier(work)
    version, trace, _, flags = parent.split("-")
    return wrap({**told, "traceparent": f"{version}-{trace}-{token_hex(8)}-{flags}"})
