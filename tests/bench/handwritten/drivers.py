"""Who carries the statements of an answer to the database: a few connections of one driver."""

import asyncio
import queue
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import asyncpg  # type: ignore[import-untyped]
import psycopg
from psycopg.adapt import Loader

from tests.bench.handwritten.asking import Answering, Rows

CONNECTIONS = 4


class Driver(Protocol):
    """Answers."""

    async def open(self) -> None:
        """Connect."""

    async def answer(self, answering: Answering) -> bytes:
        """Run the statements of an answer until it is there."""


class _Raw(Loader):
    """JSON as it comes: it is sent on, not read."""

    def load(self, data: "bytes | bytearray | memoryview") -> bytes:
        return bytes(data)


class _RawBinary(_Raw):
    format = psycopg.pq.Format.BINARY


def _prepare(connection: Any) -> None:
    connection.prepare_threshold = 0
    connection.prepared_max = None
    for loader in (_Raw, _RawBinary):
        connection.adapters.register_loader("json", loader)


class PsycopgThreads:
    """Psycopg as a server that waits for nobody: each answer on a thread, one hop for all its statements."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._free: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._threads = ThreadPoolExecutor(CONNECTIONS)

    async def open(self) -> None:
        for _ in range(CONNECTIONS):
            connection = psycopg.connect(self._url, autocommit=True, options="-c timezone=UTC")
            _prepare(connection)
            self._free.put(psycopg.RawCursor(connection))

    async def answer(self, answering: Answering) -> bytes:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._run, answering)

    def _run(self, answering: Answering) -> bytes:
        cursor = self._free.get()
        try:
            statement, values = next(answering)
            while True:
                cursor.execute(statement, values, prepare=True, binary=True)
                statement, values = answering.send(cursor.fetchall())
        except StopIteration as end:
            return bytes(end.value)
        finally:
            self._free.put(cursor)


class PsycopgLoop:
    """Psycopg on the event loop."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._free: asyncio.Queue[Any] = asyncio.Queue()

    async def open(self) -> None:
        for _ in range(CONNECTIONS):
            connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True, options="-c timezone=UTC")
            _prepare(connection)
            self._free.put_nowait(psycopg.AsyncRawCursor(connection))

    async def answer(self, answering: Answering) -> bytes:
        cursor = await self._free.get()
        try:
            statement, values = next(answering)
            while True:
                await cursor.execute(statement, values, prepare=True, binary=True)
                statement, values = answering.send(await cursor.fetchall())
        except StopIteration as end:
            return bytes(end.value)
        finally:
            self._free.put_nowait(cursor)


class Asyncpg:
    """Asyncpg, its statements prepared and kept."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._free: asyncio.Queue[tuple[Any, dict[str, Any]]] = asyncio.Queue()

    async def open(self) -> None:
        for _ in range(CONNECTIONS):
            connection = await asyncpg.connect(self._url, server_settings={"timezone": "UTC"})
            await connection.set_type_codec("json", encoder=bytes, decoder=bytes, schema="pg_catalog", format="binary")
            self._free.put_nowait((connection, {}))

    async def answer(self, answering: Answering) -> bytes:
        connection, prepared = held = await self._free.get()
        try:
            statement, values = next(answering)
            while True:
                known = prepared.get(statement)
                if known is None:
                    known = prepared[statement] = await connection.prepare(statement)
                statement, values = answering.send(await known.fetch(*values))
        except StopIteration as end:
            return bytes(end.value)
        finally:
            self._free.put_nowait(held)


class SQLite:
    """SQLite in the server's own process, on its only thread: there is nothing to wait for."""

    def __init__(self, url: str) -> None:
        self._path = url.removeprefix("sqlite:///")

    async def open(self) -> None:
        self._connection = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, isolation_level=None)

    async def answer(self, answering: Answering) -> bytes:
        try:
            statement, values = next(answering)
            while True:
                rows: Rows = self._connection.execute(statement, values).fetchall()
                statement, values = answering.send(rows)
        except StopIteration as end:
            return bytes(end.value)


DRIVERS: dict[str, Callable[[str], Driver]] = {
    "psycopg-threads": PsycopgThreads,
    "psycopg-loop": PsycopgLoop,
    "asyncpg": Asyncpg,
    "sqlite3": SQLite,
}
