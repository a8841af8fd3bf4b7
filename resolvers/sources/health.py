"""Whether Airflow's own processes are alive, by the heartbeats that they leave in the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, case, literal, select, union_all

from resolvers.airflow_config import AirflowConfig
from resolvers.metadata.generation import Generation

# By the kind of a process: the option, and its default in seconds, after which silence means that it is dead.
_THRESHOLDS: Mapping[str, tuple[str, str, float]] = {
    "SchedulerJob": ("scheduler", "scheduler_health_check_threshold", 30),
    "TriggererJob": ("triggerer", "triggerer_health_check_threshold", 30),
    "DagProcessorJob": ("scheduler", "job_heartbeat_sec", 5),
}
# What Airflow multiplies the rate of heartbeats by where a process has no threshold of its own.
_GRACE = 2.1


_NAMES: Mapping[str, str] = {
    "SchedulerJob": "scheduler",
    "TriggererJob": "triggerer",
    "DagProcessorJob": "dag_processor",
}


@dataclass(frozen=True)
class Heartbeat:
    """The latest sign of life of one kind of process, and whether it counts as alive."""

    latest: datetime | None
    is_alive: bool


# By the kind of a process: `scheduler`, `triggerer`, `dag_processor`; absent is one that there never was.
Health = Mapping[str, Heartbeat]


def read_health(connection: Connection, generation: Generation, config: AirflowConfig, now: datetime) -> Health:
    """Return the health that the newest job of each kind tells.

    Airflow 2 parses DAG files in the scheduler unless `[scheduler] standalone_dag_processor` says
    otherwise, and then knows nothing of a DAG processor.
    """
    job = generation.relation("job").table
    newest = [
        select(
            select(job.c.job_type, job.c.state, job.c.latest_heartbeat)
            .where(job.c.job_type == literal(kind))
            .order_by(case((job.c.state == "running", 0), else_=1), job.c.latest_heartbeat.desc())
            .limit(1)
            .subquery(kind.lower())
        )
        for kind in _THRESHOLDS
    ]
    found: dict[str, Heartbeat] = {}
    for kind, state, latest in connection.execute(union_all(*newest)):
        alive = state == "running" and latest is not None and now - latest < _patience(config, kind)
        found[_NAMES[kind]] = Heartbeat(latest, alive)
    if generation.number == 2 and not config.flag("scheduler", "standalone_dag_processor", default=False):
        found.pop("dag_processor", None)
    return found


def _patience(config: AirflowConfig, kind: str) -> timedelta:
    section, option, usual = _THRESHOLDS[kind]
    told = config.value(section, option)
    try:
        seconds = usual if told is None else float(told)
    except ValueError:
        seconds = usual
    return timedelta(seconds=seconds * _GRACE if option == "job_heartbeat_sec" else seconds)
