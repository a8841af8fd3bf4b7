"""Worlds for what does not depend on the database."""

from collections.abc import Iterator

import pytest

from tests.conftest import open_world
from tests.world import World


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
