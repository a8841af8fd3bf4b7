"""Event logs: what somebody or something did, as Airflow's audit log keeps it."""

import json
from datetime import datetime
from enum import Enum

import strawberry
from strawberry import enum_value

from graph.types.base import column, derived, entity, identity, matches, one
from graph.types.guards import EVENT_LOGS
from graph.types.later import DAGLater
from graph.types.node import Node
from graph.types.scalars import JSON
from resolvers.binding import Operator

_UNSERVED = "No index serves this: it may read the whole log."


@strawberry.enum(description="How event logs are ordered.")
class EventLogOrder(Enum):
    """How event logs are ordered; the values name logical columns."""

    ID_DESC = enum_value("-id", description="The last written first.")
    ID_ASC = enum_value("id", description="The first written first.")


@strawberry.input(description="Which event logs. Conditions that are left out do not matter.")
class EventLogFilter:
    """Which event logs."""

    dag_id: list[str] | None = matches("It is about one of these DAGs.", "dag_id")
    task_id: list[str] | None = matches(f"It is about one of these tasks. {_UNSERVED}", "task_id")
    run_id: list[str] | None = matches(f"It is about one of these runs. {_UNSERVED}", "run_id")
    map_index: list[int] | None = matches(
        f"It is about an instance of a mapped task with one of these indexes. {_UNSERVED}", "map_index"
    )
    try_number: list[int] | None = matches(
        f"It is about one of these tries. Since Airflow 2.10. {_UNSERVED}", "try_number"
    )
    event: list[str] | None = matches("It is one of these events.", "event")
    event_not: list[str] | None = matches(f"It is none of these events. {_UNSERVED}", "event", Operator.NOT_IN)
    owner: list[str] | None = matches(f"One of these did it. {_UNSERVED}", "owner")
    after: datetime | None = matches("It was later than this.", "dttm", Operator.AFTER)
    before: datetime | None = matches("It was earlier than this.", "dttm", Operator.BEFORE)


def told(extra: str | None) -> object:
    """Return what an event says beyond its columns: JSON where it is some, else the text."""
    if extra is None:
        return None
    try:
        return json.loads(extra)
    except (ValueError, RecursionError):
        return extra


@entity("log", key="id", guard=EVENT_LOGS)
class EventLog(Node):
    """Something that somebody or something did, as Airflow's audit log keeps it."""

    id: strawberry.ID = identity()
    event_log_id: int = column("Its number; later ones have greater numbers.", source="id")
    when: datetime | None = column("When it was.", source="dttm")
    event: str | None = column("What was done, such as `trigger` or `patch_dag`.")
    owner: str | None = column("Who did it: a user, or the owner of a task.")
    owner_display_name: str | None = column("The same by a name for people.")
    dag_id: str | None = column("The DAG that it is about.")
    dag: DAGLater | None = one("The DAG that it is about; null where there is none of that id.", link="dag")
    run_id: str | None = column("The run that it is about.")
    task_id: str | None = column("The task that it is about.")
    map_index: int | None = column("Which instance of a mapped task it is about.")
    try_number: int | None = column("Which try it is about. Since Airflow 2.10.")
    logical_date: datetime | None = column("The logical date of the run that it is about.")
    extra: JSON | None = derived("What else is known of it: JSON, or text.", needs="extra", by=told)
