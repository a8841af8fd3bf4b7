"""Stopping a session from another thread: what runs is interrupted, nothing else begins, and no other is met."""

import threading
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import Connection, text

from resolvers.errors import TooExpensive
from resolvers.metadata.channel import wire_of
from resolvers.metadata.engine import read_snapshot
from resolvers.stopping import Stop, interrupt
from tests.world import World

pytestmark = pytest.mark.mysql

ENDLESS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "postgresql": "SELECT pg_sleep(600)",
    # Its functions that take time for its own sake do not fail, but come to an early end.
    "mysql": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99) SELECT count(*) "
    "FROM n AS a, n AS b, n AS c, n AS d, n AS e, n AS f",
}
LONG = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000000) SELECT count(*) FROM n",
    "postgresql": "SELECT 1 FROM pg_sleep(0.5)",
    "mysql": "SELECT SLEEP(0.5)",
}
ENOUGH = TooExpensive("Enough.", hint="Ask for less.")


def interrupting(connection: Connection) -> Callable[[], None]:
    return partial(interrupt, wire_of(connection.connection), connection.engine)


def test_a_statement_that_runs_is_given_up(world: World) -> None:
    engine = world.service.engine
    stop = Stop()
    threading.Timer(0.3, stop.stop, [ENOUGH]).start()
    with pytest.raises(TooExpensive), read_snapshot(engine) as connection, stop.reaches(interrupting(connection)):
        connection.execute(text(ENDLESS[engine.dialect.name]))

    # The connection serves the next one.
    with read_snapshot(engine) as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1


def test_a_session_that_was_stopped_begins_nothing_and_says_why_each_time(world: World) -> None:
    world.dag("etl")
    with world.service.session(world.actor()) as session:
        session.cancel(ENOUGH)
        for _ in range(2):
            with pytest.raises(TooExpensive) as caught:
                session.health()
            assert (caught.value.detail, caught.value.hint) == ("Enough.", "Ask for less.")

    assert session.ran == []
    assert world.service.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_nothing_is_interrupted_that_is_no_longer_the_sessions(world: World) -> None:
    stop = Stop()
    with read_snapshot(world.service.engine) as connection:
        with stop.reaches(interrupting(connection)):
            pass
        threading.Timer(0.1, stop.stop, [ENOUGH]).start()
        assert connection.execute(text(LONG[world.service.engine.dialect.name])).scalar() is not None
        assert connection.execute(text("SELECT 1")).scalar() == 1
