"""Users of Airflow over real HTTP, in GraphQL and in the stable API alike."""

from collections.abc import Iterator

import httpx
import pytest

from tests.http.server import Served, served
from tests.people import add_role, add_user
from tests.stores import SQLiteStore
from tests.world import World

QUERY = {"query": "{ viewer { name method role permissions { permission dagIds } } }"}


@pytest.fixture
def server(sqlite_store: SQLiteStore) -> Iterator[Served]:
    world = World.open(sqlite_store.database("2.11"), "2.11", authentication="basic")
    for dag in ("etl", "other"):
        world.dag(dag)
    add_user(world, "ada", add_role(world, "Etl", "can_read on DAG:etl"))
    try:
        with served(world) as told:
            yield told
    finally:
        world.close()


def ask(server: Served, name: str, password: str) -> httpx.Response:
    return httpx.post(f"{server.address}/graphql", json=QUERY, auth=(name, password), timeout=30)


def test_a_user_sees_what_their_roles_permit_on_every_road(server: Served) -> None:
    viewer = ask(server, "ada", "right").json()["data"]["viewer"]
    dags = httpx.get(f"{server.address}/api/v1/dags", auth=("ada", "right")).json()

    assert viewer == {
        "name": "ada",
        "method": "basic",
        "role": "Etl",
        "permissions": [{"permission": "dag.read", "dagIds": ["etl"]}],
    }
    assert [dag["dag_id"] for dag in dags["dags"]] == ["etl"]
    assert dags["total_entries"] == 1


def test_who_is_nobody_is_told_that_a_password_would_do(server: Served) -> None:
    for answer in (ask(server, "ada", "wrong"), httpx.post(f"{server.address}/graphql", json=QUERY)):
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == 'Basic realm="Airflow"'


def test_who_guesses_is_told_when_to_come_again_on_every_road(server: Served) -> None:
    for number in range(5):
        assert ask(server, "ada", f"guess {number}").status_code == 401

    graphql = ask(server, "ada", "right")
    rest = httpx.get(f"{server.address}/api/v1/dags", auth=("ada", "right"))

    assert (graphql.status_code, rest.status_code) == (429, 429)
    assert graphql.headers["retry-after"] == rest.headers["retry-after"] == "1"
    (error,) = graphql.json()["errors"]
    assert error["extensions"]["code"] == "TOO_MANY"
    assert error["extensions"]["retryAfter"] == 1
    assert rest.json()["title"] == "Too Many Requests"
