"""The database is opened without being changed, asked in transactions of two kinds, and fails in words."""

import sqlite3
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pymysql
import pytest
from sqlalchemy import URL, Connection, Engine, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from resolvers.errors import Conflict, Invalid, Problem, TooExpensive, Unavailable, Unsupported
from resolvers.metadata.engine import as_problem, is_transient, open_engine, read_snapshot, write_transaction
from resolvers.settings import Settings
from tests.resolvers.postgres import Postgres

HASTY = Settings(statement_timeout=0.3, lock_timeout=0.2, pool_size=3, pool_timeout=0.2)

ENDLESS = {
    "postgresql": "SELECT pg_sleep(20)",
    "sqlite": "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "it's 100% #1.db"
    sqlite3.connect(path).close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, file: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        opened = open_engine(URL.create("sqlite", database=str(file)), HASTY)
    else:
        opened = open_engine(request.getfixturevalue("postgres").url, HASTY)
    with write_transaction(opened) as connection:
        connection.execute(text("DROP TABLE IF EXISTS child"))
        connection.execute(text("DROP TABLE IF EXISTS parent"))
        connection.execute(text("CREATE TABLE parent (id integer PRIMARY KEY, name varchar(20))"))
        connection.execute(text("CREATE TABLE child (parent integer REFERENCES parent (id))"))
        connection.execute(text("INSERT INTO parent VALUES (1, 'one')"))
    yield opened
    opened.dispose()


def add(connection: Connection) -> None:
    connection.execute(text("INSERT INTO parent VALUES (2, 'two')"))


def add_and_fail(connection: Connection) -> None:
    add(connection)
    raise KeyError


def names(connection: Connection) -> list[str]:
    return list(connection.execute(text("SELECT name FROM parent ORDER BY id")).scalars())


def test_a_write_is_kept_when_its_body_ends(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        add(connection)
    with read_snapshot(engine) as connection:
        assert names(connection) == ["one", "two"]


def test_a_write_is_undone_whole_when_its_body_raises(engine: Engine) -> None:
    with pytest.raises(KeyError), write_transaction(engine) as connection:
        add_and_fail(connection)
    with read_snapshot(engine) as connection:
        assert names(connection) == ["one"]


def test_a_plain_transaction_of_the_engine_is_one_too(engine: Engine) -> None:
    with pytest.raises(KeyError), engine.begin() as connection:
        add_and_fail(connection)
    with engine.connect() as connection:
        assert names(connection) == ["one"]


def test_a_snapshot_does_not_see_what_is_committed_after_its_first_statement(postgres: Postgres, file: Path) -> None:
    sqlite3.connect(file).execute("PRAGMA journal_mode=WAL").connection.close()
    for url in (postgres.url, f"sqlite:///{file}"):
        engine = open_engine(url, HASTY)
        with write_transaction(engine) as connection:
            connection.execute(text("DROP TABLE IF EXISTS seen"))
            connection.execute(text("CREATE TABLE seen (n integer)"))
        with read_snapshot(engine) as reading:
            before = reading.execute(text("SELECT count(*) FROM seen")).scalar()
            with write_transaction(engine) as writing:
                writing.execute(text("INSERT INTO seen VALUES (1)"))
            after = reading.execute(text("SELECT count(*) FROM seen")).scalar()
        with read_snapshot(engine) as reading:
            later = reading.execute(text("SELECT count(*) FROM seen")).scalar()
        engine.dispose()
        assert (before, after, later) == (0, 0, 1)


def test_a_snapshot_cannot_write(engine: Engine) -> None:
    with pytest.raises(Unsupported, match="only be read"), read_snapshot(engine) as connection:
        add(connection)
    with write_transaction(engine) as connection:
        add(connection)


def test_a_statement_that_takes_too_long_is_given_up(engine: Engine) -> None:
    for transaction in (read_snapshot, write_transaction):
        with (
            pytest.raises(TooExpensive, match="statement_timeout") as told,
            transaction(engine) as connection,
        ):
            connection.execute(text(ENDLESS[engine.dialect.name])).all()
        assert not is_transient(told.value)
    with read_snapshot(engine) as connection:
        assert names(connection) == ["one"]


def test_the_time_of_a_statement_counts_from_its_own_start(engine: Engine) -> None:
    with read_snapshot(engine) as connection:
        for _ in range(3):
            threading.Event().wait(0.2)
            assert names(connection) == ["one"]


def test_rows_that_others_hold_are_waited_for_only_so_long_and_may_be_tried_again(engine: Engine) -> None:
    with write_transaction(engine) as holding:
        holding.execute(text("UPDATE parent SET name = 'held' WHERE id = 1"))
        with pytest.raises(Unavailable, match="lock_timeout") as told, write_transaction(engine) as waiting:
            waiting.execute(text("UPDATE parent SET name = 'mine' WHERE id = 1"))
    assert is_transient(told.value)
    with read_snapshot(engine) as connection:
        assert names(connection) == ["held"]


def test_a_deadlock_is_told_as_one_that_may_be_tried_again(postgres: Postgres) -> None:
    engine = open_engine(postgres.url, Settings(lock_timeout=30))
    with write_transaction(engine) as connection:
        connection.execute(text("DROP TABLE IF EXISTS lane"))
        connection.execute(text("CREATE TABLE lane (id integer PRIMARY KEY)"))
        connection.execute(text("INSERT INTO lane VALUES (1), (2)"))
    both_inside = threading.Barrier(2)
    told: list[Problem] = []

    def drive(first: int, second: int) -> None:
        lock = text("SELECT 1 FROM lane WHERE id = :id FOR UPDATE")
        try:
            with write_transaction(engine) as connection:
                connection.execute(lock, {"id": first})
                both_inside.wait(timeout=10)
                connection.execute(lock, {"id": second})
        except Problem as problem:
            told.append(problem)

    drivers = [threading.Thread(target=drive, args=lane) for lane in ((1, 2), (2, 1))]
    for driver in drivers:
        driver.start()
    for driver in drivers:
        driver.join()
    engine.dispose()
    assert [type(problem) for problem in told] == [Unavailable]
    assert is_transient(told[0])


def test_a_taken_key_is_a_conflict(engine: Engine) -> None:
    with pytest.raises(Conflict, match="same identity") as told, write_transaction(engine) as connection:
        connection.execute(text("INSERT INTO parent VALUES (1, 'another')"))
    assert not is_transient(told.value)


def test_foreign_keys_are_enforced_on_every_backend(engine: Engine) -> None:
    with pytest.raises(Conflict, match="refers to"), write_transaction(engine) as connection:
        connection.execute(text("INSERT INTO child VALUES (99)"))


@pytest.mark.parametrize("value", ["half a character: \ud800", 10**30])
def test_values_that_no_database_holds_are_the_clients_mistake(engine: Engine, value: object) -> None:
    column = "name" if isinstance(value, str) else "id"
    with pytest.raises(Invalid), write_transaction(engine) as connection:
        connection.execute(text(f"UPDATE parent SET {column} = :value"), {"value": value})


def test_texts_that_postgresql_cannot_hold_are_the_clients_mistake(postgres: Postgres) -> None:
    engine = open_engine(postgres.url, HASTY)
    with write_transaction(engine) as connection:
        connection.execute(text("DROP TABLE IF EXISTS held"))
        connection.execute(text("CREATE TABLE held (short varchar(5), document jsonb, number integer)"))
    for column, value in (
        ("short", "longer than five"),
        ("short", "nul \x00"),
        ("document", '{"nul": "\\u0000"}'),
        ("number", 3_000_000_000),
    ):
        insert = f"INSERT INTO held ({column}) VALUES (%(value)s)"
        with pytest.raises(Invalid), write_transaction(engine) as connection:
            connection.exec_driver_sql(insert, {"value": value})
    engine.dispose()


def test_our_own_mistakes_are_not_dressed_up_as_the_clients(engine: Engine) -> None:
    with pytest.raises(Exception, match="no_such_table") as raised, read_snapshot(engine) as connection:
        connection.execute(text("SELECT * FROM no_such_table"))
    assert not isinstance(raised.value, Problem)
    assert not is_transient(raised.value)


def test_values_do_not_appear_in_error_texts(postgres: Postgres) -> None:
    engine = open_engine(postgres.url, HASTY)
    with pytest.raises(ProgrammingError) as raised, read_snapshot(engine) as connection:
        connection.execute(text("SELECT * FROM no_such_table WHERE x = :value"), {"value": "s3cr3t"})
    engine.dispose()
    assert "s3cr3t" not in str(raised.value)


def test_when_all_connections_are_in_use_the_answer_says_so(engine: Engine) -> None:
    held = [engine.connect() for _ in range(HASTY.pool_size)]
    with pytest.raises(Unavailable, match="in use"), read_snapshot(engine):
        pass
    for connection in held:
        connection.close()


def test_connections_that_the_server_closed_meanwhile_are_replaced(postgres: Postgres) -> None:
    engine = open_engine(postgres.url, Settings(pool_size=3))
    open_ones = [engine.connect() for _ in range(3)]
    pids = [connection.execute(text("SELECT pg_backend_pid()")).scalar() for connection in open_ones]
    for connection in open_ones:
        connection.close()
    for pid in pids:
        postgres.rows("SELECT pg_terminate_backend(%s, 2000)", pid)
    for transaction in (read_snapshot, write_transaction, read_snapshot):
        with transaction(engine) as connection:
            assert connection.execute(text("SELECT 1")).scalar() == 1
    engine.dispose()


def test_a_connection_that_breaks_in_the_middle_is_told_as_lost(postgres: Postgres) -> None:
    engine = open_engine(postgres.url, HASTY)
    end_yourself = text("SELECT pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(Unavailable, match="lost"), read_snapshot(engine) as connection:
        connection.execute(end_yourself)
    engine.dispose()


KEPT = ["statement_timeout", "lock_timeout", "TimeZone", "search_path"]


@pytest.mark.parametrize("setting", ["auto", False])
def test_transactions_of_postgresql_know_everything(postgres: Postgres, setting: bool | Literal["auto"]) -> None:
    settings = Settings(statement_timeout=0.3, lock_timeout=0.2, prepared_statements=setting)
    engine = open_engine(postgres.url, settings, schema="some schema")
    names = [*KEPT, "transaction_isolation", "transaction_read_only"]
    shown = text("SELECT " + ", ".join(f"current_setting('{name}')" for name in names))
    with read_snapshot(engine) as connection:
        reading = tuple(connection.execute(shown).one())
    with write_transaction(engine) as connection:
        writing = tuple(connection.execute(shown).one())
    with engine.begin() as connection:
        plain = tuple(connection.execute(shown).one())
    engine.dispose()
    assert reading == ("300ms", "200ms", "UTC", '"some schema"', "repeatable read", "on")
    assert writing == plain == ("300ms", "200ms", "UTC", '"some schema"', "read committed", "off")


@pytest.mark.parametrize("setting", ["auto", True, False])
def test_a_direct_connection_is_told_once_unless_the_setting_says_that_there_is_none(
    postgres: Postgres, setting: bool | Literal["auto"]
) -> None:
    settings = Settings(statement_timeout=0.3, lock_timeout=0.2, prepared_statements=setting)
    engine = open_engine(postgres.url, settings, schema="some schema")
    with write_transaction(engine) as connection:
        connection.execute(text("SELECT 1"))
        driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor:
        left = [cursor.execute(f"SHOW {name}").fetchone()[0] for name in KEPT]
        [at_first] = cursor.execute("SELECT reset_val FROM pg_settings WHERE name = 'TimeZone'").fetchone()
    engine.dispose()
    told = ["300ms", "200ms", "UTC", '"some schema"']
    assert left == (told if setting is not False else ["0", "0", at_first, '"$user", public'])


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql+psycopg2://bob:s3cr3t@127.0.0.1:1/airflow", "server 127.0.0.1 cannot be reached"),
        ("postgresql://bob:s3cr3t@nowhere.invalid/airflow", "server nowhere.invalid cannot be reached"),
        ("postgresql://bob:s3cr3t@/airflow?host=/nowhere", "cannot be reached"),
        ("mysql+mysqldb://bob:s3cr3t@127.0.0.1:1/airflow", "server 127.0.0.1 cannot be reached"),
    ],
)
def test_an_unreachable_server_is_named_without_the_password(url: str, told: str) -> None:
    engine = open_engine(url, Settings())
    with pytest.raises(Unavailable, match=told) as raised, read_snapshot(engine):
        pass
    assert "s3cr3t" not in f"{raised.value} {raised.value.hint} {raised.value.__cause__}"


def test_a_database_or_user_that_the_server_does_not_know_is_named(postgres: Postgres) -> None:
    for url, told in (
        (postgres.url.replace("/airflow?", "/airfow?"), "no database airfow"),
        (postgres.url.replace("postgres@", "nobody:s3cr3t@"), "user nobody"),
    ):
        engine = open_engine(url, Settings())
        with pytest.raises(Unavailable, match=told) as raised, read_snapshot(engine):
            pass
        assert raised.value.hint
        assert "s3cr3t" not in str(raised.value.__cause__)


def test_mysql_without_its_driver_is_told_with_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymysql", None)
    with pytest.raises(Unsupported, match="driver is not installed") as raised:
        open_engine("mysql://u:p@h/airflow", Settings())
    assert "airflow-graph[mysql]" in str(raised.value.hint)


@pytest.mark.parametrize(
    ("code", "problem", "transient"),
    [(1213, Unavailable, True), (1205, Unavailable, True), (3024, TooExpensive, False), (1062, Conflict, False)],
)
@pytest.mark.parametrize("told", [{}, {"sqlstate": "HY000"}], ids=["number", "number and state"])
def test_errors_of_mysql_are_told_by_their_number(
    code: int, problem: type[Problem], told: dict[str, Any], *, transient: bool
) -> None:
    error = DBAPIError("SELECT 1", {}, pymysql.OperationalError(code, "text of the server", **told))
    assert type(as_problem(error)) is problem
    assert is_transient(error) is transient


def test_a_missing_sqlite_file_is_an_error_and_is_not_created(tmp_path: Path) -> None:
    path = tmp_path / "airflow.db"
    with pytest.raises(Unavailable, match=r"no SQLite file .*airflow\.db"):
        open_engine(f"sqlite:///{path}", Settings())
    assert not path.exists()


def test_a_sqlite_file_that_vanishes_is_an_error_and_is_not_created_again(file: Path) -> None:
    engine = open_engine(f"sqlite:///{file}", Settings())
    file.unlink()
    with pytest.raises(Unavailable, match="cannot be opened"), read_snapshot(engine):
        pass
    assert not file.exists()


def test_a_file_that_is_no_database_is_told_as_that(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database at all, whatever its name says " * 20)
    engine = open_engine(f"sqlite:///{path}", Settings())
    with pytest.raises(Unavailable, match="no SQLite database"), read_snapshot(engine) as connection:
        connection.execute(text("SELECT * FROM dag"))


def test_the_journal_of_a_sqlite_file_is_left_as_it_is(file: Path) -> None:
    engine = open_engine(f"sqlite:///{file}", Settings())
    with read_snapshot(engine) as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "delete"
    engine.dispose()


def test_an_error_that_is_not_of_a_database_is_nobodys_problem() -> None:
    assert not is_transient(None)
    assert not is_transient(ValueError())
    assert as_problem(ProgrammingError("SELECT", {}, Exception("syntax"))) is None
