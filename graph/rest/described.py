"""What a dialect's document says of its rows beyond what the rows say themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from resolvers.selection import Selection

if TYPE_CHECKING:
    from graph.rest.rows import Page

# A schema in the words of OpenAPI 3.0.
Schema = Mapping[str, Any]

ANYTHING: Schema = {}
TEXT: Schema = {"type": "string"}
INTEGER: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
BOOLEAN: Schema = {"type": "boolean"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
OBJECT: Schema = {"type": "object"}


def or_null(schema: Schema) -> Schema:
    """Return the schema of what may be null instead; what has no type may be anyway.

    In OpenAPI 3.0 nothing can be said beside a reference: what is behind it says so itself (`Shape.or_null`).
    """
    return {**schema, "nullable": True} if "type" in schema else schema


def several(items: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": items}


def record(**properties: Schema) -> Schema:
    """Return the schema of an object that has all of these."""
    return {"type": "object", "properties": properties, "required": sorted(properties)}


def meaning(description: str, schema: Schema) -> Schema:
    """Return a schema with what its values mean."""
    return {**({"allOf": [schema]} if "$ref" in schema else schema), "description": description}


@dataclass(frozen=True)
class Shape:
    """The object that a codec tells, under its name in the document.

    `otherwise` says which parts are told otherwise than they are read, or beside what is read; `never` which are not.
    With `or_null` there may be none, wherever it is told.
    """

    name: str
    codec: Selection
    otherwise: Mapping[str, Schema] = field(default_factory=dict)
    never: tuple[str, ...] = ()
    or_null: bool = False


@dataclass(frozen=True)
class PageOf:
    """A list of objects under a name, and beside it how many there are; `counted` where that is told."""

    into: str
    codec: Selection
    counted: bool = True


# What a row tells: the object of a codec, a list of them, what a schema says, or nothing.
Told = Selection | PageOf | Schema | None


@dataclass(frozen=True)
class Named:
    """A row under its name in the document.

    The rest is what only a function knows that answers a call: what it `tells` (of a page, a read and a write the row
    says it itself), or that it answers `like` a page; by which names it orders; which properties its body must have
    though nothing refuses it at first sight; which parts of the body and which parameters are narrower than they look;
    the media types and the status of its answer; how else it may refuse.
    """

    name: str
    tag: str
    tells: Told = None
    like: "Page | None" = None
    summary: str = ""
    orders: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    body: Mapping[str, Schema] = field(default_factory=dict)
    parameters: Mapping[str, Schema] = field(default_factory=dict)
    media_types: tuple[str, ...] = ("application/json",)
    status: int = 200
    refuses: tuple[int, ...] = ()
    # Which refusals may be plain text, and no problem details.
    plainly: tuple[int, ...] = ()


@dataclass(frozen=True)
class Descriptions:
    """What a dialect's document says: its title, a text, its rows by method and path, and what they tell."""

    title: str
    text: str
    rows: Mapping[tuple[str, str], Named]
    shapes: tuple[Shape, ...]
    problem: Schema
