"""What a real Airflow concludes from serialized DAGs; run by that Airflow's own Python, never by ours.

Usage: python probe.py serialized.json facts.json
"""

# mypy: disable-error-code="import-not-found, import-untyped, no-untyped-call"
# Airflow is installed beside us, not among us, and changes its types between the versions that this serves.

import copy
import inspect
import itertools
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pendulum

try:
    from airflow.serialization.serialized_objects import DagSerialization as Serialization
except ImportError:
    from airflow.serialization.serialized_objects import SerializedDAG as Serialization

MANUAL_DATES = (
    "2024-02-29T00:00:00+00:00",
    "2025-12-31T23:59:59.999999+00:00",
    "2026-01-01T00:00:00+00:00",
    "2026-02-01T05:00:00+00:00",
    "2026-02-15T03:00:00+00:00",
    "2026-02-15T03:00:00.000001+00:00",
    "2026-03-08T06:30:00+00:00",
    "2026-03-08T07:30:00+00:00",
    "2026-03-29T00:30:00+00:00",
    "2026-03-29T01:00:00+00:00",
    "2026-03-29T12:34:56.789000+00:00",
    "2026-03-30T00:30:00+00:00",
    "2026-04-30T23:00:00-05:00",
    "2026-10-25T00:30:00+00:00",
    "2026-10-25T01:30:00+00:00",
    "2026-10-25T01:30:00+01:00",
    "2026-11-01T05:59:00+00:00",
    "2026-11-01T06:30:00+00:00",
)
"""Around month ends, ticks and the days on which Paris (29 March, 25 October) and New York change their clocks."""
PERIOD = ("2026-03-27T00:00:00+00:00", "2026-04-02T00:00:00+00:00")
MOST_TICKS = 50
CONFS: tuple[Mapping[str, Any], ...] = (
    {},
    {"required": "abc"},
    {"required": "ABC"},
    {"required": "abc", "number": 11},
    {"required": "abc", "number": "5"},
    {"required": "abc", "choice": "blue"},
    {"required": "abc", "optional": "no"},
    {"required": "abc", "optional": "yes"},
    {"required": "abc", "day": "2026-02-30"},
    {"required": "abc", "moment": "2026-02-03T04:05:06"},
    {"required": "abc", "list": ["a", "a"]},
    {"required": "abc", "record": {"y": 2}},
    {"required": "abc", "nested": {"c": 1}},
    {"required": "abc", "unknown": [1]},
    {"required": "abc", "plain": {"any": "thing"}, "words": None},
)


def main(serialized: Path, target: Path) -> None:
    """Write what is concluded from each serialized DAG, by DAG id."""
    stored = json.loads(serialized.read_text(encoding="utf-8"))
    facts = {dag_id: dag_facts(data) for dag_id, data in stored.items()}
    lines = (f"{json.dumps(dag_id)}: {json.dumps(plain(found), sort_keys=True)}" for dag_id, found in facts.items())
    target.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def dag_facts(data: dict[str, Any]) -> dict[str, Any]:
    """Everything that is recorded about one DAG."""
    dag = Serialization.from_dict(data)
    tasks = {task.task_id: task_facts(task) for task in dag.tasks}
    return {
        "tasks": {name: {**found, "selected": selections(data, name)} for name, found in tasks.items()},
        "owners": sorted(dag.owner.split(", ")),  # Airflow joins a set
        "roots": sorted(task.task_id for task in dag.roots),
        "groups": {name: group_facts(group) for name, group in groups(dag).items()},
        "params": params_facts(dag),
        "timetable": timetable_facts(dag),
        "attributes": {
            name: getattr(dag, name, None)
            for name in (
                "catchup",
                "dag_display_name",
                "dagrun_timeout",
                "description",
                "doc_md",
                "end_date",
                "fileloc",
                "max_active_runs",
                "max_active_tasks",
                "max_consecutive_failed_dag_runs",
                "owner_links",
                "relative_fileloc",
                "render_template_as_native_obj",
                "start_date",
                "tags",
                "timezone",
            )
        },
    }


def task_facts(task: Any) -> dict[str, Any]:
    """Name the neighbours of one task, and its attributes with every default resolved."""
    return {
        "upstream": task.upstream_task_ids,
        "downstream": task.downstream_task_ids,
        "all_upstream": task.get_flat_relative_ids(upstream=True),
        "all_downstream": task.get_flat_relative_ids(upstream=False),
        "priority_weight_total": task.weight_rule.get_weight(SimpleNamespace(task=task)),
        "is_mapped": "Mapped" in type(task).__name__,
        "in_mapped_group": mapped_group(task),
        "operator": task.task_type,
        "task_group": task.task_group.group_id if task.task_group else None,
        "weight_rule": weight_rule(task),
        **{
            name: getattr(task, name, None)
            for name in (
                "depends_on_past",
                "doc_md",
                "end_date",
                "execution_timeout",
                "executor",
                "executor_config",
                "inherits_from_empty_operator",
                "is_setup",
                "is_teardown",
                "label",
                "map_index_template",
                "max_active_tis_per_dag",
                "max_active_tis_per_dagrun",
                "max_retry_delay",
                "on_failure_fail_dagrun",
                "operator_name",
                "owner",
                "pool",
                "pool_slots",
                "priority_weight",
                "queue",
                "retries",
                "retry_delay",
                "retry_exponential_backoff",
                "run_as_user",
                "start_date",
                "task_display_name",
                "trigger_rule",
                "ui_color",
                "ui_fgcolor",
                "wait_for_downstream",
            )
        },
    }


