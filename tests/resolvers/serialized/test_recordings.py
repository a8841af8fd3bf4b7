"""Whatever we conclude from a serialized DAG, the Airflow that wrote it concludes too."""

import pickle
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any

import pytest

from resolvers.errors import Invalid
from resolvers.serialized.dag import SerializedDag
from resolvers.serialized.params import resolve_params
from resolvers.serialized.relatives import (
    partial_subset,
    priority_weight_total,
    relatives,
    topological_order,
)
from resolvers.serialized.task import Task
from tests.resolvers.serialized.recordings import MINORS, dags, facts, runs

pytestmark = pytest.mark.parametrize("minor", MINORS)

Read = Callable[[SerializedDag, Task], object]


def plain(value: object) -> object:
    """Return the value in the words of the recordings: ISO 8601 in UTC, seconds, lists."""
    match value:
        case datetime():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case frozenset() | set():
            return sorted(value)
        case tuple() | list():
            return [plain(item) for item in value]
        case dict():
            return {name: plain(item) for name, item in value.items()}
    return value


def backoff(recorded: object) -> float:
    """Return the factor, which was a yes or no until 3.2."""
    return 2.0 if recorded is True else float(str(recorded or 0))


SAME_NAMES = (
    "depends_on_past",
    "doc_md",
    "end_date",
    "execution_timeout",
    "executor",
    "is_setup",
    "is_teardown",
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
    "trigger_rule",
    "ui_color",
    "ui_fgcolor",
    "wait_for_downstream",
)


def _attribute(name: str, _: SerializedDag, task: Task) -> object:
    return getattr(task, name)


TASK: dict[str, Read] = {
    "upstream": lambda _, task: task.upstream_task_ids,
    "downstream": lambda _, task: task.downstream_task_ids,
    "all_upstream": lambda dag, task: relatives(dag, [task.task_id], "upstream"),
    "all_downstream": lambda dag, task: relatives(dag, [task.task_id], "downstream"),
    "priority_weight_total": priority_weight_total,
    "is_mapped": lambda _, task: task.is_mapped,
    "operator": lambda _, task: task.operator,
    "task_group": lambda _, task: task.task_group_id,
    "weight_rule": lambda _, task: task.weight_rule,
    "task_display_name": lambda _, task: task.display_name,
    "inherits_from_empty_operator": lambda _, task: task.is_empty,
    "executor_config": lambda _, task: dict(task.executor_config),
    **{name: partial(_attribute, name) for name in SAME_NAMES},
}


@pytest.mark.parametrize("name", TASK)
def test_every_task_reads_as_its_airflow_reads_it(minor: str, name: str) -> None:
    ours: dict[tuple[str, str], object] = {}
    airflows: dict[tuple[str, str], object] = {}
    for dag_id, dag in dags(minor).items():
        for task_id, task in dag.tasks.items():
            ours[dag_id, task_id] = plain(TASK[name](dag, task))
            recorded = facts(minor)[dag_id]["tasks"][task_id][name]
            airflows[dag_id, task_id] = backoff(recorded) if name == "retry_exponential_backoff" else recorded
    assert ours == airflows


def test_no_task_is_missed(minor: str) -> None:
    assert {dag_id: sorted(dag.tasks) for dag_id, dag in dags(minor).items()} == {
        dag_id: sorted(found["tasks"]) for dag_id, found in facts(minor).items()
    }


def test_the_mapped_group_around_a_task_is_found(minor: str) -> None:
    for dag_id, dag in dags(minor).items():
        for task_id, task in dag.tasks.items():
            recorded = facts(minor)[dag_id]["tasks"][task_id]["in_mapped_group"]
            assert bool(task.group_expand_inputs) == bool(recorded), (dag_id, task_id)


SELECTIONS = {
    "alone": (False, False),
    "upstream": (True, False),
    "downstream": (False, True),
    "upstream and downstream": (True, True),
}


