"""The OpenAPI document of a served world, and the answers that it is held to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx
from openapi_schema_validator import OAS30ReadValidator, oas30_format_checker

from tests.http.server import ADMIN
from tests.rest.api import Api

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Document:
    """A document, as a client that takes it at its word."""

    told: Mapping[str, Any]

    @classmethod
    def of(cls, api: Api) -> "Document":
        return cls(api.get("/openapi.json", token=None))

    @cached_property
    def operations(self) -> dict[tuple[str, str], Mapping[str, Any]]:
        """The operations, by method and path."""
        return {
            (method.upper(), path): item[method]
            for path, item in self.told["paths"].items()
            for method in METHODS
            if method in item
        }

    @cached_property
    def _validators(self) -> dict[tuple[str, ...], OAS30ReadValidator]:
        return {}

    def faults(self, method: str, path: str, answer: httpx.Response) -> list[str]:
        """Return how an answer is not as the document says; a property that it does not know is a fault."""
        responses = self.operations[method, path]["responses"]
        if str(answer.status_code) not in responses:
            return [f"{answer.status_code} is not told of"]
        told = self._resolved(responses[str(answer.status_code)])
        form = answer.headers.get("content-type", "").partition(";")[0]
        if "content" not in told:
            return [] if not answer.content else [f"{answer.text} is not told of"]
        if form not in told["content"]:
            return [f"{form} is not told of"]
        if not form.endswith("json"):
            return []
        validator = self._validators.get(place := (method, path, str(answer.status_code), form))
        if validator is None:
            schema = strict(told["content"][form]["schema"])
            validator = self._validators[place] = OAS30ReadValidator(schema, format_checker=oas30_format_checker)
        return [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(answer.json())]

    def _resolved(self, schema: Any) -> Any:
        """Return a schema with what it refers to in its place."""
        match schema:
            case {"$ref": str(place)}:
                found: Any = self.told
                for name in place.removeprefix("#/").split("/"):
                    found = found[name]
                return self._resolved(found)
            case dict():
                return {name: self._resolved(part) for name, part in schema.items()}
            case list():
                return [self._resolved(part) for part in schema]
            case _:
                return schema


def client_of(api: Api) -> httpx.Client:
    """Return a client that keeps its connection, and takes JSON."""
    headers = {"Authorization": f"Bearer {ADMIN}", "Accept": "application/json"}
    return httpx.Client(base_url=api.address, headers=headers, timeout=30)


def strict(schema: Any) -> Any:
    """Return a schema of which objects have no property that it does not name."""
    match schema:
        case {"properties": dict(properties)}:
            told = {**schema, "properties": {name: strict(part) for name, part in properties.items()}}
            # How a schedule is told depends on its type.
            return told if "__type" in properties else {"additionalProperties": False, **told}
        case dict():
            return {name: strict(part) for name, part in schema.items()}
        case list():
            return [strict(part) for part in schema]
        case _:
            return schema


def filled(path: str, names: Mapping[str, object]) -> str:
    """Return a path with names in the place of its parameters."""
    for name, value in names.items():
        path = path.replace(f"{{{name}}}", str(value))
    return path


def places(client: httpx.Client) -> Iterator[dict[str, object]]:
    """Return names for the parameters of paths: of each DAG, run, task instance and of what else there is."""

    def listed(path: str, into: str) -> list[Any]:
        found: list[Any] = client.get(f"{path}").json().get(into, [])
        return found

    yield from ({"pool_name": one["name"]} for one in listed("/pools", "pools"))
    yield from ({"variable_key": one["key"]} for one in listed("/variables", "variables"))
    yield from ({"connection_id": one["connection_id"]} for one in listed("/connections", "connections"))
    yield from ({"uri": one["uri"]} for one in listed("/datasets", "datasets"))
    yield from ({"event_log_id": one["event_log_id"]} for one in listed("/eventLogs", "event_logs"))
    yield from ({"import_error_id": one["import_error_id"]} for one in listed("/importErrors", "import_errors"))
    yield from ({"username": one["username"]} for one in listed("/users", "users"))
    yield from ({"role_name": one["name"]} for one in listed("/roles", "roles"))
    yield {"section": "core", "option": "executor"}
    for dag in listed("/dags?only_active=false", "dags"):
        dag_id = dag["dag_id"]
        yield {"dag_id": dag_id, "file_token": dag["file_token"]}
        yield from ({"dag_id": dag_id, "task_id": one["task_id"]} for one in listed(f"/dags/{dag_id}/tasks", "tasks"))
        waiting = listed(f"/dags/{dag_id}/datasets/queuedEvent", "queued_events")
        yield from ({"dag_id": dag_id, "uri": one["uri"]} for one in waiting)
    for run in listed("/dags/~/dagRuns", "dag_runs"):
        names = {"dag_id": run["dag_id"], "dag_run_id": run["dag_run_id"]}
        yield names
        instances = filled("/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances", names)
        for one in listed(instances, "task_instances"):
            task_id, index = one["task_id"], max(one["map_index"], 0)
            keys = [xcom["key"] for xcom in listed(f"{instances}/{task_id}/xcomEntries", "xcom_entries")]
            for key in keys or ["nothing"]:
                yield {**names, "task_id": task_id, "map_index": index, "task_try_number": 1, "xcom_key": key}
