"""DAG runs: when and why they were made, where they stand, what their tasks did."""

from datetime import datetime
from enum import Enum

import strawberry
from strawberry import enum_value

from graph.types.base import aggregated, column, derived, each, entity, identity, many, masked, matches, one
from graph.types.counts import TaskInstanceStateCount, counted
from graph.types.dag import DAG
from graph.types.enums import DagRunState, DagRunType
from graph.types.guards import RUN_EDITORS, RUNS, TASK_INSTANCES
from graph.types.job import Job
from graph.types.later import (
    AssetEventLater,
    BackfillLater,
    TaskInstanceFilterLater,
    TaskInstanceLater,
    TaskInstanceOrderLater,
    XComFilterLater,
    XComLater,
)
from graph.types.node import Node
from graph.types.paging import Page
from graph.types.scalars import JSON, Duration
from resolvers.binding import Derived, Operator, Secrecy

_UNSERVED = "In Airflow 2 no index serves this across DAGs: it reads every run."


@strawberry.enum(description="How DAG runs are ordered.")
class DagRunOrder(Enum):
    """How DAG runs are ordered; the values name logical columns."""

    RUN_AFTER_DESC = enum_value("-run_after", description=f"Newest first. {_UNSERVED}")
    RUN_AFTER_ASC = enum_value("run_after", description=f"Oldest first. {_UNSERVED}")
    ID_DESC = enum_value("-id", description="The one made last first.")
    ID_ASC = enum_value("id", description="The one made first first.")


@strawberry.input(description="Which DAG runs. Conditions that are left out do not matter.")
class DagRunFilter:
    """Which DAG runs."""

    dag_id: list[str] | None = matches("It is of one of these DAGs.", "dag_id")
    run_id: list[str] | None = matches("Its id is one of these. No index serves this without `dagId`.", "run_id")
    state: list[DagRunState] | None = matches(
        "It is in one of these states. Without `dagId` an index finds those that are queued or running alone.", "state"
    )
    run_type: list[DagRunType] | None = matches(
        "It exists for one of these reasons. No index serves this: combine it with `dagId` or `state`.", "run_type"
    )
    run_after_from: datetime | None = matches(
        "It was due at this instant or later. In Airflow 2 no index serves this without `dagId`.",
        "run_after",
        Operator.AT_LEAST,
    )
    run_after_before: datetime | None = matches(
        "It was due before this instant. In Airflow 2 no index serves this without `dagId`.",
        "run_after",
        Operator.BEFORE,
    )
    logical_date_from: datetime | None = matches(
        "Its logical date is this one or later. No index serves this without `dagId`.",
        "logical_date",
        Operator.AT_LEAST,
    )
    logical_date_before: datetime | None = matches(
        "Its logical date is before this one. No index serves this without `dagId`.",
        "logical_date",
        Operator.BEFORE,
    )
    started_from: datetime | None = matches(
        "It started at this instant or later. No index serves this: combine it with `dagId` or `state`.",
        "start_date",
        Operator.AT_LEAST,
    )
    started_before: datetime | None = matches(
        "It started before this instant. No index serves this: combine it with `dagId` or `state`.",
        "start_date",
        Operator.BEFORE,
    )


@strawberry.type(description="The span of time that a run's data is of.")
class DataInterval:
    """The span of time that a run's data is of."""

    start: datetime = strawberry.field(description="Where it begins.")
    end: datetime = strawberry.field(description="Where it ends.")


def _interval(start: datetime | None, end: datetime | None) -> object:
    return None if start is None or end is None else {"start": start, "end": end}


def elapsed(start: datetime | None, end: datetime | None) -> object:
    """Return the seconds between two instants, or none while one is missing."""
    return None if start is None or end is None else (end - start).total_seconds()


def _told(conf: object) -> object:
    """Return a run's configuration: empty rather than null, as Airflow's own API says."""
    return {} if conf is None else conf


@entity("dag_run", key="dag_id run_id", guard=RUNS)
class DagRun(Node):
    """One execution of a DAG."""

    id: strawberry.ID = identity()
    dag_id: str = column("The DAG that it is a run of.")
    run_id: str = column("Its name among the runs of its DAG.")
    dag: DAG | None = one("The DAG that it is a run of.", link="dag")
    state: DagRunState = column("Where it stands.")
    run_type: DagRunType = column("Why it exists.")
    logical_date: datetime | None = column("The date that it is for. Since Airflow 3.0 a run may have none.")
    run_after: datetime = column("When it was due; in Airflow 2 the same as its logical date.")
    data_interval: DataInterval | None = derived(
        "The span of time that its data is of.", needs="data_interval_start data_interval_end", by=_interval
    )
    queued_at: datetime | None = column("When it was last queued.")
    started_at: datetime | None = column("When it started; null while it is queued.", source="start_date")
    ended_at: datetime | None = column("When it ended; null while it has not.", source="end_date")
    duration: Duration | None = derived(
        "From its start to its end; null while it has not ended.", needs="start_date end_date", by=elapsed
    )
    is_external: bool = derived(
        "Whether somebody or something outside the schedule asked for it.", needs="is_external", by=bool
    )
    triggered_by: str | None = derived(
        "By which way it was asked for, such as `rest_api` or `timetable`. Since Airflow 3.0.",
        needs="triggered_by",
        by=lambda name: name.lower() if name else None,
    )
    triggering_user: str | None = column("Who asked for it. Since Airflow 3.1.", source="triggering_user_name")
    creating_job: Job | None = one(
        "The scheduler's job that made it; null where somebody asked for it.", link="creating_job"
    )
    clear_number: int = column("How often it was cleared.")
    bundle_version: str | None = column("The version of the code that it is bound to. Since Airflow 3.0.")
    conf: JSON | None = masked(
        "What it was given by whoever triggered it. Secrets in it, by Airflow's rules for sensitive keys, are `***` to "
        "those who lack the permission `run.edit` on its DAG.",
        Derived(("conf",), _told),
        Secrecy.JSON,
        unless=RUN_EDITORS,
    )
    note: str | None = column("What somebody wrote about it.")
    task_instances: Page[TaskInstanceLater] = many(
        "Its task instances, by task and map index.",
        link="task_instances",
        order="task_id,map_index",
        filter=TaskInstanceFilterLater,
        order_by=TaskInstanceOrderLater,
        first=100,
    )
    task_state_counts: list[TaskInstanceStateCount] = aggregated(
        "How many of its task instances are in which state. Counts all of them.",
        link="task_instances",
        group="state",
        guard=TASK_INSTANCES,
        by=counted,
        filter=TaskInstanceFilterLater,
    )
    xcoms: Page[XComLater] = many(
        "What its task instances left for each other, by task, map index and key.",
        link="xcoms",
        order="task_id,map_index,key",
        filter=XComFilterLater,
    )
    consumed_asset_events: list[AssetEventLater] = each(
        "The updates of assets for which it was made.", link="consumed_asset_events", order="", through="event"
    )
    backfill: BackfillLater | None = one("The backfill that it is part of. Since Airflow 3.0.", link="backfill")
