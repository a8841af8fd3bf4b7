"""What the three databases do differently where a plan asks for the rows of many parents at once."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Integer,
    String,
    bindparam,
    column,
    func,
    literal_column,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.types import TypeEngine

Key = tuple[object, ...]


@dataclass(frozen=True)
class Parents:
    """The keys of the parents as a table in the statement, and the parameters that fill it."""

    table: FromClause
    columns: tuple[ColumnElement[Any], ...]


class _JsonTable(FunctionElement[Any]):
    """MySQL's JSON_TABLE over an array of key arrays."""

    name = "json_table"
    inherit_cache = True

    def __init__(self, document: ColumnElement[Any], types: Sequence[str]) -> None:
        self.types = tuple(types)
        super().__init__(document)


@compiles(_JsonTable)
def _compile_json_table(element: _JsonTable, compiler: SQLCompiler, **kwargs: object) -> str:
    paths = ", ".join(f"k{at} {type_} PATH '$[{at}]'" for at, type_ in enumerate(element.types))
    return f"JSON_TABLE({compiler.process(element.clauses, **kwargs)}, '$[*]' COLUMNS ({paths}))"


class Backend(ABC):
    """One database's way of joining lists of keys and limiting rows per parent."""

    name: str
    lateral: bool

    @abstractmethod
    def parents(self, types: Sequence[type]) -> Parents:
        """Return a table of parent keys whose columns have these Python types (str or int)."""

    def parameters(self, keys: Sequence[Key]) -> dict[str, object]:
        """Return the parameters that fill the table with these keys."""
        return {"keys": orjson.dumps(keys).decode()}


class PostgreSQL(Backend):
    """Arrays, unnested side by side; LATERAL."""

    name = "postgresql"
    lateral = True

    def parents(self, types: Sequence[type]) -> Parents:
        """Return the arrays of keys, unnested side by side."""
        arrays = [bindparam(f"keys{at}", type_=ARRAY(_sql_type(type_))) for at, type_ in enumerate(types)]
        names = [column(f"k{at}", _sql_type(type_)) for at, type_ in enumerate(types)]
        table = func.unnest(*arrays).table_valued(*names).render_derived("parents")
        return Parents(table, tuple(table.c[name.name] for name in names))

    def parameters(self, keys: Sequence[Key]) -> dict[str, object]:
        """Return one array per part of the keys."""
        return {f"keys{at}": list(values) for at, values in enumerate(zip(*keys, strict=True))}


class SQLite(Backend):
    """One JSON array of keys; a limit per parent is a correlated list of row ids."""

    name = "sqlite"
    lateral = False

    def parents(self, types: Sequence[type]) -> Parents:
        """Return the parts of each key, extracted from one array."""
        document = bindparam("keys", type_=String())
        table = func.json_each(document).table_valued(column("value"), name="parents")
        extracted = tuple(
            type_coerce(func.json_extract(table.c.value, literal_column(f"'$[{at}]'")), _sql_type(type_))
            for at, type_ in enumerate(types)
        )
        return Parents(table, extracted)


class MySQL(Backend):
    """JSON_TABLE; LATERAL since 8.0.14."""

    name = "mysql"
    lateral = True

    def parents(self, types: Sequence[type]) -> Parents:
        """Return the keys as a JSON_TABLE."""
        document = bindparam("keys", type_=String())
        # Airflow's ids are in utf8mb3_bin there: keys of another collation would not use the index. The
        # longest, a pool's name, has 256 characters; a key that does not fit reads as null, and finds nothing.
        text = "VARCHAR(512) CHARACTER SET utf8mb3 COLLATE utf8mb3_bin"
        stored = ["INT" if type_ is int else text for type_ in types]
        names = [column(f"k{at}", _sql_type(type_)) for at, type_ in enumerate(types)]
        table = _JsonTable(document, stored).table_valued(*names, name="parents")
        return Parents(table, tuple(table.c[name.name] for name in names))


def _sql_type(type_: type) -> TypeEngine[Any]:
    return Integer() if type_ is int else String()


BACKENDS: dict[str, Backend] = {backend.name: backend for backend in (PostgreSQL(), SQLite(), MySQL())}
