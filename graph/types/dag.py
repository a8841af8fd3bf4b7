"""DAGs: what they are called, whether they are paused, when they run next, how their runs went."""

from datetime import datetime
from enum import Enum

import strawberry
from strawberry import enum_value

from graph.types.base import (
    aggregated,
    column,
    derived,
    each,
    entity,
    identity,
    leading,
    many,
    matches,
    one,
    plucked,
)
from graph.types.counts import DagRunStateCount, counted
from graph.types.dag_source import DagSource
from graph.types.dag_warning import DagWarning, DagWarningFilter
from graph.types.event_log import EventLog, EventLogFilter, EventLogOrder
from graph.types.guards import DAGS, RUNS
from graph.types.import_error import ParseImportError
from graph.types.later import (
    AssetLater,
    AssetProducerLater,
    BackfillFilterLater,
    BackfillLater,
    BackfillOrderLater,
    DagDefinitionLater,
    DagRunFilterLater,
    DagRunLater,
    DagRunOrderLater,
    DagStructureLater,
    QueuedAssetEventLater,
    TaskGroupLater,
    TaskLater,
)
from graph.types.node import Node
from graph.types.paging import Page
from resolvers.binding import Operator


@strawberry.enum(description="How DAGs are ordered.")
class DagOrder(Enum):
    """How DAGs are ordered; the values name logical columns."""

    DAG_ID_ASC = enum_value("dag_id", description="By id, from A.")
    DAG_ID_DESC = enum_value("-dag_id", description="By id, from Z.")


@strawberry.input(description="Which DAGs. Conditions that are left out do not matter.")
class DagFilter:
    """Which DAGs."""

    dag_id: list[str] | None = matches("Its id is one of these.", "dag_id")
    dag_id_contains: str | None = matches(
        "Its id contains this text, in any case. Reads every DAG's id.", "dag_id", Operator.CONTAINS
    )
    is_paused: bool | None = matches("It is paused, or is not.", "is_paused", Operator.EQUALS)
    is_stale: bool | None = matches("Its file is gone, or is still there.", "is_stale", Operator.EQUALS)
    has_import_errors: bool | None = matches(
        "Its file could, or could not, be imported when last tried.", "has_import_errors", Operator.EQUALS
    )
    tags: list[str] | None = matches("It has at least one of these tags.", "name", link="tags", guard=DAGS)
    owner_contains: str | None = matches(
        "Its owners contain this text, in any case. Reads every DAG's owners.", "owners", Operator.CONTAINS
    )


@strawberry.type(description="When something is scheduled, in words.")
class Schedule:
    """When something is scheduled, in words."""

    summary: str | None = strawberry.field(
        description="The cron expression, the interval or the name of the timetable."
    )
    description: str | None = strawberry.field(description="The same for people.")


@strawberry.type(description="The run that the scheduler will make next.")
class NextRun:
    """The run that the scheduler will make next."""

    at: datetime | None = strawberry.field(description="When it will be made, at the earliest.")
    logical_date: datetime | None = strawberry.field(description="The logical date that it will have.")
    data_interval_start: datetime | None = strawberry.field(description="Where the data that it is for begins.")
    data_interval_end: datetime | None = strawberry.field(description="Where the data that it is for ends.")


def _schedule(summary: str | None, description: str | None) -> dict[str, object] | None:
    return None if summary is None and not description else {"summary": summary, "description": description}


def _next_run(at: datetime | None, logical: datetime | None, start: datetime | None, end: datetime | None) -> object:
    if at is None:
        return None
    return {"at": at, "logicalDate": logical, "dataIntervalStart": start, "dataIntervalEnd": end}


def split_owners(owners: str | None) -> list[str]:
    """Return the owners that Airflow keeps in one text."""
    return [owner.strip() for owner in (owners or "").split(",") if owner.strip()]


