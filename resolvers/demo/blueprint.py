"""What a DAG of the demo consists of: its tasks, how they behave, when it runs, what once befell it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import cached_property

from resolvers.demo.operators import PYTHON, Operator


class Manner(StrEnum):
    """What a task does besides working: what Airflow leaves to the code of its operator."""

    WORKS = "works"
    BRANCHES = "branches"
    """Chooses one of the tasks downstream; the others are skipped."""
    DEFERS = "defers"
    """Hands its waiting over to the triggerer."""
    RESCHEDULES = "reschedules"
    """Gives its slot back and looks again later."""
    ASKS = "asks"
    """Waits for a person; before Airflow 3.3, as one that defers."""


@dataclass(frozen=True, kw_only=True)
class TaskPlan:
    """One task.

    `after` names the tasks that it waits for, separated by blanks. `over` is what it is mapped over:
    literal values, or the id of the upstream task that returns them. `triggers` is the DAG that it
    triggers a run of. `seconds` is how long a try
    usually took, `fails` the share of tries that fail, `waits` how long it waits if that is its manner;
    `lasts` is how long the clock lets it run, if not the moments that suit its `seconds`.
    """

    task_id: str
    operator: Operator = PYTHON
    after: str = ""
    seconds: float = 60
    fails: float = 0
    waits: float = 0
    lasts: float = 0
    manner: Manner = Manner.WORKS
    retries: int = 0
    trigger_rule: str = "all_success"
    pool: str = "default_pool"
    pool_slots: int = 1
    queue: str = "default"
    is_setup: bool = False
    is_teardown: bool = False
    over: tuple[str, ...] | str = ()
    outlets: tuple[str, ...] = ()
    triggers: str | None = None
    doc: str | None = None

    @cached_property
    def upstream(self) -> tuple[str, ...]:
        """The tasks that it waits for."""
        return tuple(self.after.split())

    @cached_property
    def group_id(self) -> str | None:
        """The group that it is directly in, which its id begins with."""
        return self.task_id.rpartition(".")[0] or None


@dataclass(frozen=True, kw_only=True)
class GroupPlan:
    """A task group: what the UI says of it, and the literal values that it is mapped over, if any."""

    group_id: str
    tooltip: str = ""
    over: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """When a DAG runs: by a cron expression or preset in a time zone, after assets, or never by itself."""

    words: str = "Never, external triggers only"
    cron: str | None = None
    zone: str = "UTC"
    assets: tuple[str, ...] = ()


NEVER = Schedule()


@dataclass(frozen=True, kw_only=True)
class ParamPlan:
    """A parameter of runs: its default, the JSON schema that it must fit, and what people have given for it."""

    name: str
    default: object = None
    description: str = ""
    schema: Mapping[str, object] = field(default_factory=dict)
    given: tuple[object, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One run that the story needs: what became of it is told here instead of left to chance.

    `age` is how long ago it was due, `states` the state of each task that did not simply succeed.
    `since` and `until` are the generations of Airflow that know its run type and states.
    """

    age: timedelta
    run_type: str = "manual"
    state: str = "success"
    states: Mapping[str, str | None] = field(default_factory=dict)
    by: str | None = None
    conf: Mapping[str, object] = field(default_factory=dict)
    note: str | None = None
    task_notes: Mapping[str, str] = field(default_factory=dict)
    since: int = 2
    until: int = 3


@dataclass(frozen=True, kw_only=True)
class DagPlan:
    """One DAG, and how far back its history goes.

    `asked` is how many of its runs somebody asked for, of those that its schedule did not make.
    """

    dag_id: str
    description: str
    tasks: tuple[TaskPlan, ...]
    owner: str = "data-platform"
    tags: tuple[str, ...] = ()
    schedule: Schedule = NEVER
    history: timedelta = timedelta(weeks=3)
    asked: int = 0
    scenes: tuple[Scene, ...] = ()
    groups: tuple[GroupPlan, ...] = ()
    params: tuple[ParamPlan, ...] = ()
    doc_md: str | None = None
    display_name: str | None = None
    catchup: bool = False
    max_active_runs: int = 16
    is_paused: bool = False
    is_stale: bool = False
    import_error: str | None = None

    @cached_property
    def by_id(self) -> Mapping[str, TaskPlan]:
        """Its tasks by id."""
        return {task.task_id: task for task in self.tasks}

    @cached_property
    def downstream(self) -> Mapping[str, tuple[str, ...]]:
        """The ids of the tasks directly after each task."""
        return {
            task.task_id: tuple(other.task_id for other in self.tasks if task.task_id in other.upstream)
            for task in self.tasks
        }

    def mapped_group(self, task: TaskPlan) -> GroupPlan | None:
        """Return the mapped group that the task is in, if any."""
        return next((group for group in self.groups if group.over and group.group_id == task.group_id), None)
