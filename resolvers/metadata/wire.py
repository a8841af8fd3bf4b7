"""How a statement is run, and given up, on the connection of a database driver itself."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any, cast

from sqlalchemy import Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import PoolProxiedConnection

from resolvers.metadata.libpq import Libpq
from resolvers.metadata.terms import TERMS, Deadline, Terms

Parameters = Mapping[str, object] | Sequence[object]

# Where a pooled connection keeps its wire, with the statements that it has prepared.
_WIRE = "airflow_graph_wire"


class Wire:
    """A connection of any driver, used through its cursors."""

    def __init__(self, connection: DBAPIConnection, deadline: Deadline | None) -> None:
        self._connection = connection
        self._deadline = deadline

    def tell(self, statement: str) -> None:
        """Run a statement that returns nothing."""
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(statement)

    def rows(self, statement: str, parameters: Parameters) -> list[tuple[Any, ...]]:
        """Run a statement in the driver's paramstyle and return its rows."""
        if self._deadline:
            self._deadline.start()
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(statement, parameters)
            return list(cursor.fetchall())

    def commit(self) -> None:
        """End the transaction."""
        self._connection.commit()

    def cancel(self, engine: Engine) -> None:
        """Give up the running statement, from another thread; that there is none does not matter."""
        if self._deadline:
            self._deadline.expire()
        else:
            # A connection beside the pool's, which may all be waiting themselves.
            beside = engine.pool.recreate()
            with closing(beside.connect()) as connection, closing(connection.cursor()) as cursor:
                cursor.execute(f"KILL QUERY {self._connection.thread_id():d}")
            beside.dispose()

    def is_outdated(self, error: Exception) -> bool:
        """Whether the connection, though alive, has an answer that is no longer right."""
        return False


def wire_of(connection: PoolProxiedConnection) -> "Wire | Libpq":
    """Return the wire of a pooled connection, the same one as long as the connection lives."""
    wire = connection.info.get(_WIRE)
    if wire is None:
        terms = cast("Terms", connection.info[TERMS])
        driver: Any = connection.driver_connection
        wire = Libpq(driver, prepares=terms.prepares) if hasattr(driver, "pgconn") else Wire(driver, terms.deadline)
        connection.info[_WIRE] = wire
    return cast("Wire | Libpq", wire)
