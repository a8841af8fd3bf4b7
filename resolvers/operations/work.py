"""What the body of an operation works with: one write transaction in the shared vocabulary."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Executable, Row, Table, delete, insert, select, update

from resolvers.access.actor import Actor
from resolvers.airflow_config import AirflowConfig
from resolvers.errors import NotFound
from resolvers.masking import Masking
from resolvers.metadata.generation import Generation, Relation
from resolvers.secrets import KeyRing
from resolvers.serialized.dag import SerializedDag, UnreadableDagError
from resolvers.settings import Settings


@dataclass(frozen=True)
class Work:
    """One transaction of one actor.

    Values and columns are logical; what this Airflow does not store is left out on the way in.
    `now` is the one moment at which all of the change happens.
    """

    connection: Connection
    generation: Generation
    actor: Actor
    settings: Settings
    config: AirflowConfig
    keys: KeyRing
    masking: Masking
    now: datetime
    _dags: dict[str, SerializedDag | None] = field(default_factory=dict, repr=False)

    def relation(self, name: str) -> Relation:
        """Return a relation by its logical name."""
        return self.generation.relation(name)

    def column(self, relation: str, name: str) -> ColumnElement[Any]:
        """Return a logical column over the relation's own table."""
        found = self.relation(relation)
        return found.expression(name, found.table)

    def where(self, relation: str, **equal: object) -> list[ColumnElement[bool]]:
        """Return conditions that logical columns equal these values (None: is null)."""
        return [self.column(relation, name) == value for name, value in equal.items()]

    def find(self, relation: str, columns: Sequence[str], *, lock: bool = False, **equal: object) -> Row[Any] | None:
        """Return one row, its columns by their logical names, or none; `lock` keeps it until the end."""
        statement = select(*(self.column(relation, name).label(name) for name in columns)).where(
            *self.where(relation, **equal)
        )
        only = self.relation(relation).only
        if only is not None:
            statement = statement.where(only(self.relation(relation).table))
        if lock:
            statement = statement.with_for_update()
        return self.connection.execute(statement.limit(1)).first()

    def insert(self, relation: str, values: Mapping[str, object]) -> None:
        """Insert one row of logical values."""
        found = self.relation(relation)
        self.connection.execute(insert(found.table).values(found.physical(values)))

    def insert_all(self, relation: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Insert rows of the same logical columns, in one statement."""
        found = self.relation(relation)
        if rows:
            self.connection.execute(insert(found.table), [found.physical(row) for row in rows])

    def update(self, relation: str, values: Mapping[str, object], *conditions: ColumnElement[bool]) -> int:
        """Change rows; return how many there were. Values may be expressions over the table."""
        found = self.relation(relation)
        stored = found.physical(values)
        if not stored:
            return 0
        return self._count(update(found.table).where(*conditions).values(stored))

    def delete(self, relation: str, *conditions: ColumnElement[bool]) -> int:
        """Delete rows; return how many there were."""
        return self._count(delete(self.relation(relation).table).where(*conditions))

    def table(self, name: str) -> Table | None:
        """Return a physical table, or none where this Airflow lacks it."""
        return self.generation.tables.tables.get(name)

    def dag(self, dag_id: str) -> SerializedDag:
        """Return the newest serialized form of a DAG; `NotFound` where the DAG processor left none."""
        if dag_id not in self._dags:
            row = self.find("serialized_dag", ("data", "data_compressed"), dag_id=dag_id)
            self._dags[dag_id] = None
            with suppress(UnreadableDagError):
                self._dags[dag_id] = SerializedDag.from_columns(row.data, row.data_compressed) if row else None
        dag = self._dags[dag_id]
        if dag is None:
            raise NotFound(
                f"The tasks of DAG '{dag_id}' are not known: it has not been serialized.",
                field="dagId",
                hint="Wait until Airflow has parsed its file, or look for import errors.",
            )
        return dag

    def _count(self, statement: Executable) -> int:
        # The driver's count is the number of rows that the statement matched.
        return self.connection.execute(statement).rowcount
