"""The task instances that a run begins with, as Airflow's own API inserts them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from getpass import getuser
from uuid import UUID

from resolvers.errors import Unsupported
from resolvers.metadata.pickled import pickle_plain
from resolvers.operations.tracing import task_carrier
from resolvers.operations.uuid7 import uuid7
from resolvers.operations.work import Work
from resolvers.serialized.dag import SerializedDag
from resolvers.serialized.encoding import TYPE, VALUE, Opaque
from resolvers.serialized.relatives import priority_weight_total
from resolvers.serialized.task import Task


def task_instance_rows(
    work: Work, dag: SerializedDag, *, run_id: str, logical_date: datetime | None, dag_version_id: UUID | None
) -> list[dict[str, object]]:
    """Return the rows of a new run, by logical column.

    One for every task whose dates allow the logical date; a task that is mapped over literal values
    alone has one for each of them, any other mapped task a single one that the scheduler expands.
    """
    every: dict[str, object] = {
        "dag_id": dag.dag_id,
        "run_id": run_id,
        "state": None,
        "try_number": 0,
        "hostname": "",
        "unixname": _account(),
        "updated_at": work.now,
        "dag_version_id": dag_version_id,
        "span_status": "not_started",
        "context_carrier": task_carrier(work),
    }
    return [
        {
            **every,
            **attributes_of_task(work, dag, task),
            "task_id": task.task_id,
            "task_display_name": task.display_name,
            "map_index": map_index,
            "max_tries": task.retries,
            "id": uuid7(),
        }
        for task in dag.tasks.values()
        if task.runs_at(logical_date)
        for map_index in task.initial_map_indexes
    ]


def attributes_of_task(
    work: Work, dag: SerializedDag, task: Task, among: Collection[str] | None = None
) -> dict[str, object]:
    """Return what a task instance takes over from its task, each time that it is made ready to run.

    It weighs as much as its relatives, of those `among` these tasks where they are named.
    """
    return {
        "queue": task.queue,
        "pool": task.pool,
        "pool_slots": task.pool_slots,
        "priority_weight": priority_weight_total(dag, task, among),
        "executor": task.executor,
        "executor_config": _pickled(task),
        "operator": task.operator,
        # Up to 3.0 Airflow looks for the name under an attribute that serialized tasks lack.
        "custom_operator_name": task.operator_name if work.generation.is_since("3.1") else None,
    }


def _pickled(task: Task) -> bytes:
    try:
        return pickle_plain(_as_stored(task.executor_config))
    except TypeError as error:
        raise Unsupported(
            f"The executor_config of task '{task.task_id}' cannot be written: it {error}.",
            hint="Set AIRFLOW_GRAPH_TASK_INSTANCES_BY_SCHEDULER=true: Airflow itself writes it then.",
        ) from None


def _as_stored(value: object) -> object:
    """Return the value with what only Airflow can bring back, such as a pod, in the JSON that it makes of it."""
    match value:
        case Opaque():
            return {VALUE: value.value, TYPE: value.type}
        case Mapping():
            return {key: _as_stored(inner) for key, inner in value.items()}
        case list():
            return [_as_stored(inner) for inner in value]
    return value


def _account() -> str | None:
    """Return the account that this process runs under; none in a container whose user has no name."""
    try:
        return getuser()
    except (KeyError, OSError):
        return None
