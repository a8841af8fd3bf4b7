"""Backfills: series of runs for dates of the past."""

from datetime import datetime
from enum import Enum

import strawberry
from strawberry import enum_value

from graph.types.base import column, derived, entity, identity, many, masked, matches, one
from graph.types.dag import DAG
from graph.types.dag_run import DagRun
from graph.types.guards import RUN_EDITORS, RUNS
from graph.types.node import Node
from graph.types.paging import Page
from graph.types.scalars import JSON
from resolvers.binding import Column, Operator, Secrecy


@strawberry.enum(description="What a backfill does with dates that have a run already, unless that is active.")
class ReprocessBehavior(Enum):
    """What a backfill does with dates that have a run already; the values are stored."""

    NONE = enum_value("none", description="It leaves those runs alone.")
    FAILED = enum_value("failed", description="It runs those again that failed.")
    COMPLETED = enum_value("completed", description="It runs all of them again.")


@strawberry.enum(description="How backfills are ordered.")
class BackfillOrder(Enum):
    """How backfills are ordered; the values name logical columns."""

    ID_DESC = enum_value("-id", description="The one made last first.")
    ID_ASC = enum_value("id", description="The one made first first.")


@strawberry.input(description="Which backfills. Conditions that are left out do not matter.")
class BackfillFilter:
    """Which backfills."""

    dag_id: list[str] | None = matches("It is of one of these DAGs. Reads every backfill.", "dag_id")
    is_active: bool | None = matches(
        "It is not over, or it is. Reads every backfill.", "completed_at", Operator.IS_NULL
    )


@entity("backfill_run", key="id", guard=RUNS)
class BackfillRun(Node):
    """A date of a backfill: the run that was made for it, or why there is none."""

    id: strawberry.ID = identity()
    logical_date: datetime | None = column("The date.")
    partition_key: str | None = column("The part of the data. Since Airflow 3.2.")
    position: int = column("Its place in the backfill's order, from 1.", source="sort_ordinal")
    dag_run: DagRun | None = one("The run that was made, or cleared, for it; null if none was.", link="dag_run")
    exception_reason: str | None = column(
        "Why there is no run, such as `already exists` or `in flight`; null where there is one."
    )


@entity("backfill", key="id", guard=RUNS)
class Backfill(Node):
    """A series of runs of a DAG for dates of the past. Since Airflow 3.0."""

    id: strawberry.ID = identity()
    backfill_id: int = column("Its number.", source="id")
    dag_id: str = column("The DAG that it is of.")
    dag: DAG | None = one("The DAG that it is of.", link="dag")
    from_date: datetime = column("The first date that it reaches, or just before it.")
    to_date: datetime = column("The last date that it reaches, or just after it.")
    conf: JSON | None = masked(
        "What its runs are given. Secrets in it, by Airflow's rules for sensitive keys, are `***` to those who lack "
        "the permission `run.edit` on its DAG.",
        Column("dag_run_conf"),
        Secrecy.JSON,
        unless=RUN_EDITORS,
    )
    is_paused: bool = derived("Whether no further run of it is started.", needs="is_paused", by=bool)
    is_active: bool = derived("Whether it is not over.", needs="completed_at", by=lambda over: over is None)
    reprocess_behavior: ReprocessBehavior = column("What it does with dates that have a run already.")
    max_active_runs: int = column("How many of its runs may be active at once.")
    created_at: datetime = column("When it was made.")
    completed_at: datetime | None = column("When it was over; null while it is not.")
    updated_at: datetime = column("When it was last changed.")
    triggering_user: str | None = column("Who asked for it. Since Airflow 3.1.", source="triggering_user_name")
    runs: Page[BackfillRun] = many("Its dates, in its order.", link="runs", order="sort_ordinal")
