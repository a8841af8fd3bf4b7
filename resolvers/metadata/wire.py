"""How a statement is run, and given up, on the connection of a database driver itself."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.engine.interfaces import DBAPIConnection

from resolvers.metadata.allowance import Allowance
from resolvers.metadata.terms import Terms

Parameters = Mapping[str, object] | Sequence[object]


class Wire(ABC):
    """A connection of a driver, and the terms on which it works."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms

        # Whether a transaction was begun, and not ended.
        self.is_open = False

    def begin(self, statements: Sequence[str]) -> None:
        """Begin a transaction by these statements, at the latest with the first one in it."""
        for statement in statements:
            self.tell(statement)
        self.is_open = True

    @abstractmethod
    def tell(self, statement: str) -> None:
        """Run a statement that returns nothing."""

    @abstractmethod
    def rows(
        self, statement: str, parameters: Parameters, allowance: Allowance, *, last: bool = False
    ) -> list[tuple[Any, ...]]:
        """Run a statement in the driver's paramstyle and return its rows, which the allowance may cut short.

        Where it is the `last` of its transaction, that may end with it.
        """

    def commit(self) -> None:
        """End the transaction."""
        self.is_open = False

    def undo(self) -> None:
        """Undo whatever is open on the connection."""
        self.is_open = False

    @abstractmethod
    def cancel(self, engine: Engine) -> None:
        """Give up the running statement, from another thread; that there is none does not matter."""

    def is_outdated(self, error: Exception) -> bool:
        """Whether an error says that the connection, though alive, remembers what is no longer so."""
        return False


class CursorWire(Wire):
    """A connection of any driver, used through its cursors."""

    def __init__(self, connection: DBAPIConnection, terms: Terms) -> None:
        super().__init__(terms)
        self._connection = connection

    def tell(self, statement: str) -> None:
        """Run a statement that returns nothing."""
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(statement)

    def rows(
        self, statement: str, parameters: Parameters, allowance: Allowance, *, last: bool = False
    ) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows, however long they are: columns have no types here."""
        del allowance, last
        if self.terms.deadline:
            self.terms.deadline.start()
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(statement, parameters)
            return list(cursor.fetchall())

    def commit(self) -> None:
        """End the transaction."""
        super().commit()
        self._connection.commit()

    def undo(self) -> None:
        """Undo whatever is open on the connection."""
        super().undo()
        self._connection.rollback()

    def cancel(self, engine: Engine) -> None:
        """Let SQLite's time be over; ask MySQL on a connection beside the pool's, which may all be in use."""
        if self.terms.deadline:
            self.terms.deadline.expire()
            return
        beside = engine.pool.recreate()
        try:
            with closing(beside.connect()) as connection, closing(connection.cursor()) as cursor:
                cursor.execute(f"KILL QUERY {self._connection.thread_id():d}")
        finally:
            beside.dispose()
