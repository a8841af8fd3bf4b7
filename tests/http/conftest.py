"""Servers that the tests of this folder ask."""

from collections.abc import Iterator

import pytest

from tests.conftest import KINDS
from tests.graph.furnishing import open_furnished
from tests.http.server import TOKENS, Served, served
from tests.world import World


@pytest.fixture(scope="session", params=KINDS)
def furnished_server(request: pytest.FixtureRequest) -> Iterator[Served]:
    """Serve a world with something of everything, which nobody may change."""
    yield from _served(request, request.param, furnished=True)


@pytest.fixture(scope="module", params=KINDS)
def changing_server(request: pytest.FixtureRequest) -> Iterator[Served]:
    """Serve a world to which the tests of a module add, none minding what the others did."""
    yield from _served(request, request.param, furnished=True)


@pytest.fixture(params=KINDS)
def server(request: pytest.FixtureRequest) -> Iterator[Served]:
    """Serve a world with something of everything, for one test to change."""
    yield from _served(request, request.param, furnished=True)


@pytest.fixture(scope="session")
def one_server(request: pytest.FixtureRequest) -> Iterator[Served]:
    """Serve a world for tests of HTTP itself, to which the database does not matter."""
    yield from _served(request, "3.3-sqlite", furnished=False)


def _served(request: pytest.FixtureRequest, kind: str, *, furnished: bool) -> Iterator[Served]:
    minor, backend = kind.split("-")
    store = request.getfixturevalue(f"{backend}_store")
    world = (
        open_furnished(store, minor, tokens=TOKENS)
        if furnished
        else World.open(store.database(minor), minor, tokens=TOKENS).lent_by(store)
    )
    try:
        with served(world) as told:
            yield told
    finally:
        world.close()
