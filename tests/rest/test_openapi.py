"""The OpenAPI document of the stable API: that it is one, that it is whole, and that answers are as it says."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import airflow_client.client.api as client_apis  # type: ignore[import-untyped]
import httpx
import pytest
from airflow_client.client import ApiClient
from openapi_spec_validator import validate

from graph.rest.stable import STABLE
from tests.people import staff
from tests.rest.api import Api, api_of, world_of
from tests.rest.documents import Document, client_of, filled, places
from tests.rest.test_permissions import NAMES, QUERIES, body_of


def test_the_document_is_valid_and_names_every_row(furnished: Api) -> None:
    document = Document.of(furnished)

    validate(dict(document.told))
    rows = {(row.method, re.sub(r":\w+}", "}", row.path)) for row in STABLE.rows}
    assert document.operations.keys() == rows
    assert all(operation["summary"] for operation in document.operations.values())


def test_every_description_is_of_a_row() -> None:
    assert STABLE.described is not None
    rows = {(row.method, re.sub(r":\w+}", "}", row.path)) for row in STABLE.rows}

    assert STABLE.described.rows.keys() == rows


def airflows_operations() -> Iterator[tuple[str, str, str]]:
    """Return the operations of Airflow's own client: method, path and name."""
    for found in pkgutil.iter_modules(client_apis.__path__):
        module = importlib.import_module(f"{client_apis.__name__}.{found.name}")
        for name, api in inspect.getmembers(module, inspect.isclass):
            if not name.endswith("Api") or api.__module__ != module.__name__:
                continue
            made: Any = api
            for endpoint in vars(made(ApiClient())).values():
                if settings := getattr(endpoint, "settings", None):
                    yield settings["http_method"], settings["endpoint_path"], settings["operation_id"]


def test_operations_are_called_as_airflows_client_calls_them(one_api: Api) -> None:
    theirs = {(method, path): name for method, path, name in airflows_operations()}
    ours = {place: told["operationId"] for place, told in Document.of(one_api).operations.items()}

    assert len(theirs) >= 89
    assert ours == theirs


def test_every_answer_is_as_the_document_says(api: Api) -> None:
    staff(api.world)
    document, met, faults = Document.of(api), set(), {}
    with client_of(api) as client:
        everything = [{}, *places(client)]
        for method, path in document.operations:
            wanted = set(re.findall(r"{(\w+)}", path))
            named = {filled(path, names) for names in everything if set(names) >= wanted}
            for address in named if method == "GET" else ():
                answer = client.get(address, params={"dag_ids": "etl,mapped"} if path == "/dagStats" else None)
                met.add((path, answer.status_code))
                if found := document.faults(method, path, answer):
                    faults[address] = found[:3]

    assert faults == {}
    told = {path for path, status in met if status == 200}
    assert {path for method, path in document.operations if method == "GET"} - told <= NEVER_TOLD


# What the furnished world has nothing of, or what needs an Airflow beside it.
NEVER_TOLD = {
    "/config",
    "/config/section/{section}/option/{option}",
    "/providers",
    "/plugins",
}


def test_every_change_answers_as_the_document_says(api: Api) -> None:
    document, faults, statuses = Document.of(api), {}, {}
    deletions_last = sorted(STABLE.rows, key=lambda row: row.method == "DELETE")
    for row in deletions_last:
        if row.method == "GET":
            continue
        path = row.path
        for name, value in NAMES.items():
            path = path.replace(name, value)
        path += QUERIES.get((row.method, row.path), "")
        body = body_of(row)
        answer = api.send(row.method, path, json=body) if row.body else api.send(row.method, path)
        place = row.method, re.sub(r":\w+}", "}", row.path)
        statuses[place] = answer.status_code
        if found := document.faults(*place, answer):
            faults[place] = found[:1]

    assert faults == {}
    assert sum(status < 300 for status in statuses.values()) >= 20, statuses


@pytest.mark.parametrize(
    ("headers", "path", "status"),
    [
        ({"Authorization": "Bearer made-up"}, "/dags", 401),
        ({"Authorization": "Bearer viewers-token"}, "/pools/narrow", 403),
        ({}, "/dags/nope", 404),
        ({}, "/dags?zzz=1", 400),
    ],
)
def test_refusals_are_as_the_document_says(one_api: Api, headers: dict[str, str], path: str, status: int) -> None:
    method = "DELETE" if status == 403 else "GET"
    answer = one_api.send(method, path, headers=headers)
    template = {401: "/dags", 403: "/pools/{pool_name}", 404: "/dags/{dag_id}", 400: "/dags"}[status]

    assert answer.status_code == status
    assert Document.of(one_api).faults(method, template, answer) == []


def test_anybody_may_read_the_document_and_who_has_it_is_told_so(one_api: Api) -> None:
    answer = one_api.send("GET", "/openapi.json", token=None)
    tag = answer.headers["etag"]
    again = one_api.send("GET", "/openapi.json", token=None, headers={"If-None-Match": tag})

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert one_api.send("POST", "/openapi.json").status_code == 404


def schemes_of(store: Any, **settings: object) -> tuple[dict[str, Any], list[Any]]:
    world = world_of(store, "2.11-sqlite", **settings)
    try:
        with api_of(world) as api:
            told = Document.of(api).told
    finally:
        world.close()
    return told["components"]["securitySchemes"], told["security"]


def test_the_document_says_how_to_prove_who_one_is(sqlite_store: Any) -> None:
    bearer = {"type": "http", "scheme": "bearer", "description": "A token, without the word Bearer before it."}
    basic = {"type": "http", "scheme": "basic", "description": "Name and password of a user of Airflow's."}

    assert schemes_of(sqlite_store) == ({"Bearer": bearer}, [{"Bearer": []}])
    assert schemes_of(sqlite_store, authentication="tokens,basic,header", token_header="X-Token") == (
        {
            "Bearer": bearer,
            "Basic": basic,
            "Header": {"type": "apiKey", "in": "header", "name": "X-Token"},
        },
        [{"Bearer": []}, {"Basic": []}, {"Header": []}],
    )
    assert schemes_of(sqlite_store, anonymous_role="viewer")[1] == [{"Bearer": []}, {}]


def test_without_the_dialect_there_is_no_document(sqlite_store: Any) -> None:
    world = world_of(sqlite_store, "2.11-sqlite", dialects="none")
    try:
        with api_of(world) as api:
            assert httpx.get(f"{api.address}/openapi.json").status_code == 404
            assert httpx.get(f"{api.address}/ui/").status_code == 404
    finally:
        world.close()