@pytest.mark.parametrize("selection", SELECTIONS)
def test_clearing_reaches_what_it_reaches_in_airflow(minor: str, selection: str) -> None:
    upstream, downstream = SELECTIONS[selection]
    ours: dict[tuple[str, str], object] = {}
    airflows: dict[tuple[str, str], object] = {}
    for dag_id, dag in dags(minor).items():
        for task_id in dag.tasks:
            found = partial_subset(dag, [task_id], include_upstream=upstream, include_downstream=downstream)
            ours[dag_id, task_id] = sorted(found)
            airflows[dag_id, task_id] = facts(minor)[dag_id]["tasks"][task_id]["selected"][selection]
    assert ours == airflows


def test_groups_hold_what_they_hold_in_airflow(minor: str) -> None:
    ours = {
        dag_id: {
            group.group_id or "": {
                "children": sorted((*group.task_ids, *group.group_ids)),
                "is_mapped": group.is_mapped,
                "tooltip": group.tooltip,
                "upstream": sorted(group.upstream_task_ids),
                "downstream": sorted(group.downstream_task_ids),
                "upstream_groups": sorted(group.upstream_group_ids),
                "downstream_groups": sorted(group.downstream_group_ids),
            }
            for group in dag.task_groups.values()
        }
        for dag_id, dag in dags(minor).items()
    }
    assert ours == {
        dag_id: {
            group_id: {name: group[name] for name in ours[dag_id][""]} | {"children": sorted(group["children"])}
            for group_id, group in found["groups"].items()
        }
        for dag_id, found in facts(minor).items()
    }


def test_an_order_puts_every_task_after_those_it_waits_for(minor: str) -> None:
    for dag in dags(minor).values():
        order = topological_order(dag)
        assert sorted(order) == sorted(dag.tasks)
        places = {task_id: place for place, task_id in enumerate(order)}
        for task_id, task in dag.tasks.items():
            assert all(places[above] < places[task_id] for above in task.upstream_task_ids), (dag, task)


@pytest.mark.parametrize(
    "name",
    [
        "catchup",
        "description",
        "dagrun_timeout",
        "doc_md",
        "end_date",
        "fileloc",
        "max_active_runs",
        "max_active_tasks",
        "max_consecutive_failed_dag_runs",
        "render_template_as_native_obj",
        "start_date",
        "tags",
    ],
)
def test_every_dag_reads_as_its_airflow_reads_it(minor: str, name: str) -> None:
    missing = {"max_consecutive_failed_dag_runs": 0, "tags": []}
    ours = {dag_id: plain(getattr(dag, name)) for dag_id, dag in dags(minor).items()}
    airflows = {dag_id: found["attributes"][name] for dag_id, found in facts(minor).items()}
    assert ours == {dag_id: _in_order(value or missing.get(name, value)) for dag_id, value in airflows.items()}


def _in_order(value: object) -> object:
    """Return tags sorted, which older ones are not."""
    return sorted(value) if isinstance(value, list) else value


def test_names_links_and_zones_read_as_in_airflow(minor: str) -> None:
    for dag_id, dag in dags(minor).items():
        recorded = facts(minor)[dag_id]["attributes"]
        assert dag.display_name == recorded["dag_display_name"]
        assert dict(dag.owner_links) == (recorded["owner_links"] or {})
        assert dag.timezone_name == recorded["timezone"]


def test_a_run_by_hand_is_about_the_interval_that_airflow_infers(minor: str) -> None:
    ours: dict[tuple[str, str], object] = {}
    airflows: dict[tuple[str, str], object] = {}
    for dag_id, found in facts(minor).items():
        timetable = dags(minor)[dag_id].timetable
        assert timetable.is_known, dag_id
        for date, outcome in found["timetable"]["manual"].items():
            interval = timetable.manual_interval(datetime.fromisoformat(date))
            ours[dag_id, date] = [interval.start.isoformat(), interval.end.isoformat()]
            airflows[dag_id, date] = [_iso(moment) for moment in outcome["is"]]
    assert ours == airflows


