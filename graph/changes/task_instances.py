"""Changes to task instances."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Annotated, Any

import strawberry
from strawberry import enum_value

from graph.changes.carrying import ContextInfo, carry_out
from graph.changes.clearing import ClearedPayload, Reached
from graph.types.task_instance import TaskInstance
from resolvers.operations.clear import clear_task_instances as clear
from resolvers.operations.task_notes import set_task_instance_note as write_note
from resolvers.operations.task_state import TaskState
from resolvers.operations.task_state import set_task_instance_state as set_state


@strawberry.input(description="A task, or one instance of a mapped one.")
class TaskSelector:
    """A task, or one instance of a mapped one."""

    task_id: str = strawberry.field(description="The task's id.")
    map_index: int | None = strawberry.field(
        default=None, description="Which instance; left out, all of them. Since Airflow 3.0."
    )


@strawberry.input(description="Which task instances to clear, so that they run again.")
class ClearTaskInstancesInput:
    """Which task instances to clear."""

    dag_id: str = strawberry.field(description="The DAG's id.")
    run_id: str | None = strawberry.field(
        default=None, description="In this run; left out, in all runs between `startDate` and `endDate`."
    )
    start_date: datetime | None = strawberry.field(
        default=None, description="In runs of this logical date or later. Excludes `runId`."
    )
    end_date: datetime | None = strawberry.field(
        default=None, description="In runs of this logical date or earlier. Excludes `runId`."
    )
    tasks: list[TaskSelector] | None = strawberry.field(default=None, description="Of these tasks; left out, of all.")
    only_failed: bool = strawberry.field(default=True, description="Only those that failed, or whose upstream did.")
    only_running: bool = strawberry.field(default=False, description="Only those that run. Excludes `onlyFailed`.")
    include_upstream: bool = strawberry.field(default=False, description="And of all tasks upstream of these.")
    include_downstream: bool = strawberry.field(default=False, description="And of all tasks downstream of these.")
    include_past: bool = strawberry.field(default=False, description="And in all earlier runs.")
    include_future: bool = strawberry.field(default=False, description="And in all later runs.")
    reset_dag_runs: bool = strawberry.field(
        default=True, description="Queue their finished runs again, so that the scheduler runs what was cleared."
    )
    run_on_latest_version: bool | None = strawberry.field(
        default=None,
        description="Run the newest code instead of the code that they ran; left out, as the DAG says since "
        "Airflow 3.3, else not. Since Airflow 3.1.",
    )
    prevent_running_task: bool = strawberry.field(
        default=False, description="Refuse if one of them is running. Since Airflow 3.2."
    )
    note: str | None = strawberry.field(default=None, description="What to write about them. Since Airflow 3.3.")
    dry_run: bool = strawberry.field(default=False, description="Tell what would be cleared, and change nothing.")


@strawberry.enum(description="A state that a task instance can be given.")
class NewTaskInstanceState(Enum):
    """A state that a task instance can be given."""

    SUCCESS = enum_value("success", description="As if it had ended well.")
    FAILED = enum_value("failed", description="As if it had failed with no try left; a running one is stopped.")
    SKIPPED = enum_value("skipped", description="As if it had been left out.")


_STATES: Mapping[NewTaskInstanceState, TaskState] = {
    NewTaskInstanceState.SUCCESS: "success",
    NewTaskInstanceState.FAILED: "failed",
    NewTaskInstanceState.SKIPPED: "skipped",
}


@strawberry.input(description="The state that task instances are to have.")
class SetTaskInstanceStateInput:
    """The state that task instances are to have."""

    dag_id: str = strawberry.field(description="The DAG's id.")
    run_id: str = strawberry.field(description="The run's id.")
    task_id: str = strawberry.field(description="The task's id.")
    map_index: int | None = strawberry.field(
        default=None, description="Which instance of a mapped task; left out, all of them."
    )
    state: NewTaskInstanceState = strawberry.field(description="The state.")
    include_upstream: bool = strawberry.field(default=False, description="And of all tasks upstream of it.")
    include_downstream: bool = strawberry.field(default=False, description="And of all tasks downstream of it.")
    include_past: bool = strawberry.field(default=False, description="And in all earlier runs.")
    include_future: bool = strawberry.field(default=False, description="And in all later runs.")
    dry_run: bool = strawberry.field(default=False, description="Tell what would be changed, and change nothing.")


@strawberry.input(description="What to write about a task instance.")
class SetTaskInstanceNoteInput:
    """What to write about a task instance."""

    dag_id: str = strawberry.field(description="The DAG's id.")
    run_id: str = strawberry.field(description="The run's id.")
    task_id: str = strawberry.field(description="The task's id.")
    map_index: int = strawberry.field(
        default=-1, description="Which instance of a mapped task; -1 for one that is not mapped."
    )
    note: str | None = strawberry.field(description="The note, 1,000 characters at most; null or empty for none.")


def clear_task_instances(
    info: ContextInfo,
    input: Annotated[ClearTaskInstancesInput, strawberry.argument(description="Which.")],
) -> ClearedPayload:
    """Clear task instances."""
    tasks = None if input.tasks is None else [_selected(task) for task in input.tasks]
    cleared = carry_out(
        info,
        clear,
        dag_id=input.dag_id,
        dry_run=input.dry_run,
        task_ids=tasks,
        run_id=input.run_id,
        start_date=input.start_date,
        end_date=input.end_date,
        only_failed=input.only_failed,
        only_running=input.only_running,
        include_upstream=input.include_upstream,
        include_downstream=input.include_downstream,
        include_future=input.include_future,
        include_past=input.include_past,
        reset_dag_runs=input.reset_dag_runs,
        run_on_latest_version=input.run_on_latest_version,
        prevent_running_task=input.prevent_running_task,
        note=input.note,
    )
    told: Any = Reached(cleared, input.dry_run)
    return told  # type: ignore[no-any-return]


def set_task_instance_state(
    info: ContextInfo,
    input: Annotated[SetTaskInstanceStateInput, strawberry.argument(description="Which, and the state.")],
) -> ClearedPayload:
    """Set the state of task instances."""
    changed = carry_out(
        info,
        set_state,
        dag_id=input.dag_id,
        run_id=input.run_id,
        task_id=input.task_id,
        map_index=input.map_index,
        state=_STATES[input.state],
        include_upstream=input.include_upstream,
        include_downstream=input.include_downstream,
        include_future=input.include_future,
        include_past=input.include_past,
        dry_run=input.dry_run,
    )
    told: Any = Reached(changed, input.dry_run)
    return told  # type: ignore[no-any-return]


def set_task_instance_note(
    info: ContextInfo,
    input: Annotated[SetTaskInstanceNoteInput, strawberry.argument(description="Which, and the note.")],
) -> TaskInstance:
    """Write a note about a task instance."""
    changed: Any = carry_out(
        info,
        write_note,
        dag_id=input.dag_id,
        run_id=input.run_id,
        task_id=input.task_id,
        map_index=input.map_index,
        note=input.note,
    )
    return changed  # type: ignore[no-any-return]


def _selected(task: TaskSelector) -> str | tuple[str, int]:
    return task.task_id if task.map_index is None else (task.task_id, task.map_index)
