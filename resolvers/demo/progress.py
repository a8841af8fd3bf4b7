"""How far a run of a demo DAG has come, by the states of its task instances."""

from collections.abc import Mapping, Sequence
from functools import cache

from resolvers.demo.blueprint import DagPlan, TaskPlan
from resolvers.demo.dags import CATALOG
from resolvers.demo.rules import FINISHED, Verdict, judge, run_state

States = Mapping[str, Mapping[int, str | None]]
"""The states of a run's task instances: by task id, then by map index."""


def first_indexes(plan: DagPlan, task: TaskPlan) -> Sequence[int]:
    """Return the map indexes that a task has before anything ran."""
    group = plan.mapped_group(task)
    literal = group.over if group else task.over
    return range(len(literal)) if isinstance(literal, tuple) and literal else (-1,)


def map_label(plan: DagPlan, task: TaskPlan, map_index: int) -> str | None:
    """Return what the DAG calls an instance of a mapped task: the value that it is mapped over."""
    group = plan.mapped_group(task)
    literal = group.over if group else task.over
    return literal[map_index] if isinstance(literal, tuple) and 0 <= map_index < len(literal) else None


def verdict(plan: DagPlan, task: TaskPlan, map_index: int, states: States) -> Verdict:
    """Return what is to become of a task instance that has no state yet."""
    found = {task_id: _upstream(plan, task, map_index, task_id, states) for task_id in task.upstream}
    return judge(
        task.trigger_rule,
        [state for each in found.values() for state in each],
        [state for task_id, each in found.items() if plan.by_id[task_id].is_setup for state in each],
    )


def _upstream(plan: DagPlan, task: TaskPlan, map_index: int, task_id: str, states: States) -> list[str | None]:
    """Return the states upstream; inside a mapped group, of the instance of the same index alone."""
    found = states.get(task_id, {})
    group = plan.mapped_group(task)
    if group is not None and group is plan.mapped_group(plan.by_id[task_id]):
        return [found.get(map_index)]
    return list(found.values())


def ended(plan: DagPlan, states: States) -> str | None:
    """Return how the run ended; None while one of its task instances has not finished."""
    if any(state not in FINISHED for each in states.values() for state in each.values()):
        return None
    return run_state([state for task_id in leaves(plan.dag_id) for state in states.get(task_id, {}).values()])


@cache
def leaves(dag_id: str) -> frozenset[str]:
    """Return the tasks whose states decide a run: those at its end, before any teardowns there."""
    plan = CATALOG[dag_id]
    waiting = [task.task_id for task in plan.tasks if not plan.downstream[task.task_id]]
    found = set()
    while waiting:
        task = plan.by_id[waiting.pop()]
        if task.is_teardown:
            waiting.extend(task.upstream)
        else:
            found.add(task.task_id)
    return frozenset(found)
