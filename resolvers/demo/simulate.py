"""How a run of a demo DAG went, or how far it would have come by now, had a real Airflow run it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from resolvers.demo.blueprint import DagPlan, Manner, Scene, TaskPlan
from resolvers.demo.fate import Incident, Try, chance, chosen, expansion
from resolvers.demo.progress import ended, first_indexes, verdict
from resolvers.demo.rules import Verdict

_SCHEDULING = timedelta(seconds=0.8)
_QUEUEING = timedelta(seconds=1.9)
_RETRY_DELAY = timedelta(minutes=5)
_ENDED_AT_ONCE = {"skipped", "upstream_failed"}

IncidentAt = Callable[[TaskPlan, datetime], Incident | None]


@dataclass(frozen=True, kw_only=True)
class RunPlan:
    """One run, before anything came of it."""

    plan: DagPlan
    run_id: str
    run_type: str
    run_after: datetime
    queued_at: datetime
    logical_date: datetime | None
    interval: tuple[datetime, datetime] | None
    by: str | None = None
    conf: dict[str, object] = field(default_factory=dict)
    note: str | None = None
    scene: Scene | None = None


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try of a task instance, and what it ended in; a number of 0 where nothing ever ran."""

    number: int
    state: str | None
    queued_at: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None
    worker: str = ""
    process: int | None = None


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One task instance: its latest try, and those before it."""

    task: TaskPlan
    map_index: int
    latest: Attempt
    earlier: tuple[Attempt, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a run."""

    run: RunPlan
    state: str
    start: datetime | None
    end: datetime | None
    instances: tuple[Instance, ...]


def play(run: RunPlan, now: datetime, incident_at: IncidentAt) -> Outcome:
    """Return what became of a run up to now."""
    if run.scene is not None:
        return _staged(run, run.scene, now)
    start = run.queued_at + _SCHEDULING
    stage = _Stage(run, start, incident_at)
    for task in run.plan.tasks:
        stage.play(task)
    state = ended(run.plan, stage.states)
    end = max((at for ends in stage.ends.values() for at in ends), default=start) + _SCHEDULING
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
                at = ready + _SCHEDULING
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
            queued = ready + _SCHEDULING
            start = queued + _QUEUEING * (0.5 + chance("queueing", fate.worker, queued))
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
            ready = end + _RETRY_DELAY


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


def _staged(run: RunPlan, scene: Scene, now: datetime) -> Outcome:
    """Return a run of which the story tells what became of it."""
    at = start = run.queued_at + _SCHEDULING
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
        end=at + _SCHEDULING if is_over else None,
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
    began = Attempt(number=1, state=state, queued_at=at, start=at + _QUEUEING, worker=fate.worker, process=fate.process)
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
            began = replace(began, start=max(at + _QUEUEING, now - fate.lasts / 3))
        case "upstream_failed" | "skipped":
            began = Attempt(number=0, state=state, start=at, end=at)
        case "up_for_retry" | "restarting":
            began = replace(began, end=began.queued_at and began.queued_at + _QUEUEING + fate.took)
            earlier = (replace(began, state="failed"),)
        case "deferred" | "up_for_reschedule" | "awaiting_input":
            pass
        case "failed":
            return _failed(task, map_index, at, fate)
        case _:
            began = replace(began, end=at + _QUEUEING + fate.took)
    return Instance(task=task, map_index=map_index, latest=began, earlier=earlier)


def _failed(task: TaskPlan, map_index: int, at: datetime, fate: Try) -> Instance:
    """Return a task instance that failed as often as it may."""
    attempts = []
    for number in range(1, task.retries + 2):
        again = replace(fate, number=number)
        end = at + _QUEUEING + again.took
        attempts.append(
            Attempt(
                number=number,
                state="failed",
                queued_at=at,
                start=at + _QUEUEING,
                end=end,
                worker=again.worker,
                process=again.process,
            )
        )
        at = end + _RETRY_DELAY
    return Instance(task=task, map_index=map_index, latest=attempts[-1], earlier=tuple(attempts[:-1]))
