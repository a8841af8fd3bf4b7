"""Servers of the REST dialects: one that tests share and only read, and one of their own for those that write."""

from collections.abc import Iterator

import pytest

from tests.conftest import KINDS
from tests.graph.furnishing import open_furnished
from tests.http.server import TOKENS
from tests.rest.api import Api, api_of


@pytest.fixture(scope="session", params=KINDS)
def furnished(request: pytest.FixtureRequest) -> Iterator[Api]:
    """Serve a world with something of everything, which nobody may change."""
    yield from _served(request, request.param)


@pytest.fixture(params=KINDS)
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    """Serve a world with something of everything, for one test to change."""
    yield from _served(request, request.param)


@pytest.fixture(scope="session")
def one_api(request: pytest.FixtureRequest) -> Iterator[Api]:
    """Serve a world for tests of the wire itself, to which the database does not matter."""
    yield from _served(request, "2.11-sqlite")


def _served(request: pytest.FixtureRequest, kind: str) -> Iterator[Api]:
    minor, backend = kind.split("-")
    store = request.getfixturevalue(f"{backend}_store")
    world = open_furnished(store, minor, peopled=True, tokens=TOKENS)
    try:
        with api_of(world) as told:
            yield told
    finally:
        world.close()
