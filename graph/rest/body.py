"""From a JSON body to typed arguments, refused in the words of Airflow's stable API."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from graph.rest.dialect import RefusedError
from graph.rest.params import Kind, read_body_moment, read_moment


@dataclass(frozen=True)
class Property:
    """A property of a body.

    `among` are the only values that it may have; of a list, `items` is what its items are.
    """

    name: str
    kind: Kind = Kind.TEXT
    nullable: bool = False
    read_only: bool = False
    among: tuple[object, ...] = ()
    least: int | None = None
    items: Kind | None = None
    # Of text: that it may not be empty.
    filled: bool = False
    # What an object has, or each object of a list; in one with gaps, nulls may stand among them.
    within: tuple["Property", ...] = ()
    gaps: bool = False
    # What Airflow looks at only when all of the above is well, and refuses in other words.
    required: bool = False
    refuses_null: bool = False
    longest: int | None = None
    # Of an instant: that its form, too, is looked at only then.
    loose: bool = False


@dataclass(frozen=True)
class Body:
    """A JSON object: the properties that it may have, and those without which it is none of this kind."""

    properties: tuple[Property, ...]
    required: tuple[str, ...] = ()
    # The title of refusals by the second look.
    title: str = "Bad Request"


def parse_body(content_type: str | None, content: bytes) -> object:
    """Return the JSON of a request's body."""
    media = (content_type or "").partition(";")[0].strip().lower()
    # A page of another site can have a browser post anything here but what calls itself JSON.
    if not _is_json(media) and (media or content.strip()):
        raise _no_json(content_type)
    if not content.strip():
        raise RefusedError(400, "Request body must not be empty")
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        told = None
    if told is None and not _is_json(content_type or ""):
        # With a charset to it, Airflow blames the type of what cannot be read.
        raise _no_json(content_type)
    if told is None:
        raise RefusedError(400, "Request body is not valid JSON")
    if holds_null_character(told):
        raise RefusedError(400, "Request body holds a character of code 0, which no database keeps")
    return told


def _is_json(media: str) -> bool:
    return media == "application/json" or (media.startswith("application/") and media.endswith("+json"))


def _no_json(content_type: str | None) -> RefusedError:
    detail = f"Invalid Content-type ({content_type or ''}), expected JSON data"
    return RefusedError(415, detail, title="Unsupported Media Type", section=None)


def holds_null_character(value: object) -> bool:
    """Say whether a character of code 0 is anywhere in a JSON value."""
    match value:
        case str():
            return "\0" in value
        case dict():
            return any(holds_null_character(part) for pair in value.items() for part in pair)
        case list():
            return any(holds_null_character(item) for item in value)
        case _:
            return False


def check_body(body: Body, told: object) -> dict[str, object]:
    """Return a body that fits; text that says an instant stays text."""
    if not isinstance(told, dict):
        raise RefusedError(400, f"{told!r} is not of type 'object'")
    for name in body.required:
        if name not in told:
            raise RefusedError(400, f"{name!r} is a required property")
    # In the order of the schema, however the body has them.
    for one in body.properties:
        if one.name in told:
            _check(one, told[one.name])
    return told


def check_fields(body: Body, told: Mapping[str, object]) -> None:
    """Refuse what Airflow finds at fault only on a second look, behind the query string."""
    faults = _faults(body.properties, told)
    if faults:
        raise RefusedError(400, str(faults), title=body.title)


def _faults(properties: tuple[Property, ...], told: Mapping[str, object]) -> dict[str, object]:
    known = {one.name for one in properties}
    return {
        **{one.name: fault for one in properties if (fault := _fault(one, told))},
        **{name: ["Unknown field."] for name in told if name not in known},
    }


def _fault(one: Property, told: Mapping[str, object]) -> object:
    """Return what the second look finds at fault, by place where it looks into an object or a list."""
    if one.name not in told:
        return ["Missing data for required field."] if one.required else []
    value = told[one.name]
    if value is None and one.refuses_null:
        return ["Field may not be null."]
    if one.longest is not None and isinstance(value, str) and len(value) > one.longest:
        return [f"Longer than maximum length {one.longest}."]
    if one.kind is Kind.MOMENT and isinstance(value, str):
        moment = read_body_moment(value)
        if moment is None:
            return ["Not a valid datetime."]
        if moment.tzinfo is None:
            raise RefusedError(400, "Naive datetime is disallowed", title="Invalid datetime format")
    match value:
        case dict() if one.within:
            return _faults(one.within, value)
        case list() if one.within:
            looked = (
                _faults(one.within, item) if isinstance(item, dict) else ["Field may not be null."] for item in value
            )
            return {at: fault for at, fault in enumerate(looked) if fault}
    return []


def _check(one: Property, value: object, place: str = "") -> None:
    place = place or one.name
    if value is None and one.nullable and not one.read_only:
        return
    if not _is_of(value, one.kind) and not (value is None and one.nullable):
        raise _misfit(f"{value!r} is not of type '{_type_of(one.kind)}'", place)
    if one.kind is Kind.MOMENT and not one.loose and value is not None and read_moment(str(value)) is None:
        raise _misfit(f"{value!r} is not a 'date-time'", place)
    if one.read_only:
        raise _misfit("Property is read-only", place)
    if one.filled and not value:
        raise _misfit(f"{value!r} should be non-empty", place)
    _check_within(one, value, place)
    if one.items is not None and isinstance(value, list):
        for at, item in enumerate(value):
            if not _is_of(item, one.items) and not (one.among and item in one.among):
                raise _misfit(f"{item!r} is not of type '{_type_of(one.items)}'", f"{one.name}.{at}")
    chosen = value if isinstance(value, list) else [value]
    for at, item in enumerate(chosen):
        if one.among and item not in one.among:
            place = f"{one.name}.{at}" if isinstance(value, list) else one.name
            raise _misfit(f"{item!r} is not one of {list(one.among)!r}", place)
    if one.least is not None and isinstance(value, int | float) and value < one.least:
        raise _misfit(f"{value!r} is less than the minimum of {one.least}", one.name)


def _check_within(one: Property, value: object, place: str) -> None:
    if not one.within:
        return
    parts = enumerate(value) if isinstance(value, list) else [("", value)]
    for at, part in parts:
        here = f"{place}.{at}" if isinstance(value, list) else place
        if part is None and one.gaps:
            continue
        if not isinstance(part, dict):
            raise _misfit(f"{part!r} is not of type 'object'", here)
        for inner in one.within:
            if inner.name in part:
                _check(inner, part[inner.name], f"{here}.{inner.name}")


def _misfit(detail: str, place: str) -> RefusedError:
    return RefusedError(400, f"{detail} - '{place}'")


def _type_of(kind: Kind) -> str:
    return Kind.TEXT.value if kind is Kind.MOMENT else kind.value


def _is_of(value: object, kind: Kind) -> bool:
    match kind:
        case Kind.TEXT | Kind.MOMENT:
            return isinstance(value, str)
        case Kind.INTEGER:
            return isinstance(value, int) and not isinstance(value, bool)
        case Kind.NUMBER:
            return isinstance(value, int | float) and not isinstance(value, bool)
        case Kind.BOOLEAN:
            return isinstance(value, bool)
        case Kind.LIST:
            return isinstance(value, list)
        case Kind.OBJECT:
            return isinstance(value, Mapping)
