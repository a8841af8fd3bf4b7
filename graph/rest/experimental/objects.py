"""How Python prints the objects that Airflow 2.11 has for what is stored of a task."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from resolvers.serialized.encoding import Opaque, unwrap

Mask = Callable[[object], object]
"""What hides the secrets in a value."""

Operators = Mapping[str, str]
"""Tasks that others are mapped over, by id, as they are printed."""

_INPUTS = {"dict-of-lists": "DictOfListsExpandInput", "list-of-dicts": "ListOfDictsExpandInput"}

# What Airflow calls what a task waits for, by the class that is stored.
_DEPENDENCIES = {
    "MappedTaskIsExpanded": "Task has been mapped",
    "MappedTaskUpstreamDep": "Mapped dependencies have succeeded",
    "NotInRetryPeriodDep": "Not In Retry Period",
    "NotPreviouslySkippedDep": "Not Previously Skipped",
    "PrevDagrunDep": "Previous Dagrun State",
    "ReadyToRescheduleDep": "Ready To Reschedule",
    "TriggerRuleDep": "Trigger Rule",
}


class Bare(str):
    """A text that stands in a printed list without quotes, as objects do."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def stored(value: object) -> object:
    """Return a value that Airflow wrapped to store it."""
    return unwrap(value)


def group(*, is_mapped: bool) -> str:
    """Return the group of a task, which is printed by its address."""
    return f"<airflow.utils.task_group.{'Mapped' * is_mapped}TaskGroup object at 0x0>"


def weight_rule(rule: str) -> str:
    """Return what weighs a task, which is printed by its address."""
    return f"<airflow.task.priority_strategy._{rule.title()}PriorityWeightStrategy object at 0x0>"


def ids(of_tasks: tuple[str, ...]) -> str:
    """Return a set of task ids."""
    return f"{{{', '.join(map(repr, of_tasks))}}}" if of_tasks else "set()"


def dependencies(paths: tuple[str, ...]) -> str:
    """Return what a task waits for, of which the classes are stored."""
    names = (path.rpartition(".")[2] for path in paths)
    return f"{{{', '.join(f'<TIDep({_DEPENDENCIES.get(name, name)})>' for name in names)}}}"


def extra_links(links: tuple[Any, ...]) -> str:
    """Return the links of an operator, of which the classes are stored; none of them has a setting of its own."""
    names = [f"{link.class_path.rpartition('.')[2]}()" for link in links if link.class_path]
    return f"[{', '.join(names)}]" if names else "()"


def operator(task_id: str, kind: str, is_mapped: object) -> str:
    """Return a task."""
    return f"<{'Mapped' if is_mapped else 'Task'}({kind}): {task_id}>"


def mapped_over(told: object) -> tuple[str, ...]:
    """Return the tasks whose results are in a value."""
    match told:
        case Opaque("xcomref", Mapping() as inner) if "task_id" in inner:
            return (str(inner["task_id"]),)
        case Mapping():
            return tuple(task_id for inner in told.values() for task_id in mapped_over(inner))
        case list() | tuple():
            return tuple(task_id for inner in told for task_id in mapped_over(inner))
    return ()


def expand_input(told: Mapping[str, object], operators: Operators, mask: Mask) -> str:
    """Return what a task is mapped over."""
    kind = str(told.get("type"))
    return f"{_INPUTS.get(kind, kind)}(value={mask(plain(told.get('value'), mask, operators))!r})"


def plain(value: object, mask: Mask, operators: Operators | None = None) -> object:
    """Return a value with the objects in it as they are printed; of those that only code of the DAG knows, the kind."""

    def inside(inner: object) -> object:
        return plain(inner, mask, operators)

    match value:
        case dict():
            return {name: inside(inner) for name, inner in value.items()}
        case list():
            return [inside(inner) for inner in value]
        case tuple():
            return tuple(map(inside, value))
        case Opaque("xcomref", Mapping() as inner) if "task_id" in inner:
            return _result(inner, operators or {})
        case Opaque(kind, Mapping() as inner) if kind in _OBJECTS:
            return Bare(_OBJECTS[kind](mask(unwrap(inner))))
        case None | str() | int() | float() | datetime() | timedelta():
            return value
    return Bare(f"<{type(value).__name__}>")


def _result(stored: Mapping[str, object], operators: Operators) -> Bare:
    task_id, key = str(stored["task_id"]), stored.get("key", "return_value")
    operator = operators.get(task_id, f"<Task: {task_id}>")
    return Bare(f"XComArg({operator})" if key == "return_value" else f"XComArg({operator}, {key!r})")


_OBJECTS: Mapping[str, Callable[[Any], str]] = {
    "dataset": lambda told: f"Dataset(uri={told.get('uri')!r}, extra={told.get('extra')!r})",
    "dataset_alias": lambda told: f"DatasetAlias(name={told.get('name')!r})",
}
