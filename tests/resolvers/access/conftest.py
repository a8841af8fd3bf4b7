"""Worlds with users: each test runs on both generations and both databases, Airflow 3 with FAB's tables."""

from collections.abc import Callable, Iterator

import pytest

from tests.conftest import KINDS
from tests.people import make_tables
from tests.world import World

Opening = Callable[..., World]


@pytest.fixture(params=[kind for kind in KINDS if kind != "3.3-mysql"])
def opening(request: pytest.FixtureRequest) -> Iterator[Opening]:
    """Return how to open worlds with settings of one's own, over one database that has tables of users."""
    minor, backend = request.param.split("-")
    url = request.getfixturevalue(f"{backend}_store").database(minor)
    make_tables(url, minor)
    opened: list[World] = []

    def open_world(**settings: object) -> World:
        opened.append(World.open(url, minor, **{"authentication": "basic", **settings}))
        return opened[-1]

    yield open_world
    for world in opened:
        world.close()


@pytest.fixture
def peopled(opening: Opening) -> World:
    """Return a world in which every change of a user counts at once."""
    return opening(access_refresh=0)
