"""How Airflow stores what SQL has no type for, as SQLAlchemy column types: what goes in is what comes out."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, LargeBinary, String, Text
from sqlalchemy import Uuid as SqlUuid
from sqlalchemy.dialects.mysql import DATETIME as MYSQL_DATETIME
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

from resolvers.metadata.pickled import EMPTY_DICT, Unreadable, pickle_plain, unpickle
from resolvers.serialized.encoding import TYPE, VALUE, unwrap

__all__ = [
    "ExecutorConfig",
    "ExtendedJson",
    "JsonValue",
    "PickledConf",
    "TextJson",
    "Unreadable",
    "UtcDateTime",
    "Uuid",
    "UuidText",
    "XComValue",
    "as_found",
]


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware and in UTC, whatever the backend and the session's time zone.

    PostgreSQL keeps `timestamptz`, MySQL `TIMESTAMP(6)` in a session set to UTC, SQLite text
    without an offset. A naive datetime is refused: nobody can know which moment it means.
    """

    impl = DateTime
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """What its values are."""
        return datetime

    def __init__(self) -> None:
        super().__init__(timezone=True)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """MySQL drops microseconds unless told to keep them."""
        if dialect.name == "mysql":
            return dialect.type_descriptor(MYSQL_DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC; without the offset where the backend cannot hold one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        moment = value if value.tzinfo is UTC else value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC, always aware."""
        # PostgreSQL's values come like this, thousands to an answer.
        if value is None or value.tzinfo is UTC:
            return value
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class PickledConf(TypeDecorator[object]):
    """`dag_run.conf` of Airflow 2: a pickled dict, read through an allow-list of plain types.

    What the allow-list refuses comes back as an `Unreadable`, so that one strange run does
    not spoil a list of runs.
    """

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> bytes | None:
        """Pickle protocol 5, which is what Airflow's own API writes."""
        return None if value is None else pickle_plain(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> object:
        """Plain Python values, or an `Unreadable`."""
        return self.opened(value)

    @staticmethod
    def opened(value: bytes | None) -> object:
        """Plain Python values, or an `Unreadable`."""
        if value is None:
            return None
        # Nearly all are.
        return {} if value == EMPTY_DICT else unpickle(value)


class ExecutorConfig(PickledConf):
    """`task_instance.executor_config`: a pickled dict in every Airflow from 2.9 to 3.3."""

    cache_ok = True


class XComValue(TypeDecorator[object]):
    """`xcom.value` of Airflow 2: JSON text as bytes, or a pickle where `[core] enable_xcom_pickling` was on.

    A pickle is read through the allow-list of plain types; what that refuses comes back as an `Unreadable`.
    """

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> bytes | None:
        """JSON text, as Airflow writes it unless told otherwise."""
        return None if value is None else json.dumps(value).encode()

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> object:
        """Plain Python values, or an `Unreadable`."""
        if value is None:
            return None
        try:
            return json.loads(bytes(value))
        except (ValueError, RecursionError):
            return unpickle(bytes(value))


class JsonValue(TypeDecorator[object]):
    """JSON of a `json` or `jsonb` column.

    SQL null and JSON null both read as None; None is written as SQL null.
    """

    impl = JSON
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(none_as_null=True)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """`jsonb` on PostgreSQL, which also takes what a `json` column holds."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(JSONB(none_as_null=True))
        return dialect.type_descriptor(JSON(none_as_null=True))


class TextJson(TypeDecorator[object]):
    """JSON that Airflow keeps in a text column, such as `log.extra`; text that is no JSON reads as itself."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:
        """JSON text."""
        return None if value is None else json.dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> object:
        """Return the decoded value, or the text itself."""
        if value is None:
            return None
        try:
            return json.loads(value)
        except ValueError:
            return value


class ExtendedJson(JsonValue):
    """JSON in which Airflow wraps what JSON cannot say, such as `context_carrier` of Airflow 3."""

    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> object:
        """Wrap dicts, tuples, sets, moments and spans; TypeError for anything else that is not JSON."""
        return wrap(value)

    def process_result_value(self, value: object, dialect: Dialect) -> object:
        """Return the value that was wrapped."""
        return unwrap(value)


def wrap(value: object) -> object:
    """Return JSON from which `unwrap` makes the value again, as Airflow writes it."""
    kind: str
    inner: object
    match value:
        case None | bool() | int() | float() | str():
            return value
        case list():
            return [wrap(item) for item in value]
        case dict():
            kind, inner = "dict", {str(key): wrap(item) for key, item in value.items()}
        case tuple():
            kind, inner = "tuple", [wrap(item) for item in value]
        case set() | frozenset():
            kind, inner = "set", sorted((wrap(item) for item in value), key=repr)
        case datetime():
            kind, inner = "datetime", value.timestamp()
        case timedelta():
            kind, inner = "timedelta", value.total_seconds()
        case _:
            raise TypeError(f"a {type(value).__name__} cannot be kept in Airflow's JSON")
    return {TYPE: kind, VALUE: inner}


class Uuid(TypeDecorator[uuid.UUID]):
    """An id of Airflow 3: `uuid` on PostgreSQL, 32 hexadecimal digits elsewhere."""

    impl = SqlUuid
    cache_ok = True

    def process_bind_param(self, value: uuid.UUID | str | None, dialect: Dialect) -> uuid.UUID | None:
        """Take text as well, since clients name ids by text; ValueError when it is no UUID."""
        return uuid.UUID(value) if isinstance(value, str) else value


class UuidText(TypeDecorator[uuid.UUID]):
    """A task instance's id as 3.0 and 3.1 keep it where there is no `uuid`: 36 characters, dashes included."""

    impl = String(36)
    cache_ok = True

    def process_bind_param(self, value: uuid.UUID | str | None, dialect: Dialect) -> str | None:
        """Return the text with dashes."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> uuid.UUID | None:
        """Return the id that the text means."""
        return None if value is None else uuid.UUID(value)


def as_found(declared: TypeEngine[Any], found: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return how to write a column of a declared type that this database keeps in a type of its own."""
    if isinstance(found, BigInteger) and isinstance(declared, Integer):
        return BigInteger()
    is_text = isinstance(found, String) and found.length == len(str(uuid.UUID(int=0)))
    return UuidText() if is_text and isinstance(declared, SqlUuid) else declared
