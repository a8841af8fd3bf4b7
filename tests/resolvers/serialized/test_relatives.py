"""Tasks that belong together are found together, also where the recordings have no example."""

from typing import Any

import pytest

from resolvers.serialized.dag import SerializedDag
from resolvers.serialized.relatives import (
    partial_subset,
    priority_weight_total,
    relatives,
    relatives_to_set,
    topological_order,
)
from tests.resolvers.serialized.recordings import MINORS, dags


def dag_of(**edges: str) -> SerializedDag:
    """Return a DAG of these tasks, each with the tasks after it."""
    tasks = [{"task_id": task_id, "downstream_task_ids": after.split()} for task_id, after in edges.items()]
    return SerializedDag.decode({"dag": {"dag_id": "d", "tasks": tasks}})


def weighted(*weights: int, **said: Any) -> SerializedDag:
    """Return a chain of tasks with these weights."""
    tasks = [
        {"task_id": f"t{n}", "priority_weight": weight, "downstream_task_ids": [f"t{n + 1}"], **said}
        for n, weight in enumerate(weights)
    ]
    return SerializedDag.decode({"dag": {"dag_id": "d", "tasks": tasks}})


@pytest.mark.parametrize("minor", MINORS)
def test_setting_a_state_downstream_may_spare_teardowns(minor: str) -> None:
    dag = dags(minor)["two_pairs"]
    named = {"upstream": False, "downstream": True}
    everything = relatives_to_set(dag, ["query"], **named, spare_teardowns=False)
    assert everything == {"query", "copy", "alone", "drop_cluster", "drop_bucket", "end"}
    assert relatives_to_set(dag, ["query"], **named, spare_teardowns=True) == everything - dag.teardown_task_ids
    assert "drop_bucket" in relatives_to_set(dag, ["drop_bucket"], **named, spare_teardowns=True)


def test_setting_a_state_upstream_takes_all_that_leads_there() -> None:
    dag = dag_of(a="b", b="c", c="", d="c")
    assert relatives_to_set(dag, ["c"], upstream=True, downstream=False, spare_teardowns=True) == {"a", "b", "c", "d"}


def test_ids_that_the_dag_has_not_are_passed_over() -> None:
    dag = dag_of(a="b gone", b="")
    assert relatives(dag, ["a", "never"], "downstream") == {"b"}
    assert partial_subset(dag, ["never"], include_upstream=True, include_downstream=True) == set()
    assert relatives_to_set(dag, ["never"], upstream=True, downstream=True, spare_teardowns=False) == set()


def test_several_tasks_reach_what_each_of_them_reaches() -> None:
    dag = dag_of(a="b", b="", c="d", d="")
    assert partial_subset(dag, ["a", "c"], include_upstream=False, include_downstream=True) == {"a", "b", "c", "d"}


def test_a_weight_never_leaves_what_its_column_can_hold() -> None:
    dag = weighted(2_000_000_000, 2_000_000_000)
    assert priority_weight_total(dag, dag.tasks["t0"]) == 2**31 - 1
    dag = weighted(-2_000_000_000, -2_000_000_000)
    assert priority_weight_total(dag, dag.tasks["t0"]) == -(2**31)


@pytest.mark.parametrize(
    ("rule", "total"),
    [
        ("airflow.task.priority_strategy._AbsolutePriorityWeightStrategy", 2),
        ("airflow.task.priority_strategy._UpstreamPriorityWeightStrategy", 3),
        ("our.strategies.Fair", 6),
        (None, 2),
    ],
)
def test_a_rule_may_be_told_by_its_class(rule: str | None, total: int) -> None:
    dag = weighted(1, 2, 4, weight_rule=rule)
    assert priority_weight_total(dag, dag.tasks["t1"]) == total


def test_a_cycle_ends_every_walk_and_comes_last_in_the_order() -> None:
    dag = dag_of(x="y", y="x z", z="", a="x")
    assert relatives(dag, ["x"], "downstream") == {"x", "y", "z"}
    assert topological_order(dag) == ("a", "x", "y", "z")
    assert priority_weight_total(dag, dag.tasks["x"]) == 3
