"""One vocabulary over what each Airflow stores: relations, their logical columns, and their links."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ColumnElement, FromClause, MetaData, Table, null
from sqlalchemy.types import TypeEngine

from resolvers.errors import Unsupported
from resolvers.metadata.stored import as_found

Expression = Callable[[FromClause], ColumnElement[Any]]


class Capability(StrEnum):
    """What only some Airflows have; operations ask for these, never for a version number."""

    TRY_HISTORY = "task instance history"
    DAG_VERSIONS = "DAG versions"
    REPARSE = "requests to parse a file again"
    USERS = "users in its database"


@dataclass(frozen=True)
class Logical:
    """A logical column that is not simply a physical one.

    `build` makes the expression over the relation's table or alias. `needs` are the physical
    columns without which it reads as null.
    """

    build: Expression
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Relation:
    """A table under its logical name.

    `columns` maps a logical column to the physical column of that name, or to a `Logical`
    expression. `key` are the logical columns that identify a row to a client. `since` says, for
    a logical column that some Airflows lack, which one brought it.
    """

    name: str
    table: Table
    key: tuple[str, ...]
    columns: Mapping[str, str | Logical]
    since: Mapping[str, str] = field(default_factory=dict)
    # A predicate that every read of this relation carries.
    only: Callable[[FromClause], ColumnElement[bool]] | None = None
    # Decoded relations have no rows of their own: they are read out of the serialized DAG, or of another source.
    decoded: str | None = None
    # Logical columns by which an index orders all rows, and none orders those of one parent: a database that seeks
    # the first few rows of a parent might walk that index, through the whole table if the parent's are old or none.
    walked: tuple[str, ...] = ()
    # The logical column that says of which parent a row is, where that is not the first of its key.
    parent: str | None = None

    @property
    def absent(self) -> bool:
        """Whether this database has no table for it at all."""
        return not self.table.columns

    def has(self, column: str) -> bool:
        """Say whether this database stores what the logical column stands for."""
        told = self.columns.get(column)
        if told is None:
            return False
        needs = (told,) if isinstance(told, str) else told.needs
        return all(name in self.table.c for name in needs)

    def expression(self, column: str, over: FromClause) -> ColumnElement[Any]:
        """Return the logical column over this table or alias; null where the database lacks it."""
        if not self.has(column):
            if column not in self.columns and column not in self.since:
                msg = f"relation {self.name} has no logical column {column!r}"
                raise KeyError(msg)
            return null()
        told = self.columns[column]
        return over.c[told] if isinstance(told, str) else told.build(over)

    def kind(self, column: str) -> type | None:
        """Return of which type the values of a logical column are, in Python; none where nobody can tell."""
        if self.decoded or not self.has(column):
            return None
        try:
            return self.expression(column, self.table).type.python_type
        except NotImplementedError:
            # What SQLAlchemy says of types that are several in Python.
            return None

    def needed(self, column: str, over: FromClause) -> ColumnElement[Any]:
        """Return the logical column where a condition stands on it; refuse where it is absent."""
        if not self.has(column):
            brought = self.since.get(column, "a newer Airflow")
            raise Unsupported(
                f"Filtering {self.name.replace('_', ' ')} by {column.replace('_', ' ')} needs {brought}.",
                hint="Leave this filter out on this database.",
            )
        return self.expression(column, over)

    def physical(self, values: Mapping[str, object]) -> dict[str, object]:
        """Return logical values by physical column, leaving out what this database does not store."""
        stored: dict[str, object] = {}
        for column, value in values.items():
            if self.has(column):
                told = self.columns[column]
                if not isinstance(told, str):
                    msg = f"{self.name}.{column} is derived and cannot be written"
                    raise TypeError(msg)
                stored[told] = value
            elif column not in self.columns and column not in self.since:
                msg = f"relation {self.name} has no logical column {column!r}"
                raise KeyError(msg)
        return stored


@dataclass(frozen=True)
class Link:
    """How rows of one relation find those of another: pairs of (own, target's) logical columns."""

    target: str
    pairs: tuple[tuple[str, str], ...]

    @property
    def own(self) -> tuple[str, ...]:
        """The logical columns on the near side."""
        return tuple(near for near, _ in self.pairs)

    @property
    def theirs(self) -> tuple[str, ...]:
        """The logical columns on the far side."""
        return tuple(far for _, far in self.pairs)


@dataclass(frozen=True)
class Generation:
    """What one generation of Airflow stores, in the vocabulary that all generations share.

    `number` is 2 or 3. `minor` is the release that the database was found to be of ("2.11"),
    `known` whether its migration is one that we know.
    """

    number: int
    tables: MetaData
    relations: Mapping[str, Relation]
    links: Mapping[tuple[str, str], Link]
    minor: str = ""
    migration: str | None = None
    known: bool = True

    def relation(self, name: str) -> Relation:
        """Return a relation by its logical name."""
        return self.relations[name]

    def link(self, relation: str, name: str) -> Link:
        """Return how rows of a relation find the rows that the link names."""
        return self.links[relation, name]

    def has_table(self, name: str) -> bool:
        """Say whether the database has this physical table."""
        return name in self.tables.tables

    def can(self, capability: Capability) -> bool:
        """Say whether this Airflow has what an operation depends on."""
        table = {
            Capability.TRY_HISTORY: "task_instance_history",
            Capability.DAG_VERSIONS: "dag_version",
            Capability.REPARSE: "dag_priority_parsing_request",
            Capability.USERS: "ab_user",
        }[capability]
        return self.has_table(table)

    def is_since(self, release: str) -> bool:
        """Say whether the database is of this release ("3.1") or a newer one.

        For what Airflow does differently from then on without a trace in its tables; what leaves a
        trace is a `Capability` or a column.
        """
        return _numbers(self.minor) >= _numbers(release)

    def narrowed(
        self, present: Mapping[str, Mapping[str, TypeEngine[Any]]], *, minor: str, migration: str | None, known: bool
    ) -> "Generation":
        """Return this generation without the tables and columns that the database lacks.

        `present` maps each physical table found to its columns and their types.
        """
        tables = MetaData()
        for table in self.tables.sorted_tables:
            if table.name in present:
                found = present[table.name]
                Table(
                    table.name,
                    tables,
                    *(
                        Column(column.name, as_found(column.type, found[column.name]))
                        for column in table.columns
                        if column.name in found
                    ),
                )
        relations = {
            name: replace(relation, table=tables.tables.get(relation.table.name, _absent(relation.table)))
            for name, relation in self.relations.items()
        }
        return replace(self, tables=tables, relations=relations, minor=minor, migration=migration, known=known)


def _absent(table: Table) -> Table:
    """Return a table of that name without any column: everything on it reads as absent."""
    return Table(table.name, MetaData())


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split("."))
