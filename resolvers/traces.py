"""What the log may hold of an unexpected error: where it came from, and no value that a database quotes."""

from typing import Any

# Classes of SQLSTATE in whose texts databases quote values: of data, and of rows that break a constraint.
_QUOTING = ("22", "23")


class DatabaseFault(Exception):  # noqa: N818 - stands in a trace for an error that it names
    """What is told of a database's error instead of itself."""


def fit_for_log(error: BaseException) -> BaseException:
    """Return an error, with what it came of, as a trace may show it.

    What a driver raises, and what SQLAlchemy makes of that, is told by its kind and code; the text of PostgreSQL alone,
    and where it holds names only. Statements are told as they were written, which is without their values.
    """
    return _fit(error, set())


def _fit(error: BaseException, met: set[int]) -> BaseException:
    if id(error) in met:
        return DatabaseFault("(as above)")
    met.add(id(error))
    told = _told(error)
    cause, context, suppressed = error.__cause__, error.__context__, error.__suppress_context__
    told.__traceback__ = error.__traceback__
    told.__cause__ = None if cause is None else _fit(cause, met)
    told.__context__ = None if context is None or context is cause else _fit(context, met)
    told.__suppress_context__ = suppressed
    return told


def _told(error: BaseException) -> BaseException:
    origin: Any = getattr(error, "orig", None)
    if isinstance(origin, BaseException):
        return DatabaseFault(f"{_named(error)} of {_text(origin)}\n[SQL: {getattr(error, 'statement', None)}]")
    return DatabaseFault(_text(error)) if _is_of_driver(error) else error


def _is_of_driver(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] in ("psycopg", "sqlite3", "pymysql", "MySQLdb")


def _text(error: Any) -> str:  # noqa: ANN401 - any driver's
    name = _named(error)
    # MySQL's: newer drivers of it tell an SQLSTATE too, which says less.
    if error.args and isinstance(error.args[0], int):
        return f"{name} {error.args[0]}"
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str):
        primary = None if state.startswith(_QUOTING) else getattr(error.diag, "message_primary", None)
        return f"{name} {state}" + (f": {primary}" if primary else "")
    return f"{name}: {error}" if type(error).__module__ == "sqlite3" else name


def _named(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"