def selections(data: dict[str, Any], task_id: str) -> dict[str, list[str]]:
    """List the tasks that a clear of one task reaches, by what is to be included."""
    # Taking a part of a DAG spoils the groups of the original, so that each starts from the stored form.
    return {
        " and ".join([*["upstream"] * up, *["downstream"] * down]) or "alone": sorted(
            Serialization.from_dict(data)
            .partial_subset([task_id], include_upstream=up, include_downstream=down)
            .task_dict
        )
        for up, down in itertools.product((False, True), repeat=2)
    }


def weight_rule(task: Any) -> str:
    """Give the word that a DAG file uses for the rule."""
    return type(task.weight_rule).__name__.strip("_").removesuffix("PriorityWeightStrategy").lower()


def mapped_group(task: Any) -> str | None:
    """Name the closest mapped task group around a task."""
    found = next(iter(task.iter_mapped_task_groups()), None)
    return found.group_id if found else None


def groups(dag: Any) -> dict[str, Any]:
    """List task groups by id, the root's being the empty one."""
    return {name or "": group for name, group in dag.task_group.get_task_group_dict().items()}


def group_facts(group: Any) -> dict[str, Any]:
    """Say what a task group holds and stands between."""
    return {
        "children": list(group.children),
        "is_mapped": "Mapped" in type(group).__name__,
        "label": group.label,
        "tooltip": group.tooltip,
        "prefix_group_id": group.prefix_group_id,
        "upstream_groups": group.upstream_group_ids,
        "downstream_groups": group.downstream_group_ids,
        "upstream": group.upstream_task_ids,
        "downstream": group.downstream_task_ids,
        "ordered": [node.node_id for node in group.topological_sort()],
    }


def params_facts(dag: Any) -> dict[str, Any]:
    """List the defaults, and for each configuration of a run the parameters it makes or the error."""
    if not dag.params:
        return {}
    return {
        "defaults": dict(dag.params.dump()),
        "confs": [conf_facts(dag, conf) for conf in CONFS],
    }


def conf_facts(dag: Any, conf: Mapping[str, Any]) -> dict[str, Any]:
    def merged() -> Any:
        if hasattr(dag.params, "deep_merge"):
            return dag.params.deep_merge(conf).validate()
        params = copy.deepcopy(dag.params)
        params.update(conf)
        return dict(params.validate())

    return {"conf": conf, **outcome(merged)}


def timetable_facts(dag: Any) -> dict[str, Any]:
    """Say what the timetable tells of itself, and of moments."""
    timetable = dag.timetable
    said = ("summary", "description", "periodic", "can_be_scheduled", "active_runs_limit", "partitioned")
    return {
        "class": f"{type(timetable).__module__}.{type(timetable).__qualname__}",
        **{name: getattr(timetable, name, None) for name in said},
        "manual": {date: outcome(partial(manual_interval, timetable, date)) for date in MANUAL_DATES},
        "ticks": outcome(partial(ticks, dag)),
    }


def manual_interval(timetable: Any, date: str) -> list[datetime]:
    interval = timetable.infer_manual_data_interval(run_after=pendulum.parse(date))
    return [interval.start, interval.end]


def ticks(dag: Any) -> list[datetime | None]:
    """List the logical dates within `PERIOD`, as setting states in the past and future asks for them."""
    period = [pendulum.parse(moment) for moment in PERIOD]
    between = dag.iter_dagrun_infos_between
    # Before 3.1 the period had to be told that its beginning need not be a tick.
    options = {"align": False} if "align" in inspect.signature(between).parameters else {}
    return [info.logical_date for info in itertools.islice(between(*period, **options), MOST_TICKS)]


def outcome(ask: Callable[[], Any]) -> dict[str, Any]:
    """Give the answer under 'is', or under 'error' the class and first line of what was raised."""
    try:
        return {"is": ask()}
    except Exception as error:  # noqa: BLE001 - whatever Airflow raises is the fact to record
        return {"error": f"{type(error).__name__}: {error}".splitlines()[0]}


def plain(value: Any) -> Any:
    """Put it in the words of JSON: dates as ISO 8601 in UTC, durations in seconds, sets sorted."""
    if isinstance(value, datetime):
        return pendulum.instance(value).in_timezone("UTC").isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(plain(inner) for inner in value)
    if isinstance(value, str):
        return str(getattr(value, "value", value))
    if isinstance(value, Iterable):
        return [plain(inner) for inner in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return getattr(value, "name", None) or str(value)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
