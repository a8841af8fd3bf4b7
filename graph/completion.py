"""The careful road: from plain values to an answer by GraphQL's own rules, with an error for each that breaks them.

The writers that plans generate stop at the first value that they cannot write; then the same values are completed
here, so that what is wrong is told at its path and the rest of the answer stands.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    is_leaf_type,
)
from graphql.error import located_error
from graphql.pyutils import Path, is_iterable
from strawberry.types.field import StrawberryField

from graph.arguments import DEFINITION
from graph.selection import Selector, is_page
from graph.types.base import BINDING

# Finds the value of a field in an object: the object's type, the field's name, its path in the answer, and the object.
Resolve = Callable[[GraphQLObjectType, str, Path, object], object]


@dataclass(frozen=True)
class Written:
    """A value that is in the answer's own form already, and is there."""

    value: object


@dataclass(frozen=True)
class OfType:
    """An object where the schema leaves open which type it is of."""

    type: GraphQLObjectType
    value: object


@dataclass(frozen=True)
class Completion:
    """Completes the values of one root field; what goes wrong is added to `errors`."""

    selector: Selector
    errors: list[GraphQLError]
    resolve: Resolve
    # What is selected of a type by fields of the document; there may be thousands of objects of one selection.
    _selected: dict[tuple[str, int], dict[str, list[FieldNode]]] = field(default_factory=dict)

    def field(self, parent: GraphQLObjectType, name: str, nodes: list[FieldNode], path: Path, value: object) -> object:
        """Return a field's value completed; null, with an error, where it cannot be and may be null.

        Raises the error where it may not, for whatever the field is a part of to be null.
        """
        type_ = parent.fields[name].type
        try:
            return self._complete(type_, _Spot(parent, name, nodes), path, value)
        except Exception as error:
            located = located_error(error, nodes, path.as_list())
            if isinstance(type_, GraphQLNonNull):
                raise located from error
            self.errors.append(located)
            return None

    def _complete(self, type_: GraphQLOutputType, spot: "_Spot", path: Path, value: object) -> object:
        if isinstance(value, Exception):
            raise value
        if isinstance(value, Written):
            return value.value
        if isinstance(type_, GraphQLNonNull):
            told = self._complete(type_.of_type, spot, path, value)
            if told is None:
                raise GraphQLError(f"Cannot return null for non-nullable field {spot}.")
            return told
        if value is None:
            return None
        if isinstance(type_, GraphQLList):
            return self._list(type_.of_type, spot, path, value)
        if is_leaf_type(type_):
            return type_.coerce_output_value(value)
        if isinstance(value, OfType):
            return self.object(value.type, spot.nodes, path, value.value)
        if not isinstance(type_, GraphQLObjectType):
            raise TypeError(f"{type_} has no fields of its own")
        return self.object(type_, spot.nodes, path, value)

    def _list(self, type_: GraphQLOutputType, spot: "_Spot", path: Path, value: object) -> list[object]:
        if not is_iterable(value):
            raise GraphQLError(f"Expected Iterable, but did not find one for field '{spot}'.")
        told: list[object] = []
        items: Iterable[object] = value
        for at, item in enumerate(items):
            place = path.add_key(at, None)
            try:
                told.append(self._complete(type_, spot, place, item))
            except Exception as error:
                located = located_error(error, spot.nodes, place.as_list())
                if isinstance(type_, GraphQLNonNull):
                    raise located from error
                self.errors.append(located)
                told.append(None)
        return told

    def object(self, type_: GraphQLObjectType, nodes: Sequence[FieldNode], path: Path, value: object) -> dict[str, Any]:
        """Return an object with the fields that are selected of it."""
        told: dict[str, Any] = {}
        place_of = (type_.name, id(nodes))
        if place_of not in self._selected:
            self._selected[place_of] = self.selector.fields(type_, nodes)
        for key, below in self._selected[place_of].items():
            name = below[0].name.value
            if name == "__typename":
                told[key] = type_.name
                continue
            place = path.add_key(key, type_.name)
            try:
                found = self.resolve(type_, name, place, value)
            except Exception as error:  # noqa: BLE001 - told at its place
                found = error
            told[key] = self.field(type_, name, below, place, found)
        return told


@dataclass(frozen=True)
class _Spot:
    """Where in the schema and in the document a value stands."""

    parent: GraphQLObjectType
    name: str
    nodes: list[FieldNode]

    def __str__(self) -> str:
        return f"{self.parent.name}.{self.name}"


def read_value(type_: GraphQLObjectType, name: str, path: Path, source: object) -> object:
    """Return the value of a field of an object.

    What stands for metadata has it under the field's name in the answer, as it was read; what a function returned,
    under the field's own.
    """
    declared: StrawberryField = type_.fields[name].extensions[DEFINITION]
    if BINDING in declared.metadata or is_page(type_):
        return source[path.key]  # type: ignore[index]
    return source[name] if isinstance(source, Mapping) else getattr(source, declared.python_name)
