"""A DAG is read from every form in which a database may hold it, and never all at once."""

import json
import zlib
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolvers.serialized.dag import SerializedDag, UnreadableDagError
from resolvers.serialized.relatives import partial_subset, priority_weight_total, topological_order
from resolvers.serialized.task import AssetReference, ExtraLink
from tests.resolvers.serialized.recordings import DATABASES, MINORS, dags, stored
from tests.resolvers.serialized.test_encoding import JSON

BARE: dict[str, Any] = {
    "__version": 1,
    "dag": {
        "_dag_id": "plain",
        "schedule_interval": None,
        "start_date": 1704067200.0,
        "timezone": "UTC",
        "tasks": [{"task_id": "a", "_task_type": "BashOperator", "_task_module": "m", "downstream_task_ids": []}],
    },
}


def wrapped(*tasks: dict[str, Any], **said: Any) -> SerializedDag:
    """Return a DAG of the newest format with these tasks."""
    stored_tasks = [{"__type": "operator", "__var": task} for task in tasks]
    return SerializedDag.decode({"__version": 3, "dag": {"dag_id": "d", "tasks": stored_tasks}, **said})


def test_a_dag_is_read_from_a_value_from_text_and_from_compressed_bytes() -> None:
    text = json.dumps(BARE)
    for dag in (
        SerializedDag.from_columns(BARE),
        SerializedDag.from_columns(text),
        SerializedDag.from_columns(None, zlib.compress(text.encode())),
    ):
        assert dag.dag_id == "plain"
        assert list(dag.tasks) == ["a"]


@pytest.mark.parametrize("minor", MINORS)
def test_what_airflow_compressed_is_what_it_would_have_stored(minor: str) -> None:
    recorded = json.loads((DATABASES / minor / "compressed.json").read_text(encoding="utf-8"))
    assert recorded
    for dag_id, compressed in recorded.items():
        dag = SerializedDag.from_columns(None, b64decode(compressed))
        assert dag.dag_id == dag_id
        assert sorted(dag.tasks) == sorted(dags(minor)[dag_id].tasks)


@pytest.mark.parametrize(
    ("data", "compressed"),
    [(None, None), ("{", None), ("[]", None), ({}, None), ({"dag": 1}, None), (None, b"no zlib"), (None, b"")],
)
def test_what_is_no_dag_is_said_to_be_none(data: object, compressed: bytes | None) -> None:
    with pytest.raises(UnreadableDagError):
        SerializedDag.from_columns(data, compressed)


def test_what_is_left_out_is_the_default_of_its_airflow() -> None:
    dag = SerializedDag.decode(BARE)
    assert (dag.catchup, dag.orientation, dag.max_active_tasks, dag.max_active_runs) == (True, "LR", 16, 16)
    assert not wrapped().catchup
    task = dag.tasks["a"]
    assert (task.owner, task.queue, task.pool, task.pool_slots) == ("airflow", "default", "default_pool", 1)
    assert (task.retries, task.retry_delay, task.trigger_rule) == (0, timedelta(minutes=5), "all_success")
    assert (task.priority_weight, task.weight_rule) == (1, "downstream")
    assert task.operator_name == task.operator == "BashOperator"
    assert task.custom_operator_name is None


def test_defaults_of_the_parsing_side_stand_behind_what_a_task_says() -> None:
    defaults = {"tasks": {"retries": 3, "retry_delay": 60.0, "queue": "slow", "owner": "team"}}
    shared = {"retries": 7, "retry_delay": {"__type": "timedelta", "__var": 5.0}, "pool": "p"}
    dag = wrapped(
        {"task_id": "says", "retries": 1},
        {"task_id": "many", "_is_mapped": True, "partial_kwargs": shared, "queue": "quick"},
        client_defaults=defaults,
    )
    says, many = dag.tasks["says"], dag.tasks["many"]
    assert (says.retries, says.retry_delay, says.queue, says.owner) == (1, timedelta(minutes=1), "slow", "team")
    assert (many.retries, many.retry_delay, many.queue, many.pool) == (7, timedelta(seconds=5), "quick", "p")


