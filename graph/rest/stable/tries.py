"""`/tries`: the latest try of a task instance and the ones before it."""

from graph.rest.call import Call, Words
from graph.rest.codec import Json, beside, codec, computed, each, stored
from graph.rest.dialect import Answer
from graph.rest.params import Kind, Parameter
from graph.rest.rows import Custom, Row
from graph.rest.stable.values import task_state
from graph.types.guards import TASK_INSTANCES
from graph.types.task_instance import TaskInstance, TaskInstanceTry
from resolvers.selection import Selection

_SAME = (
    "task_id dag_id map_index start_date end_date duration try_number max_tries hostname pool pool_slots "
    "queue priority_weight operator pid executor"
)


def _try_json(noun: type) -> Selection:
    """Return the codec of a try: a task instance while it is the latest, one of its tries afterwards."""
    return codec(
        noun,
        **{name: stored(name) for name in _SAME.split()},
        dag_run_id=stored("run_id"),
        # Where nobody is known, nobody is told: strict clients refuse null.
        unixname=computed("unixname", lambda name: name or ""),
        queued_when=stored("queued_dttm"),
        state=computed("state", task_state),
        task_display_name=computed("task_display_name task_id", lambda name, task_id: name or task_id),
        executor_config=computed("executor_settings", lambda settings: str(settings or {})),
    )


LATEST_JSON = beside(_try_json(TaskInstance), tries=each("tries", _try_json(TaskInstanceTry), order="try_number"))


def _tries(call: Call) -> list[Json]:
    """Return the earlier tries of the task instance that the path names, then the latest."""
    call.admit(TASK_INSTANCES)
    latest = call.find(LATEST_JSON, **{"map_index": -1, **call.columns()})
    if latest is None:
        return []
    earlier: list[Json] = list(latest.pop("tries"))  # type: ignore[call-overload] # the objects of the nested codec
    return [*earlier, latest]


def _all(call: Call) -> Answer:
    """Return all tries. One that failed and will be followed by another is among the earlier ones already."""
    told = _tries(call)
    if told and told[-1]["state"] == "up_for_retry":
        told.pop()
    return Answer({"task_instances": told, "total_entries": len(told)})


def _one(call: Call) -> Answer:
    """Return one try by its number."""
    number = call.path["task_try_number"]
    found = next((one for one in reversed(_tries(call)) if one["try_number"] == number), None)
    if found is None:
        words = Words(
            "Task instance not found",
            "Task Instance not found for dag_id={dag_id}, run_id={dag_run_id}, task_id={task_id}, "
            f"map_index={call.path.get('map_index', -1)}, try_number={{task_try_number}}.",
        )
        raise words.refusal(404, "NotFound", call)
    return Answer(found)


_INSTANCE = "/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}"
# Taken, as Airflow takes them, and as by Airflow without effect.
_IDLE = (Parameter("limit", Kind.INTEGER), Parameter("offset", Kind.INTEGER, least=0), Parameter("order_by"))

ROWS: tuple[Row, ...] = tuple(
    Custom("GET", f"{path}/{below}", by, query=query)
    for path in (_INSTANCE, f"{_INSTANCE}/{{map_index:int}}")
    for below, by, query in (("tries", _all, _IDLE), ("tries/{task_try_number:int}", _one, ()))
)
