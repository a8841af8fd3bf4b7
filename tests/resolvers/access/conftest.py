"""Worlds with users, on both generations and both databases; and worlds for what does not depend on the database."""

from collections.abc import Callable, Iterator

import pytest

from tests.conftest import KINDS, open_world
from tests.people import make_tables
from tests.world import World

Opening = Callable[..., World]


@pytest.fixture(params=KINDS)
def opening(request: pytest.FixtureRequest) -> Iterator[Opening]:
    """Return how to open worlds with settings of one's own, over one database that has tables of users."""
    minor, backend = request.param.split("-")
    url = request.getfixturevalue(f"{backend}_store").database(minor)
    make_tables(url, minor)
    opened: list[World] = []

    def opened_with(**settings: object) -> World:
        opened.append(World.open(url, minor, **{"authentication": "basic", **settings}))
        return opened[-1]

    yield opened_with
    for world in opened:
        world.close()


@pytest.fixture
def peopled(opening: Opening) -> World:
    """Return a world in which every change of a user counts at once."""
    return opening(access_refresh=0)


@pytest.fixture
def airflow_2(request: pytest.FixtureRequest) -> Iterator[World]:
    """Return an empty Airflow 2, which has tables of users."""
    made = open_world(request, "2.11-sqlite")
    yield made
    made.close()


@pytest.fixture
def airflow_3(request: pytest.FixtureRequest) -> Iterator[World]:
    """Return an empty Airflow 3, whose database knows no users."""
    made = open_world(request, "3.3-sqlite")
    yield made
    made.close()
