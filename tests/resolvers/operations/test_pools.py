"""What becomes of pools, and what Airflow's audit log says of it."""

import json

import pytest

from resolvers.errors import Conflict, Forbidden, Invalid, NotFound
from resolvers.operations.keys import PoolKey
from resolvers.operations.pools import create_pool, delete_pool, update_pool
from resolvers.settings import Role
from tests.world import World

pytestmark = pytest.mark.mysql

COLUMNS = "pool slots description include_deferred"


@pytest.fixture
def pool(world: World) -> World:
    world.insert("pool", {"pool": "etl", "slots": 4, "description": "for ETL", "include_deferred": False})
    return world


def stored(world: World, name: str) -> dict[str, object]:
    return world.rows("pool", COLUMNS, pool=name)[0]


def audited(world: World) -> tuple[str, dict[str, object]]:
    row = world.rows("log", "event extra owner")[-1]
    assert row["owner"] == "tester"
    return row["event"], json.loads(row["extra"])


def test_a_pool_is_made_with_what_airflow_stores(world: World) -> None:
    with world.service.session(world.actor()) as session:
        key = session.run(create_pool, name="new", slots=-1, description=None, include_deferred=True)

    assert key == PoolKey("new")
    assert stored(world, "new") == {"pool": "new", "slots": -1, "description": None, "include_deferred": True}
    event, extra = audited(world)
    assert event == {2: "api.post_pool", 3: "post_pool"}[world.generation.number]
    assert (extra["name"], extra["slots"], extra["include_deferred"]) == ("new", -1, True)
    assert extra.get("method") == {2: None, 3: "POST"}[world.generation.number]


def test_a_name_that_is_taken_is_refused_and_the_refusal_is_audited(pool: World) -> None:
    with pool.service.session(pool.actor()) as session, pytest.raises(Conflict, match="'etl' already"):
        session.run(create_pool, name="etl", slots=1)

    assert stored(pool, "etl")["slots"] == 4
    assert audited(pool)[1]["name"] == "etl"


def test_what_is_not_given_stays(pool: World) -> None:
    with pool.service.session(pool.actor()) as session:
        session.run(update_pool, name="etl", slots=9)
        assert stored(pool, "etl") == {"pool": "etl", "slots": 9, "description": "for ETL", "include_deferred": False}

        session.run(update_pool, name="etl", description=None, include_deferred=True)
        assert stored(pool, "etl") == {"pool": "etl", "slots": 9, "description": None, "include_deferred": True}

        assert session.run(update_pool, name="etl", new_name="elt") == PoolKey("elt")
        assert stored(pool, "elt")["slots"] == 9
    assert pool.rows("pool", "pool", pool="etl") == []


def test_the_default_pool_keeps_its_name_and_stays(pool: World) -> None:
    with pool.service.session(pool.actor()) as session:
        with pytest.raises(Invalid, match="name can't be modified"):
            session.run(update_pool, name="default_pool", new_name="other")
        with pytest.raises(Invalid, match="can't be deleted"):
            session.run(delete_pool, name="default_pool")
        session.run(update_pool, name="default_pool", new_name="default_pool", slots=5)

    assert stored(pool, "default_pool")["slots"] == 5


def test_a_deleted_pool_is_gone_and_cannot_be_deleted_again(pool: World) -> None:
    with pool.service.session(pool.actor()) as session:
        session.run(delete_pool, name="etl")
        with pytest.raises(NotFound, match="No pool named 'etl'"):
            session.run(delete_pool, name="etl")
        with pytest.raises(NotFound):
            session.run(update_pool, name="etl", slots=1)

    assert pool.rows("pool", "pool", pool="etl") == []


def test_no_pool_takes_the_name_of_another(pool: World) -> None:
    with pool.service.session(pool.actor()) as session, pytest.raises(Conflict):
        session.run(update_pool, name="etl", new_name="default_pool")

    assert stored(pool, "etl")["slots"] == 4


@pytest.mark.parametrize(("name", "slots"), [("x" * 257, 1), ("x", 2**31), ("x", -(2**31) - 1)])
def test_what_no_column_holds_is_refused(world: World, name: str, slots: int) -> None:
    with world.service.session(world.actor()) as session, pytest.raises(Invalid):
        session.run(create_pool, name=name, slots=slots)

    assert world.rows("pool", "pool") == [{"pool": "default_pool"}]


def test_a_viewer_may_not_and_the_audit_log_says_that_they_tried(pool: World) -> None:
    with pool.service.session(pool.actor(Role.VIEWER)) as session, pytest.raises(Forbidden):
        session.run(delete_pool, name="etl")

    assert stored(pool, "etl")["slots"] == 4
    assert audited(pool)[1]["name"] == "etl"
