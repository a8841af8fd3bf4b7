"""A connection is held by nobody for ever: who sends slowly or endlessly, or does not read, is hung up on."""

import socket
import time
from collections.abc import Callable, Iterator

import pytest

import graph.http.connection as module
from tests.http.server import ADMIN, TOKENS, Served, served
from tests.stores import SQLiteStore
from tests.world import World

HEAD = (
    f"POST /graphql HTTP/1.1\r\nhost: here\r\nauthorization: Bearer {ADMIN}\r\ncontent-type: application/json\r\n"
).encode()
QUERY = b'{"query": "{ viewer { name } }"}'
LARGE = b'{"query": "{ dagRuns(first: 1000) { nodes { runId conf } } }"}'


@pytest.fixture
def server(sqlite_store: SQLiteStore) -> Iterator[Served]:
    """Serve a world with runs of 40 MB of configurations, to clients who have two seconds to send."""
    world = World.open(sqlite_store.database("3.3"), "3.3", tokens=TOKENS, request_timeout=2)
    with world.together():
        world.dag("large")
        for number in range(40):
            world.run("large", f"run{number}", number, conf={"text": "x" * 1_000_000})
    with served(world) as told:
        yield told
    world.close()


def connected(server: Served) -> socket.socket:
    """Return a connection that gives up after a while."""
    host, _, port = server.address.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=60)


def request(body: bytes) -> bytes:
    return HEAD + f"content-length: {len(body)}\r\n\r\n".encode() + body


def left(connection: socket.socket) -> bytes:
    """Return all that still comes, until the server hangs up."""
    found = b""
    try:
        while part := connection.recv(1_000_000):
            found += part
    except ConnectionResetError:
        pass
    return found


def wait_until(met: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not met():
        assert time.monotonic() < deadline, "never within a minute"
        time.sleep(0.02)


def is_served(server: Served) -> bool:
    return server.post(QUERY).status_code == 200


@pytest.mark.parametrize("sent", [b"", b"P", HEAD, HEAD + b"x-more: "])
def test_who_does_not_send_a_whole_head_is_hung_up_on(
    server: Served, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(module, "_HEAD_SECONDS", 0.3)
    with connected(server) as connection:
        connection.sendall(sent)

        assert left(connection) == b""
    assert is_served(server)


def test_the_next_head_on_a_connection_has_as_long_and_no_longer(
    server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_HEAD_SECONDS", 0.3)
    with connected(server) as connection:
        for _ in range(3):
            connection.sendall(request(QUERY))
            assert connection.recv(100_000).startswith(b"HTTP/1.1 200")
        connection.sendall(HEAD)

        assert left(connection) == b""


def test_a_head_has_a_longest_length(server: Served) -> None:
    with connected(server) as connection:
        told = b""
        try:
            for number in range(2_000):
                connection.sendall(f"x-flood-{number}: {'y' * 200}\r\n".encode() if number else HEAD)
        except OSError:
            # The server need not listen to the end.
            pass
        told = left(connection)

    assert told == b"" or told.startswith(b"HTTP/1.1 431")
    assert is_served(server)


def test_a_long_head_that_is_not_too_long_is_read(server: Served) -> None:
    with connected(server) as connection:
        for _ in range(2):
            connection.sendall(HEAD + b"x-long: " + b"y" * 40_000 + b"\r\n" + request(QUERY).removeprefix(HEAD))

            assert connection.recv(100_000).startswith(b"HTTP/1.1 200")


def test_who_does_not_send_a_whole_body_is_told_so(server: Served) -> None:
    with connected(server) as connection:
        connection.sendall(HEAD + b"content-length: 100\r\n\r\n{")
        told = connection.recv(100_000)

    assert told.startswith(b"HTTP/1.1 400")
    assert b"did not arrive in time" in told
    assert is_served(server)


def test_who_does_not_read_is_hung_up_on(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOOK", 0.2)
    with connected(server) as connection:
        connection.sendall(request(LARGE))
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
        wait_until(lambda: len(module.Connection.unread) == 1)
        wait_until(lambda: not module.Connection.unread)
        told = left(connection)

    assert len(told) < 40_000_000
    assert not module.Connection.unread
    assert is_served(server)


def test_who_reads_is_sent_all_of_it(server: Served) -> None:
    with connected(server) as connection:
        connection.sendall(request(LARGE).replace(b"host: here", b"host: here\r\nconnection: close"))

        assert len(left(connection)) > 40_000_000
    assert not module.Connection.unread


def test_answers_that_nobody_reads_are_held_up_to_a_limit(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_UNREAD", 60_000_000)
    first, second = connected(server), connected(server)
    with first, second:
        first.sendall(request(LARGE))
        assert first.recv(100).startswith(b"HTTP/1.1 200")
        wait_until(lambda: len(module.Connection.unread) == 1)
        second.sendall(request(LARGE).replace(b"host: here", b"host: here\r\nconnection: close"))
        assert second.recv(100).startswith(b"HTTP/1.1 200")

        # Who began to wait first is hung up on.
        assert len(left(first)) < 40_000_000
        assert len(left(second)) > 39_000_000
