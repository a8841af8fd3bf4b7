"""How long a process of Airflow's may be silent before Airflow takes it for dead."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Float, FromClause, case, literal

from resolvers.airflow_config import AirflowConfig
from resolvers.metadata.generation import Generation, Logical

# What Airflow multiplies the pace of heartbeats by where a process has no threshold of its own.
_GRACE = 2.1


def patience_of(config: AirflowConfig, generation: Generation) -> Mapping[str, float]:
    """Return the seconds by the kind of a process, and under `""` those of any other kind."""
    paced = _GRACE * _seconds(config, "scheduler", "job_heartbeat_sec", 5)
    return {
        "SchedulerJob": _seconds(config, "scheduler", "scheduler_health_check_threshold", 30),
        "TriggererJob": _seconds(config, "triggerer", "triggerer_health_check_threshold", 30),
        "DagProcessorJob": _seconds(config, "dag_processor", "health_check_threshold", 30)
        if generation.is_since("3.2")
        else paced,
        "": paced,
    }


def with_patience(generation: Generation, config: AirflowConfig) -> Generation:
    """Return the generation with a logical column `patience` of jobs, which their rows do not tell."""
    seconds = dict(patience_of(config, generation))
    others = seconds.pop("")

    def patience(over: FromClause) -> ColumnElement[Any]:
        known = [(over.c.job_type == kind, literal(told, Float)) for kind, told in seconds.items()]
        return case(*known, else_=literal(others, Float))

    job = generation.relation("job")
    told = replace(job, columns={**job.columns, "patience": Logical(patience, ("job_type",))})
    return replace(generation, relations={**generation.relations, "job": told})


def _seconds(config: AirflowConfig, section: str, option: str, usual: float) -> float:
    told = config.value(section, option)
    try:
        return usual if told is None else float(told)
    except ValueError:
        return usual
