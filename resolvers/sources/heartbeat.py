"""Signs of life of Airflow's processes, and what they say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Heartbeat:
    """The latest sign of life of one kind of process, and whether it counts as alive."""

    latest: datetime | None
    is_alive: bool


# By the kind of a process: `scheduler`, `triggerer`, `dag_processor`; absent is one that there never was.
Health = Mapping[str, Heartbeat]


def is_alive(state: str | None, latest: datetime | None, patience: float, now: datetime) -> bool:
    """Whether a process counts as alive: it says that it runs, and has said so within so many seconds."""
    return state == "running" and latest is not None and (now - latest).total_seconds() < patience
