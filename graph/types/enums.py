"""The states and kinds that Airflow distinguishes."""

from enum import Enum

import strawberry
from strawberry import enum_value


@strawberry.enum(description="Where a DAG run stands.")
class DagRunState(Enum):
    """Where a DAG run stands."""

    QUEUED = enum_value("queued", description="Waiting for the scheduler, or for its DAG to be resumed.")
    RUNNING = enum_value("running", description="Its tasks are being worked on.")
    SUCCESS = enum_value("success", description="All its leaves succeeded or were skipped.")
    FAILED = enum_value("failed", description="At least one of its leaves failed.")


@strawberry.enum(description="Why a DAG run exists.")
class DagRunType(Enum):
    """Why a DAG run exists."""

    MANUAL = enum_value("manual", description="Somebody, or a client, asked for it.")
    SCHEDULED = enum_value("scheduled", description="Its time had come.")
    BACKFILL = enum_value("backfill", description="It fills a range of past dates.")
    ASSET_TRIGGERED = enum_value(
        "asset_triggered", description="Assets that it waits for were updated (datasets in Airflow 2)."
    )
    OPERATOR_TRIGGERED = enum_value(
        "operator_triggered", description="A task of another DAG triggered it. Since Airflow 3.3."
    )
    ASSET_MATERIALIZATION = enum_value(
        "asset_materialization", description="Somebody asked for an asset to be made. Since Airflow 3.2."
    )


@strawberry.enum(description="Where a task instance stands. One that nobody has looked at yet has no state.")
class TaskInstanceState(Enum):
    """Where a task instance stands."""

    REMOVED = enum_value("removed", description="Its task is no longer in the DAG.")
    SCHEDULED = enum_value("scheduled", description="Its dependencies are met; it waits to be queued.")
    QUEUED = enum_value("queued", description="An executor has it; it waits for a worker.")
    RUNNING = enum_value("running", description="A worker runs it.")
    SUCCESS = enum_value("success", description="It ended well.")
    RESTARTING = enum_value("restarting", description="It was cleared while it ran, and will run again.")
    FAILED = enum_value("failed", description="It ended in an error, and no try is left.")
    UP_FOR_RETRY = enum_value("up_for_retry", description="It failed and will be tried again.")
    UP_FOR_RESCHEDULE = enum_value("up_for_reschedule", description="A sensor that will look again later.")
    UPSTREAM_FAILED = enum_value("upstream_failed", description="A task that it needs failed.")
    SKIPPED = enum_value("skipped", description="It was left out: by a branch, for example.")
    DEFERRED = enum_value("deferred", description="It waits for an event in the triggerer, without a worker.")
    AWAITING_INPUT = enum_value("awaiting_input", description="It waits for a person. Since Airflow 3.3.")
    SHUTDOWN = enum_value("shutdown", description="It was stopped from outside. Airflow 2 alone.")


@strawberry.enum(description="When a task runs, by the states of the tasks directly upstream.")
class TriggerRule(Enum):
    """When a task runs, by the states of the tasks directly upstream."""

    ALL_SUCCESS = enum_value("all_success", description="All succeeded.")
    ALL_FAILED = enum_value("all_failed", description="All failed.")
    ALL_DONE = enum_value("all_done", description="All have finished, however.")
    ALL_DONE_MIN_ONE_SUCCESS = enum_value(
        "all_done_min_one_success",
        description="All have finished and at least one succeeded. Since Airflow 3.1.",
    )
    ALL_DONE_SETUP_SUCCESS = enum_value(
        "all_done_setup_success",
        description="All have finished and at least one setup succeeded (teardowns).",
    )
    ALL_SKIPPED = enum_value("all_skipped", description="All were skipped.")
    ONE_SUCCESS = enum_value("one_success", description="At least one succeeded.")
    ONE_FAILED = enum_value("one_failed", description="At least one failed.")
    ONE_DONE = enum_value("one_done", description="At least one succeeded or failed.")
    NONE_FAILED = enum_value("none_failed", description="All succeeded or were skipped.")
    NONE_FAILED_MIN_ONE_SUCCESS = enum_value(
        "none_failed_min_one_success", description="None failed and at least one succeeded."
    )
    NONE_SKIPPED = enum_value("none_skipped", description="All succeeded or failed.")
    ALWAYS = enum_value("always", description="At once, whatever is upstream.")
