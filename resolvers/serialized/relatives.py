"""Which tasks belong together when one of them is cleared, set or weighed.

Setups and teardowns follow rules of their own: a task cannot be run again without the setups that it
stands on, nor a setup without the teardowns that clean up after it.
"""

from collections.abc import Collection
from typing import Literal

from resolvers.serialized.dag import SerializedDag
from resolvers.serialized.task import Task

Direction = Literal["upstream", "downstream"]

_MOST_WEIGHT = 2**31 - 1
"""The column is a signed 32-bit integer."""


def relatives(
    dag: SerializedDag, task_ids: Collection[str], direction: Direction, among: Collection[str] | None = None
) -> frozenset[str]:
    """Return all that the tasks lead to in that direction (of themselves, only what others lead to).

    Where tasks are named, those `among` them alone, and by way of them.
    """
    near = dag.upstream if direction == "upstream" else dag.downstream
    found: set[str] = set()
    waiting = [task_id for task_id in task_ids if task_id in near]
    while waiting:
        fresh = [
            task_id for task_id in near[waiting.pop()] if task_id not in found and (among is None or task_id in among)
        ]
        found.update(fresh)
        waiting.extend(fresh)
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
    found, in_need_of_setups = set(named), set[str]()
    if include_downstream:
        below = relatives(dag, named, "downstream")
        found |= below
        in_need_of_setups |= below - named
    else:
        found |= _teardowns_of(dag, named)
    if include_upstream:
        above = relatives(dag, named, "upstream")
        found |= above | _teardowns_of(dag, above)
    else:
        in_need_of_setups |= named
    return frozenset(found | _setups_around(dag, in_need_of_setups))


def _setups_around(dag: SerializedDag, task_ids: Collection[str]) -> set[str]:
    """Return the setups that work among these tasks stands on, with their teardowns.

    Work stands on a setup upstream of it whose teardowns, or one of them, are downstream of it; on a
    setup without teardowns it stands anyhow. Setups and teardowns stand on none.
    """
    work = set(task_ids) - dag.setup_task_ids - dag.teardown_task_ids
    found: set[str] = set()
    for setup in dag.setup_task_ids if work else ():
        teardowns = _teardowns_of(dag, [setup])
        scope = relatives(dag, [setup], "downstream")
        if teardowns:
            scope &= relatives(dag, teardowns, "upstream")
        if not scope.isdisjoint(work):
            found |= {setup, *teardowns}
    return found


def _teardowns_of(dag: SerializedDag, task_ids: Collection[str]) -> frozenset[str]:
    """Return the teardowns directly after those of the tasks that are setups."""
    setups = dag.setup_task_ids.intersection(task_ids)
    return dag.teardown_task_ids & {near for setup in setups for near in dag.downstream[setup]}


def priority_weight_total(dag: SerializedDag, task: Task, among: Collection[str] | None = None) -> int:
    """Return the weight that the task's instances are queued with.

    Its own, and those of everything upstream or downstream as its rule says; of these tasks alone, where they are
    named. A strategy of the installation's own cannot be asked; Airflow's default, downstream, stands in for it.
    """
    if task.weight_rule == "absolute":
        return _clamped(task.priority_weight)
    direction: Direction = "upstream" if task.weight_rule == "upstream" else "downstream"
    others = relatives(dag, [task.task_id], direction, among) - {task.task_id}
    return _clamped(task.priority_weight + sum(dag.tasks[other].priority_weight for other in others))


def _clamped(weight: int) -> int:
    return max(-_MOST_WEIGHT - 1, min(_MOST_WEIGHT, weight))


def topological_order(dag: SerializedDag) -> tuple[str, ...]:
    """Return all task ids, each after everything upstream of it, otherwise as they are stored.

    Airflow refuses cycles; should one be stored nevertheless, its tasks and those behind it come last.
    """
    missing = {task_id: len(waits_for) for task_id, waits_for in dag.upstream.items()}
    order = [task_id for task_id, count in missing.items() if count == 0]
    for task_id in order:
        for near in dag.downstream[task_id]:
            missing[near] -= 1
            if missing[near] == 0:
                order.append(near)
    return (*order, *(task_id for task_id, count in missing.items() if count > 0))
