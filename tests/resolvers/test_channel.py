"""A channel reads one snapshot on the driver's own connection, and its values are the driver's."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from resolvers.errors import TooExpensive, Unsupported
from resolvers.metadata.channel import open_channel
from resolvers.metadata.engine import open_engine, read_snapshot, write_transaction
from resolvers.settings import Settings
from tests.resolvers.channels import COUNT, ENDLESS, HASTY, PATIENT, add, borrowed


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
