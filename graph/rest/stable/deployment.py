"""`/health` and `/version`: which Airflow this is, and whether it is alive."""

from graph.rest.call import Call
from graph.rest.codec import Json
from graph.rest.dialect import Answer
from graph.rest.rows import Custom, Row
from graph.rest.version import airflow_version
from resolvers.errors import Problem

_PROCESSES = ("scheduler", "triggerer", "dag_processor")


def _health(call: Call) -> Answer:
    """Return the health of the database and of Airflow's processes, always with status 200."""
    try:
        heartbeats, reachable = call.session.health(), True
    except Problem:
        heartbeats, reachable = {}, False
    told: Json = {"metadatabase": {"status": _status(is_alive=reachable)}}
    for name in _PROCESSES:
        heartbeat = heartbeats.get(name)
        # Of the processes, only the scheduler is one without which there is no Airflow.
        silence = _status(is_alive=False) if name == "scheduler" else None
        told[name] = {
            "status": _status(is_alive=heartbeat.is_alive) if heartbeat else silence,
            f"latest_{name}_heartbeat": heartbeat.latest if heartbeat else None,
        }
    return Answer(told)


def _status(*, is_alive: bool) -> str:
    return "healthy" if is_alive else "unhealthy"


def _version(call: Call) -> Answer:
    """Return the version of Airflow."""
    return Answer({"version": airflow_version(call.session), "git_version": ""})


ROWS: tuple[Row, ...] = (
    Custom("GET", "/health", _health, open=True),
    Custom("GET", "/version", _version, open=True),
)
