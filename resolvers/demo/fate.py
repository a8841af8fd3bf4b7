"""What befalls the demo's tasks: chance that is always the same for the same try, and what follows from it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from resolvers.demo.blueprint import DagPlan, TaskPlan

_WORKERS = 3
_QUICKEST, _LONGEST = 1.5, 8.0


def chance(*key: object) -> float:
    """Return a number from 0 up to 1 that looks random, and is always the same for the same key."""
    digest = blake2b("\0".join(map(str, key)).encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


@dataclass(frozen=True)
class Incident:
    """A time in which nearly everything that took slots of a pool failed."""

    pool: str
    begin: datetime
    end: datetime
    note: str

    def reaches(self, task: TaskPlan, at: datetime) -> bool:
        """Whether the task was struck by it at that moment."""
        return task.pool == self.pool and self.begin <= at < self.end


@dataclass(frozen=True)
class Try:
    """Names one try of one task instance, and tells what befalls it."""

    dag_id: str
    run_id: str
    task: TaskPlan
    map_index: int
    number: int

    def succeeds(self, incident: Incident | None = None) -> bool:
        """Whether it ends well; hardly so in an incident."""
        return self._chance("succeeds") >= (0.9 if incident else self.task.fails)

    @property
    def took(self) -> timedelta:
        """How long it took, back when all took as long as it really takes."""
        return timedelta(seconds=round(self.task.seconds * (0.6 + 0.9 * self._chance("took") ** 2), 6))

    @property
    def waited(self) -> timedelta:
        """How long it waited before, back then."""
        return timedelta(seconds=round(self.task.waits * self._chance("waited"), 6))

    @property
    def lasts(self) -> timedelta:
        """How long the clock lets it run: moments, longer for what takes longer."""
        lasting = self.task.lasts or min(_QUICKEST + self.task.seconds / 60, _LONGEST)
        return timedelta(seconds=lasting * (0.8 + 0.4 * self._chance("lasts")))

    @property
    def worker(self) -> str:
        """The host that runs it."""
        return f"demo-worker-{1 + int(self._chance('worker') * _WORKERS)}"

    @property
    def process(self) -> int:
        """The process id that it had there."""
        return 1000 + int(self._chance("process") * 30000)

    def _chance(self, what: str) -> float:
        return chance(what, self.dag_id, self.run_id, self.task.task_id, self.map_index, self.number)


def expansion(dag_id: str, run_id: str, task_id: str) -> int:
    """Return how many instances a task gets that is mapped over what another returns."""
    return 2 + int(chance("expansion", dag_id, run_id, task_id) * 5)


def chosen(plan: DagPlan, run_id: str, task: TaskPlan) -> str | None:
    """Return the task downstream that a branch goes on with: the first to follow it less often than the rest."""
    # What waits for the branch alone is a way to go; what waits for others too joins the ways again.
    ways = [task_id for task_id in plan.downstream[task.task_id] if plan.by_id[task_id].upstream == (task.task_id,)]
    if not ways:
        return None
    return ways[0] if chance("chosen", plan.dag_id, run_id, task.task_id) < 0.25 else ways[-1]
