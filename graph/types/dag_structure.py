"""The structure of a DAG: nodes, edges and drawings."""

from collections.abc import Sequence
from enum import Enum
from typing import Any

import strawberry
from strawberry import enum_value

from graph.types.base import column, derived, entity
from graph.types.guards import TASKS


@strawberry.enum(description="What a node of a DAG stands for.")
class StructureNodeKind(Enum):
    """What a node of a DAG stands for."""

    TASK = enum_value("task", description="A task.")
    GROUP = enum_value("group", description="A task group, drawn as a box around its members.")


@strawberry.type(description="A task or a task group, as a DAG is drawn.")
class StructureNode:
    """A task or a task group, as a DAG is drawn."""

    id: str = strawberry.field(description="Its id in the DAG, with the prefixes of its groups.")
    label: str = strawberry.field(description="What is written on it.")
    kind: StructureNodeKind = strawberry.field(description="What it stands for.")
    group_id: str | None = strawberry.field(description="The group directly around it; null where there is none.")
    is_mapped: bool = strawberry.field(description="Whether it is expanded into many.")


@strawberry.type(description="That one task directly follows another.")
class StructureEdge:
    """That one task directly follows another."""

    upstream: str = strawberry.field(description="The id of the task that comes first.")
    downstream: str = strawberry.field(description="The id of the task that follows.")
    label: str | None = strawberry.field(description="What the DAG file wrote on the way between them.")


def _nodes(nodes: Sequence[Any]) -> list[dict[str, object]]:
    return [
        {
            "id": node.id,
            "label": node.label,
            "kind": "group" if node.is_group else "task",
            "groupId": node.group_id,
            "isMapped": node.is_mapped,
        }
        for node in nodes
    ]


def _edges(edges: Sequence[Any]) -> list[dict[str, object]]:
    return [{"upstream": edge.upstream, "downstream": edge.downstream, "label": edge.label} for edge in edges]


@entity("dag_structure", key="dag_id", guard=TASKS)
class DagStructure:
    """What a DAG consists of, as its file said when it was last parsed; and drawings of it."""

    direction: str = column("Which way it is drawn: LR is from left to right, TB from top to bottom.")
    nodes: list[StructureNode] = derived("Its groups and tasks, groups before their members.", needs="nodes", by=_nodes)
    edges: list[StructureEdge] = derived("What directly follows what.", needs="edges", by=_edges)
    mermaid: str = column("A drawing in the language of Mermaid, which Markdown pages of many sites show.")
    dot: str = column("A drawing in the language of Graphviz.")
