"""The short road to the database, for reads: SQL as text, run on the driver's own connection."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, cast

import psycopg
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from resolvers.metadata.allowance import Allowance
from resolvers.metadata.failures import GIVEN_UP, translated
from resolvers.metadata.lending import LendingPool
from resolvers.metadata.libpq import LibpqWire
from resolvers.metadata.terms import TERMS
from resolvers.metadata.wire import CursorWire, Parameters, Wire

# Where a pooled connection keeps its wire, which remembers the statements that it has run.
_WIRE = "airflow_graph_wire"

# Seconds after which a statement that was told to stop is told again, as the first word may have come before it did.
_AGAIN = (0.02, 0.1, 0.5, 2.0)


class Channel:
    """One read-only snapshot, which begins with its first statement; nothing is asked of the pool before that.

    An error of the database ends it; the next statement begins another one. Statements are run by one thread
    at a time, whichever; `cancel` may come from any other.
    """

    def __init__(self, engine: Engine, *, alone: bool = False, allowance: Allowance | None = None) -> None:
        self._engine = engine
        self._allowance = allowance or Allowance(sys.maxsize)
        self._errors: type[Exception] = engine.dialect.loaded_dbapi.Error
        self._alone = alone
        self._connection: ConnectionPoolEntry | None = None
        # Where it comes from, and goes back to; the engine may have another pool by then.
        self._pool: LendingPool | None = None
        self._wire: Wire | None = None
        # What `cancel` and the thread that runs statements tell each other: held for moments only.
        self._state = threading.Lock()
        self._running = False
        self._given_up = False
        self._struck = False
        # Set where nothing runs any more; there is one where somebody waits for that.
        self._ended: threading.Event | None = None

    def run(self, statement: str, parameters: Parameters = (), *, last: bool = False) -> list[tuple[Any, ...]]:
        """Run a statement, in the paramstyle of the engine's driver and with its values, and return all rows.

        The snapshot may end with what is said to be the `last` statement in it.

        Raises the Problems of `read_snapshot`, Unavailable once the channel was cancelled, and TooExpensive where
        the allowance ends.
        """
        with translated():
            if self._wire is not None:
                return self._run(statement, parameters, last=last)
            try:
                return self._run(statement, parameters, last=last)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                # The server had closed this connection while it lay in the pool, and likely all others. Trying
                # once more costs less than asking each connection first whether it is alive.
                return self._run(statement, parameters, last=last)

    def cancel(self) -> None:
        """Give up what runs, in the database too, and refuse everything that follows.

        To be called from another thread than the one that runs statements. Returns when the statement has
        ended; at the latest after some seconds, when its own timeout is all that remains.
        """
        ended = threading.Event()
        with self._state:
            self._given_up = True
            self._ended = ended
        for pause in _AGAIN:
            # Held while the database is told: the connection must not serve anybody else meanwhile.
            with self._state:
                if not self._running:
                    return
                if self._wire is not None:
                    self._struck = True
                    # Where it cannot be told, its timeout ends it.
                    with suppress(self._errors, SQLAlchemyError):
                        self._wire.cancel(self._engine)
            ended.wait(pause)

    def close(self) -> None:
        """End the snapshot, and give its connection back."""
        if self._wire is not None and self._wire.is_open and not self._struck:
            try:
                self._wire.commit()
            except self._errors:
                # Nothing was to be kept, and everything has been read.
                self._struck = True
        self._release(keep=not self._struck, ended=True)

    def _run(self, statement: str, parameters: Parameters, *, last: bool) -> list[tuple[Any, ...]]:
        with self._state:
            self._refuse_if_given_up()
            self._running = True
        try:
            try:
                wire = self._wire or self._check_out()
                if not wire.is_open:
                    self._begin(wire)
                rows = wire.rows(statement, parameters, self._allowance, last=last)
            finally:
                with self._state:
                    self._running = False
                    if self._ended is not None:
                        self._ended.set()
            # Some statements of MySQL do not fail, but come to an early end.
            self._refuse_if_given_up()
        except self._errors as error:
            raise self._failed(statement, error) from error
        except Exception:
            self._release(keep=not self._struck)
            raise
        except BaseException:
            self._release(keep=False)
            raise
        if not wire.is_open:
            self._release(keep=not self._struck, ended=True)
        return rows

    def _check_out(self) -> Wire:
        try:
            pool: Any = self._engine.pool
            self._connection, self._pool = pool.lend(), pool
        except self._errors as error:
            raise DBAPIError(None, None, error) from error
        self._wire = wire_of(self._connection)
        # That may have taken its time.
        self._refuse_if_given_up()
        return self._wire

    def _refuse_if_given_up(self) -> None:
        if self._given_up:
            raise GIVEN_UP.told("")

    def _begin(self, wire: Wire) -> None:
        lone = wire.terms.lone if self._alone else None
        if lone is None:
            wire.begin(wire.terms.read)
            return
        for statement in lone:
            wire.tell(statement)

    def _failed(self, statement: str, error: Exception) -> Exception:
        """Return what to raise for an error of the driver, which has ended the snapshot."""
        pool, lost = self._engine.pool, self._is_lost(error)
        self._release(keep=not (lost or self._struck))
        if self._given_up:
            return GIVEN_UP.told("")
        if lost and pool is self._engine.pool:
            # Those that wait in the pool are no younger.
            self._engine.dispose()
        return DBAPIError(statement, None, error, hide_parameters=True, connection_invalidated=lost)

    def _is_lost(self, error: Exception) -> bool:
        if self._connection is None or self._wire is None:
            return False
        driver: Any = self._connection.dbapi_connection
        return self._wire.is_outdated(error) or self._engine.dialect.is_disconnect(cast("Any", error), driver, None)

    def _release(self, *, keep: bool, ended: bool = False) -> None:
        """Give the connection back, if it may be kept; `ended` says that nothing is open on it."""
        connection, wire, pool = self._connection, self._wire, self._pool
        self._connection, self._wire, self._pool = None, None, None
        if connection is None or pool is None:
            return
        try:
            if keep and not ended and wire is not None:
                try:
                    wire.undo()
                except self._errors:
                    keep = False
            if not keep:
                connection.invalidate()
        finally:
            pool.take_back(connection)


@contextmanager
def open_channel(engine: Engine, *, alone: bool = False) -> Iterator[Channel]:
    """Give a channel to the database of an engine that `open_engine` made, and close it in the end.

    `alone` says that the statements need not agree with each other, mostly since there will be but one: a
    statement is a snapshot of its own, and needs no transaction around it.
    """
    channel = Channel(engine, alone=alone)
    try:
        yield channel
    finally:
        channel.close()


def wire_of(connection: PoolProxiedConnection | ConnectionPoolEntry) -> Wire:
    """Return the wire of a pooled connection: the same one as long as the connection lives."""
    info = connection.info
    known: Wire | None = info.get(_WIRE)
    if known is None:
        driver = connection.driver_connection
        kind = LibpqWire if isinstance(driver, psycopg.Connection) else CursorWire
        known = info[_WIRE] = kind(cast("Any", driver), info[TERMS])
    return known
