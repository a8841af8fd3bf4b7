"""What a database driver's error means to a client, and which errors a second try may cure."""

import re
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from resolvers.errors import Conflict, Invalid, Problem, TooExpensive, Unavailable, Unsupported


@dataclass(frozen=True)
class Failure:
    """One way in which a database fails: what to raise, and whether trying again may help.

    `named` finds the one thing of the driver's text that is passed on, for the place of `{name}` in
    `detail`. The text itself may hold statements, values or an address, and never is.
    """

    problem: type[Problem]
    detail: str
    hint: str
    named: str = ""
    transient: bool = False

    def told(self, text: str) -> Problem:
        """Return the Problem to raise when the driver said `text`."""
        found = re.search(self.named, text) if self.named else None
        return self.problem(self.detail.format(name=f" {found[1]}" if found else ""), hint=self.hint)


SLOW = Failure(
    TooExpensive,
    "The database gave up a statement that ran longer than statement_timeout allows.",
    "Ask for fewer rows, or filter more; or raise AIRFLOW_GRAPH_STATEMENT_TIMEOUT.",
)
LOCKED = Failure(
    Unavailable,
    "Something else, likely the scheduler, held the rows for longer than lock_timeout allows.",
    "Nothing was changed; try again.",
    transient=True,
)
COLLIDED = Failure(
    Unavailable,
    "The change collided with another one, likely the scheduler's.",
    "Nothing was changed; try again.",
    transient=True,
)
REFUSED = Failure(
    Unavailable,
    "The database does not let in the user{name}.",
    "Check user and password in the database URL, and the server's access rules.",
    named=r"(?:user|role) [\"']?([^\"'@\s]+)",
)
UNKNOWN = Failure(
    Unavailable,
    "The server has no database{name}.",
    "Check the last part of the database URL.",
    named=r"database [\"']?([^\"'\s]+)",
)
UNREACHABLE = Failure(
    Unavailable,
    "The database server{name} cannot be reached.",
    "Check host and port in the database URL, and that the server runs.",
    named=r"(?:server at|server on|on socket|host name|host) [\"']?([\w./:-]+)",
)
FULL = Failure(
    Unavailable,
    "The database server takes no more connections.",
    "Try again; or lower AIRFLOW_GRAPH_POOL_SIZE or AIRFLOW_GRAPH_WORKERS.",
)
BUSY = Failure(
    Unavailable,
    "All database connections of this process are in use.",
    "Try again; or raise AIRFLOW_GRAPH_POOL_SIZE.",
)
GIVEN_UP = Failure(
    Unavailable,
    "The request was given up.",
    "Its caller went away, or its time was over; ask again.",
)
LOST = Failure(
    Unavailable,
    "The connection to the database was lost.",
    "Try again; after a change, look first whether it was carried out.",
)
MISSING = Failure(
    Unavailable,
    "The SQLite file cannot be opened.",
    "Check the path in the database URL, and that this user may read and write file and folder.",
)
NOT_SQLITE = Failure(Unavailable, "The file is no SQLite database.", "Check the path in the database URL.")
TAKEN = Failure(
    Conflict,
    "Something with the same identity came into being at the same moment.",
    "Read it again, then decide.",
)
REFERRED = Failure(
    Conflict,
    "What this refers to, or what refers to it, came or went at the same moment.",
    "Read it again, then decide.",
)
TOO_LONG = Failure(
    Invalid,
    "A text is longer than the database has room for.",
    "Shorten it: ids hold 250 characters, notes 1,000.",
)
OUT_OF_RANGE = Failure(Invalid, "A number or date is beyond what the database holds.", "Check it.")
NOT_TEXT = Failure(
    Invalid,
    "A text holds what the database cannot: a NUL character, or half of a surrogate pair.",
    "Remove it.",
)
TOO_DEEP = Failure(
    Invalid,
    "A document is nested deeper than the database has room for.",
    "Flatten it: MySQL holds 100 levels.",
)
NOT_HELD = Failure(
    Invalid,
    "A text has a character that the column for it cannot hold.",
    "On MySQL, Airflow keeps ids without characters beyond U+FFFF, such as emojis, and names of assets in Latin-1.",
)
READ_ONLY = Failure(
    Unsupported,
    "This database can only be read.",
    "Give the URL of the primary server, or a file and folder that this user may write.",
)
NOT_GRANTED = Failure(
    Unavailable,
    "The database user lacks the right to do this.",
    "Grant it what Airflow's own database user may do.",
)
UNPREPARED = Failure(
    Unavailable,
    "A connection pooler mixed up prepared statements.",
    "Set AIRFLOW_GRAPH_PREPARED_STATEMENTS=auto, or false.",
)

