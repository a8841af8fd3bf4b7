"""Nobody gets past the rows: without grants nothing is told or done, and with one DAG's no other is met."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import anyio
import httpx
import pytest
from starlette.applications import Starlette

from graph.rest.lenient import ANYTHING
from graph.rest.routes import DIALECTS, rest_routes
from graph.rest.rows import Row
from graph.rest.stable.signing import sign
from resolvers.access.actor import EVERYTHING, Actor
from resolvers.access.permissions import Permission
from tests.graph.furnishing import furnish
from tests.world import World

ROWS = [
    (dialect.prefix, row)
    for dialects in DIALECTS.values()
    for dialect in dialects
    # What is left of a dialect to some callers alone is elsewhere to all.
    if dialect.is_for is None
    for row in dialect.rows
]
# They say that the API is there, and of which Airflow, to whoever is known.
TELLING_NOTHING = {"/test", "/info"}

# What a row needs in its address and body before it looks at who is asking.
QUERIES: Mapping[tuple[str, str], str] = {
    ("GET", "/api"): "?api=list_dags",
    ("POST", "/api"): "?api=pause&dag_id=etl",
    ("PATCH", "/dags"): "?dag_id_pattern=e",
    ("GET", "/dagStats"): "?dag_ids=etl,mapped,described",
}
BODIES: Mapping[tuple[str, str], object] = {
    ("PATCH", "/dags"): {"is_paused": True},
    ("PATCH", "/dags/{dag_id}"): {"is_paused": True},
    ("PATCH", "/dags/{dag_id}/dagRuns/{dag_run_id}"): {"state": "failed"},
    ("POST", "/dags/{dag_id}/updateTaskInstancesState"): {
        "task_id": "load",
        "dag_run_id": "r2",
        "new_state": "success",
        "include_upstream": False,
        "include_downstream": False,
        "include_future": False,
        "include_past": False,
    },
    ("POST", "/datasets/events"): {"dataset_uri": "s3://there"},
    ("POST", "/pools"): {"name": "new", "slots": 1},
    ("PATCH", "/pools/{pool_name}"): {"name": "narrow", "slots": 1},
    ("POST", "/variables"): {"key": "plain", "value": "v"},
    ("POST", "/connections"): {"connection_id": "new", "conn_type": "http"},
    ("PATCH", "/variables/{variable_key:path}"): {"key": "plain", "value": "v"},
    ("POST", "/dag_runs"): {"dag_id": "etl"},
    ("POST", "/users"): {"username": "ben", "email": "ben@example.org", "first_name": "Ben", "last_name": "B"},
    ("PATCH", "/users/{username}"): {"username": "ben", "email": "b", "first_name": "Ben", "last_name": "B"},
    ("POST", "/roles"): {"name": "Keepers", "actions": []},
    ("PATCH", "/roles/{role_name}"): {"name": "Keepers"},
}
NAMES = {
    "{dag_id}": "etl",
    "{dag_run_id}": "r2",
    "{task_id}": "load",
    "{map_index:int}": "0",
    "{task_try_number:int}": "1",
    "{xcom_key:path}": "return_value",
    "{pool_name}": "narrow",
    "{variable_key:path}": "plain",
    "{connection_id}": "bare",
    "{event_log_id:int}": "1",
    "{import_error_id:int}": "2",
    "{file_token}": sign("/dags/mapped.py", "key"),
    "{section}": "core",
    "{option}": "parallelism",
    "{execution_date}": "2026-03-03T00:00:00",
    "{paused}": "true",
    "{name}": "narrow",
    "{run_id:path}": "r2",
    "{username}": "ben",
    "{role_name}": "Keepers",
}

DAG_NOUNS = ("dag", "run", "task", "task_instance")
OTHERS = ("described", "mapped", "nested_groups", "idle", "gone")


def body_of(row: Row) -> object:
    if row.path.endswith("/setNote"):
        return {"note": "x"}
    if row.method == "PATCH" and "/taskInstances/" in row.path:
        return {"new_state": "success"}
    return BODIES.get((row.method, row.path), {}) if row.body else None


def ask(world: World, actor: Actor, method: str, address: str, body: object) -> httpx.Response:
    """Answer one request of an actor, in-process."""
    settings = world.service.settings.model_copy(update={"dialects": tuple(DIALECTS)})
    app = Starlette(routes=rest_routes(replace(world.service, settings=settings), lambda _request: actor))

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            if body is None:
                return await client.request(method, address)
            return await client.request(method, address, json=body)

    return anyio.run(asked)


def ask_row(world: World, actor: Actor, prefix: str, row: Row, **names: str) -> httpx.Response:
    """Ask a row about something of the furnished world."""
    path = row.path
    for name, value in {**NAMES, **names}.items():
        path = path.replace(name, value)
    return ask(world, actor, row.method, f"{prefix}{path}{QUERIES.get((row.method, row.path), '')}", body_of(row))


@pytest.fixture
def furnished_world(world: World) -> World:
    return furnish(world)


def stored(world: World) -> list[Any]:
    """Return what rows may change, save the audit log."""
    return [
        world.rows("dag", "dag_id is_paused"),
        world.rows("dag_run", "dag_id run_id state note"),
        world.rows("task_instance", "dag_id run_id task_id map_index state note"),
        world.rows("pool", "pool slots"),
        world.rows("variable", "key val"),
        world.rows("connection", "conn_id host"),
    ]


def test_without_grants_every_row_but_the_open_ones_refuses(furnished_world: World) -> None:
    nobody = Actor("nobody", "test")
    before = stored(furnished_world)

    answers = {
        (row.method, row.path): ask_row(furnished_world, nobody, prefix, row).status_code
        for prefix, row in ROWS
        if not row.open and row.path not in TELLING_NOTHING
    }

    assert {place: status for place, status in answers.items() if status != 403} == {}
    assert stored(furnished_world) == before


def test_what_is_unknown_in_a_body_is_told_to_those_alone_who_may(furnished_world: World) -> None:
    # The early APIs know no unknown properties.
    with_bodies = [(prefix, row) for prefix, row in ROWS if row.body not in (None, ANYTHING)]
    answers = {}
    for prefix, row in with_bodies:
        path = row.path
        for name, value in NAMES.items():
            path = path.replace(name, value)
        address = f"{prefix}{path}{QUERIES.get((row.method, row.path), '')}"
        body = {**body_of(row), "bogus": 1}  # type: ignore[dict-item] # an object
        asking = (Actor("nobody", "test"), furnished_world.actor())
        answers[row.method, row.path] = [
            ask(furnished_world, actor, row.method, address, body).status_code for actor in asking
        ]

    assert len(with_bodies) >= 12
    # That the role is not there comes first.
    absent = {("PATCH", "/roles/{role_name}")} if furnished_world.generation.number == 2 else set()
    assert {place: told for place, told in answers.items() if told != [403, 404 if place in absent else 400]} == {}


def test_readers_change_nothing_through_any_row(furnished_world: World) -> None:
    reads = [permission for permission in Permission if permission.value.endswith(".read")]
    reader = Actor("reader", "test", dict.fromkeys(reads, EVERYTHING))
    before = stored(furnished_world)

    answers = {
        (row.method, row.path): ask_row(furnished_world, reader, prefix, row).status_code
        for prefix, row in ROWS
        if (row.method != "GET" or row.path.endswith("/{paused}")) and not row.path.endswith("/list")
    }

    assert {place: status for place, status in answers.items() if status != 403} == {}
    assert stored(furnished_world) == before


def test_a_reader_of_one_dag_meets_no_other(furnished_world: World) -> None:
    mine = frozenset({"etl"})
    grants = {permission: mine for permission in Permission if permission.value.split(".")[0] in DAG_NOUNS}
    reader = Actor("reader", "test", grants)

    for prefix, row in ROWS:
        if row.method != "GET" and not row.path.endswith("/list"):
            continue
        for named in ({}, {"{dag_id}": "~", "{dag_run_id}": "~"}):
            answer = ask_row(furnished_world, reader, prefix, row, **named)
            assert not any(f'"{other}"' in answer.text for other in OTHERS), row.path
        if "{dag_id}" in row.path:
            for foreign in ("mapped", "nope"):
                answer = ask_row(furnished_world, reader, prefix, row, **{"{dag_id}": foreign})
                assert answer.status_code == 403, row.path
