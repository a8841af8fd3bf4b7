"""What is known of a run of the demo: how it was planned, and what became of its task instances."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from resolvers.demo.blueprint import DagPlan, Scene, TaskPlan

SCHEDULING = timedelta(seconds=0.8)
"""What a scheduler takes to see that something may begin."""
QUEUEING = timedelta(seconds=1.9)
"""What a worker takes to begin it."""
RETRY_DELAY = timedelta(minutes=5)


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
