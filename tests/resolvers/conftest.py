"""Databases for the tests of this folder that need no Airflow in them, and engines that are open on them."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, text

from resolvers.metadata.engine import open_engine, write_transaction
from resolvers.settings import Settings
from tests.resolvers.channels import PATIENT
from tests.resolvers.postgres import Postgres
from tests.stores import PostgreSQLStore


@pytest.fixture(scope="session")
def postgres(postgresql_store: PostgreSQLStore) -> Postgres:
    """Return an empty database."""
    return Postgres.create(postgresql_store.server)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "airflow.db"
    # A reader then sees its snapshot while somebody writes.
    sqlite3.connect(path).execute("PRAGMA journal_mode=WAL").connection.close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, file: Path) -> str | URL:
    if request.param == "sqlite":
        return URL.create("sqlite", database=str(file))
    return str(request.getfixturevalue("postgres").url)


@pytest.fixture
def open_with(url: str | URL) -> Iterator[Callable[[Settings], Engine]]:
    engines: list[Engine] = []

    def opened(settings: Settings) -> Engine:
        engine = open_engine(url, settings)
        engines.append(engine)
        with write_transaction(engine) as connection:
            connection.execute(text("DROP TABLE IF EXISTS seen"))
            connection.execute(text("CREATE TABLE seen (n integer)"))
        return engine

    yield opened
    for engine in engines:
        engine.dispose()


@pytest.fixture
def engine(open_with: Callable[[Settings], Engine]) -> Engine:
    return open_with(PATIENT)


@pytest.fixture
def direct(postgres: Postgres) -> Iterator[Engine]:
    """Open PostgreSQL alone, without a pooler in between."""
    engine = open_engine(postgres.url, PATIENT)
    yield engine
    engine.dispose()
