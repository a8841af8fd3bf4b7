"""A serialized DAG of any format, decoded no further than it is asked."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property

from resolvers.serialized.encoding import VALUE, time_zone
from resolvers.serialized.fields import Fields
from resolvers.serialized.params import Param, decode_params
from resolvers.serialized.schedule import decode_timetable
from resolvers.serialized.task import OMITTED, Task
from resolvers.serialized.task_group import TaskGroup, task_groups
from resolvers.serialized.timetable import Timetable

_EVERY: Mapping[str, object] = {"catchup": False, "max_active_tasks": 16, "max_active_runs": 16}
_OMITTED: Mapping[int, Mapping[str, object]] = {
    1: {**_EVERY, "catchup": True, "orientation": "LR", "default_view": "grid"},
}
"""What an attribute of a DAG is that is left out because it is the default, where a format has its own."""

_NOTHING: Mapping[str, object] = {}


class UnreadableDagError(ValueError):
    """What is stored is no serialized DAG."""


@dataclass(frozen=True, eq=False, repr=False)
class SerializedDag:
    """A DAG as the database describes it.

    `format` is Airflow's `__version`: 1 for Airflow 2, 2 for 3.0, 3 for 3.1 and later. Attributes are
    read from the stored form when they are asked for; tasks are connected when the first is.
    """

    format: int
    fields: Fields
    task_defaults: Mapping[str, object]

    @classmethod
    def decode(cls, data: Mapping[str, object]) -> "SerializedDag":
        """Return the DAG in a value of `serialized_dag.data`, or raise `UnreadableDagError`."""
        stored = data.get("dag")
        if not isinstance(stored, Mapping):
            raise UnreadableDagError("The serialized form has no object named 'dag'.")
        version = data.get("__version")
        form = version if isinstance(version, int) else 1
        defaults = Fields((data,)).mapping("client_defaults").get("tasks")
        return cls(
            format=form,
            fields=Fields((stored, _OMITTED.get(form, _EVERY))),
            task_defaults=defaults if isinstance(defaults, Mapping) else _NOTHING,
        )

    @classmethod
    def from_columns(cls, data: object, data_compressed: bytes | None = None) -> "SerializedDag":
        """Return the DAG in the columns of `serialized_dag`: a JSON value or text, or else its zlib bytes."""
        if data is None and data_compressed is not None:
            try:
                data = zlib.decompress(data_compressed)
            except zlib.error as error:
                raise UnreadableDagError(f"The compressed form cannot be unpacked: {error}.") from None
        if isinstance(data, str | bytes):
            try:
                data = json.loads(data)
            except ValueError as error:
                raise UnreadableDagError(f"The serialized form is no JSON: {error}.") from None
        if not isinstance(data, Mapping):
            raise UnreadableDagError("The serialized form is no JSON object.")
        return cls.decode(data)

    def __repr__(self) -> str:
        return f"<SerializedDag {self.dag_id}>"

    @property
    def dag_id(self) -> str:
        """The name given in the DAG file."""
        return self.fields.text("dag_id", "_dag_id") or ""

    @property
    def display_name(self) -> str:
        """What the UI calls it."""
        return self.fields.text("dag_display_name", "_dag_display_property_value") or self.dag_id

    @property
    def description(self) -> str | None:
        """What the DAG file says it is for."""
        return self.fields.text("description", "_description")

    @property
    def doc_md(self) -> str | None:
        """Its documentation, in Markdown."""
        return self.fields.text("doc_md")

    @property
    def fileloc(self) -> str | None:
        """The file that defines it."""
        return self.fields.text("fileloc")

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags, sorted."""
        return tuple(sorted(self.fields.texts("tags")))

    @cached_property
    def start_date(self) -> datetime | None:
        """No run is scheduled for an earlier date."""
        return self.fields.moment("start_date")

    @cached_property
    def end_date(self) -> datetime | None:
        """No run is scheduled for a later date."""
        return self.fields.moment("end_date")

    @property
    def timezone(self) -> tzinfo:
        """The zone that its schedule is told in; UTC where it cannot be known."""
        return time_zone(self.fields.value("timezone")) or UTC

    @property
    def timezone_name(self) -> str:
        """The zone's name, or its offset to UTC in seconds where it has none."""
        return str(self.fields.value("timezone") or "UTC")

    @cached_property
    def timetable(self) -> Timetable:
        """When it is scheduled."""
        schedule = self.fields.stored("timetable")
        if schedule is None:
            schedule = self.fields.stored("schedule_interval")
        return decode_timetable(schedule, self.timezone)

    @property
    def catchup(self) -> bool:
        """Whether runs of the past that were missed are made up for."""
        return self.fields.flag("catchup")

    @property
    def dagrun_timeout(self) -> timedelta | None:
        """How long a run may take."""
        return self.fields.span("dagrun_timeout")

    @property
    def max_active_tasks(self) -> int:
        """How many of its task instances may run at once."""
        return self.fields.whole("_max_active_tasks", "_concurrency", "max_active_tasks") or 0

    @property
    def max_active_runs(self) -> int:
        """How many of its runs may be active at once."""
        return self.fields.whole("max_active_runs") or 0

    @property
    def max_consecutive_failed_dag_runs(self) -> int:
        """After how many failed runs in a row it is paused; 0 for never."""
        return self.fields.whole("max_consecutive_failed_dag_runs") or 0

    @property
    def fail_fast(self) -> bool:
        """Whether the first failure ends the run ("fail_stop" before Airflow 3)."""
        return self.fields.flag("fail_fast", "fail_stop")

    @property
    def allowed_run_types(self) -> tuple[str, ...] | None:
        """The kinds of run it may have, None for all (Airflow 3.2 and later)."""
        return None if self.fields.stored("allowed_run_types") is None else self.fields.texts("allowed_run_types")

    @property
    def is_paused_upon_creation(self) -> bool | None:
        """Whether it began paused; None leaves that to the configuration."""
        stored = self.fields.value("is_paused_upon_creation")
        return stored if isinstance(stored, bool) else None

    @property
    def orientation(self) -> str | None:
        """Which way its graph is drawn (until Airflow 3)."""
        return self.fields.text("orientation")

    @property
    def default_view(self) -> str | None:
        """The page that the UI opens first (until Airflow 3)."""
        return self.fields.text("_default_view", "default_view")

    @property
    def render_template_as_native_obj(self) -> bool:
        """Whether templates render to Python values instead of text."""
        return self.fields.flag("render_template_as_native_obj")

    @property
    def template_searchpath(self) -> tuple[str, ...] | None:
        """Where its templates are looked for; None in every format so far, none of which records it."""
        return self.fields.texts("template_searchpath") or None

    @property
    def default_args(self) -> Mapping[str, object]:
        """What its tasks are given unless they say otherwise."""
        return self.fields.mapping("default_args")

    @property
    def disable_bundle_versioning(self) -> bool:
        """Whether its runs follow the newest code even where the bundle has versions."""
        return self.fields.flag("disable_bundle_versioning")

    @property
    def owner_links(self) -> Mapping[str, object]:
        """Where the owners' names lead."""
        return self.fields.mapping("owner_links")

    @property
    def edge_labels(self) -> Mapping[tuple[str, str], str]:
        """What is written beside the edges, by upstream and downstream id."""
        edges = self.fields.mapping("edge_info").items()
        return {
            (upstream, str(downstream)): label
            for upstream, targets in edges
            if isinstance(targets, dict)
            for downstream, edge in targets.items()
            if isinstance(edge, dict) and isinstance(label := edge.get("label"), str)
        }

    @cached_property
    def params(self) -> Mapping[str, Param]:
        """Its parameters by name."""
        return decode_params(self.fields.stored("params"))

    @cached_property
    def task_groups(self) -> Mapping[str | None, TaskGroup]:
        """Its task groups by full id, parents first; the root group, which holds all others, is at None."""
        root = self.fields.stored("task_group", "_task_group")
        return {group.group_id: group for group in task_groups(root)}

    @cached_property
    def tasks(self) -> Mapping[str, Task]:
        """Its tasks by id, in the order in which they are stored."""
        group_of = {task_id: group for group in self.task_groups.values() for task_id in group.task_ids}
        return {
            task_id: Task(
                fields=Fields(self._task_layers(task)),
                upstream_task_ids=self.upstream[task_id],
                downstream_task_ids=self.downstream[task_id],
                task_group_id=group.group_id if (group := group_of.get(task_id)) else None,
                group_expand_inputs=group.expand_inputs if group else (),
                dag_start_date=self.start_date,
                dag_end_date=self.end_date,
            )
            for task_id, task in self._stored_tasks.items()
        }

    @cached_property
    def downstream(self) -> Mapping[str, tuple[str, ...]]:
        """The ids of the tasks directly after each task, sorted."""
        tasks = self._stored_tasks
        return {
            task_id: tuple(sorted(near for near in Fields((task,)).texts("downstream_task_ids") if near in tasks))
            for task_id, task in tasks.items()
        }

    @cached_property
    def upstream(self) -> Mapping[str, tuple[str, ...]]:
        """The ids of the tasks directly before each task, sorted; only the other direction is stored."""
        upstream: dict[str, list[str]] = {task_id: [] for task_id in self.downstream}
        for task_id, downstream in self.downstream.items():
            for near in downstream:
                upstream[near].append(task_id)
        return {task_id: tuple(sorted(before)) for task_id, before in upstream.items()}

    @cached_property
    def setup_task_ids(self) -> frozenset[str]:
        """The tasks that prepare what others need."""
        return frozenset(task_id for task_id, task in self.tasks.items() if task.is_setup)

    @cached_property
    def teardown_task_ids(self) -> frozenset[str]:
        """The tasks that clean up."""
        return frozenset(task_id for task_id, task in self.tasks.items() if task.is_teardown)

    @cached_property
    def _stored_tasks(self) -> Mapping[str, Mapping[str, object]]:
        """The tasks as stored, by id: wrapped since Airflow 2.10, bare before."""
        found = {}
        tasks = self.fields.stored("tasks")
        for task in tasks if isinstance(tasks, list) else ():
            stored = task.get(VALUE, task) if isinstance(task, Mapping) else None
            if isinstance(stored, Mapping) and isinstance(task_id := stored.get("task_id"), str):
                found[task_id] = stored
        return found

    def _task_layers(self, task: Mapping[str, object]) -> tuple[Mapping[str, object], ...]:
        """Return where attributes stand; a mapped task keeps apart what all its instances share."""
        shared = task.get("partial_kwargs")
        own = (shared, task) if isinstance(shared, Mapping) else (task,)
        return (*own, self.task_defaults, OMITTED) if self.task_defaults else (*own, OMITTED)
