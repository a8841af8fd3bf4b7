"""Rows of the demo on their way into the database: gathered by table, then written at once."""

from collections.abc import Iterable

from sqlalchemy import Connection, insert

from resolvers.demo.rows import Row
from resolvers.metadata.generation import Generation, Relation


class Records:
    """Rows by relation, in the order in which the relations were first named."""

    def __init__(self, generation: Generation) -> None:
        self.generation = generation
        self._rows: dict[str, list[Row]] = {}

    def add(self, relation: str, rows: Iterable[Row]) -> None:
        """Take in rows of logical columns, and physical ones where no logical column stands for them.

        Columns that this Airflow lacks are left out. All rows of a relation have the same columns.
        """
        self._rows.setdefault(relation, []).extend(rows)

    def count(self, relation: str) -> int:
        """Return how many rows of a relation there are so far."""
        return len(self._rows.get(relation, ()))

    def write(self, connection: Connection) -> None:
        """Insert everything: a statement for each relation."""
        for name, rows in self._rows.items():
            if rows:
                relation = self.generation.relation(name)
                stored = _stored(relation, rows[0])
                connection.execute(insert(relation.table), [{stored[key]: row[key] for key in stored} for row in rows])


def _stored(relation: Relation, row: Row) -> dict[str, str]:
    """Return the physical column of each column of the row that this Airflow has."""
    found: dict[str, str] = {}
    for key in row:
        told = relation.columns.get(key, key)
        # What is derived from a physical column of that name is written by that name.
        column = told if isinstance(told, str) else key
        if column in relation.table.c:
            found[key] = column
    return found
