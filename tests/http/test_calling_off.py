"""Requests that take too long, and callers who hang up: the database is told to stop, and nothing is left behind."""

import http.client
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import psycopg
import pytest

from tests.graph.furnishing import furnish
from tests.http.server import ADMIN, TOKENS, Served, answered, served
from tests.stores import PostgreSQLStore
from tests.world import World

SLOW = {"query": "{ viewer { name } dagRuns(first: 1) { nodes { runId } } }"}
QUICK = {"query": "{ dags(first: 1) { nodes { dagId } } }"}
PAUSE = {"query": 'mutation { pauseDag(dagId: "etl") { isPaused latestRun { runId } } }'}
WORKING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()
"""


@pytest.fixture
def world_of(postgresql_store: PostgreSQLStore) -> Iterator[Callable[..., World]]:
    """Return how to make a world on PostgreSQL with settings of one's own."""
    made = []

    def make(**settings: object) -> World:
        world = World.open(postgresql_store.database("3.3"), "3.3", tokens=TOKENS, **settings)
        made.append(world)
        return furnish(world)

    yield make
    for world in made:
        world.close()


@contextmanager
def locked(world: World, table: str) -> Iterator[psycopg.Connection[tuple[int]]]:
    """Keep everybody from reading a table; give a connection that looks on."""
    with psycopg.connect(world.url) as holding, psycopg.connect(world.url, autocommit=True) as looking:
        holding.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
        yield looking


def working(connection: psycopg.Connection[tuple[int]]) -> int:
    """Return how many statements of ours the database works on."""
    row = connection.execute(WORKING).fetchone()
    assert row
    return row[0]


def wait_until(met: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not met():
        assert time.monotonic() < deadline, "never within 20 s"
        time.sleep(0.02)


def is_all_returned(world: World) -> bool:
    return not world.service.engine.pool.checkedout()  # type: ignore[attr-defined]


def left_hanging(server: Served, path: str, body: object = None) -> None:
    """Ask, and hang up once the database works on it."""
    host = server.address.removeprefix("http://")
    connection = http.client.HTTPConnection(host)
    headers = {"Authorization": f"Bearer {ADMIN}", "Content-Type": "application/json"}
    connection.request("POST" if body else "GET", path, json.dumps(body) if body else None, headers)
    time.sleep(0.3)
    connection.close()


@pytest.mark.parametrize(("path", "body"), [("/graphql", SLOW), ("/api/v1/dags/~/dagRuns", None)])
def test_who_hangs_up_leaves_no_statement_behind(
    world_of: Callable[..., World], path: str, body: object, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "airflow_graph.request")
    world = world_of(lock_timeout=60, statement_timeout=60, pool_size=2)
    with served(world) as server, locked(world, "dag_run") as other:
        for _ in range(3):
            left_hanging(server, path, body)
        wait_until(lambda: working(other) == 0 and is_all_returned(world))

        # Both threads and both connections are free again.
        with ThreadPoolExecutor(2) as threads:
            answers = list(threads.map(lambda _: server.post(QUICK), range(2)))
        assert [answered(answer) for answer in answers] == [{"data": {"dags": {"nodes": [{"dagId": "described"}]}}}] * 2

    assert [record.fields["status"] for record in caplog.records] == [499, 499, 499, 200, 200]  # type: ignore[attr-defined]


def test_what_takes_too_long_is_answered_by_what_there_is(world_of: Callable[..., World]) -> None:
    world = world_of(lock_timeout=60, statement_timeout=60, request_timeout=0.5)
    with served(world) as server, locked(world, "dag_run") as other:
        answer = server.post(SLOW, Accept="application/graphql-response+json")
        wait_until(lambda: working(other) == 0 and is_all_returned(world))
        rest = httpx.get(f"{server.address}/api/v1/dags/~/dagRuns", headers={"Authorization": f"Bearer {ADMIN}"})
        wait_until(lambda: working(other) == 0 and is_all_returned(world))

    told = answer.json()
    assert (answer.status_code, told["data"]) == (200, {"viewer": {"name": "ada"}, "dagRuns": None})
    (error,) = told["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["dagRuns"], "TOO_EXPENSIVE")
    assert "the 0.5 seconds that request_timeout allows" in error["message"]
    assert "AIRFLOW_GRAPH_REQUEST_TIMEOUT" in error["extensions"]["hint"]
    assert (rest.status_code, rest.headers["content-type"]) == (503, "application/problem+json")
    assert "request_timeout" in rest.json()["detail"]
    assert "AIRFLOW_GRAPH_REQUEST_TIMEOUT" in rest.json()["detail"]


def test_a_change_that_takes_too_long_is_undone_and_says_so(world_of: Callable[..., World]) -> None:
    world = world_of(lock_timeout=60, statement_timeout=60, request_timeout=0.5)
    with served(world) as server:
        with locked(world, "dag") as other:
            answer = server.post(PAUSE)
            wait_until(lambda: working(other) == 0 and is_all_returned(world))
        paused = server.ask('{ dag(dagId: "etl") { isPaused } }')

    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "TOO_EXPENSIVE"
    assert error["message"].endswith("Nothing was changed by it.")
    assert paused == {"dag": {"isPaused": False}}


def test_a_change_that_was_carried_out_before_time_was_up_stays_and_says_so(world_of: Callable[..., World]) -> None:
    world = world_of(lock_timeout=60, statement_timeout=60, request_timeout=0.5)
    with served(world) as server:
        # Pausing asks for no run: what it reads back does.
        with locked(world, "dag_run"):
            answer = server.post(PAUSE)
        paused = server.ask('{ dag(dagId: "etl") { isPaused } }')

    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "TOO_EXPENSIVE"
    assert error["message"].endswith("What was to be changed before has been.")
    assert paused == {"dag": {"isPaused": True}}


def test_a_commit_that_has_begun_is_waited_for(world_of: Callable[..., World]) -> None:
    world = world_of(request_timeout=0.5)
    with psycopg.connect(world.url, autocommit=True) as connection:
        connection.execute(
            "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql "
            "AS 'BEGIN PERFORM pg_sleep(1.5); RETURN NULL; END'"
        )
        # Deferred: it runs within the commit.
        connection.execute(
            "CREATE CONSTRAINT TRIGGER dawdle AFTER UPDATE ON dag DEFERRABLE INITIALLY DEFERRED "
            "FOR EACH ROW EXECUTE FUNCTION dawdle()"
        )
    with served(world) as server:
        answer = server.post(PAUSE)
        paused = server.ask('{ dag(dagId: "etl") { isPaused } }')

    (error,) = answer.json()["errors"]
    assert error["message"].endswith("What was to be changed before has been.")
    assert paused == {"dag": {"isPaused": True}}


def test_a_body_that_does_not_come_is_not_waited_for(world_of: Callable[..., World]) -> None:
    with served(world_of(request_timeout=0.3)) as server:
        connection = http.client.HTTPConnection(server.address.removeprefix("http://"), timeout=20)
        connection.putrequest("POST", "/graphql")
        for name, value in {"Content-Type": "application/json", "Content-Length": "100"}.items():
            connection.putheader(name, value)
        connection.endheaders(b'{"query"')
        answer = connection.getresponse()

        assert answer.status == 400
        assert json.loads(answer.read())["errors"][0]["message"] == "The body did not arrive in time."
        connection.close()
