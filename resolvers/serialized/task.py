"""What one task is: its operator, how it is run and retried, and what it is connected to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from resolvers.serialized.encoding import Opaque
from resolvers.serialized.expansion import initial_map_indexes
from resolvers.serialized.fields import Fields
from resolvers.serialized.params import Param, decode_params

OMITTED: Mapping[str, object] = {
    "owner": "airflow",
    "pool": "default_pool",
    "pool_slots": 1,
    "priority_weight": 1,
    "queue": "default",
    "retry_delay": 300.0,
    "task_type": "BaseOperator",
    "trigger_rule": "all_success",
    "ui_color": "#fff",
    "ui_fgcolor": "#000",
    "weight_rule": "downstream",
}
"""What an attribute is that the serialized form leaves out because it is the default.

Equal in every format. In formats 1 and 2 an installation can move the defaults of owner, queue, pool,
retries, retry_delay and weight_rule by its configuration without a trace in the serialized form;
from 3.1 on the traces are in `client_defaults`.
"""

_WEIGHT_RULES = {
    "airflow.task.priority_strategy._AbsolutePriorityWeightStrategy": "absolute",
    "airflow.task.priority_strategy._DownstreamPriorityWeightStrategy": "downstream",
    "airflow.task.priority_strategy._UpstreamPriorityWeightStrategy": "upstream",
}


@dataclass(frozen=True, slots=True)
class ExtraLink:
    """A link that an operator offers for its instances.

    Airflow 2 names the class that builds it, Airflow 3 its label and the XCom that holds the address.
    """

    class_path: str | None
    name: str | None
    xcom_key: str | None


@dataclass(frozen=True, slots=True)
class AssetReference:
    """An asset (in Airflow 2 a dataset) that a task reads or writes, or an alias, or a reference to one."""

    kind: str
    name: str | None
    uri: str | None


@dataclass(frozen=True, eq=False, repr=False)
class Task:
    """A task of a serialized DAG.

    Only the connections are worked out beforehand; every other attribute is read from the stored
    form when it is asked for.
    """

    fields: Fields
    upstream_task_ids: tuple[str, ...]
    downstream_task_ids: tuple[str, ...]
    task_group_id: str | None
    group_expand_inputs: tuple[Mapping[str, object], ...]
    dag_start_date: datetime | None
    dag_end_date: datetime | None

    def __repr__(self) -> str:
        return f"<Task {self.task_id}>"

    @cached_property
    def task_id(self) -> str:
        """The full id, with the prefixes of its groups."""
        return self.fields.text("task_id") or ""

    @property
    def display_name(self) -> str:
        """What the UI calls it."""
        names = ("_task_display_name", "_task_display_property_value", "task_display_name")
        return self.fields.text(*names) or self.task_id

    @property
    def label(self) -> str:
        """What its box is called: its display name, or its id without the prefix of its group."""
        if self.display_name != self.task_id or not self.task_group_id:
            return self.display_name
        return self.task_id.removeprefix(f"{self.task_group_id}.")

    @property
    def operator(self) -> str:
        """The name of the operator's class."""
        return self.fields.text("task_type", "_task_type") or ""

    @property
    def custom_operator_name(self) -> str | None:
        """What the operator calls itself where that is not its class, such as "@task"."""
        return self.fields.text("_operator_name")

    @property
    def operator_name(self) -> str:
        """What the UI calls the operator."""
        return self.custom_operator_name or self.operator

    @property
    def module(self) -> str | None:
        """Where the operator's class is defined."""
        return self.fields.text("_task_module")

    @property
    def owner(self) -> str:
        """Whoever the DAG file names as its owner."""
        return self.fields.text("owner") or ""

    @property
    def retries(self) -> int:
        """How often it is tried again after a failure."""
        return self.fields.whole("retries") or 0

    @property
    def retry_delay(self) -> timedelta:
        """How long it rests before it is tried again."""
        return self.fields.span("retry_delay") or timedelta(0)

    @property
    def retry_exponential_backoff(self) -> float:
        """By what the delay is multiplied from retry to retry; 0 for not at all (a plain "yes" means 2)."""
        stored = self.fields.stored("retry_exponential_backoff")
        return 2.0 if stored is True else self.fields.number("retry_exponential_backoff") or 0.0

    @property
    def max_retry_delay(self) -> timedelta | None:
        """What the growing delay is capped at."""
        return self.fields.span("max_retry_delay")

    @property
    def execution_timeout(self) -> timedelta | None:
        """How long a try may run."""
        return self.fields.span("execution_timeout")

    @property
    def queue(self) -> str:
        """Which workers may take it."""
        return self.fields.text("queue") or ""

    @property
    def pool(self) -> str:
        """The pool whose slots it takes."""
        return self.fields.text("pool") or ""

    @property
    def pool_slots(self) -> int:
        """How many slots of the pool it takes."""
        return self.fields.whole("pool_slots") or 1

    @property
    def executor(self) -> str | None:
        """The executor that is to run it, if not the default one (Airflow 2.10 and later)."""
        return self.fields.text("executor")

    @property
    def executor_config(self) -> Mapping[str, object]:
        """What it asks of its executor."""
        return self.fields.mapping("executor_config")

    @property
    def run_as_user(self) -> str | None:
        """The account of the worker's system that it is run under."""
        return self.fields.text("run_as_user")

    @cached_property
    def priority_weight(self) -> int:
        """Its own weight, before its relatives' are added (see `priority_weight_total`)."""
        return self.fields.whole("priority_weight") or 0

    @property
    def weight_rule(self) -> str:
        """Whose weights are added: "downstream", "upstream", "absolute" (none), or the path of a strategy."""
        rule = self.fields.text("weight_rule", "_weight_rule") or "absolute"
        return _WEIGHT_RULES.get(rule, rule)

    @property
    def trigger_rule(self) -> str:
        """What must have become of its upstream tasks before it runs."""
        return self.fields.text("trigger_rule") or ""

    @property
    def depends_on_past(self) -> bool:
        """Whether it waits for its own success in the run before."""
        return self.fields.flag("depends_on_past")

    @property
    def ignore_first_depends_on_past(self) -> bool:
        """Whether it need not wait where the run before has no instance of it."""
        return self.fields.flag("ignore_first_depends_on_past")

    @property
    def wait_for_downstream(self) -> bool:
        """Whether it waits for its direct downstream tasks in the run before."""
        return self.fields.flag("wait_for_downstream")

    @property
    def max_active_tis_per_dag(self) -> int | None:
        """How many of its instances may run at once, over all runs."""
        return self.fields.whole("max_active_tis_per_dag")

    @property
    def max_active_tis_per_dagrun(self) -> int | None:
        """How many of its instances may run at once in one run."""
        return self.fields.whole("max_active_tis_per_dagrun")

    @cached_property
    def start_date(self) -> datetime | None:
        """No run of an earlier logical date has an instance of it; the DAG's unless it has its own."""
        return self.fields.moment("start_date") or self.dag_start_date

    @cached_property
    def end_date(self) -> datetime | None:
        """No run of a later logical date has an instance of it; the DAG's unless it has its own."""
        return self.fields.moment("end_date") or self.dag_end_date

    def runs_at(self, logical_date: datetime | None) -> bool:
        """Whether a run of that logical date has an instance of it; a run without one has all tasks."""
        if logical_date is None:
            return True
        return (self.start_date is None or self.start_date <= logical_date) and (
            self.end_date is None or logical_date <= self.end_date
        )

    @cached_property
    def is_setup(self) -> bool:
        """Whether it prepares what other tasks need."""
        return self.fields.flag("is_setup")

    @cached_property
    def is_teardown(self) -> bool:
        """Whether it cleans up, and so runs even after failures."""
        return self.fields.flag("is_teardown")

    @property
    def on_failure_fail_dagrun(self) -> bool:
        """Whether the failure of this teardown counts as the run's."""
        return self.fields.flag("on_failure_fail_dagrun", "_on_failure_fail_dagrun")

    @property
    def is_mapped(self) -> bool:
        """Whether it is itself expanded into many instances (a mapped group around it does not count)."""
        return self.fields.flag("_is_mapped")

    @property
    def initial_map_indexes(self) -> Sequence[int]:
        """The map indexes of the rows that Airflow inserts together with a new run."""
        own = self._expand_input
        return initial_map_indexes((*self.group_expand_inputs, own) if own else self.group_expand_inputs)

    @property
    def _expand_input(self) -> Mapping[str, object] | None:
        if not self.is_mapped:
            return None
        stored = self.fields.stored(self.fields.text("_expand_input_attr") or "expand_input")
        return stored if isinstance(stored, Mapping) else {}

    @property
    def is_sensor(self) -> bool:
        """Whether it waits for something outside (recorded since Airflow 3.0)."""
        return self.fields.flag("_is_sensor")

    @property
    def is_empty(self) -> bool:
        """Whether it does nothing, so that no worker ever sees it."""
        return self.fields.flag("_is_empty")

    @cached_property
    def params(self) -> Mapping[str, Param]:
        """The parameters that its templates may use."""
        return decode_params(self.fields.stored("params"))

    @property
    def template_fields(self) -> tuple[str, ...]:
        """The attributes that are rendered before it runs."""
        return self.fields.texts("template_fields")

    @property
    def map_index_template(self) -> str | None:
        """What its expanded instances are called, as a template."""
        return self.fields.text("map_index_template")

    @property
    def doc_md(self) -> str | None:
        """Its documentation, in Markdown."""
        return self.fields.text("doc_md")

    @property
    def ui_color(self) -> str:
        """The colour of its box."""
        return self.fields.text("ui_color") or ""

    @property
    def ui_fgcolor(self) -> str:
        """The colour of the writing on it."""
        return self.fields.text("ui_fgcolor") or ""

    @property
    def extra_links(self) -> tuple[ExtraLink, ...]:
        """The links that its operator offers."""
        match self.fields.stored("_operator_extra_links"):
            case Mapping() as by_name:
                return tuple(ExtraLink(None, str(name), str(key)) for name, key in by_name.items())
            case list() as classes:
                paths = (path for entry in classes if isinstance(entry, Mapping) for path in entry)
                return tuple(ExtraLink(str(path), None, None) for path in paths)
        return ()

    @property
    def inlets(self) -> tuple[AssetReference, ...]:
        """The assets that it reads."""
        return _assets(self.fields.value("inlets", "_inlets"))

    @property
    def outlets(self) -> tuple[AssetReference, ...]:
        """The assets that it writes."""
        return _assets(self.fields.value("outlets", "_outlets"))


def _assets(values: object) -> tuple[AssetReference, ...]:
    found = []
    for value in values if isinstance(values, list | tuple) else ():
        if isinstance(value, Opaque) and isinstance(value.value, Mapping):
            fields = Fields((value.value,))
            found.append(AssetReference(value.type, fields.text("name"), fields.text("uri")))
    return tuple(found)
