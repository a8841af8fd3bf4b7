"""Worlds for operations that differ from one Airflow to the next."""

from collections.abc import Iterator

import pytest

from tests.conftest import open_world
from tests.stores import MINORS, SQLiteStore
from tests.world import World


@pytest.fixture(params=MINORS)
def minor(request: pytest.FixtureRequest, sqlite_store: SQLiteStore) -> Iterator[World]:
    """Return an empty world of every Airflow, on SQLite."""
    world = World.open(sqlite_store.database(request.param), request.param)
    yield world
    world.close()


@pytest.fixture(params=["3.3-sqlite", "3.3-postgresql"])
def three(request: pytest.FixtureRequest) -> Iterator[World]:
    """Return an empty world of Airflow 3."""
    world = open_world(request, request.param)
    yield world
    world.close()


@pytest.fixture(params=["2.11-sqlite", "2.11-postgresql"])
def two(request: pytest.FixtureRequest) -> Iterator[World]:
    """Return an empty world of Airflow 2."""
    world = open_world(request, request.param)
    yield world
    world.close()


@pytest.fixture(params=["2.11-postgresql", "3.3-postgresql"])
def postgres(request: pytest.FixtureRequest) -> Iterator[World]:
    """Return a world of each generation on PostgreSQL, with one DAG."""
    world = open_world(request, request.param)
    world.dag("etl", {"extract": ["load"], "load": []})
    yield world
    world.close()


@pytest.fixture
def etl(world: World) -> World:
    """Return a world with one DAG, of two tasks."""
    world.dag("etl", {"extract": ["load"], "load": []})
    return world
