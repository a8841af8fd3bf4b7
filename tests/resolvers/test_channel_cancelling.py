"""A channel can be given up from another thread, in the database too, and nobody else is met."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, event

from resolvers.errors import Unavailable
from resolvers.metadata.channel import open_channel
from resolvers.settings import Settings
from tests.resolvers.channels import ENDLESS, Asking, borrowed, wait_until
from tests.resolvers.postgres import Postgres


@pytest.mark.parametrize("alone", [False, True])
def test_a_statement_is_cancelled_from_another_thread_and_no_other_follows(engine: Engine, *, alone: bool) -> None:
    with open_channel(engine, alone=alone) as channel:
        asking = Asking(channel, ENDLESS[engine.dialect.name])
        wait_until(lambda: channel._running)
        channel.cancel()
        told = asking.end()
        with pytest.raises(Unavailable, match="given up"):
            channel.run("SELECT 1")
    assert isinstance(told, Unavailable)
    assert told.detail == "The request was given up."
    assert borrowed(engine) == 0


def test_a_cancelled_statement_ends_in_the_database_too(direct: Engine, postgres: Postgres) -> None:
    running = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%%' AND state = %s"
    with open_channel(direct) as channel:
        asking = Asking(channel, "SELECT pg_sleep(50)")
        wait_until(lambda: postgres.rows(running, "active"))
        channel.cancel()
        asking.end()
        assert postgres.rows(running, "active") == []


def test_a_statement_that_makes_nothing_of_being_cancelled_is_no_answer(direct: Engine, postgres: Postgres) -> None:
    with open_channel(direct) as channel:
        asking = Asking(channel, "DO 'BEGIN PERFORM pg_sleep(50); EXCEPTION WHEN query_canceled THEN NULL; END'")
        wait_until(lambda: postgres.rows("SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'"))
        channel.cancel()
        assert isinstance(asking.end(), Unavailable)


def test_a_connection_on_which_something_was_cancelled_meets_nobody_else(direct: Engine) -> None:
    with open_channel(direct) as channel:
        [(cancelled,)] = channel.run("SELECT pg_backend_pid()")
        asking = Asking(channel, "SELECT pg_sleep(50)")
        wait_until(lambda: channel._running)
        channel.cancel()
        asking.end()
    with open_channel(direct) as channel:
        assert channel.run("SELECT pg_backend_pid()") != [(cancelled,)]


def test_a_channel_that_is_cancelled_before_its_first_statement_borrows_nothing(engine: Engine) -> None:
    lent: list[object] = []
    event.listen(engine.pool, "checkout", lambda *_: lent.append(1))
    with open_channel(engine) as channel:
        channel.cancel()
        with pytest.raises(Unavailable, match="given up"):
            channel.run("SELECT 1")
    assert lent == []


def test_a_channel_that_is_cancelled_while_it_waits_for_a_connection_does_not_use_it(
    open_with: Callable[[Settings], Engine],
) -> None:
    engine = open_with(Settings(pool_size=1, pool_timeout=20))
    with engine.connect(), open_channel(engine) as channel:
        asking = Asking(channel, "SELECT 1")
        wait_until(lambda: channel._running)
        cancelling = threading.Thread(target=channel.cancel)
        cancelling.start()
        wait_until(lambda: channel._given_up)
    assert isinstance(asking.end(), Unavailable)
    cancelling.join()
    assert borrowed(engine) == 0


def test_cancelling_what_has_ended_harms_nobody(direct: Engine) -> None:
    with open_channel(direct) as ended:
        [pid] = ended.run("SELECT pg_backend_pid()")
    with open_channel(direct) as channel:
        asking = Asking(channel, "SELECT pg_sleep(0.3)")
        wait_until(lambda: channel._running)
        ended.cancel()
        assert asking.end() is None
        assert channel.run("SELECT pg_backend_pid()") == [pid]
