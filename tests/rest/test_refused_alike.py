"""The stable API refuses on the metadata of Airflow 3 what it refuses on that of Airflow 2, in the same words."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from graph.rest.body import Body
from graph.rest.params import Kind
from graph.rest.rows import Row
from graph.rest.stable import STABLE
from tests.graph.furnishing import furnish
from tests.http.server import ADMIN, VIEWER
from tests.rest.api import api_of, world_of

THERE: Mapping[str, str] = {
    "dag_id": "etl",
    "dag_run_id": "r2",
    "task_id": "load",
    "map_index": "-1",
    "task_try_number": "1",
    "xcom_key": "return_value",
    "pool_name": "narrow",
    "variable_key": "plain",
    "connection_id": "bare",
    "event_log_id": "1",
    "import_error_id": "1",
    "uri": "s3%3A%2F%2Fbucket%2Fraw",
    "section": "core",
    "option": "parallelism",
    "file_token": "no.token",
    "username": "nobody",
    "role_name": "Nobody",
}
WRONG: Mapping[Kind, tuple[str, ...]] = {
    Kind.INTEGER: ("x", "-1", "9" * 30),
    Kind.NUMBER: ("x",),
    Kind.BOOLEAN: ("2",),
    Kind.MOMENT: ("2026-01-01", ""),
    Kind.LIST: ("nope",),
    Kind.TEXT: ("nope", "-nope"),
}
ILL: tuple[object, ...] = (None, -1, "", "nope", [1], {"a": 1})
# Airflow 3 takes nothing but JSON for what else there is to know of a connection.
THREE_ALONE = ("extra", "nope")
JSON = "application/json"
CONTENTS = (("text/plain", b"x"), *((JSON, told) for told in (b"", b"{", b"null", b"[]", b"{}", b'{"zzz": 1}')))
FITTING: Mapping[Kind, object] = {
    Kind.TEXT: "nope",
    Kind.INTEGER: 1,
    Kind.NUMBER: 1,
    Kind.BOOLEAN: True,
    Kind.LIST: [],
    Kind.OBJECT: {},
    Kind.MOMENT: "2026-03-01T00:00:00Z",
}


@dataclass(frozen=True)
class Both:
    """A world of Airflow 2 and one of Airflow 3, with the same in both, and a connection to each of their servers."""

    clients: tuple[httpx.Client, ...]

    def refusals(self, method: str, path: str, *, token: str | None, **how: Any) -> list[tuple[int, object]]:
        """Return what each says to a request."""
        headers = {**({"Authorization": f"Bearer {token}"} if token else {}), **how.pop("headers", {})}
        return [refusal(client.request(method, path, headers=headers, **how)) for client in self.clients]


@pytest.fixture(scope="module")
def both(request: pytest.FixtureRequest) -> Iterator[Both]:
    """Serve both worlds. Which database they are in does not matter to what is refused."""
    store = request.getfixturevalue("sqlite_store")
    with ExitStack() as open_:
        clients = []
        for minor in ("2.11", "3.3"):
            # Asked much in a short time.
            world = furnish(world_of(store, f"{minor}-sqlite", rate=0))
            open_.callback(world.close)
            address_ = open_.enter_context(api_of(world)).address
            clients.append(open_.enter_context(httpx.Client(base_url=address_, timeout=30)))
        yield Both(tuple(clients))


def address(row: Row, names: Mapping[str, str]) -> str:
    path = row.path
    for name, value in names.items():
        for form in (name, f"{name}:int", f"{name}:path"):
            path = path.replace(f"{{{form}}}", value)
    return path


def fitting(body: Body) -> dict[str, object]:
    """Return a body of what must be in it."""
    return {
        one.name: one.among[0] if one.among else FITTING[one.kind]
        for one in body.properties
        if one.required or one.name in body.required
    }


def wrongs(row: Row) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give requests to a row that are wrong in one way each, or are not the caller's to make."""
    there = address(row, THERE)
    missing = address(row, {name: "99999" if f"{{{name}:int}}" in row.path else "nope" for name in THERE})
    told: dict[str, Any] = {} if row.body is None else {"json": fitting(row.body)}
    # Where something is required of the address, it is given.
    given = {one.name: "nope" for one in row.query if one.required}
    for path in dict.fromkeys((there, missing)):
        yield path, {**told, "params": given, "token": None}
        yield path, {**told, "params": given, "token": VIEWER}
        yield path, {**told, "params": {**given, "zzz": "1"}, "token": ADMIN}
    for one in row.query:
        for text in WRONG[one.kind]:
            yield there, {**told, "params": {**given, one.name: text}, "token": ADMIN}
    if row.body is not None:
        for kind, content in CONTENTS:
            yield there, {"content": content, "headers": {"Content-Type": kind}, "params": given, "token": ADMIN}
        for prop in row.body.properties:
            for value in ILL:
                if (prop.name, value) == THREE_ALONE:
                    continue
                yield there, {"json": {**fitting(row.body), prop.name: value}, "params": given, "token": ADMIN}
    yield missing, {**told, "params": given, "token": ADMIN}


def refusal(answer: httpx.Response) -> tuple[int, object]:
    """Return what is told of a refusal; of what is none, only that."""
    if answer.status_code < 400:
        return 200, None
    is_json = answer.headers["content-type"].endswith("json")
    return answer.status_code, answer.json() if is_json else answer.text


@pytest.mark.parametrize("row", STABLE.rows, ids=[f"{row.method} {row.path}" for row in STABLE.rows])
def test_a_wrong_request_is_refused_alike(both: Both, row: Row) -> None:
    differing = []
    for path, how in wrongs(row):
        two, three = both.refusals(row.method, path, **how)
        if two != three:
            differing.append((path, how, two, three))

    assert differing == []
