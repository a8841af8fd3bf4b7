"""Which tasks are cleared together with those that somebody names."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from sqlalchemy import func, or_, select

from resolvers.operations.reach import Marker
from resolvers.operations.work import Work
from resolvers.serialized.dag import SerializedDag
from resolvers.serialized.relatives import Direction, partial_subset, relatives
from resolvers.serialized.task import Task


def tasks_to_clear(
    work: Work,
    dag: SerializedDag,
    named: Collection[Marker],
    run_id: str | None,
    *,
    include_upstream: bool,
    include_downstream: bool,
) -> set[Marker]:
    """Return the tasks, and single instances of mapped ones, to clear where these are named.

    Up to 3.0 Airflow clears the part of the DAG that can run again by itself, in whole tasks as soon as it
    is more than one. Since 3.1 single instances stay single, and what belongs to them is looked for only
    when relatives are asked for; since 3.2 that is done instance by instance within the run; and 3.3 adds the
    setups and teardowns in any case.
    """
    ids = {task_id(marker) for marker in named}
    if not work.generation.is_since("3.1"):
        part = partial_subset(dag, ids, include_upstream=include_upstream, include_downstream=include_downstream)
        return {*part} if len(part) > 1 else {marker for marker in named if task_id(marker) in part}
    whole = {marker for marker in named if isinstance(marker, str)}
    single = {marker for marker in named if isinstance(marker, tuple)}
    directions: tuple[tuple[Direction, bool], ...] = (
        ("upstream", include_upstream),
        ("downstream", include_downstream),
    )
    if run_id is not None and work.generation.is_since("3.2"):
        instances = _Instances(work, dag, run_id)
        for direction, wanted in directions:
            if wanted:
                found = instances.related(whole, single, direction)
                whole |= {marker for marker in found if isinstance(marker, str)}
                single |= {marker for marker in found if isinstance(marker, tuple)}
    elif include_upstream or include_downstream:
        for name in ids:
            whole |= _others(dag, name, include_upstream=include_upstream, include_downstream=include_downstream)
    if work.generation.is_since("3.3"):
        all_ids = whole | {name for name, _ in single}
        whole |= partial_subset(dag, all_ids, include_upstream=False, include_downstream=False) - all_ids
    return {*whole, *(marker for marker in single if marker[0] not in whole)}


def task_id(marker: Marker) -> str:
    """Return the id of the task that is marked, or of that of which an instance is."""
    return marker if isinstance(marker, str) else marker[0]


def _others(dag: SerializedDag, name: str, *, include_upstream: bool, include_downstream: bool) -> frozenset[str]:
    part = partial_subset(dag, [name], include_upstream=include_upstream, include_downstream=include_downstream)
    return part - {name}


@dataclass
class _Instances:
    """How the instances of mapped tasks of one run lead to each other.

    Within a mapped task group, an instance leads to those instances of another task that belong to the
    same expansion of the group; outside of it, it leads to whole tasks.
    """

    work: Work
    dag: SerializedDag
    run_id: str
    _counts: dict[str, int] = field(default_factory=dict)

    def related(self, whole: Iterable[str], single: Iterable[tuple[str, int]], direction: Direction) -> set[Marker]:
        """Return all that these tasks and instances lead to in one direction."""
        found: set[Marker] = set()
        self._of_tasks(whole, direction, found)
        self._of_instances(single, direction, found)
        return found

    def _of_tasks(self, names: Iterable[str], direction: Direction, found: set[Marker]) -> None:
        up, down = direction == "upstream", direction == "downstream"
        for name in names:
            found |= _others(self.dag, name, include_upstream=up, include_downstream=down)

    def _of_instances(self, markers: Iterable[tuple[str, int]], direction: Direction, found: set[Marker]) -> None:
        waiting = list(markers)
        while waiting:
            name, map_index = waiting.pop()
            task = self.dag.tasks.get(name)
            if task is None:
                continue
            if not task.is_mapped and not self._mapped_groups(task):
                self._of_tasks([name], direction, found)
                continue
            for other in relatives(self.dag, [name], direction):
                if other in found:
                    continue
                indexes = self._indexes(task, map_index, self.dag.tasks[other])
                if indexes is None:
                    self._of_tasks([other], direction, found)
                    found.add(other)
                    continue
                fresh = [marker for index in indexes if (marker := (other, index)) not in found]
                found.update(fresh)
                waiting += fresh

    def _indexes(self, task: Task, map_index: int, other: Task) -> Collection[int] | None:
        """Return the map indexes of another task that an instance leads to; None for the whole task."""
        count = self._count(task.task_id)
        own = self._mapped_groups(task)
        common = next((group for group in self._mapped_groups(other) if group in own), None)
        if not count or common is None:
            return None
        outer = self._group_count(common)
        if not outer:
            return None
        place = map_index * outer // count
        if not self._mapped_inside(other, common):
            return (place,)
        width = count // outer
        return range(place * width, (place + 1) * width)

    def _mapped_groups(self, task: Task) -> list[str]:
        """Return the mapped task groups around a task, the innermost first."""
        return [group for group in self._groups(task) if self.dag.task_groups[group].is_mapped]

    def _groups(self, task: Task) -> list[str]:
        found: list[str] = []
        group_id = task.task_group_id
        while group_id is not None:
            found.append(group_id)
            group_id = self.dag.task_groups[group_id].parent_id
        return found

    def _mapped_inside(self, task: Task, group_id: str) -> bool:
        """Say whether a task of a group is expanded further than the group is."""
        groups = self._groups(task)
        within = groups[: groups.index(group_id)]
        return task.is_mapped or any(self.dag.task_groups[group].is_mapped for group in within)

    def _group_count(self, group_id: str) -> int:
        """Return how often a group was expanded, which each of its plain tasks tells by its instances."""
        plain = (
            self._count(name)
            for name, task in self.dag.tasks.items()
            if group_id in self._groups(task) and not self._mapped_inside(task, group_id)
        )
        return next(plain, 0)

    def _count(self, name: str) -> int:
        """Return into how many instances the scheduler has expanded a task."""
        if not self._counts:
            task, index = self.work.column("task_instance", "task_id"), self.work.column("task_instance", "map_index")
            state = self.work.column("task_instance", "state")
            statement = (
                select(task, func.count())
                .where(*self.work.where("task_instance", dag_id=self.dag.dag_id, run_id=self.run_id))
                .where(index >= 0, or_(state.is_(None), state != "removed"))
                .group_by(task)
            )
            self._counts.update((row[0], row[1]) for row in self.work.connection.execute(statement))
        return self._counts.get(name, 0)
