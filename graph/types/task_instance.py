"""Task instances: what became of a task in a run, and its earlier tries."""

from datetime import datetime
from enum import Enum

import strawberry
from strawberry import enum_value

from graph.types.base import column, derived, each, entity, identity, many, masked, matches, one, text
from graph.types.dag import DAG
from graph.types.dag_run import DagRun, elapsed
from graph.types.enums import TaskInstanceState
from graph.types.extra_link import ExtraLink
from graph.types.guards import TASK_INSTANCE_EDITORS, TASK_INSTANCES
from graph.types.later import AssetEventLater, XComFilterLater, XComLater
from graph.types.node import Node
from graph.types.paging import Page
from graph.types.pool import Pool
from graph.types.scalars import JSON, Duration
from graph.types.task import Task
from graph.types.task_log import TaskLog
from graph.types.unmet_dependency import UnmetDependency
from resolvers.binding import Column, FirstOf, Operator, Otherwise, Secrecy


@strawberry.enum(description="How task instances are ordered.")
class TaskInstanceOrder(Enum):
    """How task instances are ordered; the values name logical columns."""

    TASK_ID_ASC = enum_value("dag_id,run_id,task_id,map_index", description="By DAG, run, task and map index, from A.")
    TASK_ID_DESC = enum_value(
        "-dag_id,run_id,task_id,map_index", description="By DAG, run, task and map index, from Z."
    )
    STARTED_AT_ASC = enum_value(
        "started_or_never",
        description="The one that started first first, those that have not at the end. No index serves this: "
        "ask for it within a run.",
    )


@strawberry.input(description="Which task instances. Conditions that are left out do not matter.")
class TaskInstanceFilter:
    """Which task instances."""

    dag_id: list[str] | None = matches("It is of one of these DAGs.", "dag_id")
    run_id: list[str] | None = matches(
        "It is of a run of one of these ids. No index serves this without `dagId`.", "run_id"
    )
    task_id: list[str] | None = matches("It is of one of these tasks. No index serves this without `dagId`.", "task_id")
    state: list[TaskInstanceState | None] | None = matches(
        "It is in one of these states; null stands for those that have none yet.", "state"
    )
    map_index: list[int] | None = matches(
        "Its map index is one of these; -1 for those that are not mapped. No index serves this without `dagId`.",
        "map_index",
    )
    pool: list[str] | None = matches("It takes slots of one of these pools.", "pool")
    queue: list[str] | None = matches("It is for one of these queues. No index serves this.", "queue")
    operator: list[str] | None = matches("Its operator is one of these classes. No index serves this.", "operator")
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


@entity("task_try", key="dag_id run_id task_id map_index try_number", guard=TASK_INSTANCES)
class TaskInstanceTry:
    """An earlier try of a task instance: one that was followed by another, or was cleared."""

    try_number: int = column("Which try it was, from 1; 0 for one that was cleared before it ran.")
    state: TaskInstanceState | None = column("How it ended.")
    started_at: datetime | None = column("When it started.", source="start_date")
    ended_at: datetime | None = column("When it ended.", source="end_date")
    duration: Duration | None = column("How long it ran.")
    hostname: str | None = column("The worker that ran it.")
    operator: str | None = column("The class of its operator.")
    queued_at: datetime | None = column("When it was queued.", source="queued_dttm")
    pool: str = column("The pool whose slots it took.")
    queue: str | None = column("The queue that it was in.")
    executor: str | None = column("The executor that ran it, where not the default one. Since Airflow 2.10.")
    log: TaskLog | None = text("What it wrote; null where it never ran.", link="log")


@entity("task_instance", key="dag_id run_id task_id map_index", guard=TASK_INSTANCES)
class TaskInstance(Node):
    """What becomes of a task in one run."""

    id: strawberry.ID = identity()
    dag_id: str = column("The DAG that it belongs to.")
    run_id: str = column("The run that it belongs to.")
    task_id: str = column("The task that it is an instance of.")
    map_index: int = column("Which of a mapped task's instances it is, from 0; -1 for one that is not mapped.")
    rendered_map_index: str | None = column("What the DAG calls that index.")
    display_name: str = derived(
        "What the UI calls its task.",
        needs="task_display_name task_id",
        by=FirstOf(),
    )
    dag: DAG | None = one("The DAG that it belongs to.", link="dag")
    dag_run: DagRun | None = one("The run that it belongs to.", link="dag_run")
    task: Task | None = one("The task that it is an instance of; null where its DAG no longer has it.", link="task")
    state: TaskInstanceState | None = column("Where it stands; null until the scheduler has looked at it.")
    try_number: int = derived(
        "Which try this is, from 1; 0 before the first.", needs="try_number", by=Otherwise(lambda: 0)
    )
    max_tries: int = derived("How many retries it has in all.", needs="max_tries", by=Otherwise(lambda: 0))
    tries: list[TaskInstanceTry] = each(
        "Its earlier tries, oldest first; Airflow keeps them since 2.10.", link="tries", order="try_number"
    )
    logical_date: datetime | None = column("The logical date of its run.")
    queued_at: datetime | None = column("When it was last queued.", source="queued_dttm")
    scheduled_at: datetime | None = column("When it was last scheduled. Since Airflow 3.0.", source="scheduled_dttm")
    started_at: datetime | None = column("When its latest try started.", source="start_date")
    ended_at: datetime | None = column("When its latest try ended.", source="end_date")
    duration: Duration | None = derived(
        "How long its latest try ran; null while it has not ended.",
        needs="duration start_date end_date",
        by=Otherwise(elapsed),
    )
    operator: str | None = derived(
        "What its operator calls itself.",
        needs="custom_operator_name operator",
        by=FirstOf(),
    )
    pool_name: str = column("The pool whose slots it takes.", source="pool")
    pool: Pool | None = one("The pool whose slots it takes; null where there is none of that name.", link="pool")
    pool_slots: int = column("How many slots of its pool it takes.")
    priority_weight: int | None = column("Its weight when slots are short: more goes first.")
    queue: str | None = column("The queue that it is for.")
    executor: str | None = column("The executor that runs it, where not the default one. Since Airflow 2.10.")
    hostname: str | None = column("The worker that runs it.")
    unixname: str | None = column("The account that it runs under.")
    pid: int | None = column("The process that runs it.")
    note: str | None = column("What somebody wrote about it.")
    rendered_fields: JSON | None = masked(
        "What became of its templates, by field; null where they have not been rendered yet, or no longer are kept. "
        "Secrets in it, by Airflow's rules for sensitive keys, are `***` to those who lack the permission "
        "`task_instance.edit` on its DAG.",
        Column("rendered_fields"),
        Secrecy.JSON,
        unless=TASK_INSTANCE_EDITORS,
    )
    log: TaskLog | None = text("What its latest try wrote; null before the first.", link="log")
    unmet_dependencies: list[UnmetDependency] = each(
        "What keeps it from being queued, as far as the database tells; nothing once it has been. Looks at all task "
        "instances of its run.",
        link="unmet_dependencies",
        order="",
    )
    extra_links: list[ExtraLink] = each(
        "The links that its operator offers, by name. On Airflow 2 those that code of providers builds are left out.",
        link="extra_links",
        order="",
    )
    xcoms: Page[XComLater] = many("What it left for others, by key.", link="xcoms", order="key", filter=XComFilterLater)
    asset_events: list[AssetEventLater] = each(
        "The updates of assets that it made. No index serves this: it reads every update.",
        link="asset_events",
        order="id",
    )
