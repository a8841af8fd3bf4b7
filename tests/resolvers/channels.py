"""What tests of channels share: settings, an endless statement, and a thread that asks."""

import threading
from collections.abc import Callable
from typing import Literal

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.pool import QueuePool

from resolvers.errors import Problem
from resolvers.metadata.channel import Channel
from resolvers.metadata.engine import write_transaction
from resolvers.settings import Settings

HASTY = Settings(statement_timeout=0.3, lock_timeout=0.2, pool_size=3, pool_timeout=0.2)
PATIENT = Settings(statement_timeout=60, pool_size=3)

Setting = bool | Literal["auto"]

ENDLESS = {
    "postgresql": "SELECT pg_sleep(50)",
    "sqlite": "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
}
COUNT = "SELECT count(*) FROM seen"


def add(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        connection.execute(text("INSERT INTO seen VALUES (1)"))


def borrowed(engine: Engine) -> int:
    assert isinstance(engine.pool, QueuePool)
    return engine.pool.checkedout()


def waiting(engine: Engine) -> int:
    assert isinstance(engine.pool, QueuePool)
    return engine.pool.checkedin()


class Asking(threading.Thread):
    """A thread that runs one statement, and keeps what came of it."""

    def __init__(self, channel: Channel, statement: str) -> None:
        super().__init__()
        self.channel = channel
        self.statement = statement
        self.told: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self.channel.run(self.statement)
        except Problem as problem:
            self.told = problem

    def end(self) -> Exception | None:
        self.join(timeout=20)
        assert not self.is_alive()
        return self.told


def wait_until(happens: Callable[[], object]) -> None:
    for _ in range(500):
        if happens():
            return
        threading.Event().wait(0.02)
    pytest.fail("it did not happen")
