"""Whether Airflow's own processes are alive, by the heartbeats that they leave in the database."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, case, literal, select, union_all

from resolvers.airflow_config import AirflowConfig
from resolvers.metadata.generation import Generation
from resolvers.sources.heartbeat import Health, Heartbeat, is_alive
from resolvers.sources.patience import patience_of

_NAMES: Mapping[str, str] = {
    "SchedulerJob": "scheduler",
    "TriggererJob": "triggerer",
    "DagProcessorJob": "dag_processor",
}


def read_health(connection: Connection, generation: Generation, config: AirflowConfig, now: datetime) -> Health:
    """Return the health that the newest job of each kind tells.

    Airflow 2 parses DAG files in the scheduler unless `[scheduler] standalone_dag_processor` says
    otherwise, and then knows nothing of a DAG processor.
    """
    job, patience = generation.relation("job").table, patience_of(config, generation)
    newest = [
        select(
            select(job.c.job_type, job.c.state, job.c.latest_heartbeat)
            .where(job.c.job_type == literal(kind))
            .order_by(case((job.c.state == "running", 0), else_=1), job.c.latest_heartbeat.desc())
            .limit(1)
            .subquery(kind.lower())
        )
        for kind in _NAMES
    ]
    found: dict[str, Heartbeat] = {}
    for kind, state, latest in connection.execute(union_all(*newest)):
        found[_NAMES[kind]] = Heartbeat(latest, is_alive(state, latest, patience[kind], now))
    if generation.number == 2 and not config.flag("scheduler", "standalone_dag_processor", default=False):
        found.pop("dag_processor", None)
    return found
