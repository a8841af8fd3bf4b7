"""From the parameters and the body of a row to what a document says of them."""

import re
from collections.abc import Mapping, Sequence

from graph.rest.body import Body, Property
from graph.rest.call import Limits
from graph.rest.described import BOOLEAN, INTEGER, MOMENT, NUMBER, OBJECT, TEXT, Named, Schema, or_null, several
from graph.rest.paging import FIELDS, LIMIT, MOST_ROWS, OFFSET, ORDER_BY, Narrowing
from graph.rest.params import MOST_INTEGER, Kind, Parameter
from graph.rest.rows import Page, Read, Row, bare
from resolvers.binding import Operator

_KINDS: Mapping[Kind, Schema] = {
    Kind.TEXT: TEXT,
    Kind.INTEGER: INTEGER,
    Kind.NUMBER: NUMBER,
    Kind.BOOLEAN: BOOLEAN,
    Kind.MOMENT: MOMENT,
    Kind.LIST: several(TEXT),
    Kind.OBJECT: OBJECT,
}

_NAME = re.compile(r"{(\w+)(?::(\w+))?}")

# What the names in a path stand for.
_PATHS: Mapping[str, str] = {
    "dag_id": "The id of a DAG.",
    "dag_run_id": "The id of a run of the DAG.",
    "task_id": "The id of a task of the DAG.",
    "map_index": "Which instance of a mapped task.",
    "task_try_number": "Which try of the task instance.",
    "xcom_key": "The key of an XCom.",
    "pool_name": "The name of a pool.",
    "variable_key": "The key of a variable.",
    "connection_id": "The id of a connection.",
    "event_log_id": "The number of an entry of the audit log.",
    "import_error_id": "The number of an import error.",
    "file_token": "A token that stands for a file, as a DAG tells it.",
    "uri": "The URI of a dataset.",
    "section": "A section of the configuration.",
    "option": "An option of the section.",
    "role_name": "The name of a role.",
    "username": "The name of a user.",
}
_WHICHEVER = "`~` stands for whichever."

_PHRASES: Mapping[Operator, str] = {
    Operator.EQUALS: "Those alone whose {} is this.",
    Operator.IN: "Those alone whose {} is among these.",
    Operator.AT_LEAST: "Those alone whose {} is this or later, or greater.",
    Operator.AT_MOST: "Those alone whose {} is this or earlier, or less.",
    Operator.AFTER: "Those alone whose {} is later.",
    Operator.NOT_IN: "Those alone whose {} is none of these.",
    Operator.BEFORE: "Those alone whose {} is earlier.",
    Operator.LIKE: "Those alone whose {} contains this; `%` stands for any characters, `_` for any one.",
}

_TEXTS: Mapping[str, str] = {
    "offset": "How many rows to leave out before the page begins.",
    "order_by": "What to order by; a minus sign before it turns the order round.",
    "fields": "The fields to tell; all of them without this.",
    "update_mask": "The fields of the body that count; all of them without this.",
    "only_active": "Whether to leave out DAGs whose file is gone.",
}


def path_of(row: Row) -> str:
    """Return the path of a row, with its names as OpenAPI writes them."""
    return _NAME.sub(r"{\1}", row.path)


def parameters_of(row: Row, named: Named, limits: Limits) -> list[Schema]:
    """Return the parameters of a row: those in its path, then those of the query string."""
    in_path = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {**_in_path(convertor), **named.parameters.get(name, {})},
            "description": _path_text(name, row),
        }
        for name, convertor in _NAME.findall(row.path)
    ]
    answering = named.like or bare(row)
    narrowings = {one.parameter.name: one for one in answering.narrowings} if isinstance(answering, Page) else {}
    return [*in_path, *(_parameter(answering, one, named, limits, narrowings.get(one.name)) for one in row.query)]


def _in_path(convertor: str) -> Schema:
    return {**INTEGER, "minimum": 0, "maximum": MOST_INTEGER} if convertor == "int" else {**TEXT, "minLength": 1}


def _path_text(name: str, row: Row) -> str:
    any_one = isinstance(row, Page) and row.takes_any and name in ("dag_id", "dag_run_id", "task_id")
    return f"{_PATHS[name]} {_WHICHEVER}" if any_one else _PATHS[name]


def _parameter(row: Row, one: Parameter, named: Named, limits: Limits, narrowing: Narrowing | None) -> Schema:
    schema = dict(_KINDS[one.kind])
    if one.least is not None:
        schema["minimum"] = one.least
    if one.most is not None:
        schema["maximum"] = one.most
    if one.among:
        schema["items"] = {**TEXT, "enum": list(one.among)}
    text = _TEXTS.get(one.name, "")
    if one is LIMIT:
        schema |= {"minimum": 0, "default": limits.usual}
        text = f"How many rows a page has: {limits.most} at most, whatever is asked for."
    elif one is OFFSET:
        schema |= {"default": 0, "maximum": MOST_ROWS}
    elif one.name == ORDER_BY.name and (orders := _orders(row, named)):
        schema["enum"] = orders
    elif one in FIELDS and isinstance(row, Page | Read):
        schema["items"] = {**TEXT, "enum": [wanted.key for wanted in row.codec.wanted]}
    elif narrowing is not None:
        text = _PHRASES.get(narrowing.operator, "").format(narrowing.column.replace("_", " "))
    schema |= named.parameters.get(one.name, {})
    if one.name in ("fields", "update_mask"):
        schema["minItems"] = 1
    text = str(schema.pop("description", text))
    return {
        "name": one.name,
        "in": "query",
        "schema": schema,
        **({"required": True} if one.required else {}),
        **({} if one.repeats else {"style": "form", "explode": False}),
        **({"description": text} if text else {}),
    }


def _orders(row: Row, named: Named) -> list[str]:
    if not isinstance(row, Page):
        return both_ways(named.orders)
    return list(row.sorting.columns) if row.sorting.upwards else both_ways(tuple(row.sorting.columns))


def both_ways(names: Sequence[str]) -> list[str]:
    """Return the orders by names, each upwards and downwards."""
    return [way for name in names for way in (name, f"-{name}")]


def body_of(body: Body, named: Named) -> Schema:
    """Return what a row takes as its body."""
    required = {*body.required, *named.required, *(one.name for one in body.properties if one.required)}
    properties = {one.name: {**_property(one), **named.body.get(one.name, {})} for one in body.properties}
    if "order_by" in properties and named.orders:
        properties["order_by"] = {**properties["order_by"], "enum": both_ways(named.orders)}
    schema = {
        "type": "object",
        "properties": properties,
        **({"required": sorted(required)} if required else {}),
        "additionalProperties": False,
    }
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _property(one: Property) -> Schema:
    schema = dict(_KINDS[one.kind])
    target = schema
    if one.items is not None:
        target = dict(_KINDS[one.items])
        schema["items"] = target
    if one.within:
        within = _within(one.within)
        schema |= {"items": or_null(within) if one.gaps else within} if one.kind is Kind.LIST else within
    if one.filled:
        schema["minItems" if one.kind is Kind.LIST else "minLength"] = 1
    if one.among:
        target["enum"] = list(one.among)
        if None in one.among:
            target["nullable"] = True
    if one.least is not None:
        schema["minimum"] = one.least
    if one.longest is not None:
        schema["maxLength"] = one.longest
    if one.read_only:
        schema["readOnly"] = True
    return or_null(schema) if one.nullable and not one.refuses_null else schema


def _within(properties: Sequence[Property]) -> Schema:
    required = sorted(one.name for one in properties if one.required)
    return {
        "type": "object",
        "properties": {one.name: _property(one) for one in properties},
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }
