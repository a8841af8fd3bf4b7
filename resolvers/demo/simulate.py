"""How a run of a demo DAG went, or how far it would have come by now, had a real Airflow run it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from resolvers.demo.blueprint import Manner, TaskPlan
from resolvers.demo.fate import Incident, Try, chance, chosen, expansion
from resolvers.demo.outcome import QUEUEING, RETRY_DELAY, SCHEDULING, Attempt, Instance, Outcome, RunPlan
from resolvers.demo.progress import ended, first_indexes, verdict
from resolvers.demo.rules import Verdict
from resolvers.demo.staging import staged

IncidentAt = Callable[[TaskPlan, datetime], Incident | None]


def play(run: RunPlan, now: datetime, incident_at: IncidentAt) -> Outcome:
    """Return what became of a run up to now."""
    if run.scene is not None:
        return staged(run, run.scene, now)
    start = run.queued_at + SCHEDULING
    stage = _Stage(run, start, incident_at)
    for task in run.plan.tasks:
        stage.play(task)
    state = ended(run.plan, stage.states)
    end = max((at for ends in stage.ends.values() for at in ends), default=start) + SCHEDULING
    if end <= now:
        return Outcome(run=run, state=state or "success", start=start, end=end, instances=tuple(stage.instances))
    seen = tuple(_seen(instance, now) for instance in stage.instances)
    return Outcome(run=run, state="running", start=start, end=None, instances=seen)


class _Stage:
    """The run as it unfolds, task by task, each after those upstream of it."""

    def __init__(self, run: RunPlan, start: datetime, incident_at: IncidentAt) -> None:
        self.run, self.start, self.incident_at = run, start, incident_at
        self.states: dict[str, dict[int, str | None]] = {}
        self.ends: dict[str, list[datetime]] = {}
        self.instances: list[Instance] = []
        self.left_out: set[str] = set()

    def play(self, task: TaskPlan) -> None:
        """Let the instances of one task happen."""
        plan, run = self.run.plan, self.run
        ready = max((at for task_id in task.upstream for at in self.ends[task_id]), default=self.start)
        self.states[task.task_id], self.ends[task.task_id] = {}, []
        for map_index in self._indexes(task):
            fate = verdict(plan, task, map_index, self.states)
            if task.task_id in self.left_out:
                fate = Verdict.SKIP
            if fate is Verdict.RUN:
                instance = self._tried(task, map_index, ready)
            else:
                at = ready + SCHEDULING
                instance = Instance(
                    task=task,
                    map_index=map_index,
                    latest=Attempt(number=0, state=fate.value, start=at, end=at),
                )
            self.instances.append(instance)
            self.states[task.task_id][map_index] = instance.latest.state
            self.ends[task.task_id].append(instance.latest.end or ready)
        if task.manner is Manner.BRANCHES and "success" in self.states[task.task_id].values():
            way = chosen(plan, run.run_id, task)
            self.left_out |= {
                other
                for other in plan.downstream[task.task_id]
                if other != way and plan.by_id[other].upstream == (task.task_id,)
            }

    def _indexes(self, task: TaskPlan) -> Sequence[int]:
        if isinstance(task.over, str):
            # What it is mapped over is known once the task upstream has succeeded.
            if set(self.states[task.over].values()) == {"success"}:
                return range(expansion(self.run.plan.dag_id, self.run.run_id, task.task_id))
            return (-1,)
        return first_indexes(self.run.plan, task)

    def _tried(self, task: TaskPlan, map_index: int, ready: datetime) -> Instance:
        attempts: list[Attempt] = []
        while True:
            fate = Try(self.run.plan.dag_id, self.run.run_id, task, map_index, len(attempts) + 1)
            queued = ready + SCHEDULING
            start = queued + QUEUEING * (0.5 + chance("queueing", fate.worker, queued))
            succeeded = fate.succeeds(self.incident_at(task, start))
            end = start + fate.waited + fate.took
            attempts.append(
                Attempt(
                    number=fate.number,
                    state="success" if succeeded else "failed",
                    queued_at=queued,
                    start=start,
                    end=end,
                    worker=fate.worker,
                    process=fate.process,
                )
            )
            if succeeded or fate.number > task.retries:
                return Instance(task=task, map_index=map_index, latest=attempts[-1], earlier=tuple(attempts[:-1]))
            ready = end + RETRY_DELAY


def _seen(instance: Instance, now: datetime) -> Instance:
    """Return a task instance as it is now, if it goes on afterwards."""
    begun = [attempt for attempt in (*instance.earlier, instance.latest) if (attempt.start or now) <= now]
    if not begun:
        queued = instance.latest.queued_at
        waiting = queued is not None and not instance.earlier and queued <= now
        latest = Attempt(
            number=int(waiting), state="queued" if waiting else None, queued_at=queued if waiting else None
        )
        return replace(instance, latest=latest, earlier=())
    latest, earlier = begun[-1], tuple(begun[:-1])
    if latest.end is not None and latest.end > now:
        latest = replace(latest, state=_unfinished(instance.task), end=None)
    elif latest is not instance.latest:
        latest, earlier = replace(latest, state="up_for_retry"), tuple(begun)
    return replace(instance, latest=latest, earlier=earlier)


def _unfinished(task: TaskPlan) -> str:
    waits = {Manner.DEFERS: "deferred", Manner.ASKS: "deferred", Manner.RESCHEDULES: "up_for_reschedule"}
    return waits.get(task.manner, "running")
