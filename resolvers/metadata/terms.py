"""On which terms each connection works: what it was told when it was opened, and what a transaction must still say."""

from dataclasses import dataclass
from time import monotonic

from psycopg import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection

from resolvers.settings import Settings

# Where a pooled connection keeps its terms: a key of its `info`, which lives as long as it does.
TERMS = "airflow_graph_terms"

# SQLite asks whether to go on after so many steps of its machine: some milliseconds.
_STEPS = 20_000

_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_WRITE = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"


class Deadline:
    """When a statement of SQLite is given up: it has no timeout of its own, but asks whether to go on."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.at = float("inf")

    def start(self) -> None:
        """Let the time of a statement run from now."""
        self.at = monotonic() + self.seconds

    def expire(self) -> None:
        """Let it be over, from any thread."""
        self.at = float("-inf")

    def is_over(self) -> bool:
        """Whether the running statement should be given up."""
        return monotonic() > self.at


@dataclass(frozen=True)
class Terms:
    """How a connection's transactions begin, by what they are for.

    `lone` is what comes before a reading statement that needs no other beside it; None where it needs a
    transaction like any, since the connection may be another's as soon as that ends. `prepares` says whether
    statements may be prepared; `deadline` must be started before each statement, where there is one.
    """

    read: tuple[str, ...]
    write: tuple[str, ...]
    other: tuple[str, ...]
    lone: tuple[str, ...] | None
    prepares: bool = False
    deadline: Deadline | None = None

    def begin(self, purpose: str | None) -> tuple[str, ...]:
        """Return the statements that begin a transaction."""
        return {"read": self.read, "write": self.write}.get(purpose or "", self.other)


MYSQL = Terms(
    read=(
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
    ),
    write=("START TRANSACTION",),
    other=("START TRANSACTION",),
    lone=(),
)


def sqlite_terms(connection: DBAPIConnection, settings: Settings) -> Terms:
    """Tell a new connection of SQLite what lasts."""
    connection.execute("PRAGMA foreign_keys=ON")
    deadline = Deadline(settings.statement_timeout)
    connection.set_progress_handler(deadline.is_over, _STEPS)
    return Terms(
        read=("PRAGMA query_only=ON", "BEGIN"),
        # IMMEDIATE: a transaction that reads before it writes could otherwise not be let to write.
        write=("PRAGMA query_only=OFF", "BEGIN IMMEDIATE"),
        other=("PRAGMA query_only=OFF", "BEGIN"),
        lone=("PRAGMA query_only=ON",),
        deadline=deadline,
    )


class PostgresTerms:
    """What PostgreSQL's sessions must know, and who is told it: the session once, or every transaction.

    A pooler that hands each transaction to another server connection, as PgBouncer's transaction mode does,
    must find nothing that outlives one. It gives itself away by the process id that it tells its clients.
    """

    def __init__(self, settings: Settings, search_path: str | None) -> None:
        self._asked = settings.prepared_statements
        known = {
            "TimeZone": "UTC",
            "statement_timeout": str(round(settings.statement_timeout * 1000)),
            "lock_timeout": str(round(settings.lock_timeout * 1000)),
            **({"search_path": search_path} if search_path else {}),
        }
        # One round trip: without parameters, psycopg sends several statements at once.
        local = "".join(f"; SET LOCAL {name} TO {_literal(name, value)}" for name, value in known.items())
        self._pooled = (_READ + local, _WRITE + local)
        # A statement outside of a transaction of ours only reads.
        self._session = {**known, "default_transaction_read_only": "on"}

    def of(self, connection: Connection) -> Terms:
        """Tell a new connection what lasts, unless there is a pooler in between."""
        direct = self._asked is not False and self._settle(connection)
        read, write = (_READ, _WRITE) if direct else self._pooled
        return Terms(
            read=(read,),
            write=(write,),
            other=(write,),
            lone=() if direct else None,
            prepares=direct if self._asked == "auto" else self._asked,
        )

    def _settle(self, connection: Connection) -> bool:
        """Whether the connection is the server's own; if so, the session knows everything from now on.

        One round trip: behind a pooler the same statement sets everything for itself alone.
        """
        sets = "".join(f", set_config('{name}', %({name})s, pg_backend_pid() <> %(told)s)" for name in self._session)
        row = connection.execute(
            f"SELECT pg_backend_pid() = %(told)s{sets}".encode(),
            {"told": connection.info.backend_pid, **self._session},
        ).fetchone()
        return row is not None and bool(row[0])


def _literal(name: str, value: str) -> str:
    # The identifiers of a search path are quoted already.
    return value if name == "search_path" else f"'{value}'"
