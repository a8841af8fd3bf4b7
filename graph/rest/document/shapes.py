"""From a codec to the schema of the JSON that it tells."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import cached_property
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from strawberry import ID
from strawberry.types.base import StrawberryList, StrawberryOptional
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import StrawberryField

from graph.rest.described import (
    ANYTHING,
    BOOLEAN,
    INTEGER,
    MOMENT,
    NUMBER,
    OBJECT,
    TEXT,
    PageOf,
    Schema,
    Shape,
    Told,
    meaning,
    or_null,
    record,
    several,
)
from graph.types.base import field_of
from graph.types.scalars import Duration
from resolvers.binding import Aggregated, Binding, Column, Decrypted, Derived, Each, Entity, Masked, One
from resolvers.selection import Selection, Wanted

# Which values of a logical column there are, by relation and name; none where nobody can tell.
Kinds = Callable[[str, str], type | None]

_PLAIN: Mapping[object, Schema] = {
    str: TEXT,
    ID: TEXT,
    int: INTEGER,
    float: NUMBER,
    Decimal: NUMBER,
    Duration: NUMBER,
    bool: BOOLEAN,
    datetime: MOMENT,
}


@dataclass(frozen=True)
class Shapes:
    """What codecs tell, as components of a document.

    `partial` are the codecs of which clients may ask for some fields alone, so that none is sure to be there.
    """

    shapes: tuple[Shape, ...]
    kinds: Kinds
    partial: frozenset[int] = frozenset()

    @cached_property
    def components(self) -> dict[str, Schema]:
        """The schemas by name."""
        return {shape.name: self._object(shape.codec, shape) for shape in self.shapes}

    def told(self, told: Told) -> Schema:
        """Return the schema of what a row tells."""
        match told:
            case Selection():
                return self.of(told)
            case PageOf(into, codec, counted):
                total = {"total_entries": meaning("How many there are on all pages.", INTEGER)} if counted else {}
                return record(**{into: several(self.of(codec))}, **total)
            case None:
                raise TypeError("a row that tells nothing has no schema")
            case schema:
                return schema

    def of(self, codec: Selection) -> Schema:
        """Return the schema of a codec: a reference where it has a name."""
        named = self._named(codec)
        return {"$ref": f"#/components/schemas/{named.name}"} if named else self._object(codec, None)

    def _named(self, codec: Selection) -> Shape | None:
        return next((shape for shape in self.shapes if shape.codec is codec), None)

    def _object(self, codec: Selection, shape: Shape | None) -> Schema:
        otherwise = shape.otherwise if shape else {}
        never = shape.never if shape else ()
        properties: dict[str, Schema] = {}
        for wanted in codec.wanted:
            if wanted.key not in never:
                told = otherwise.get(wanted.key)
                properties[wanted.key] = _described(codec.entity, wanted, told or self._part(codec.entity, wanted))
        properties |= {name: told for name, told in otherwise.items() if name not in properties}
        required = [] if id(codec) in self.partial else sorted(properties)
        whole: Schema = {"type": "object", "properties": properties, **({"required": required} if required else {})}
        return or_null(whole) if shape and shape.or_null else whole

    def _part(self, entity: Entity, wanted: Wanted) -> Schema:
        if isinstance(wanted.within, Selection):
            if isinstance(wanted.binding, Each):
                return several(self.of(wanted.within))
            named = self._named(wanted.within)
            return self.of(wanted.within) if named and named.or_null else or_null(self._object(wanted.within, named))
        return self._value(entity, wanted.binding)

    def _value(self, entity: Entity, binding: Binding) -> Schema:
        field = field_of(entity, binding)
        if field is not None:
            return schema_of(field.type)
        match binding:
            case Column(source):
                told = schema_of(self.kinds(entity.relation, source))
                return told if source in entity.key else or_null(told)
            case Derived(by=by) | Aggregated(by=by):
                return schema_of(_returned(by))
            case Decrypted():
                return or_null(TEXT)
            case Masked(of=inner):
                return self._value(entity, inner)
            case One() | _:
                return ANYTHING


def _described(entity: Entity, wanted: Wanted, schema: Schema) -> Schema:
    """Return a schema with the noun's own words for what its values mean."""
    field: StrawberryField | None = field_of(entity, wanted.binding)
    if field is None or not field.description or "description" in schema:
        return schema
    return meaning(field.description, schema)


def _returned(by: Callable[..., object]) -> object:
    """Return the annotation of what a function returns; none where it says nothing of use."""
    if isinstance(by, type):
        return by
    try:
        return get_type_hints(by).get("return")
    except (NameError, TypeError):
        return None


def schema_of(annotation: object) -> Schema:
    """Return the schema of a type, of a noun's field or of Python; anything where JSON has no narrower word for it.

    The words of an enumeration are left out: what a newer Airflow stores goes out as it is, and a client that knows
    no other words would refuse the whole answer.
    """
    match annotation:
        case StrawberryOptional():
            return or_null(schema_of(annotation.of_type))
        case StrawberryList():
            return several(schema_of(annotation.of_type))
        case StrawberryEnumDefinition():
            return TEXT
        case type() if issubclass(annotation, Enum):
            return TEXT
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        return _union(parts)
    if origin is list:
        return several(schema_of(parts[0]))
    return OBJECT if origin is dict else ANYTHING


def _union(parts: tuple[Any, ...]) -> Schema:
    rest = [part for part in parts if part is not NoneType]
    told = schema_of(rest[0]) if len(rest) == 1 else ANYTHING
    return or_null(told) if len(rest) < len(parts) else told
