"""Which tasks belong together when one of them is cleared, set or weighed.

Setups and teardowns follow rules of their own: a task cannot be run again without the setups that it
stands on, nor a setup without the teardowns that clean up after it.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Literal

from resolvers.serialized.dag import SerializedDag
from resolvers.serialized.task import Task

Direction = Literal["upstream", "downstream"]

_MOST_WEIGHT = 2**31 - 1
"""The column is a signed 32-bit integer."""


def direct_relatives(dag: SerializedDag, task: Task, direction: Direction) -> Iterator[str]:
    """Return the ids next to the task in that direction, as far as the DAG has them."""
    task_ids = task.upstream_task_ids if direction == "upstream" else task.downstream_task_ids
    return (task_id for task_id in task_ids if task_id in dag.tasks)


def relatives(dag: SerializedDag, task_ids: Collection[str], direction: Direction) -> frozenset[str]:
    """Return all that the tasks lead to in that direction (of themselves, only what others lead to)."""
    found: set[str] = set()
    waiting = [task_id for task_id in task_ids if task_id in dag.tasks]
    while waiting:
        for near in direct_relatives(dag, dag.tasks[waiting.pop()], direction):
            if near not in found:
                found.add(near)
                waiting.append(near)
    return frozenset(found)


def relatives_to_set(
    dag: SerializedDag,
    task_ids: Collection[str],
    *,
    upstream: bool,
    downstream: bool,
    spare_teardowns: bool,
) -> frozenset[str]:
    """Return the tasks whose state is set along with these.

    From Airflow 3.3 on teardowns are spared (pass so), unless they are named themselves or lie upstream.
    """
    found = {task_id for task_id in task_ids if task_id in dag.tasks}
    if downstream:
        below = relatives(dag, task_ids, "downstream")
        found |= below - dag.teardown_task_ids if spare_teardowns else below
    if upstream:
        found |= relatives(dag, task_ids, "upstream")
    return frozenset(found)


def partial_subset(
    dag: SerializedDag, task_ids: Collection[str], *, include_upstream: bool, include_downstream: bool
) -> frozenset[str]:
    """Return the tasks that are cleared when these are: the part of the DAG that can run again by itself.

    The same in Airflow 2.9 to 3.3. Ids that the DAG does not have are passed over.
    """
    named = {task_id for task_id in task_ids if task_id in dag.tasks}
    found = set(named)
    for task_id in named:
        task = dag.tasks[task_id]
        if include_downstream:
            below = relatives(dag, [task_id], "downstream")
            found |= below
            for other in below - named:
                found |= _scope(dag, dag.tasks[other])
        if include_upstream:
            above = relatives(dag, [task_id], "upstream")
            found |= above
            for other in above:
                found |= _teardowns_of(dag, dag.tasks[other])
        else:
            found |= _scope(dag, task)
        if not include_downstream:
            found |= _teardowns_of(dag, task)
    return frozenset(found)


def _scope(dag: SerializedDag, task: Task) -> set[str]:
    """Return the setups that a work task stands on, with their teardowns; nothing for a setup or a teardown.

    It stands on a setup upstream of it if one of that setup's teardowns is downstream of the task,
    or if the setup has none.
    """
    if task.is_setup or task.is_teardown:
        return set()
    scope: set[str] = set()
    below = relatives(dag, [task.task_id], "downstream")
    for task_id in relatives(dag, [task.task_id], "upstream"):
        setup = dag.tasks[task_id]
        if setup.is_setup:
            teardowns = _teardowns_of(dag, setup)
            if not teardowns or teardowns & below:
                scope |= {task_id, *teardowns}
    return scope


def _teardowns_of(dag: SerializedDag, task: Task) -> frozenset[str]:
    """Return the teardowns directly after a setup; none for any other task."""
    return dag.teardown_task_ids.intersection(task.downstream_task_ids) if task.is_setup else frozenset()


def priority_weight_total(dag: SerializedDag, task: Task) -> int:
    """Return the weight that the task's instances are queued with.

    Its own, and those of everything upstream or downstream as its rule says. A strategy of the
    installation's own cannot be asked; Airflow's default, downstream, stands in for it.
    """
    if task.weight_rule == "absolute":
        return _clamped(task.priority_weight)
    direction: Direction = "upstream" if task.weight_rule == "upstream" else "downstream"
    others = relatives(dag, [task.task_id], direction) - {task.task_id}
    return _clamped(task.priority_weight + sum(dag.tasks[other].priority_weight for other in others))


def _clamped(weight: int) -> int:
    return max(-_MOST_WEIGHT - 1, min(_MOST_WEIGHT, weight))


def topological_order(dag: SerializedDag) -> tuple[str, ...]:
    """Return all task ids, each after everything upstream of it, otherwise as they are stored.

    Airflow refuses cycles; should one be stored nevertheless, its tasks and those behind it come last.
    """
    missing = Counter(dict.fromkeys(dag.tasks, 0))
    for task in dag.tasks.values():
        missing.update(direct_relatives(dag, task, "downstream"))
    order = [task_id for task_id, count in missing.items() if count == 0]
    for task_id in order:
        for near in direct_relatives(dag, dag.tasks[task_id], "downstream"):
            missing[near] -= 1
            if missing[near] == 0:
                order.append(near)
    return (*order, *(task_id for task_id, count in missing.items() if count > 0))
