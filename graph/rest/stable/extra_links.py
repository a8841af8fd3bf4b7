"""`/links`: the links that an operator offers for a task instance."""

from graph.rest.call import Call, Words
from graph.rest.codec import Json, codec, each
from graph.rest.dialect import Answer
from graph.rest.params import Kind, Parameter, held
from graph.rest.rows import Custom, Row
from graph.rest.stable.tasks import mapped_by_task
from graph.types.extra_link import ExtraLink
from graph.types.guards import TASK_INSTANCES
from graph.types.task_instance import TaskInstance

_LINKS_JSON = codec(TaskInstance, links=each("extra_links", codec(ExtraLink, "name", "url")))


def _links(call: Call) -> Answer:
    """Return the address of each link by its name."""
    call.admit(TASK_INSTANCES)
    tasks = mapped_by_task(call)
    if tasks is None:
        raise Words("DAG not found", 'DAG with ID = "{dag_id}" not found').refusal(404, "NotFound", call)
    if call.path["task_id"] not in tasks:
        raise Words("Task not found", 'Task with ID = "{task_id}" not found').refusal(404, "NotFound", call)
    found = call.find(_LINKS_JSON, **call.columns(), map_index=held(call.query.get("map_index")))
    if found is None:
        raise Words("DAG Run not found", 'DAG Run with ID = "{dag_run_id}" not found').refusal(404, "NotFound", call)
    links: list[Json] = found["links"]  # type: ignore[assignment] # as the codec says
    return Answer({str(link["name"]): link["url"] for link in links})


ROWS: tuple[Row, ...] = (
    Custom(
        "GET",
        "/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/links",
        _links,
        query=(Parameter("map_index", Kind.INTEGER),),
    ),
)
