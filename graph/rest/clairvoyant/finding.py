"""How commands find what they are about: DAGs by id, runs and task instances by their date."""

from datetime import datetime
from typing import Any

from graph.rest.clairvoyant.asking import Asked
from graph.rest.clairvoyant.told import FailedError
from graph.rest.codec import Json, codec, each
from graph.rest.paging import listing
from graph.types.dag import DAG
from graph.types.dag_run import DagRun
from graph.types.task import Task
from graph.types.task_instance import TaskInstance
from resolvers.binding import Filter, Match, Operator, Order
from resolvers.selection import Lookup, Selection, Window

_DAG = codec(DAG, "dag_id", "is_stale")
_RUN = codec(DagRun, "run_id", "state")
_INSTANCE = codec(TaskInstance, "run_id", "map_index", "state")
_TASK = codec(Task, "task_id", "operator_class", "downstream_task_ids", "upstream_task_ids")
_TASKS = codec(DAG, tasks=each("tasks", _TASK))

# Of a mapped task, the state that says most of all its instances: Airflow's own order, when it sums them up.
_TELLING = (
    *("failed", "upstream_failed", "up_for_retry", "up_for_reschedule", "queued", "scheduled", "deferred", "running"),
    *("restarting", None, "success", "skipped", "removed"),
)


def all_of(asked: Asked, selection: Selection, filter_: Filter, *order: str) -> list[Json]:
    """Return all rows that meet the conditions, as far as the limits of an answer allow."""
    window = Window(asked.session.service.settings.max_rows)
    page = listing(selection, "rows", filter_, Order(order), window, total=None)
    rows: list[Json] = asked.session.read(page).written()[0]["rows"]
    return rows


def first_of(asked: Asked, selection: Selection, filter_: Filter, order: Order) -> Json | None:
    """Return the first row that meets the conditions."""
    page = listing(selection, "rows", filter_, order, Window(1), total=None)
    rows: list[Json] = asked.session.read(page).written()[0]["rows"]
    return rows[0] if rows else None


def has_dag(asked: Asked, dag_id: str) -> bool:
    """Say whether there is a DAG of this id that is still in a file."""
    found = one_of(asked, _DAG, dag_id=dag_id)
    return found is not None and not found["is_stale"]


def one_of(asked: Asked, selection: Selection, **key: object) -> Json | None:
    """Return the row of a key."""
    rows: list[Json | None] = asked.session.read(Lookup(selection, (key,))).written()
    return rows[0]


def tasks_of(asked: Asked) -> dict[str, Json]:
    """Return the tasks of the DAG, by id, from A."""
    dag = one_of(asked, _TASKS, dag_id=asked.text("dag_id"))
    rows: list[Json] = dag["tasks"] if dag else []  # type: ignore[assignment] # as the codec says
    return {str(row["task_id"]): row for row in sorted(rows, key=lambda row: str(row["task_id"]))}


def task_of(asked: Asked) -> str:
    """Return the task that is named; `FailedError` where the DAG has none of that id."""
    task_id = asked.text("task_id")
    if one_of(asked, _TASK, dag_id=asked.text("dag_id"), task_id=task_id) is None:
        raise FailedError(f"Task {task_id} not found", "airflow.exceptions.TaskNotFound")
    return task_id


def has_run(asked: Asked, run_id: str) -> bool:
    """Say whether the DAG has a run of this id."""
    return one_of(asked, _RUN, dag_id=asked.text("dag_id"), run_id=run_id) is not None


def run_on(asked: Asked, date: datetime) -> Json | None:
    """Return the run of the DAG for a date: a logical one, or, where a run has none, when it was due."""
    of_dag = Match("dag_id", Operator.EQUALS, asked.text("dag_id"))
    for column in ("logical_date", "run_after"):
        filter_ = (of_dag, Match(column, Operator.EQUALS, date))
        if found := first_of(asked, _RUN, filter_, Order(("id",), descending=True)):
            return found
    return None


def instances_on(asked: Asked, task_id: str, date: datetime) -> list[Json]:
    """Return the instances of a task in the run for a date."""
    run = run_on(asked, date)
    if run is None:
        return []
    named = {"dag_id": asked.text("dag_id"), "run_id": run["run_id"], "task_id": task_id}
    filter_ = tuple(Match(name, Operator.EQUALS, value) for name, value in named.items())
    return all_of(asked, _INSTANCE, filter_, "map_index")


def state_of(instances: list[Json]) -> str:
    """Return the state of a task in words; that which says most, where the task is mapped."""
    states: set[Any] = {instance["state"] for instance in instances}
    return str(next((state for state in _TELLING if state in states), next(iter(states), None)))
