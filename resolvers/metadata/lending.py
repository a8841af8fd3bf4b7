"""SQLAlchemy's pool, which also lends its connections the short way: for reads, which tidy up themselves."""

from typing import Any

from sqlalchemy.pool import ConnectionPoolEntry, QueuePool


class LendingPool(QueuePool):
    """A pool whose connections are checked out, or lent: to both it is the same pool, of the same size.

    To check one out and in takes fifty calls, most of which watch over a borrower who forgets to give it back, and undo
    what was left open. Who is lent one does neither.
    """

    def lend(self) -> ConnectionPoolEntry:
        """Return a connection, which is connected; it waits for one as `connect` does."""
        entry: Any = self._do_get()
        try:
            entry.get_connection()
        except BaseException as error:
            entry.invalidate(error)
            self._do_return_conn(entry)
            raise
        return entry  # type: ignore[no-any-return] # what the pool calls its entries is not public

    def take_back(self, entry: ConnectionPoolEntry) -> None:
        """Take a connection back, on which nothing is open, or which was invalidated."""
        self._do_return_conn(entry)
