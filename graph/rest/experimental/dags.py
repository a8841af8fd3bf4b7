"""DAGs: pausing them, their code, and deleting them."""

from graph.rest.call import Call
from graph.rest.codec import codec
from graph.rest.dialect import Answer
from graph.rest.early import HTML
from graph.rest.experimental.dag_runs import known_dag
from graph.rest.experimental.problems import no_dag, refused
from graph.rest.rows import Custom, Row
from graph.types.dag_source import DagSource
from graph.types.guards import DAG_SOURCES, DAGS
from resolvers.errors import Conflict, Forbidden, NotFound
from resolvers.operations.dag_deletion import delete_dag
from resolvers.operations.dags import set_paused

_SOURCE = codec(DagSource, "content")

# Not of a header that somebody sends on purpose: a link on any page would do.
_UNASKED = {"anonymous", "proxy"}

# The text of a file, which a browser is told to be a page: it must not run there.
_ONLY_TO_READ = {"Content-Security-Policy": "sandbox; default-src 'none'"}


def _set_paused(call: Call) -> Answer:
    """Pause a DAG where the path says `true`, and resume it where it says anything else."""
    actor = call.session.actor
    if actor.method in _UNASKED:
        raise Forbidden(f"{actor.name} presents no credentials, which a change by GET needs.")
    is_paused = call.path["paused"] == "true"
    try:
        call.change(set_paused, {"dag_id": call.path["dag_id"]}, lambda: {"is_paused": is_paused})
    except NotFound as problem:
        raise no_dag(call) from problem
    return Answer({"response": "ok"})


def _is_paused(call: Call) -> Answer:
    """Return whether a DAG is paused."""
    call.admit(DAGS)
    return Answer({"is_paused": known_dag(call)["is_paused"]})


def _code(call: Call) -> Answer:
    """Return the text of the file that defines a DAG."""
    call.admit(DAG_SOURCES)
    dag_id = known_dag(call)["dag_id"]
    found = call.find(_SOURCE, dag_id=dag_id)
    if found is None or found["content"] is None:
        raise refused(404, f"Error while reading Dag id {dag_id} Code: Airflow has not stored it")
    return Answer(str(found["content"]), media_type=HTML, headers=_ONLY_TO_READ)


def _delete(call: Call) -> Answer:
    """Delete a DAG, and say how many records went with it."""
    try:
        gone = call.change(delete_dag, {"dag_id": call.path["dag_id"]})
    except NotFound as problem:
        raise refused(404, f"Dag id {call.path['dag_id']} not found") from problem
    except Conflict as problem:
        raise refused(409, "TaskInstances still running") from problem
    return Answer({"message": f"Removed {gone.records} record(s)", "count": gone.records})


ROWS: tuple[Row, ...] = (
    Custom("DELETE", "/dags/{dag_id}", _delete),
    # Where Airflow's own client sends it, and its server never was.
    Custom("DELETE", "/dags/{dag_id}/delete_dag", _delete),
    Custom("GET", "/dags/{dag_id}/paused/{paused}", _set_paused),
    Custom("GET", "/dags/{dag_id}/paused", _is_paused),
    Custom("GET", "/dags/{dag_id}/code", _code),
)
