"""Jobs: the processes of Airflow's that tell the database that they are alive."""

from datetime import UTC, datetime
from enum import Enum

import strawberry
from strawberry import enum_value

from graph.types.base import column, derived, entity, identity, matches, one
from graph.types.guards import JOBS
from graph.types.later import DAGLater
from graph.types.node import Node
from graph.types.scalars import Duration
from resolvers.binding import Operator
from resolvers.sources.heartbeat import is_alive

_UNSERVED = "No index serves this: it reads every job."


@strawberry.enum(description="How jobs are ordered.")
class JobOrder(Enum):
    """How jobs are ordered; the values name logical columns."""

    ID_DESC = enum_value("-id", description="The one started last first.")
    ID_ASC = enum_value("id", description="The one started first first.")
    HEARTBEAT_DESC = enum_value(
        "-latest_heartbeat",
        description="The one heard of last first. No index serves this without `jobType` or `state`: it reads every "
        "job.",
    )
    HEARTBEAT_ASC = enum_value(
        "latest_heartbeat",
        description="The one not heard of for longest first. No index serves this without `jobType` or `state`: it "
        "reads every job.",
    )


@strawberry.input(description="Which jobs. Conditions that are left out do not matter.")
class JobFilter:
    """Which jobs."""

    job_type: list[str] | None = matches("It is of one of these kinds, such as `SchedulerJob`.", "job_type")
    state: list[str] | None = matches("It is in one of these states, such as `running`.", "state")
    hostname: list[str] | None = matches(f"It is on one of these hosts. {_UNSERVED}", "hostname")
    dag_id: list[str] | None = matches("It runs a task of one of these DAGs.", "dag_id")
    heard_of_since: datetime | None = matches(
        f"Its latest heartbeat was at this instant or later. {_UNSERVED}", "latest_heartbeat", Operator.AT_LEAST
    )
    silent_since: datetime | None = matches(
        f"Its latest heartbeat was before this instant. {_UNSERVED}", "latest_heartbeat", Operator.BEFORE
    )


def alive(state: str | None, latest: datetime | None, patience: float) -> bool:
    """Return whether Airflow takes a job for alive now."""
    return is_alive(state, latest, patience, datetime.now(UTC))


@entity("job", key="id", guard=JOBS)
class Job(Node):
    """A process of Airflow's that tells the database that it is alive, or told so.

    A scheduler, triggerer or DAG processor is one for as long as it runs; in Airflow 2 each try of a task is one too.
    """

    id: strawberry.ID = identity()
    job_id: int = column("Its number; later ones have greater numbers.", source="id")
    job_type: str | None = column(
        "Of which kind it is: `SchedulerJob`, `TriggererJob`, `DagProcessorJob`, or in Airflow 2 `LocalTaskJob` and "
        "`BackfillJob`."
    )
    state: str | None = column(
        "What it last said of itself: `running`, `success`, `failed`, `restarting`. One that was killed says nothing "
        "any more, and stays `running`."
    )
    is_alive: bool = derived(
        "Whether it is alive by Airflow's rule, as `airflow jobs check` has it: it runs, and was heard of within its "
        "`patience`.",
        needs="state latest_heartbeat patience",
        by=alive,
    )
    latest_heartbeat: datetime | None = column("When it was last heard of.")
    patience: Duration = column("How long it may be silent, by Airflow's configuration, before it counts as dead.")
    hostname: str | None = column("The host that it is on.")
    unixname: str | None = column("The account that it runs under.")
    executor_class: str | None = column("The executor of a scheduler.")
    started_at: datetime | None = column("When it started.", source="start_date")
    ended_at: datetime | None = column("When it ended; null for one that runs, or was killed.", source="end_date")
    dag_id: str | None = column("The DAG of the task that it runs; null where it runs none.")
    dag: DAGLater | None = one("The DAG of the task that it runs; null where it runs none.", link="dag")
