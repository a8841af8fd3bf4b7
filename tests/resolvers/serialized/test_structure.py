"""The structure of a DAG as nodes, edges and drawings."""

import pytest

from resolvers.serialized.dag import SerializedDag
from resolvers.serialized.structure import Edge, Structure
from tests.world import recorded_dags

MINORS = ("2.9", "2.11", "3.0", "3.3")


def structure(minor: str, dag_id: str) -> Structure:
    return Structure(SerializedDag.decode(recorded_dags(minor)[dag_id]))


@pytest.mark.parametrize("minor", MINORS)
def test_groups_come_before_their_members_and_edges_join_tasks(minor: str) -> None:
    told = structure(minor, "nested_groups")

    places = {node.id: at for at, node in enumerate(told.nodes)}
    assert {node.is_group for node in told.nodes} == {True, False}
    for node in told.nodes:
        assert node.group_id is None or places[node.group_id] < places[node.id]
    tasks = {node.id for node in told.nodes if not node.is_group}
    assert tasks == set(told.dag.tasks)
    assert all({edge.upstream, edge.downstream} <= tasks for edge in told.edges)
    assert len(told.edges) == sum(len(task.downstream_task_ids) for task in told.dag.tasks.values())


@pytest.mark.parametrize("minor", MINORS)
def test_a_drawing_has_every_node_once_and_every_edge(minor: str) -> None:
    told = structure(minor, "nested_groups")

    mermaid, dot = told.mermaid.splitlines(), told.dot.splitlines()
    groups = sum(node.is_group for node in told.nodes)
    assert mermaid[0].startswith("flowchart ")
    assert sum("subgraph" in line for line in mermaid) == sum(line.strip() == "end" for line in mermaid) == groups
    assert sum("-->" in line for line in mermaid) == sum("->" in line for line in dot) == len(told.edges)
    assert sum("subgraph" in line for line in dot) == groups
    assert told.dot.count("{") == told.dot.count("}")
    for node in told.nodes:
        assert sum(f'"{node.id}" [' in line for line in dot) == (0 if node.is_group else 1)


def test_a_mapped_task_says_so() -> None:
    [mapped] = [node for node in structure("3.3", "mapped").nodes if node.id == "double"]

    assert mapped.is_mapped
    assert "double [ ]" in structure("3.3", "mapped").dot


def test_what_a_file_calls_things_breaks_no_drawing() -> None:
    hostile = 'a"] --> b; click a href "javascript:x" <b>\\ end'
    tasks = [
        {
            "__type": "operator",
            "__var": {"task_id": "one", "_task_display_name": hostile, "downstream_task_ids": ["two"]},
        },
        {"__type": "operator", "__var": {"task_id": "two"}},
    ]
    data = {"__version": 3, "dag": {"dag_id": 'd"', "tasks": tasks, "edge_info": {"one": {"two": {"label": 'x"|y'}}}}}
    told = Structure(SerializedDag.decode(data))

    assert told.edges == (Edge("one", "two", 'x"|y'),)
    [shown] = [line for line in told.mermaid.splitlines() if line.startswith("  n0")][:1]
    assert shown.count('"') == 2
    assert "<" not in told.mermaid
    assert shown.startswith('  n0("a#34;')
    assert '|"x#34;#124;y"|' in told.mermaid
    assert 'digraph "d\\"" {' in told.dot
    assert '\\\\ end"];' in told.dot
