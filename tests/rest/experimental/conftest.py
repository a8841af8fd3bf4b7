"""The experimental API, served."""

from collections.abc import Iterator

import pytest

from tests.conftest import KINDS
from tests.rest.early import Early, early_of


@pytest.fixture(params=KINDS)
def early(request: pytest.FixtureRequest) -> Iterator[Early]:
    """Serve a world of each kind, for one test to change."""
    with early_of(request, request.param) as told:
        yield told


@pytest.fixture
def one_early(request: pytest.FixtureRequest) -> Iterator[Early]:
    """Serve one world, for tests of the wire itself."""
    with early_of(request, "2.11-sqlite") as told:
        yield told
