"""`/dags/{dag_id}/tasks`: what a DAG consists of, as its file said when it was last parsed."""

from collections.abc import Mapping
from typing import Any

from graph.rest.call import Call, Words
from graph.rest.codec import Json, codec, computed, each, one, stored
from graph.rest.dialect import Answer, RefusedError
from graph.rest.params import Parameter
from graph.rest.rows import Custom, Row
from graph.rest.stable.values import span, trigger_rule
from graph.types.dag import DAG
from graph.types.dag_definition import DagDefinition
from graph.types.guards import TASKS
from graph.types.task import Task
from graph.types.task_group import TaskGroup
from resolvers.selection import Selection


def _class(path: str) -> Json:
    """Return a class by its path, in two parts."""
    module, _, name = path.rpartition(".")
    return {"class_name": name, "module_path": module}


def params_json(params: Any) -> Json:  # noqa: ANN401 - parameters by name, as the serialized DAG has them
    """Return parameters with their defaults and schemas."""
    return {
        name: {
            "__class": param.class_path,
            "value": param.default if param.has_default else None,
            "description": param.description,
            "schema": dict(param.schema),
        }
        for name, param in params.items()
    }


TASK_JSON = codec(
    Task,
    "task_id",
    "owner",
    "queue",
    "depends_on_past",
    "wait_for_downstream",
    "weight_rule",
    "is_mapped",
    "doc_md",
    "template_fields",
    "downstream_task_ids",
    "ui_color",
    "ui_fgcolor",
    task_display_name="display_name",
    operator_name="operator",
    pool="pool_name",
    start_date="starts_on",
    end_date="ends_on",
    class_ref=computed("operator module", lambda name, module: {"class_name": name, "module_path": module}),
    trigger_rule=computed("trigger_rule", trigger_rule),
    # Airflow 2 writes these three as numbers with a fraction.
    retries=computed("retries", float),
    pool_slots=computed("pool_slots", float),
    priority_weight=computed("priority_weight", float),
    retry_delay=computed("retry_delay", span),
    execution_timeout=computed("execution_timeout", span),
    retry_exponential_backoff=computed("retry_exponential_backoff", lambda factor: factor > 0),
    params=computed("params", params_json),
    extra_links=computed("extra_links", lambda links: [_class(link.class_path) for link in links if link.class_path]),
)

# A DAG that nobody has parsed has no definition, and so no tasks that anybody knows of.
_PARSED = one("definition", codec(DagDefinition, dag_id=stored("dag_id")))
_TASKS_JSON = codec(DAG, definition=_PARSED, tasks=each("tasks", TASK_JSON))
_IDS_JSON = codec(
    DAG,
    definition=_PARSED,
    tasks=each("tasks", codec(Task, "task_id", "is_mapped")),
    groups=each("task_groups", codec(TaskGroup, "group_id", "parent_id", "is_mapped", "task_ids")),
)

_NO_DAG = Words("DAG not found")
_NO_TASK = Words("Task not found")


def _known(call: Call, dag: Selection) -> dict[str, Any] | None:
    """Return the path's DAG; none where there is no such DAG, or nobody has parsed it."""
    found = call.find(dag, dag_id=call.path["dag_id"])
    return None if found is None or found["definition"] is None else found


def mapped_by_task(call: Call) -> Mapping[str, bool] | None:
    """Return, by task id, whether a task is mapped, itself or by a group around it; none for a DAG not known."""
    dag = _known(call, _IDS_JSON)
    if dag is None:
        return None
    mapped: set[str] = {task["task_id"] for task in dag["tasks"] if task["is_mapped"]}
    # Parents come first.
    for group in dag["groups"]:
        if group["is_mapped"] or group["parent_id"] in mapped:
            mapped |= {group["group_id"], *group["task_ids"]}
    return {task["task_id"]: task["task_id"] in mapped for task in dag["tasks"]}


def _tasks(call: Call) -> Answer:
    """Return the tasks of a DAG, by any attribute that all of them have."""
    call.admit(TASKS)
    dag = _known(call, _TASKS_JSON)
    if dag is None:
        raise _NO_DAG.refusal(404, "NotFound", call)
    tasks: list[Json] = dag["tasks"]
    order = str(call.query.get("order_by", "task_id"))
    name = order.lstrip("-")
    if name not in {wanted.key for wanted in TASK_JSON.wanted} - {"class_ref"}:
        kind = "MappedOperator" if tasks and tasks[0]["is_mapped"] else "SerializedBaseOperator"
        raise RefusedError(400, f"'{kind}' object has no attribute '{name}'")
    tasks.sort(key=lambda task: (task[name] is not None, _sortable(task[name])), reverse=order.startswith("-"))
    return Answer({"tasks": tasks, "total_entries": len(tasks)})


def _task(call: Call) -> Answer:
    """Return a task."""
    call.admit(TASKS)
    found = call.find(TASK_JSON)
    if found is None:
        raise (_NO_DAG if mapped_by_task(call) is None else _NO_TASK).refusal(404, "NotFound", call)
    return Answer(found)


def _sortable(value: object) -> Any:  # noqa: ANN401 - whatever compares with its like
    return str(value) if isinstance(value, dict | list | tuple) or value is None else value


ROWS: tuple[Row, ...] = (
    Custom("GET", "/dags/{dag_id}/tasks", _tasks, query=(Parameter("order_by"),)),
    Custom("GET", "/dags/{dag_id}/tasks/{task_id}", _task),
)
