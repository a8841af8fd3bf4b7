"""What the three databases do differently where a plan asks for the rows of many parents at once."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    FromClause,
    Integer,
    String,
    column,
    func,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.sql.selectable import Join
from sqlalchemy.types import TypeEngine, UserDefinedType

from resolvers.plan.asked import Asked, Parameters, Source

Key = tuple[object, ...]


@dataclass(frozen=True)
class Parents:
    """The keys of the parents as a table in a statement; `ordinal` is the place of each, from 1."""

    table: FromClause
    columns: tuple[ColumnElement[Any], ...]
    ordinal: ColumnElement[Any]


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
    document = compiler.process(element.clauses, **kwargs)
    return f"JSON_TABLE({document}, '$[*]' COLUMNS (ordinal FOR ORDINALITY, {paths}))"


class LeftFirst(Join):
    """A join that SQLite makes from left to right: it might otherwise begin with the larger table."""

    inherit_cache = True


@compiles(LeftFirst)
def _compile_left_first(element: LeftFirst, compiler: SQLCompiler, **kwargs: object) -> str:
    left, right = (compiler.process(side, **{**kwargs, "asfrom": True}) for side in (element.left, element.right))
    return f"{left} CROSS JOIN {right} ON {compiler.process(element.onclause, **kwargs)}"  # type: ignore[arg-type]


class Backend(ABC):
    """One database's way of joining lists of keys and limiting rows per parent."""

    name: str
    lateral: bool
    place = ""
    """The column that says where a row lies in its table, of databases that may tell rows in another order."""

    @abstractmethod
    def parents(self, types: Sequence[type], parameters: Parameters) -> Parents:
        """Return a table of parent keys whose columns have these Python types (str or int)."""

    def parent(self, types: Sequence[type], parameters: Parameters) -> Parents:
        """Return a table of one key, which databases look up as directly as a condition."""
        keys = [parameters.bind(_only(at), _sql_type(type_)).label(f"k{at}") for at, type_ in enumerate(types)]
        table = select(*keys, literal_column("1", Integer()).label("ordinal")).subquery("parents")
        return Parents(table, tuple(table.c[key.name] for key in keys), table.c.ordinal)

    @abstractmethod
    def among(self, expression: ColumnElement[Any], values: BindParameter[Any], type_: type) -> ColumnElement[bool]:
        """Return the condition that an expression is one of the values that a parameter lists."""

    def listed(self, values: Sequence[object]) -> object:
        """Return what a parameter that lists these values is set to."""
        return orjson.dumps(values).decode()


class _Written(UserDefinedType[str]):
    """An array of PostgreSQL that is sent as text.

    The parameter is of the array's type: cast from a text, its elements would be unknown when the statement is
    planned, and neither partial indexes nor statistics would be used.
    """

    cache_ok = True
    render_bind_cast = True

    def __init__(self, of: TypeEngine[Any]) -> None:
        self.of = of

    def get_col_spec(self, **_: object) -> str:
        return "INTEGER[]" if isinstance(self.of, Integer) else "VARCHAR[]"


class PostgreSQL(Backend):
    """Arrays, unnested side by side; LATERAL."""

    name = "postgresql"
    lateral = True
    place = "ctid"

    def parents(self, types: Sequence[type], parameters: Parameters) -> Parents:
        """Return the arrays of keys, unnested side by side."""
        arrays = [parameters.bind(_part(at), _Written(_sql_type(type_))) for at, type_ in enumerate(types)]
        names = [column(f"k{at}", _sql_type(type_)) for at, type_ in enumerate(types)]
        valued = func.unnest(*arrays).table_valued(*names, with_ordinality="ordinal").render_derived("parents")
        return Parents(valued, tuple(valued.c[name.name] for name in names), valued.c.ordinal)

    def among(self, expression: ColumnElement[Any], values: BindParameter[Any], type_: type) -> ColumnElement[bool]:
        """Return a comparison with any element of an array."""
        return expression == func.any(type_coerce(values, _Written(_sql_type(type_))))

    def listed(self, values: Sequence[object]) -> object:
        """Return the text of an array, which is made in a tenth of the time that the driver takes for one."""
        return _array(values)


class SQLite(Backend):
    """One JSON array of keys; a limit per parent is a correlated list of row ids."""

    name = "sqlite"
    lateral = False

    def parents(self, types: Sequence[type], parameters: Parameters) -> Parents:
        """Return the parts of each key, extracted from one array."""
        document = parameters.bind(_rows, String())
        table = func.json_each(document).table_valued(column("key"), column("value"), name="parents")
        extracted = tuple(
            type_coerce(func.json_extract(table.c.value, literal_column(f"'$[{at}]'")), _sql_type(type_))
            for at, type_ in enumerate(types)
        )
        return Parents(table, extracted, type_coerce(table.c.key, Integer()) + literal_column("1"))

    def among(self, expression: ColumnElement[Any], values: BindParameter[Any], type_: type) -> ColumnElement[bool]:
        """Return a comparison with the elements of a JSON array."""
        elements = func.json_each(values).table_valued(column("value", _sql_type(type_)), name="listed")
        return expression.in_(select(elements.c.value))


class MySQL(Backend):
    """JSON_TABLE; LATERAL since 8.0.14."""

    name = "mysql"
    lateral = True

    def parents(self, types: Sequence[type], parameters: Parameters) -> Parents:
        """Return the keys as a JSON_TABLE."""
        names = [column(f"k{at}", _sql_type(type_)) for at, type_ in enumerate(types)]
        document = parameters.bind(_rows, String())
        table = _JsonTable(document, [_stored(type_) for type_ in types]).table_valued(
            *names, column("ordinal", Integer()), name="parents"
        )
        return Parents(table, tuple(table.c[name.name] for name in names), table.c.ordinal)

    def among(self, expression: ColumnElement[Any], values: BindParameter[Any], type_: type) -> ColumnElement[bool]:
        """Return a comparison with the only column of a JSON_TABLE."""
        table = _JsonTable(values, [_stored(type_)]).table_valued(column("k0", _sql_type(type_)), name="listed")
        return expression.in_(select(table.c.k0))

    def listed(self, values: Sequence[object]) -> object:
        """Return the values as rows of one column."""
        return orjson.dumps([[value] for value in values]).decode()


def _only(at: int) -> Source:
    return lambda asked: asked.keys[at][0]


def _part(at: int) -> Source:
    return lambda asked: _array(asked.keys[at])


def _array(values: Sequence[object]) -> str:
    """Return values, none of which is null, as PostgreSQL writes an array of them."""
    if not values:
        return "{}"
    texts = [str(value) for value in values]
    told = '","'.join(texts)
    if told.count('"') != 2 * (len(texts) - 1) or "\\" in told:
        told = '","'.join(text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return f'{{"{told}"}}'


def _rows(asked: Asked) -> str:
    return orjson.dumps(list(zip(*asked.keys, strict=True))).decode()


def _stored(type_: type) -> str:
    # Airflow's ids are in utf8mb3_bin there: keys of another collation would not use the index. The
    # longest, a pool's name, has 256 characters; a key that does not fit reads as null, and finds nothing.
    return "INT" if type_ is int else "VARCHAR(512) CHARACTER SET utf8mb3 COLLATE utf8mb3_bin"


def _sql_type(type_: type) -> TypeEngine[Any]:
    return Integer() if type_ is int else String()


BACKENDS: dict[str, Backend] = {backend.name: backend for backend in (PostgreSQL(), SQLite(), MySQL())}
