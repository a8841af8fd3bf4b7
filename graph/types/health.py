"""Whether Airflow's own processes are alive."""

from datetime import datetime

import strawberry
from strawberry import Info

from graph.context import Context
from resolvers.sources.heartbeat import Heartbeat


@strawberry.type(description="Whether Airflow's processes of one kind are alive.")
class ProcessHealth:
    """Whether Airflow's processes of one kind are alive."""

    is_alive: bool = strawberry.field(description="Whether one of them is, by Airflow's rule: see `Job.isAlive`.")
    latest_heartbeat: datetime | None = strawberry.field(description="When one of them was last heard of.")


@strawberry.type(description="Whether Airflow's own processes are alive; null for a kind of which there never was one.")
class Health:
    """Whether Airflow's own processes are alive."""

    scheduler: ProcessHealth | None = strawberry.field(description="Without it, no run goes on.")
    triggerer: ProcessHealth | None = strawberry.field(description="Without it, deferred tasks wait on.")
    dag_processor: ProcessHealth | None = strawberry.field(
        description="Without it, changed files are not noticed. Null too where an Airflow 2 has its scheduler do that."
    )


def health(info: Info[Context, None]) -> Health:
    """Return whether Airflow's own processes are alive."""
    found = info.context.session.health()
    return Health(
        scheduler=_told(found.get("scheduler")),
        triggerer=_told(found.get("triggerer")),
        dag_processor=_told(found.get("dag_processor")),
    )


def _told(heartbeat: Heartbeat | None) -> ProcessHealth | None:
    return None if heartbeat is None else ProcessHealth(is_alive=heartbeat.is_alive, latest_heartbeat=heartbeat.latest)
