"""What begins and ends a snapshot travels with its first and its last statement, and that changes nothing else."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from resolvers.errors import TooExpensive
from resolvers.metadata.channel import open_channel
from resolvers.metadata.engine import open_engine, write_transaction
from tests.resolvers.channels import COUNT, HASTY, add, borrowed
from tests.resolvers.postgres import Postgres

ISOLATION = "SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only')"
SLOW = "SELECT pg_sleep(%(seconds)s::float8)"


@pytest.fixture(autouse=True)
def seen(direct: Engine) -> None:
    """Nothing was seen yet."""
    with write_transaction(direct) as connection:
        connection.execute(text("DROP TABLE IF EXISTS seen"))
        connection.execute(text("CREATE TABLE seen (n integer)"))


@pytest.fixture
def hasty(postgres: Postgres) -> Iterator[Engine]:
    """Open PostgreSQL for statements that are short."""
    engine = open_engine(postgres.url, HASTY)
    yield engine
    engine.dispose()


def prepare(engine: Engine, *statements: str, **values: object) -> None:
    """Have a connection run statements once, so that it has them prepared the next time."""
    with open_channel(engine) as channel:
        for statement in statements:
            channel.run(statement, values)


def test_a_snapshot_that_begins_along_with_its_first_statement_is_as_isolated_as_any(direct: Engine) -> None:
    prepare(direct, ISOLATION)
    with open_channel(direct) as channel:
        assert channel.run(ISOLATION) == [("repeatable read", "on")]


def test_all_statements_of_it_see_the_database_as_it_was_at_the_first(direct: Engine) -> None:
    prepare(direct, COUNT)
    with open_channel(direct) as channel:
        first = channel.run(COUNT)
        add(direct)
        assert (first, channel.run(COUNT, last=True)) == ([(0,)], [(0,)])
    with open_channel(direct) as channel:
        assert channel.run(COUNT, last=True) == [(1,)]


@pytest.mark.parametrize("before", [0, 1, 2])
def test_the_last_statement_gives_the_connection_back_with_nothing_open_on_it(
    direct: Engine, postgres: Postgres, before: int
) -> None:
    prepare(direct, COUNT)
    with open_channel(direct) as channel:
        for _ in range(before):
            channel.run(COUNT)
        channel.run(COUNT, last=True)
        assert borrowed(direct) == 0
        assert postgres.rows("SELECT pid FROM pg_stat_activity WHERE state LIKE 'idle in transaction%%'") == []


def test_what_follows_a_last_statement_all_the_same_is_another_snapshot(direct: Engine) -> None:
    prepare(direct, COUNT)
    with open_channel(direct) as channel:
        before = channel.run(COUNT, last=True)
        add(direct)
        assert (before, channel.run(COUNT)) == ([(0,)], [(1,)])


@pytest.mark.parametrize("last", [False, True])
def test_an_error_on_the_way_is_told_as_ever_and_the_connection_is_whole(direct: Engine, *, last: bool) -> None:
    divide = "SELECT 1 / %(by)s::int4"
    prepare(direct, divide, by=1)
    with open_channel(direct) as channel:
        with pytest.raises(DBAPIError, match="division by zero"):
            channel.run(divide, {"by": 0}, last=last)
        assert channel.run(divide, {"by": 1}, last=last) == [(1,)]
    assert borrowed(direct) == 0


@pytest.mark.parametrize("last", [False, True])
def test_a_statement_on_the_way_takes_no_longer_than_allowed(hasty: Engine, *, last: bool) -> None:
    prepare(hasty, SLOW, seconds=0)
    with open_channel(hasty) as channel, pytest.raises(TooExpensive, match="statement_timeout"):
        channel.run(SLOW, {"seconds": 50}, last=last)
    with open_channel(hasty) as channel:
        assert channel.run(COUNT) == [(0,)]
