"""What a request makes PostgreSQL read: rows of each table, as its own EXPLAIN counts them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from graph.answering import answer
from resolvers.access.actor import actor_of_role
from resolvers.plan.reader import Reader
from resolvers.plan.stage import Stage
from resolvers.service import Service, Session
from resolvers.settings import Role
from tests.world import SCHEMA, World


@dataclass(frozen=True)
class Index:
    """An index: of which table, by which column first, with how many entries."""

    table: str
    leading: str
    entries: int


@dataclass
class Cost:
    """How many rows of each table the statements of a request read, those that they throw away included."""

    indexes: Mapping[str, Index]
    rows: Counter[str] = field(default_factory=Counter)
    plans: list[Any] = field(default_factory=list)

    def add(self, plan: Mapping[str, Any]) -> None:
        """Count a plan."""
        self.plans.append(plan)
        for node in _nodes(plan):
            index = self.indexes.get(node.get("Index Name", ""))
            if index is not None and "Index Cond" in node and index.leading not in node["Index Cond"]:
                # A condition on a later column of an index reads all of it, which the plan does not count.
                self.rows[index.table] += index.entries * node["Actual Loops"]
            table = node.get("Relation Name")
            if table is not None:
                removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
                self.rows[table] += (node["Actual Rows"] + removed) * node["Actual Loops"]


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)


class _Explained(Session):
    """A session that has every statement explained beside being run."""

    def __init__(self, service: Service, connection: psycopg.Connection, cost: Cost) -> None:
        super().__init__(service, actor_of_role("tester", Role.ADMIN, method="test"))
        self._connection = connection
        self._cost = cost

    def _reading(self, stage: Stage) -> Reader:
        del stage
        settings = self.service.settings
        return Reader(
            self._explained,
            self.service.plans,
            self.scopes,
            max_rows=settings.max_rows,
            max_statements=settings.max_statements,
            ran=self.ran,
            source=self._sourced,
        )

    def _explained(self, statement: str, parameters: Any, *, last: bool) -> Sequence[tuple[Any, ...]]:
        del last
        explain = f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}"
        [(told,)] = self._connection.execute(explain.encode(), parameters).fetchall()
        self._cost.add(told[0]["Plan"])
        return self._connection.execute(statement.encode(), parameters).fetchall()


@dataclass
class Explainer:
    """Answers documents, and tells what that made the database read."""

    world: World
    connection: psycopg.Connection

    def cost(self, document: str, **variables: object) -> Cost:
        """Answer a document that must have no errors, and return what it cost."""
        prepared = self.world.documents.prepare(document)
        assert not prepared.errors, prepared.errors
        cost = Cost(self._indexes())
        session = _Explained(self.world.service, self.connection, cost)
        told = answer(SCHEMA, prepared, prepared.operation(None), variables, session)
        assert not told.errors, (document, told.errors)
        return cost

    def _indexes(self) -> dict[str, Index]:
        found = self.connection.execute(
            "SELECT i.relname, t.relname, a.attname, i.reltuples FROM pg_index x "
            "JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid "
            "JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.indkey[0]"
        )
        return {name: Index(table, leading, int(entries)) for name, table, leading, entries in found}


@contextmanager
def explaining(url: str, minor: str) -> Iterator[Explainer]:
    """Give an explainer of a database of that Airflow."""
    world = World.open(url, minor)
    with psycopg.connect(url, autocommit=True) as connection:
        # Nothing but the statement itself is to be counted, and helpers count apart.
        connection.execute("SET max_parallel_workers_per_gather = 0")
        connection.execute("SET TimeZone = 'UTC'")
        yield Explainer(world, connection)
    world.close()