def test_dates_of_the_dag_hold_for_tasks_without_their_own() -> None:
    dag = SerializedDag.decode(
        {
            "dag": {
                "dag_id": "d",
                "start_date": 1704067200.0,
                "tasks": [{"task_id": "a"}, {"task_id": "b", "start_date": 1735689600.0, "end_date": 1767225600.0}],
            }
        }
    )
    a, b = dag.tasks["a"], dag.tasks["b"]
    assert (a.start_date, a.end_date) == (datetime(2024, 1, 1, tzinfo=UTC), None)
    assert (b.start_date, b.end_date) == (datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
    assert [task.runs_at(datetime(2024, 6, 1, tzinfo=UTC)) for task in (a, b)] == [True, False]
    assert [task.runs_at(datetime(2026, 6, 1, tzinfo=UTC)) for task in (a, b)] == [True, False]
    assert b.runs_at(datetime(2025, 1, 1, tzinfo=UTC))
    assert b.runs_at(datetime(2026, 1, 1, tzinfo=UTC))
    assert b.runs_at(None)


def test_links_and_assets_are_told_by_their_names_in_both_generations() -> None:
    old = {
        "task_id": "a",
        "_operator_extra_links": [{"airflow.operators.trigger_dagrun.TriggerDagRunLink": {}}],
        "outlets": [{"__type": "dataset", "__var": {"uri": "s3://b/k", "extra": None}}],
    }
    new = {
        "task_id": "b",
        "_operator_extra_links": {"Triggered DAG": "_link_TriggerDagRunLink"},
        "inlets": [{"__type": "asset", "__var": {"name": "n", "uri": "s3://b/k"}}],
    }
    tasks = wrapped(old, new).tasks
    assert tasks["a"].extra_links == (ExtraLink("airflow.operators.trigger_dagrun.TriggerDagRunLink", None, None),)
    assert tasks["b"].extra_links == (ExtraLink(None, "Triggered DAG", "_link_TriggerDagRunLink"),)
    assert tasks["a"].outlets == (AssetReference("dataset", None, "s3://b/k"),)
    assert tasks["b"].inlets == (AssetReference("asset", "n", "s3://b/k"),)


def test_prefixes_of_groups_belong_to_ids_unless_a_group_wants_none() -> None:
    def group(name: str | None, *, prefix: bool = True, **children: Any) -> dict[str, Any]:
        return {"_group_id": name, "prefix_group_id": prefix, "children": children}

    inner = group("inner", t=["operator", "inner.t"])
    outer = group("outer", inner=["taskgroup", inner])
    bare = group("bare", prefix=False, inner=["taskgroup", group("kept", u=["operator", "u"])])
    root = group(None, outer=["taskgroup", outer], bare=["taskgroup", bare])
    dag = SerializedDag.decode(
        {"dag": {"dag_id": "d", "task_group": root, "tasks": [{"task_id": "inner.t"}, {"task_id": "u"}]}}
    )
    assert list(dag.task_groups) == [None, "outer", "outer.inner", "bare", "kept"]
    assert dag.task_groups["outer.inner"].parent_id == "outer"
    assert [task.task_group_id for task in dag.tasks.values()] == ["outer.inner", "kept"]


def test_labels_of_edges_are_found_by_both_ends() -> None:
    dag = SerializedDag.decode({"dag": {"dag_id": "d", "edge_info": {"a": {"b": {"label": "big"}, "c": {}}}}})
    assert dag.edge_labels == {("a", "b"): "big"}


def read_all(dag: SerializedDag) -> None:
    """Ask for everything that can be asked."""
    for thing in (dag, *dag.tasks.values()):
        for name in dir(type(thing)):
            if not name.startswith("_"):
                getattr(thing, name)
    topological_order(dag)
    for task_id, task in dag.tasks.items():
        priority_weight_total(dag, task)
        for upstream in (True, False):
            partial_subset(dag, [task_id], include_upstream=upstream, include_downstream=not upstream)
    dag.timetable.manual_interval(datetime(2026, 3, 29, 1, tzinfo=UTC))


@pytest.mark.parametrize("minor", MINORS)
def test_everything_that_airflow_stores_can_be_read(minor: str) -> None:
    for dag in dags(minor).values():
        read_all(dag)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_damage_anywhere_hides_no_more_than_itself(data: st.DataObject) -> None:
    minor = data.draw(st.sampled_from(MINORS))
    names = ("two_pairs", "mapped", "mapped_group", "parameters", "when_several_crons", "when_events_only", "described")
    dag_id = data.draw(st.sampled_from([name for name in names if name in stored(minor)]))
    damaged = json.loads(json.dumps(stored(minor)[dag_id]["dag"]))
    place: Any = damaged
    while True:
        keys = list(place) if isinstance(place, dict) else range(len(place))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(JSON)
    read_all(SerializedDag.decode({"__version": 3, "dag": damaged}))