@entity("dag", key="dag_id", guard=DAGS)
class DAG(Node):
    """A workflow: tasks, and when they should run."""

    id: strawberry.ID = identity()
    dag_id: str = column("The name given in the DAG file.")
    display_name: str = derived(
        "What the UI calls it; the id unless the DAG file says otherwise.",
        needs="display_name dag_id",
        by=lambda name, dag_id: name or dag_id,
    )
    description: str | None = column("What the DAG file says that it is for.")
    is_paused: bool = derived("Whether the scheduler leaves it alone.", needs="is_paused", by=bool)
    is_stale: bool = column("Whether its file is gone, or no longer contains it.")
    has_import_errors: bool = derived(
        "Whether its file could not be imported when last tried.", needs="has_import_errors", by=bool
    )
    owners: list[str] = derived("Everyone named as owner of one of its tasks.", needs="owners", by=split_owners)
    tags: list[str] = plucked("Its tags, from A.", link="tags", column="name", guard=DAGS)
    schedule: Schedule | None = derived(
        "When it is scheduled; null if only on demand.", needs="schedule timetable_description", by=_schedule
    )
    next_run: NextRun | None = derived(
        "The run that the scheduler will make next; null where there is none to come.",
        needs="next_run_after next_logical_date next_dagrun_data_interval_start next_dagrun_data_interval_end",
        by=_next_run,
    )
    max_active_runs: int | None = column("How many of its runs may be active at once.")
    max_active_tasks: int = column("How many of its task instances may run at once.")
    max_consecutive_failed_dag_runs: int = column("After how many failed runs in a row it is paused; 0 for never.")
    fileloc: str | None = column("The file that defines it, on the machine that parsed it.")
    relative_fileloc: str | None = column("That file within its bundle. Since Airflow 3.0.")
    bundle_name: str | None = column("The bundle that its file is in. Since Airflow 3.0.")
    bundle_version: str | None = column("The version of that bundle. Since Airflow 3.0.")
    last_parsed_time: datetime | None = column("When its file was last parsed.")
    latest_run: DagRunLater | None = leading(
        "The newest run that matches; null if there is none. In Airflow 3, whose indexes order the runs of all DAGs "
        "alone, it is sought among all of the DAG's.",
        link="runs",
        order="-run_after",
        filter=DagRunFilterLater,
    )
    runs: Page[DagRunLater] = many(
        "Its runs, newest first. Airflow 3 has no index that orders them: all of them are looked at for each page.",
        link="runs",
        order="-run_after",
        filter=DagRunFilterLater,
        order_by=DagRunOrderLater,
    )
    run_state_counts: list[DagRunStateCount] = aggregated(
        "How many of its runs are in which state. Counts all of them, which takes longer the more there are.",
        link="runs",
        group="state",
        guard=RUNS,
        by=counted,
        filter=DagRunFilterLater,
    )
    tasks: list[TaskLater] = each(
        "Its tasks, as its file defined them when it was last parsed.", link="tasks", order=""
    )
    task_groups: list[TaskGroupLater] = each("Its task groups, parents first.", link="task_groups", order="")
    import_errors: Page[ParseImportError] = many(
        "Why its file could not be imported when last tried.",
        link="import_errors",
        order="id",
    )
    warnings: Page[DagWarning] = many(
        "What Airflow finds wrong with it.", link="warnings", order="warning_type", filter=DagWarningFilter
    )
    event_logs: Page[EventLog] = many(
        "What was done to it, the last first. All events of the DAG are looked at for each page.",
        link="event_logs",
        order="-id",
        filter=EventLogFilter,
        order_by=EventLogOrder,
    )
    source: DagSource | None = one(
        "The text of its file; null to whoever may not read all DAGs in that file.", link="source"
    )
    definition: DagDefinitionLater | None = one(
        "What else its file said when it was last parsed; null if it has not been.", link="definition"
    )
    consumed_assets: list[AssetLater] = each(
        "The assets for which it waits.", link="consumed_assets", order="", through="asset"
    )
    asset_producers: list[AssetProducerLater] = each(
        "Its tasks that update assets, one entry for each asset.", link="produced_assets", order="task_id,asset_id"
    )
    queued_asset_events: list[QueuedAssetEventLater] = each(
        "The assets for which it waits that were updated since it last ran for them.",
        link="queued_asset_events",
        order="created_at",
    )
    backfills: Page[BackfillLater] = many(
        "Its backfills, the one made last first. Since Airflow 3.0. Reads every backfill.",
        link="backfills",
        order="-id",
        filter=BackfillFilterLater,
        order_by=BackfillOrderLater,
    )
    structure: DagStructureLater | None = one(
        "Its tasks and groups as nodes and edges, and drawn; null if its file has not been parsed.", link="structure"
    )
