"""Worlds that tests of this folder share, because they only read."""

from collections.abc import Iterator

import pytest

from tests.conftest import KINDS, open_world
from tests.graph.furnishing import furnish
from tests.graph.spoiling import spoil
from tests.world import World


@pytest.fixture(scope="session", params=KINDS)
def furnished(request: pytest.FixtureRequest) -> Iterator[World]:
    """Return a world with something of everything, which nobody may change."""
    made = open_world(request, request.param)
    try:
        yield furnish(made)
    finally:
        made.close()


@pytest.fixture(scope="session", params=KINDS)
def spoiled(request: pytest.FixtureRequest) -> Iterator[World]:
    """Return a world in which much is as it may not be, which nobody may change."""
    made = open_world(request, request.param)
    try:
        yield spoil(furnish(made))
    finally:
        made.close()
