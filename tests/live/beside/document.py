"""The operations that Airflow's own OpenAPI document describes, with what it says of their parameters and bodies."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]
METHODS = ("get", "post", "patch", "put", "delete")


@dataclass(frozen=True)
class Parameter:
    """A parameter of the path or of the query string."""

    name: str
    place: str
    schema: Schema


@dataclass(frozen=True)
class Operation:
    """A method of a path; `body` is the schema of its JSON, `answer` that of what it tells when all is well."""

    method: str
    path: str
    parameters: tuple[Parameter, ...]
    body: Schema | None
    answer: Schema

    @property
    def name(self) -> str:
        """What it is called in reports."""
        return f"{self.method} {self.path}"

    @property
    def query(self) -> tuple[Parameter, ...]:
        """Its parameters in the query string."""
        return tuple(one for one in self.parameters if one.place == "query")

    @property
    def listed(self) -> str | None:
        """Name the member of the answer that holds the rows, of a collection."""
        lists = (name for name, schema in properties(self.answer).items() if schema.get("type") == "array")
        return next(lists, None) if "total_entries" in properties(self.answer) else None


def operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    """Give the operations of a document."""
    for path, item in document["paths"].items():
        shared = item.get("parameters", [])
        for method in METHODS:
            if told := item.get(method):
                parameters = (_whole(document, one) for one in [*shared, *told.get("parameters", [])])
                yield Operation(
                    method.upper(),
                    path,
                    tuple(Parameter(one["name"], one["in"], one["schema"]) for one in parameters),
                    _content(document, told.get("requestBody")),
                    _content(document, next(iter(told["responses"].values()))) or {},
                )


def properties(schema: Schema) -> Mapping[str, Schema]:
    """Return the properties of an object's schema, those of its parts too."""
    own = {name: inner for part in schema.get("allOf", ()) for name, inner in properties(part).items()}
    return {**own, **schema.get("properties", {})}


def _content(document: Mapping[str, Any], told: Mapping[str, Any] | None) -> Schema | None:
    content = _whole(document, told).get("content", {}) if told else {}
    schema: Schema | None = content.get("application/json", {}).get("schema")
    return schema


def _whole(document: Mapping[str, Any], value: Any, within: tuple[str, ...] = ()) -> Any:
    """Return a value of the document with what it refers to in its place; what refers to itself ends there."""
    match value:
        case {"$ref": str(reference)}:
            found: Any = document
            for step in reference.removeprefix("#/").split("/"):
                found = found[step]
            return {} if reference in within else _whole(document, found, (*within, reference))
        case dict():
            return {name: _whole(document, inner, within) for name, inner in value.items()}
        case list():
            return [_whole(document, inner, within) for inner in value]
        case _:
            return value
