"""Commands about tasks as their DAG's file defines them, and the state of one in a run."""

from collections.abc import Iterator, Mapping
from itertools import islice

from graph.rest.clairvoyant.asking import Asked
from graph.rest.clairvoyant.command import DAG, SUBDIR, TASK, Command, box, execution_date
from graph.rest.clairvoyant.finding import instances_on, state_of, task_of, tasks_of
from graph.rest.clairvoyant.told import FailedError, Told, said
from graph.rest.codec import Json

# A tree tells a task once for each way that leads to it, of which there can be more than atoms.
_MOST_LINES = 10_000


def _list(asked: Asked) -> Told:
    """List the tasks of a DAG; as a tree, each below those that it waits for."""
    tasks = tasks_of(asked)
    if not asked.flag("tree"):
        return said("".join(f"{task_id}\n" for task_id in tasks))
    roots = [task_id for task_id, task in tasks.items() if not task["upstream_task_ids"]]
    lines = list(islice(_tree(tasks, roots), _MOST_LINES + 1))
    if len(lines) > _MOST_LINES:
        raise FailedError(f"The tree of DAG {asked.text('dag_id')} has more than {_MOST_LINES:,} lines.")
    return said("".join(lines))


def _tree(tasks: Mapping[str, Json], roots: list[str]) -> Iterator[str]:
    """Yield the lines of a tree, siblings from A, without recursion: a DAG may be deep."""
    waiting = [(task_id, 0) for task_id in reversed(roots)]
    while waiting:
        task_id, depth = waiting.pop()
        if task_id not in tasks:
            continue
        yield f"{'    ' * depth}<Task({tasks[task_id]['operator_class']}): {task_id}>\n"
        below: list[str] = sorted(tasks[task_id]["downstream_task_ids"])  # type: ignore[call-overload] # a list
        waiting += [(each, depth + 1) for each in reversed(below)]


def _state(asked: Asked) -> Told:
    """Tell the state of a task in the run for a date."""
    date = asked.date("execution_date")
    return said(f"{state_of(instances_on(asked, task_of(asked), date))}\n")


COMMANDS = (
    Command(
        "list_tasks",
        "List the tasks within a DAG",
        _list,
        (DAG, box("tree", "Tree view"), SUBDIR),
    ),
    Command("task_state", "Get the status of a task instance", _state, (DAG, TASK, execution_date(3), SUBDIR)),
)
