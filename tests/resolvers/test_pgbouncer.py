"""Behind PgBouncer in transaction mode, where each transaction may meet another server connection, all holds."""

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import psycopg
import pytest
from sqlalchemy import make_url, text

from resolvers.errors import TooExpensive, Unavailable
from resolvers.metadata.channel import Channel, open_channel
from resolvers.metadata.engine import open_engine, read_snapshot, write_transaction
from resolvers.settings import Settings
from tests.resolvers.postgres import Postgres

BOUNCER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")

pytestmark = pytest.mark.skipif(BOUNCER is None, reason="pgbouncer is not installed")


@pytest.fixture
def url(postgres: Postgres, tmp_path: Path) -> Iterator[str]:
    """Name the same database, through two server connections that all clients share."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = make_url(postgres.url)
    configuration = tmp_path / "pgbouncer.ini"
    configuration.write_text(
        f"[databases]\nairflow = host={server.query['host']} dbname=airflow user=postgres\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
        "pool_mode = transaction\ndefault_pool_size = 2\n"
    )
    # It refuses to run as root; the user that pgserver makes may open the server's socket.
    command = [str(BOUNCER), *(["-u", "pgserver"] if os.geteuid() == 0 else []), str(configuration)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        address = f"postgresql://anybody@127.0.0.1:{port}/airflow"
        wait_for(address)
        yield address
        process.terminate()


def wait_for(address: str) -> None:
    for _ in range(100):
        try:
            psycopg.connect(address).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("pgbouncer did not start")


def test_many_clients_share_few_server_connections_and_nothing_is_left_behind(url: str) -> None:
    engine = open_engine(url, Settings(pool_size=8, statement_timeout=7, lock_timeout=3))
    with write_transaction(engine) as connection:
        connection.execute(text("DROP TABLE IF EXISTS shared"))
        connection.execute(text("CREATE TABLE shared (id integer PRIMARY KEY)"))
    shown = text("SELECT current_setting('statement_timeout'), current_setting('TimeZone'), pg_backend_pid()")
    seen: list[tuple[str, str, int]] = []

    def client(number: int) -> None:
        for turn in range(10):
            with write_transaction(engine) as connection:
                connection.execute(text("INSERT INTO shared VALUES (:id)"), {"id": number * 100 + turn})
            with read_snapshot(engine) as connection:
                row = connection.execute(shown).one()
                seen.append((row[0], row[1], row[2]))

    clients = [threading.Thread(target=client, args=(number,)) for number in range(8)]
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()
    with read_snapshot(engine) as connection:
        count = connection.execute(text("SELECT count(*) FROM shared")).scalar_one()
    engine.dispose()
    with psycopg.connect(url, autocommit=True) as plain:
        left = plain.execute("SHOW statement_timeout").fetchone()
    assert count == 80
    assert {row[:2] for row in seen} == {("7s", "UTC")}
    assert len({row[2] for row in seen}) == 2
    assert left == ("0",)


def test_a_slow_statement_is_given_up_there_too(url: str) -> None:
    engine = open_engine(url, Settings(statement_timeout=0.2))
    sleep = text("SELECT pg_sleep(20)")
    with pytest.raises(TooExpensive), read_snapshot(engine) as connection:
        connection.execute(sleep)
    engine.dispose()


OURS = ["statement_timeout", "lock_timeout", "TimeZone", "search_path", "default_transaction_read_only"]


def shown(url: str) -> list[object]:
    """Return what another client of the pooler meets on both server connections."""
    met: list[object] = []
    with psycopg.connect(url) as one, psycopg.connect(url) as two:
        for client in (one, two):
            met.append([client.execute(f"SHOW {name}".encode()).fetchone() for name in OURS])
            met.append(client.execute("SELECT count(*) FROM pg_prepared_statements").fetchone())
    return met


@pytest.mark.parametrize("setting", ["auto", False])
def test_what_channels_are_told_reaches_no_other_client(url: str, setting: bool | Literal["auto"]) -> None:
    before = shown(url)
    settings = Settings(pool_size=6, statement_timeout=7, lock_timeout=3, prepared_statements=setting)
    engine = open_engine(url, settings, schema="some schema")
    told: set[tuple[object, ...]] = set()
    pids: set[object] = set()

    def client(number: int) -> None:
        for turn in range(10):
            with open_channel(engine, alone=turn % 2 == 0) as channel:
                for _ in range(1 if turn % 2 == 0 else 3):
                    [(pid, *rest)] = channel.run(
                        "SELECT pg_backend_pid(), %(number)s::int, current_setting('statement_timeout'), "
                        "current_setting('TimeZone'), current_setting('search_path'), "
                        "current_setting('transaction_read_only')",
                        {"number": number},
                    )
                    told.add(tuple(rest))
                    pids.add(pid)

    clients = [threading.Thread(target=client, args=(number,)) for number in range(6)]
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()
    after = shown(url)
    engine.dispose()
    assert told == {(number, "7s", "UTC", '"some schema"', "on") for number in range(6)}
    assert len(pids) == 2
    assert after == before == shown(url)


@pytest.mark.parametrize("alone", [False, True])
def test_a_slow_statement_of_a_channel_is_given_up_there_too(url: str, *, alone: bool) -> None:
    engine = open_engine(url, Settings(statement_timeout=0.2))
    with open_channel(engine, alone=alone) as channel:
        for _ in range(2):
            with pytest.raises(TooExpensive):
                channel.run("SELECT pg_sleep(20)")
    engine.dispose()


def test_a_cancelled_statement_ends_in_the_database_behind_it(url: str, postgres: Postgres) -> None:
    engine = open_engine(url, Settings())
    running = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%%' AND state = %s"
    with open_channel(engine) as channel:
        cancelling = threading.Timer(0, lambda: cancel_when(lambda: postgres.rows(running, "active"), channel))
        cancelling.start()
        with pytest.raises(Unavailable, match="given up"):
            channel.run("SELECT pg_sleep(50)")
        cancelling.join()
    assert postgres.rows(running, "active") == []
    with open_channel(engine) as channel:
        assert channel.run("SELECT 1") == [(1,)]
    engine.dispose()


def cancel_when(happens: Callable[[], object], channel: Channel) -> None:
    while not happens():
        time.sleep(0.02)
    channel.cancel()


def test_prepared_statements_that_get_mixed_up_are_told_with_their_cure(url: str) -> None:
    engine = open_engine(url, Settings(prepared_statements=True))
    other = open_engine(url, Settings())

    def ask() -> None:
        with open_channel(engine) as channel:
            channel.run("SELECT %(n)s::integer", {"n": 1})

    for _ in range(3):
        ask()
    with read_snapshot(other) as holding:
        # Now somebody else has the server connection on which our statement was prepared.
        holding.execute(text("SELECT 1"))
        with pytest.raises(Unavailable, match="prepared statements") as raised:
            ask()
    engine.dispose()
    other.dispose()
    assert "AIRFLOW_GRAPH_PREPARED_STATEMENTS=auto" in str(raised.value.hint)
