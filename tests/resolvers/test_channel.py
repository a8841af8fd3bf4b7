"""A channel reads one snapshot on the driver's own connection, can be given up, and leaves the pool whole."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest
from sqlalchemy import URL, Engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from resolvers.errors import Invalid, Problem, TooExpensive, Unavailable, Unsupported
from resolvers.metadata.channel import Channel, open_channel
from resolvers.metadata.engine import open_engine, read_snapshot, write_transaction
from resolvers.settings import Settings
from tests.resolvers.postgres import Postgres

HASTY = Settings(statement_timeout=0.3, lock_timeout=0.2, pool_size=3, pool_timeout=0.2)
PATIENT = Settings(statement_timeout=60, pool_size=3)

Setting = bool | Literal["auto"]

ENDLESS = {
    "postgresql": "SELECT pg_sleep(50)",
    "sqlite": "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
}
COUNT = "SELECT count(*) FROM seen"


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


def add(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        connection.execute(text("INSERT INTO seen VALUES (1)"))


def borrowed(engine: Engine) -> int:
    assert isinstance(engine.pool, QueuePool)
    return engine.pool.checkedout()


def waiting(engine: Engine) -> int:
    assert isinstance(engine.pool, QueuePool)
    return engine.pool.checkedin()


def test_nothing_is_borrowed_before_the_first_statement_nor_kept_after_the_last(engine: Engine) -> None:
    with open_channel(engine) as channel:
        before = borrowed(engine)
        channel.run("SELECT 1")
        during = borrowed(engine)
    assert (before, during, borrowed(engine)) == (0, 1, 0)


def test_all_statements_see_the_database_as_it_was_at_the_first(engine: Engine) -> None:
    with open_channel(engine) as channel:
        add(engine)
        first = channel.run(COUNT)
        add(engine)
        assert (first, channel.run(COUNT)) == ([(1,)], [(1,)])
    with open_channel(engine) as channel:
        assert channel.run(COUNT) == [(2,)]


def test_statements_that_stand_alone_are_each_a_snapshot_and_give_their_connection_back_at_once(engine: Engine) -> None:
    with open_channel(engine, alone=True) as channel:
        first = channel.run(COUNT)
        assert borrowed(engine) == 0
        add(engine)
        assert (first, channel.run(COUNT)) == ([(0,)], [(1,)])


def test_a_lone_statement_needs_no_transaction_on_a_direct_connection(direct: Engine) -> None:
    with open_channel(direct, alone=True) as channel:
        [(isolation,)] = channel.run("SHOW transaction_isolation")
        [(mode,)] = channel.run("SHOW transaction_read_only")
    assert (isolation, mode) == ("read committed", "on")


@pytest.mark.parametrize("alone", [False, True])
def test_a_channel_cannot_write_and_its_connection_can_again(engine: Engine, *, alone: bool) -> None:
    with open_channel(engine, alone=alone) as channel, pytest.raises(Unsupported, match="only be read"):
        channel.run("INSERT INTO seen VALUES (1)")
    add(engine)


def test_values_are_those_that_the_driver_gives_sqlalchemy(direct: Engine) -> None:
    moment = "'2026-03-01T12:00:00.123456+05:30'::timestamptz"
    with write_transaction(direct) as connection:
        connection.execute(text("DROP TYPE IF EXISTS mood"))
        connection.execute(text("CREATE TYPE mood AS ENUM ('fine', 'failed')"))
    expressions = [
        *("'text é'::text", "'id'::varchar(250)", "7::int2", "7::int4", f"{2**40}::int8", "0.1::float8", "0.1::float4"),
        *("'inf'::float8", "1.50::numeric", "true", moment, "'2026-03-01'::date", "'2026-03-01T12:00'::timestamp"),
        *("""'{"a": [1, null]}'::jsonb""", """'{"a": "b"}'::json""", r"'\x00ff'::bytea", "interval '1 day 2 s'"),
        *("'0190b3c2-0000-7000-8000-000000000000'::uuid", "NULL::text", "ARRAY['a', NULL]", "ARRAY[1, 2]", "''"),
        *("'{}'::varchar[]", "'fine'::mood", "'a'::name", "'x'::char(3)", "'[1,5)'::int4range", "'10.0.0.1'::inet"),
    ]
    for expression in [*expressions, ", ".join(expressions[:-4])]:
        statement = f"SELECT {expression}"
        with read_snapshot(direct) as connection:
            [expected] = connection.exec_driver_sql(statement).all()
        with open_channel(direct) as channel:
            # As text, then prepared, and in binary form where that is known to be the same.
            rows = [row for _ in range(3) for row in channel.run(statement)]
        assert rows == [tuple(expected)] * 3
        assert {tuple(map(type, row)) for row in rows} == {tuple(map(type, expected))}


def test_moments_are_in_utc_itself(direct: Engine) -> None:
    with open_channel(direct) as channel:
        for _ in range(3):
            [(moment,)] = channel.run("SELECT '2026-03-01T12:00:00+05:30'::timestamptz")
            assert moment == datetime(2026, 3, 1, 6, 30, tzinfo=UTC)
            assert moment.tzinfo is UTC


def test_parameters_of_every_kind_arrive(direct: Engine) -> None:
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    statement = (
        "SELECT %(text)s::text, %(text)s || '%%', %(number)s::bigint, %(none)s::text, "
        "%(moment)s::timestamptz, %(ids)s::varchar[], %(flag)s::bool, %(numbers)s::int[]"
    )
    lists: list[tuple[list[str | None], list[int | None]]] = [
        (["a", 'b,"{}\\'], [1]),
        ([], []),
        ([None], [None]),
        (["é", None], [70_000, None]),
    ]
    with open_channel(direct) as channel:
        for number in (1, 70_000, 2**40, 2):
            for ids, numbers in lists:
                given = {"text": "50 %s", "number": number, "none": None, "moment": moment, "ids": ids, "flag": False}
                expected = ("50 %s", "50 %s%", number, None, moment, ids, False, numbers)
                assert channel.run(statement, {**given, "numbers": numbers}) == [expected]
        assert channel.run("SELECT %s::int + %s::int", (1, 2)) == [(3,)]
        assert channel.run("SELECT length(%(long)s::text)", {"long": "x" * 3_000_000}) == [(3_000_000,)]


def test_sqlite_takes_its_parameters_in_order(file: Path) -> None:
    engine = open_engine(f"sqlite:///{file}", PATIENT)
    with open_channel(engine) as channel:
        assert channel.run("SELECT ? || '%', ?, ?", ("a", None, b"\x00")) == [("a%", None, b"\x00")]
    engine.dispose()


@pytest.mark.parametrize("alone", [False, True])
def test_a_statement_that_takes_too_long_is_given_up(open_with: Callable[[Settings], Engine], *, alone: bool) -> None:
    engine = open_with(HASTY)
    with open_channel(engine, alone=alone) as channel:
        with pytest.raises(TooExpensive, match="statement_timeout"):
            channel.run(ENDLESS[engine.dialect.name])
        assert channel.run(COUNT) == [(0,)]
    assert borrowed(engine) == 0


def test_the_time_of_a_statement_counts_from_its_own_start(open_with: Callable[[Settings], Engine]) -> None:
    with open_channel(open_with(HASTY)) as channel:
        for _ in range(3):
            threading.Event().wait(0.2)
            assert channel.run(COUNT) == [(0,)]


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


def test_our_own_mistakes_are_no_problems_of_the_client_and_tell_no_values(direct: Engine) -> None:
    with open_channel(direct) as channel:
        with pytest.raises(DBAPIError, match="no_such_table") as raised:
            channel.run("SELECT * FROM no_such_table WHERE x = %(value)s", {"value": "s3cr3t"})
        assert channel.run("SELECT 1") == [(1,)]
    assert "s3cr3t" not in str(raised.value)


def test_a_parameter_that_is_missing_leaves_the_pool_whole(direct: Engine) -> None:
    with open_channel(direct) as channel, pytest.raises(KeyError):
        channel.run("SELECT %(missing)s", {})
    assert borrowed(direct) == 0


@pytest.mark.parametrize("value", ["half a character: \ud800", "nul \x00"])
def test_texts_that_postgresql_cannot_hold_are_the_clients_mistake(direct: Engine, value: str) -> None:
    for type_, given in (("text", value), ("text[]", [value])):
        with open_channel(direct) as channel, pytest.raises(Invalid):
            channel.run(f"SELECT %(value)s::{type_}", {"value": given})


def test_numbers_that_no_database_holds_are_the_clients_mistake(engine: Engine) -> None:
    place, values = ("?", (10**30,)) if engine.dialect.name == "sqlite" else ("%s::int", (2**40,))
    with open_channel(engine) as channel, pytest.raises(Invalid):
        channel.run(f"SELECT {place}", values)


def test_when_all_connections_are_in_use_the_answer_says_so(open_with: Callable[[Settings], Engine]) -> None:
    engine = open_with(HASTY)
    held = [engine.connect() for _ in range(HASTY.pool_size)]
    with open_channel(engine) as channel, pytest.raises(Unavailable, match="in use"):
        channel.run("SELECT 1")
    for connection in held:
        connection.close()


def test_a_server_that_cannot_be_reached_is_told_without_the_password() -> None:
    engine = open_engine("postgresql://bob:s3cr3t@127.0.0.1:1/airflow", PATIENT)
    with open_channel(engine) as channel, pytest.raises(Unavailable, match="cannot be reached") as raised:
        channel.run("SELECT 1")
    assert "s3cr3t" not in f"{raised.value} {raised.value.__cause__}"


def test_a_sqlite_file_that_vanishes_is_told(file: Path) -> None:
    engine = open_engine(f"sqlite:///{file}", PATIENT)
    file.unlink()
    with open_channel(engine) as channel, pytest.raises(Unavailable, match="cannot be opened"):
        channel.run("SELECT 1")


@pytest.mark.parametrize("alone", [False, True])
def test_connections_that_the_server_closed_meanwhile_are_replaced(
    direct: Engine, postgres: Postgres, *, alone: bool
) -> None:
    open_ones = [direct.connect() for _ in range(PATIENT.pool_size)]
    pids = [connection.execute(text("SELECT pg_backend_pid()")).scalar() for connection in open_ones]
    for connection in open_ones:
        connection.close()
    for pid in pids:
        postgres.rows("SELECT pg_terminate_backend(%s, 2000)", pid)
    with open_channel(direct, alone=alone) as channel:
        assert channel.run("SELECT 1") == [(1,)]
    # Nobody else has to find out.
    assert waiting(direct) == 1
    with write_transaction(direct) as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1


def test_a_connection_that_breaks_in_the_middle_is_told_as_lost_and_not_used_again(direct: Engine) -> None:
    with open_channel(direct) as channel:
        channel.run("SELECT 1")
        with pytest.raises(Unavailable, match="lost"):
            channel.run("SELECT pg_terminate_backend(pg_backend_pid())")
        assert channel.run("SELECT 1") == [(1,)]
    assert borrowed(direct) == 0


@pytest.mark.parametrize(("setting", "expected"), [(False, 0), ("auto", 1), (True, 1)])
def test_a_statement_is_prepared_when_it_comes_again_where_the_setting_lets_it(
    postgres: Postgres, setting: Setting, expected: int
) -> None:
    engine = open_engine(postgres.url, Settings(prepared_statements=setting))
    with open_channel(engine) as channel:
        for number in range(5):
            channel.run("SELECT %(n)s::integer", {"n": number})
        kept = channel.run("SELECT count(*) FROM pg_prepared_statements")
    engine.dispose()
    assert kept == [(expected,)]


def test_a_connection_keeps_a_bounded_number_of_prepared_statements(direct: Engine) -> None:
    with open_channel(direct) as channel:
        for number in range(250):
            for _ in range(2):
                channel.run(f"SELECT {number}")
        [(kept,)] = channel.run("SELECT count(*) FROM pg_prepared_statements")
        assert channel.run("SELECT 0") == [(0,)]
    assert 100 < kept <= 200


def test_writes_that_are_undone_leave_prepared_statements_where_they_are(direct: Engine) -> None:
    for _ in range(3):
        with open_channel(direct) as channel:
            assert channel.run("SELECT 'kept'") == [("kept",)]
        with pytest.raises(DBAPIError), write_transaction(direct) as connection:
            connection.execute(text("SELECT * FROM no_such_table"))


def migrate(engine: Engine, type_: str) -> None:
    with write_transaction(engine) as connection:
        connection.execute(text("DROP TABLE IF EXISTS migrated"))
        connection.execute(text(f"CREATE TABLE migrated (value {type_})"))
        connection.execute(text("INSERT INTO migrated VALUES ('1')"))


@pytest.mark.parametrize("setting", ["auto", False])
def test_a_migration_changes_what_a_statement_that_is_known_returns(postgres: Postgres, setting: Setting) -> None:
    engine = open_engine(postgres.url, Settings(prepared_statements=setting))
    for type_, value in (("text", "1"), ("jsonb", 1), ("varchar(5)", "1")):
        migrate(engine, type_)
        for _ in range(3):
            with open_channel(engine) as channel:
                assert channel.run("SELECT * FROM migrated") == [(value,)]
    engine.dispose()


def test_a_migration_in_the_middle_of_a_snapshot_is_told_and_over_with_the_next(direct: Engine) -> None:
    migrate(direct, "text")
    with open_channel(direct) as channel:
        for _ in range(3):
            channel.run("SELECT * FROM migrated")
    with open_channel(direct) as channel:
        channel.run("SELECT 1")
        other = open_engine(direct.url, PATIENT)
        migrate(other, "jsonb")
        other.dispose()
        with pytest.raises(Unavailable, match="lost"):
            channel.run("SELECT * FROM migrated")
        assert channel.run("SELECT * FROM migrated") == [(1,)]


def test_many_threads_each_with_its_channel_share_the_pool(engine: Engine) -> None:
    answers: list[object] = []

    def client(number: int) -> None:
        for turn in range(20):
            with open_channel(engine, alone=turn % 2 == 0) as channel:
                answers.append(channel.run(f"SELECT {number}, {turn}") == [(number, turn)])

    clients = [threading.Thread(target=client, args=(number,)) for number in range(6)]
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()
    assert answers == [True] * 120
    assert borrowed(engine) == 0
