"""The structure of a DAG: its tasks and groups as nodes, what follows what as edges; and drawings of both."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from resolvers.serialized.dag import SerializedDag

_DIRECTIONS = ("LR", "RL", "TB", "BT")


@dataclass(frozen=True, kw_only=True)
class Node:
    """A task or a task group; `group_id` is the group directly around it."""

    id: str
    label: str
    is_group: bool
    group_id: str | None
    is_mapped: bool


@dataclass(frozen=True)
class Edge:
    """That one task directly follows another; `label` is what the DAG file wrote on it."""

    upstream: str
    downstream: str
    label: str | None


@dataclass(frozen=True)
class Structure:
    """The nodes and edges of one DAG, groups before their members."""

    dag: SerializedDag

    @property
    def direction(self) -> str:
        """Which way it is drawn, such as `LR` for from left to right."""
        told = (self.dag.orientation or "LR").upper()
        return told if told in _DIRECTIONS else "LR"

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Groups and tasks, in the order of the file."""
        boxes = [
            Node(
                id=group.group_id, label=group.label, is_group=True, group_id=group.parent_id, is_mapped=group.is_mapped
            )
            for group in self.dag.task_groups.values()
            if group.group_id is not None
        ]
        tasks = [
            Node(
                id=task.task_id,
                label=task.label,
                is_group=False,
                group_id=task.task_group_id,
                is_mapped=task.is_mapped,
            )
            for task in self.dag.tasks.values()
        ]
        return (*boxes, *tasks)

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """What directly follows what."""
        labels = self.dag.edge_labels
        return tuple(
            Edge(near, far, labels.get((near, far)))
            for near, following in self.dag.downstream.items()
            for far in following
        )

    @property
    def mermaid(self) -> str:
        """A flowchart for Mermaid."""
        names = {node.id: f"n{at}" for at, node in enumerate(self.nodes)}

        def shown(node: Node, depth: int) -> Iterator[str]:
            pad = "  " * depth
            text = _mermaid_text(_titled(node))
            if node.is_group:
                yield f"{pad}subgraph {names[node.id]}[{text}]"
                for inner in self._within(node.id):
                    yield from shown(inner, depth + 1)
                yield f"{pad}end"
            else:
                yield f"{pad}{names[node.id]}({text})"

        lines = [f"flowchart {self.direction}"]
        for node in self._within(None):
            lines += shown(node, 1)
        for edge in self.edges:
            label = f"|{_mermaid_text(edge.label)}|" if edge.label else ""
            lines.append(f"  {names[edge.upstream]} -->{label} {names[edge.downstream]}")
        return "\n".join(lines) + "\n"

    @property
    def dot(self) -> str:
        """A graph in Graphviz's language."""

        def shown(node: Node, depth: int) -> Iterator[str]:
            pad = "  " * depth
            if node.is_group:
                yield f"{pad}subgraph {_dot_text('cluster_' + node.id)} {{"
                yield f"{pad}  label={_dot_text(_titled(node))};"
                for inner in self._within(node.id):
                    yield from shown(inner, depth + 1)
                yield f"{pad}}}"
            else:
                yield f"{pad}{_dot_text(node.id)} [label={_dot_text(_titled(node))}];"

        lines = [
            f"digraph {_dot_text(self.dag.dag_id)} {{",
            f"  rankdir={self.direction};",
            '  node [shape=box, style=rounded, fontname="sans-serif"];',
            '  graph [style=rounded, fontname="sans-serif"];',
        ]
        for node in self._within(None):
            lines += shown(node, 1)
        for edge in self.edges:
            label = f" [label={_dot_text(edge.label)}]" if edge.label else ""
            lines.append(f"  {_dot_text(edge.upstream)} -> {_dot_text(edge.downstream)}{label};")
        return "\n".join([*lines, "}"]) + "\n"

    def _within(self, group_id: str | None) -> tuple[Node, ...]:
        return self._members.get(group_id, ())

    @cached_property
    def _members(self) -> Mapping[str | None, tuple[Node, ...]]:
        found: dict[str | None, list[Node]] = {}
        for node in self.nodes:
            found.setdefault(node.group_id, []).append(node)
        return {group_id: tuple(nodes) for group_id, nodes in found.items()}


def _titled(node: Node) -> str:
    return f"{node.label} [ ]" if node.is_mapped else node.label


def _mermaid_text(text: str) -> str:
    """Return a text in quotes, in which nothing is taken for Mermaid, Markdown or HTML."""
    kept = "".join(char if char.isalnum() or char in " -_.,:/()[]" else f"#{ord(char)};" for char in text)
    return f'"{kept}"'


def _dot_text(text: str) -> str:
    told = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{told}"'