_SQLSTATES = {
    "22001": TOO_LONG,
    "22003": OUT_OF_RANGE,
    "22008": OUT_OF_RANGE,
    "22021": NOT_TEXT,
    "22P05": NOT_TEXT,
    "23503": REFERRED,
    "23505": TAKEN,
    "25006": READ_ONLY,
    "26000": UNPREPARED,
    "28000": REFUSED,
    "28P01": REFUSED,
    "3D000": UNKNOWN,
    "40001": COLLIDED,
    "40P01": COLLIDED,
    "42501": NOT_GRANTED,
    "42P05": UNPREPARED,
    "53300": FULL,
    "55P03": LOCKED,
    "57014": SLOW,
    "57P01": LOST,
    "57P02": LOST,
    "57P03": UNREACHABLE,
}

_MYSQL_CODES = {
    1040: FULL,
    1044: REFUSED,
    1045: REFUSED,
    1049: UNKNOWN,
    1053: LOST,
    1062: TAKEN,
    1130: REFUSED,
    1142: NOT_GRANTED,
    1143: NOT_GRANTED,
    1153: TOO_LONG,
    1203: FULL,
    1205: LOCKED,
    1213: COLLIDED,
    1226: FULL,
    1264: OUT_OF_RANGE,
    1267: NOT_HELD,
    1290: READ_ONLY,
    1292: OUT_OF_RANGE,
    1317: SLOW,
    1366: NOT_HELD,
    1406: TOO_LONG,
    1451: REFERRED,
    1452: REFERRED,
    1698: REFUSED,
    1792: READ_ONLY,
    1836: READ_ONLY,
    2002: UNREACHABLE,
    2003: UNREACHABLE,
    2005: UNREACHABLE,
    2006: LOST,
    2013: LOST,
    3024: SLOW,
    3140: NOT_TEXT,
    3157: TOO_DEEP,
    3572: LOCKED,
    3854: NOT_HELD,
    3988: NOT_HELD,
    4031: LOST,
}

# SQLite's errors, and libpq's while it connects, carry no code.
_TEXTS = (
    (r"password authentication failed|no password supplied|no pg_hba\.conf entry", REFUSED),
    (r"role \S+ does not exist", REFUSED),
    (r"database \S+ does not exist|no such database", UNKNOWN),
    (r"too many clients|remaining connection slots|no more connections allowed", FULL),
    (r"closed the connection|connection is closed|connection is lost|terminating connection", LOST),
    (
        r"connection (to server .*)?failed|connection timeout|timeout expired|could not (connect|translate)",
        UNREACHABLE,
    ),
    (r"failed to resolve host|starting up|shutting down|connection refused", UNREACHABLE),
    (r"^interrupted$", SLOW),
    (r"database( table| schema)? is locked|database is busy", LOCKED),
    (r"unable to open database file", MISSING),
    (r"readonly database", READ_ONLY),
    (r"cannot contain NUL", NOT_TEXT),
    (r"^UNIQUE constraint failed", TAKEN),
    (r"^FOREIGN KEY constraint failed", REFERRED),
    (r"file is not a database|database disk image is malformed", NOT_SQLITE),
)


class Translation:
    """A block from which errors of the database come out as the Problems that they are to a client."""

    def __enter__(self) -> None:
        """Begin it."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Raise the Problem that an error is."""
        if isinstance(error, SQLAlchemyError | UnicodeEncodeError | OverflowError):
            problem = as_problem(error)
            if problem is not None:
                raise problem from error


# Knows nothing of a block, so that one serves all of them.
_TRANSLATION = Translation()


def translated() -> Translation:
    """Let errors of the database come out as the Problems that they are to a client."""
    return _TRANSLATION


def as_problem(error: Exception) -> Problem | None:
    """Return what a client should be told; None for what is a mistake of ours."""
    failure = _failure(error)
    text = str(error.orig) if isinstance(error, DBAPIError) else ""
    return failure.told(text) if failure else None


def is_transient(error: BaseException | None) -> bool:
    """Whether the same transaction may succeed when tried again: deadlocks, lost races, locks held too long.

    Sees the database's error behind the Problem that `write_transaction` makes of it.
    """
    while error is not None:
        failure = _failure(error)
        if failure:
            return failure.transient
        error = error.__cause__
    return False


def _failure(error: BaseException) -> Failure | None:
    # Drivers encode values before any error of theirs could be raised.
    if isinstance(error, UnicodeEncodeError):
        return NOT_TEXT
    if isinstance(error, OverflowError):
        return OUT_OF_RANGE
    if isinstance(error, PoolTimeoutError):
        return BUSY
    if not isinstance(error, DBAPIError) or error.orig is None:
        return None
    return _coded(error.orig) or (LOST if error.connection_invalidated else None)


def _coded(error: BaseException) -> Failure | None:
    # MySQL's numbers first: its SQLSTATEs, which the driver tells since 1.2, are one for many different errors.
    if error.args and isinstance(error.args[0], int):
        return _MYSQL_CODES.get(error.args[0])
    state = getattr(error, "sqlstate", None)
    # Class 08 is what poolers answer with in the server's place, whatever the matter is.
    if isinstance(state, str) and not state.startswith("08"):
        return _SQLSTATES.get(state)
    text = str(error)
    return next((failure for pattern, failure in _TEXTS if re.search(pattern, text, re.IGNORECASE)), None)
