"""Runs that the demo's story needs: what became of their tasks is told, and only the times are worked out."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from resolvers.demo.blueprint import Scene, TaskPlan
from resolvers.demo.fate import Try, expansion
from resolvers.demo.outcome import QUEUEING, RETRY_DELAY, SCHEDULING, Attempt, Instance, Outcome, RunPlan
from resolvers.demo.progress import first_indexes


def staged(run: RunPlan, scene: Scene, now: datetime) -> Outcome:
    """Return a run of which the story tells what became of it."""
    at = start = run.queued_at + SCHEDULING
    instances: list[Instance] = []
    for task, map_index in _cast(run, scene):
        state = scene.states.get(task.task_id, "success")
        fate = Try(run.plan.dag_id, run.run_id, task, map_index, 1)
        instance = _posed(task, map_index, state, at, fate, now)
        instances.append(instance)
        at = min(max(at, instance.latest.end or at), now)
    is_over = scene.state in {"success", "failed"}
    return Outcome(
        run=run,
        state=scene.state,
        start=None if scene.state == "queued" else start,
        end=at + SCHEDULING if is_over else None,
        instances=tuple(instances),
    )


def _cast(run: RunPlan, scene: Scene) -> Iterator[tuple[TaskPlan, int]]:
    """Yield the task instances of a scene, with those of tasks that the DAG has no more."""
    for task in run.plan.tasks:
        indexes = first_indexes(run.plan, task)
        if isinstance(task.over, str):
            indexes = range(expansion(run.plan.dag_id, run.run_id, task.task_id))
        for map_index in indexes:
            yield task, map_index
    for task_id in scene.states:
        if task_id not in run.plan.by_id:
            yield TaskPlan(task_id=task_id), -1


def _posed(task: TaskPlan, map_index: int, state: str | None, at: datetime, fate: Try, now: datetime) -> Instance:
    began = Attempt(number=1, state=state, queued_at=at, start=at + QUEUEING, worker=fate.worker, process=fate.process)
    earlier: tuple[Attempt, ...] = ()
    match state:
        case None:
            began = Attempt(number=0, state=None)
        case "scheduled":
            began = Attempt(number=1, state=state)
        case "queued":
            began = Attempt(number=1, state=state, queued_at=at)
        case "running":
            # It is to be seen running for a while yet.
            began = replace(began, start=max(at + QUEUEING, now - fate.lasts / 3))
        case "upstream_failed" | "skipped":
            began = Attempt(number=0, state=state, start=at, end=at)
        case "up_for_retry" | "restarting":
            began = replace(began, end=began.queued_at and began.queued_at + QUEUEING + fate.took)
            earlier = (replace(began, state="failed"),)
        case "deferred" | "up_for_reschedule" | "awaiting_input":
            pass
        case "failed":
            return _failed(task, map_index, at, fate)
        case _:
            began = replace(began, end=at + QUEUEING + fate.took)
    return Instance(task=task, map_index=map_index, latest=began, earlier=earlier)


def _failed(task: TaskPlan, map_index: int, at: datetime, fate: Try) -> Instance:
    """Return a task instance that failed as often as it may."""
    attempts = []
    for number in range(1, task.retries + 2):
        again = replace(fate, number=number)
        end = at + QUEUEING + again.took
        attempts.append(
            Attempt(
                number=number,
                state="failed",
                queued_at=at,
                start=at + QUEUEING,
                end=end,
                worker=again.worker,
                process=again.process,
            )
        )
        at = end + RETRY_DELAY
    return Instance(task=task, map_index=map_index, latest=attempts[-1], earlier=tuple(attempts[:-1]))
