"""A new run gets as many instances of a mapped task as can be told before anything has run."""

from collections.abc import Sequence
from typing import Any

import pytest

from resolvers.serialized.expansion import initial_map_indexes
from tests.resolvers.serialized.recordings import MINORS, dags

XCOM = {"__type": "xcomref", "__var": {"task_id": "make", "key": "return_value"}}


def over(**lists: Any) -> dict[str, Any]:
    return {"type": "dict-of-lists", "value": {"__type": "dict", "__var": lists}}


def over_records(records: Any) -> dict[str, Any]:
    return {"type": "list-of-dicts", "value": records}


@pytest.mark.parametrize(
    ("expand_inputs", "indexes"),
    [
        ([], [-1]),
        ([over(x=[7, 8, 9])], [0, 1, 2]),
        ([over(x=[1, 2], y=["a", "b", "c"])], [0, 1, 2, 3, 4, 5]),
        ([over(x={"__type": "dict", "__var": {"a": 1, "b": 2}})], [0, 1]),
        ([over(x={"__type": "tuple", "__var": [1, 2]})], [0, 1]),
        ([over(x=[])], [-1]),
        ([over(x=[], y=XCOM)], [-1]),
        ([over(x=XCOM)], [-1]),
        ([over(x=[1, 2], y=XCOM)], [-1]),
        ([over_records([{"__type": "dict", "__var": {"x": 1}}] * 2)], [0, 1]),
        ([over_records(XCOM)], [-1]),
        ([over_records([])], [-1]),
        ([over(x=[1, 2]), over(y=[1, 2, 3])], [0, 1, 2, 3, 4, 5]),
        ([over(x=[1, 2]), over(y=XCOM)], [-1]),
        ([over()], [-1]),
        ([{}], [-1]),
    ],
)
def test_literal_lengths_multiply_and_all_else_waits(
    expand_inputs: Sequence[dict[str, Any]], indexes: list[int]
) -> None:
    assert list(initial_map_indexes(expand_inputs)) == indexes


@pytest.mark.parametrize("minor", MINORS)
def test_mapped_tasks_of_every_airflow_start_with_their_literal_instances(minor: str) -> None:
    counts = {task_id: list(task.initial_map_indexes) for task_id, task in dags(minor)["mapped"].tasks.items()}
    expanded = {task_id: len(indexes) for task_id, indexes in counts.items() if indexes != [-1]}
    assert expanded == {"literal": 3, "add": 2, "table": 6, "written": 2, "shown": 2}


@pytest.mark.parametrize("minor", MINORS)
def test_tasks_in_a_mapped_group_start_with_one_instance_per_literal(minor: str) -> None:
    tasks = dags(minor)["mapped_group"].tasks
    expanded = {task_id: list(task.initial_map_indexes) for task_id, task in tasks.items()}
    assert expanded.pop("twice.within.again") == [0, 1]
    assert set(map(tuple, expanded.values())) == {(-1,)}
