"""Changes to DAG runs."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Annotated, Any

import strawberry
from strawberry import enum_value

from graph.changes.carrying import ContextInfo, carry_out, read_back
from graph.changes.clearing import ClearedPayload, Reached
from graph.types.dag_run import DagRun
from graph.types.node import global_id
from graph.types.scalars import JSON
from resolvers.errors import Invalid
from resolvers.operations.clear import clear_run
from resolvers.operations.keys import RunKey
from resolvers.operations.run_state import RunState, set_run_state
from resolvers.operations.runs import delete_run as delete
from resolvers.operations.runs import set_run_note
from resolvers.operations.trigger import trigger_run

DagId = Annotated[str, strawberry.argument(description="The DAG's id.")]
RunId = Annotated[str, strawberry.argument(description="The run's id.")]


@strawberry.input(description="A run to trigger.")
class TriggerDagInput:
    """A run to trigger."""

    dag_id: str = strawberry.field(description="The DAG to run. If it is paused, the run waits.")
    run_id: str | None = strawberry.field(
        default=None, description="Its id; left out, one that Airflow would give: `manual__` and a date."
    )
    logical_date: datetime | None = strawberry.field(
        default=None, description="The date that it is for; left out, now in Airflow 2 and none in Airflow 3."
    )
    data_interval_start: datetime | None = strawberry.field(
        default=None, description="Where its data begins; left out, what the DAG's timetable says of its date."
    )
    data_interval_end: datetime | None = strawberry.field(
        default=None, description="Where its data ends; goes with `dataIntervalStart`."
    )
    run_after: datetime | None = strawberry.field(
        default=None, description="When it may start, at the earliest; left out, now. Since Airflow 3.0."
    )
    conf: JSON | None = strawberry.field(
        default=None, description="An object for its tasks; must fit the DAG's params."
    )
    note: str | None = strawberry.field(default=None, description="What to write about it; 1,000 characters at most.")
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Triggering again with the same key, after a lost answer say, returns the same run and makes "
        "no other. The run's id carries it: 200 letters, digits and `_.~:+-` at most. Excludes `runId`.",
    )


@strawberry.enum(description="A state that a run can be given; running is the scheduler's alone to give.")
class NewDagRunState(Enum):
    """A state that a run can be given."""

    QUEUED = enum_value("queued", description="Have the scheduler look at it again.")
    SUCCESS = enum_value("success", description="End it well, and its unfinished tasks as Airflow does.")
    FAILED = enum_value("failed", description="End it as failed, and its unfinished tasks as Airflow does.")


_STATES: Mapping[NewDagRunState, RunState] = {
    NewDagRunState.QUEUED: "queued",
    NewDagRunState.SUCCESS: "success",
    NewDagRunState.FAILED: "failed",
}


@strawberry.input(description="The state that a run is to have.")
class SetDagRunStateInput:
    """The state that a run is to have."""

    dag_id: str = strawberry.field(description="The DAG's id.")
    run_id: str = strawberry.field(description="The run's id.")
    state: NewDagRunState = strawberry.field(description="The state.")


@strawberry.input(description="What to write about a run.")
class SetDagRunNoteInput:
    """What to write about a run."""

    dag_id: str = strawberry.field(description="The DAG's id.")
    run_id: str = strawberry.field(description="The run's id.")
    note: str | None = strawberry.field(description="The note, 1,000 characters at most; null or empty for none.")


@strawberry.input(description="A run to clear.")
class ClearDagRunInput:
    """A run to clear."""

    dag_id: str = strawberry.field(description="The DAG's id.")
    run_id: str = strawberry.field(description="The run's id.")
    only_failed: bool = strawberry.field(default=False, description="Clear failed task instances alone.")
    run_on_latest_version: bool | None = strawberry.field(
        default=None,
        description="Run the newest code instead of the code that it ran; left out, as the DAG says since Airflow 3.3, "
        "else not. Since Airflow 3.1.",
    )
    dry_run: bool = strawberry.field(default=False, description="Tell what would be cleared, and change nothing.")


@strawberry.type(description="The run that was triggered.")
class TriggerDagPayload:
    """The run that was triggered."""

    dag_run: DagRun = read_back("The run, queued.", lambda key: key)


def trigger_dag(
    info: ContextInfo,
    input: Annotated[TriggerDagInput, strawberry.argument(description="The run.")],
) -> TriggerDagPayload:
    """Trigger a run."""
    if input.conf is not None and not isinstance(input.conf, dict):
        raise Invalid("conf must be an object.", field="conf", hint='Such as {"day": "2026-03-01"}.')
    key: Any = carry_out(
        info,
        trigger_run,
        dag_id=input.dag_id,
        run_id=input.run_id,
        logical_date=input.logical_date,
        run_after=input.run_after,
        data_interval_start=input.data_interval_start,
        data_interval_end=input.data_interval_end,
        conf=input.conf,
        note=input.note,
        idempotency_key=input.idempotency_key,
    )
    return key  # type: ignore[no-any-return]


def set_dag_run_state(
    info: ContextInfo,
    input: Annotated[SetDagRunStateInput, strawberry.argument(description="Run and state.")],
) -> DagRun:
    """Set the state of a run."""
    changed: Any = carry_out(info, set_run_state, dag_id=input.dag_id, run_id=input.run_id, state=_STATES[input.state])
    return changed  # type: ignore[no-any-return]


def set_dag_run_note(
    info: ContextInfo,
    input: Annotated[SetDagRunNoteInput, strawberry.argument(description="Run and note.")],
) -> DagRun:
    """Write a note about a run."""
    changed: Any = carry_out(info, set_run_note, dag_id=input.dag_id, run_id=input.run_id, note=input.note)
    return changed  # type: ignore[no-any-return]


def clear_dag_run(
    info: ContextInfo,
    input: Annotated[ClearDagRunInput, strawberry.argument(description="The run.")],
) -> ClearedPayload:
    """Clear a run."""
    cleared = carry_out(
        info,
        clear_run,
        dag_id=input.dag_id,
        run_id=input.run_id,
        dry_run=input.dry_run,
        only_failed=input.only_failed,
        run_on_latest_version=input.run_on_latest_version,
    )
    told: Any = Reached(cleared, input.dry_run, RunKey(input.dag_id, input.run_id))
    return told  # type: ignore[no-any-return]


def delete_dag_run(info: ContextInfo, dag_id: DagId, run_id: RunId) -> strawberry.ID:
    """Delete a run."""
    key = carry_out(info, delete, dag_id=dag_id, run_id=run_id)
    return strawberry.ID(global_id("DagRun", key.dag_id, key.run_id))
