"""How large a document is: measured before the rules of GraphQL, some of which take the square of it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)


@dataclass(frozen=True)
class Written:
    """What stands in a document as it was written: names given to fields, and directives."""

    aliases: int
    directives: int


@dataclass(frozen=True)
class Size:
    """How many levels of fields a selection has, and how many fields: at its own level, and in all."""

    depth: int = 0
    here: int = 0
    all: int = 0


@dataclass(frozen=True)
class Repetition:
    """How often what stands in one place must be compared, by pairs, and the field that stands there most often."""

    pairs: int
    name: str
    times: int


def written(document: DocumentNode) -> Written:
    """Count what stands in a document, without following its fragments."""
    aliases = directives = 0
    waiting: list[SelectionNode] = []
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            directives += len(definition.directives or ())
            waiting.extend(definition.selection_set.selections)
            variables = definition.variable_definitions or ()
            directives += sum(len(variable.directives or ()) for variable in variables)
    while waiting:
        node = waiting.pop()
        directives += len(node.directives or ())
        if isinstance(node, FieldNode):
            aliases += node.alias is not None
        if isinstance(node, FieldNode | InlineFragmentNode) and node.selection_set:
            waiting.extend(node.selection_set.selections)
    return Written(aliases, directives)


class Extent:
    """Measures selections, each fragment once: spreading them may multiply without end."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
        }
        self._sizes: dict[str, Size | None] = {}
        self.has_cycle = False
        """Whether a fragment that was met contains itself: its size is then unknown."""

    @property
    def unused(self) -> bool:
        """Whether there are fragments that nothing that was measured leads to."""
        return len(self._sizes) < len(self._fragments)

    def size(self, selections: SelectionSetNode) -> Size:
        """Return the size of a selection with its fragments spread, before equal fields are merged."""
        parts = [self._part(node) for node in selections.selections]
        return Size(
            max((part.depth for part in parts), default=0),
            sum(part.here for part in parts),
            sum(part.all for part in parts),
        )

    def repetition(self, selections: SelectionSetNode) -> Repetition:
        """Return how much a selection repeats itself; takes as long as it has fields when its fragments are spread."""
        found = _Repeated()
        # Places whose fields are merged, each with how deep it is: what is below is compared anew at each level.
        places: list[tuple[list[SelectionSetNode], int]] = [([selections], 1)]
        while places:
            merged, depth = places.pop()
            fields: dict[str, list[FieldNode]] = {}
            spreads = 0
            for node in self._spread_out(merged):
                if isinstance(node, FieldNode):
                    fields.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
                else:
                    spreads += 1
            found.pairs += depth * _pairs(spreads)
            for name, nodes in fields.items():
                found.pairs += depth * _pairs(len(nodes))
                found.most[name] = max(found.most[name], len(nodes))
                below = [node.selection_set for node in nodes if node.selection_set]
                if below:
                    places.append((below, depth + 1))
        [(name, times)] = found.most.most_common(1) or [("", 0)]
        return Repetition(found.pairs, name, times)

    def _spread_out(self, places: Iterable[SelectionSetNode]) -> Iterator[FieldNode | FragmentSpreadNode]:
        waiting: list[SelectionNode] = [node for place in places for node in place.selections]
        while waiting:
            node = waiting.pop()
            match node:
                case FieldNode():
                    yield node
                case InlineFragmentNode():
                    waiting.extend(node.selection_set.selections)
                case FragmentSpreadNode():
                    yield node
                    if node.name.value in self._fragments:
                        waiting.extend(self._fragments[node.name.value].selection_set.selections)

    def _part(self, node: SelectionNode) -> Size:
        match node:
            case FieldNode():
                below = self.size(node.selection_set) if node.selection_set else Size()
                return Size(1 + below.depth, 1, 1 + below.all)
            case InlineFragmentNode():
                return self.size(node.selection_set)
            case FragmentSpreadNode():
                return self._spread(node.name.value)
        return Size()

    def _spread(self, name: str) -> Size:
        if name not in self._fragments:
            return Size()
        if name not in self._sizes:
            # None while it is measured: who meets it then is inside of it.
            self._sizes[name] = None
            self._sizes[name] = self.size(self._fragments[name].selection_set)
        size = self._sizes[name]
        if size is None:
            self.has_cycle = True
            return Size()
        return size


@dataclass
class _Repeated:
    pairs: int = 0
    most: Counter[str] = field(default_factory=Counter)


def _pairs(number: int) -> int:
    return number * (number - 1) // 2
