"""Whatever goes wrong on a channel is told as what it means, and leaves the pool whole."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from resolvers.errors import Invalid, Unavailable
from resolvers.metadata.channel import open_channel
from resolvers.metadata.engine import open_engine, write_transaction
from resolvers.settings import Settings
from tests.resolvers.channels import HASTY, PATIENT, Setting, borrowed, waiting
from tests.resolvers.postgres import Postgres


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