def test_what_is_due_in_a_period_is_what_airflow_schedules(minor: str) -> None:
    beginning, end = datetime.fromisoformat("2026-03-27T00:00+00:00"), datetime.fromisoformat("2026-04-02T00:00+00:00")
    ours: dict[str, object] = {}
    airflows: dict[str, object] = {}
    for dag_id, found in facts(minor).items():
        timetable = dags(minor)[dag_id].timetable
        recorded = [_iso(date) for date in found["timetable"]["ticks"].get("is", ()) if date]
        if not timetable.is_periodic:
            continue
        due = [interval.start.isoformat() for interval in islice(timetable.intervals(beginning, end), 50)]
        # The older ones were asked for a period that begins with a date of its own.
        unaligned = minor < "3.2" and due[:1] != [beginning.isoformat()]
        ours[dag_id] = [beginning.isoformat(), *due][:50] if unaligned else due
        airflows[dag_id] = recorded
    assert ours == airflows


def _iso(recorded: str) -> str:
    return datetime.fromisoformat(recorded).isoformat()


def test_timetables_say_of_themselves_what_airflow_says(minor: str) -> None:
    for dag_id, found in facts(minor).items():
        timetable, recorded = dags(minor)[dag_id].timetable, found["timetable"]
        assert timetable.is_periodic == recorded["periodic"], dag_id
        assert timetable.can_be_scheduled == recorded["can_be_scheduled"], dag_id
        if not recorded["summary"].startswith("Unresolved "):  # An alias whose datasets only the database knows.
            assert timetable.summary == recorded["summary"], dag_id


def test_a_conf_is_taken_or_refused_in_airflows_words(minor: str) -> None:
    for dag_id, found in facts(minor).items():
        for recorded in found["params"].get("confs", ()):
            assert _outcome(dags(minor)[dag_id], recorded["conf"]) == _recorded(recorded), recorded


def _outcome(dag: SerializedDag, conf: dict[str, Any]) -> dict[str, object]:
    try:
        return {"is": dict(resolve_params(dag.params, conf))}
    except Invalid as refused:
        return {"error": refused.detail.splitlines()[0]}


def _recorded(recorded: dict[str, Any]) -> dict[str, object]:
    if "error" not in recorded:
        return {"is": recorded["is"]}
    text = recorded["error"].partition(": ")[2].splitlines()[0]
    return {"error": text + " and Param has no default value" * text.endswith("No value passed")}


def test_a_new_run_gets_the_rows_that_airflow_inserts(minor: str) -> None:
    assert any("error" not in run for run in runs(minor).values())
    for dag_id, run in runs(minor).items():
        if "error" not in run:
            date = _moment(run["dag_run"].get("logical_date") or run["dag_run"]["execution_date"])
            assert _rows(dags(minor)[dag_id], date, minor) == [
                {name: row.get(name) for name in ROW} for row in run["task_instances"]
            ], dag_id


ROW = (
    "task_id",
    "map_index",
    "pool",
    "pool_slots",
    "queue",
    "priority_weight",
    "max_tries",
    "operator",
    "custom_operator_name",
    "task_display_name",
    "executor",
    "executor_config",
)


def _rows(dag: SerializedDag, logical_date: datetime, minor: str) -> list[dict[str, object]]:
    named = minor >= "3.1"  # Before that Airflow leaves the operator's own name out.
    return [
        dict(
            zip(
                ROW,
                (
                    task.task_id,
                    map_index,
                    task.pool,
                    task.pool_slots,
                    task.queue,
                    priority_weight_total(dag, task),
                    task.retries,
                    task.operator,
                    task.operator_name if named else None,
                    task.display_name,
                    task.executor,
                    {"base64": b64encode(pickle.dumps(dict(task.executor_config), 5)).decode()},
                ),
                strict=True,
            )
        )
        for task in sorted(dag.tasks.values(), key=lambda task: task.task_id)
        if task.runs_at(logical_date)
        for map_index in task.initial_map_indexes
    ]


def test_a_new_run_is_about_the_interval_that_airflow_writes(minor: str) -> None:
    for dag_id, run in runs(minor).items():
        row = run.get("dag_run")
        if row and row["data_interval_start"]:
            interval = dags(minor)[dag_id].timetable.manual_interval(
                _moment(row.get("logical_date") or row["execution_date"])
            )
            assert interval.start == _moment(row["data_interval_start"]), dag_id
            assert interval.end == _moment(row["data_interval_end"]), dag_id


def _moment(column: str) -> datetime:
    return datetime.fromisoformat(column).replace(tzinfo=UTC)
