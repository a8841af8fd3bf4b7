"""A PostgreSQL database for the tests of this folder that need no Airflow in it."""

import pytest

from tests.resolvers.postgres import Postgres
from tests.stores import PostgreSQLStore


@pytest.fixture(scope="session")
def postgres(postgresql_store: PostgreSQLStore) -> Postgres:
    """Return an empty database."""
    return Postgres.create(postgresql_store.server)
