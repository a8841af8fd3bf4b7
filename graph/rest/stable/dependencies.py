"""`/dependencies`: what keeps a task instance from being queued."""

from graph.rest.call import Call, Words
from graph.rest.codec import codec, each
from graph.rest.dialect import Answer
from graph.rest.rows import Custom, Row
from graph.types.guards import TASK_INSTANCES
from graph.types.task_instance import TaskInstance
from graph.types.unmet_dependency import UnmetDependency

_JSON = codec(TaskInstance, dependencies=each("unmet_dependencies", codec(UnmetDependency, "name", "reason")))
_MISSING = Words("Task Instance not found for dag_id={dag_id}, run_id={dag_run_id}, task_id={task_id}")


def _dependencies(call: Call) -> Answer:
    """Return what a task instance waits for; nothing once it has been queued."""
    call.admit(TASK_INSTANCES)
    found = call.find(_JSON, **{"map_index": -1, **call.columns()})
    if found is None:
        raise _MISSING.refusal(404, "NotFound", call)
    return Answer(found)


_INSTANCE = "/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}"

ROWS: tuple[Row, ...] = (
    Custom("GET", f"{_INSTANCE}/dependencies", _dependencies),
    Custom("GET", f"{_INSTANCE}/{{map_index:int}}/dependencies", _dependencies),
)
