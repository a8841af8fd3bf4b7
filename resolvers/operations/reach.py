"""Which task instances of a DAG a change reaches."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select

from resolvers.operations.work import Work

# One task, or one instance of a mapped task: the task's id, with or without a map index.
Marker = str | tuple[str, int]


@dataclass(frozen=True)
class Reach:
    """Task instances of one DAG, by what they have in common; what is not said does not matter.

    `start` and `end` are the first and the last logical date. `states` are what they may be in.
    """

    dag_id: str
    tasks: Collection[Marker] | None = None
    run_id: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    states: Collection[str] = ()
    spared_task: str | None = None

    def conditions(self, work: Work) -> list[ColumnElement[bool]]:
        """Return the conditions that these task instances meet."""
        found = work.where("task_instance", dag_id=self.dag_id)
        if self.run_id is not None:
            found += work.where("task_instance", run_id=self.run_id)
        if self.start is not None or self.end is not None:
            found.append(work.column("task_instance", "run_id").in_(self._runs(work)))
        if self.tasks is not None:
            found.append(marked(work, self.tasks))
        if self.states:
            found.append(work.column("task_instance", "state").in_(self.states))
        if self.spared_task is not None:
            found.append(work.column("task_instance", "task_id") != self.spared_task)
        return found

    def _runs(self, work: Work) -> Select[tuple[str]]:
        date = work.column("dag_run", "logical_date")
        runs = select(work.column("dag_run", "run_id")).where(*work.where("dag_run", dag_id=self.dag_id))
        if self.start is not None:
            runs = runs.where(date >= self.start)
        if self.end is not None:
            runs = runs.where(date <= self.end)
        return runs


def marked(work: Work, markers: Collection[Marker]) -> ColumnElement[bool]:
    """Return the condition that a task instance is one of those marked."""
    task_id, map_index = work.column("task_instance", "task_id"), work.column("task_instance", "map_index")
    whole = {marker for marker in markers if isinstance(marker, str)}
    single: dict[str, set[int]] = {}
    for marker in markers:
        if isinstance(marker, tuple):
            single.setdefault(marker[0], set()).add(marker[1])
    return or_(task_id.in_(whole), *(and_(task_id == name, map_index.in_(indexes)) for name, indexes in single.items()))
