"""One real PostgreSQL for the tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.postgres import Postgres


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """Start a server of our own, with an empty database; its tables are the tests' own to name."""
    server = Postgres(Path(tmp_path_factory.mktemp("postgres")))
    yield server
    server.stop()
