"""Running a plan: statements in, a tree of plain values out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Integer, Select

from resolvers.access.actor import Actor
from resolvers.access.visibility import scope_of
from resolvers.errors import TooExpensive
from resolvers.metadata.generation import Generation
from resolvers.plan.backend import Backend, Key
from resolvers.plan.documents import DOCUMENT_STEP, Documents
from resolvers.plan.forms import Decrypt, Make, Row, empty, page, shaped
from resolvers.plan.size import Measure, frame_of, weight_of
from resolvers.plan.sql import Statements
from resolvers.plan.steps import (
    AggregateForm,
    Child,
    OneForm,
    PageForm,
    PluckForm,
    Step,
    TotalPart,
)

# How many values an answer may hold for each row that may be read for it: one that stands in it twice counts twice.
_VALUES_PER_ROW = 20


@dataclass(frozen=True)
class _Answers:
    """The answer for each parent key, and how many values it holds."""

    by_key: Mapping[Key, object]
    sizes: Mapping[Key, int]


@dataclass(frozen=True)
class _Below:
    """A child's answer for a row, and how many values it holds."""

    answer: Make
    size: Measure


class Reader:
    """Reads for one actor, in one snapshot.

    `ran` holds every statement sent, so that tests and the curious can count them.
    """

    def __init__(
        self,
        connection: Connection,
        generation: Generation,
        backend: Backend,
        actor: Actor,
        *,
        decrypt: Decrypt,
        max_rows: int,
        max_statements: int,
    ) -> None:
        self.connection = connection
        self.generation = generation
        self.backend = backend
        self.actor = actor
        self.decrypt = decrypt
        self.max_rows = max_rows
        self.max_statements = max_statements
        self.rows_read = 0
        self.values_told = 0
        self.ran: list[Select[Any]] = []
        self.statements = Statements(generation, backend, actor)
        self.documents = Documents(self._document_rows)

    def root(self, step: Step) -> object:
        """Return the answer of a root step: a page."""
        return self._whole(step, None)[()]

    def by_key(self, step: Step, keys: Sequence[Key]) -> Mapping[Key, object]:
        """Return the object of each key; keys of which there is no row that may be seen are left out."""
        return self._whole(step, list(dict.fromkeys(keys))) if keys else {}

    def _whole(self, step: Step, keys: list[Key] | None) -> Mapping[Key, object]:
        answers = self._answers(step, keys)
        self.values_told += sum(answers.sizes.values())
        self._refuse_more_than_allowed(self.values_told)
        return answers.by_key

    def _answers(self, step: Step, keys: list[Key] | None) -> "_Answers":
        """Return the answer for each parent key; for a root, that of the empty key."""
        if self.generation.relation(step.relation).decoded:
            found = self._decoded(step, keys or [])
        elif step.needs_rows:
            found = self._rows(step, keys)
        else:
            found = {}
        if keys is None:
            found.setdefault((), [])
        below = self._children(step, [row for rows in found.values() for row in rows])
        sizes = self._sizes(step, found, [child.size for child in below])
        return _Answers(self._made(step, keys, found, [child.answer for child in below]), sizes)

    def _made(
        self, step: Step, keys: list[Key] | None, found: Mapping[Key, list[Row]], children: Sequence[Make]
    ) -> dict[Key, object]:
        form = step.form
        if isinstance(form, AggregateForm):
            return {key: {row[0]: _number(row[1]) for row in rows} for key, rows in found.items()}
        if isinstance(form, PluckForm):
            return {key: [row[0] for row in rows] for key, rows in found.items()}
        if isinstance(form, PageForm):
            totals = self._totals(step, form, keys)
            return {
                key: page(step, form, found.get(key, []), children, self.decrypt, totals.get(key, {}))
                for key in ([()] if keys is None else keys)
            }
        make = shaped(form.shape, children, self.decrypt)
        if isinstance(form, OneForm):
            return {key: make(rows[0]) for key, rows in found.items() if rows}
        return {key: [make(row) for row in rows] for key, rows in found.items()}

    def _sizes(self, step: Step, found: Mapping[Key, list[Row]], below: Sequence[Measure]) -> dict[Key, int]:
        """Return how many values each answer holds."""
        weight, frame = weight_of(step.form), frame_of(step.form)
        sizes = {key: frame + weight.of(rows, below) for key, rows in found.items()}
        self._refuse_more_than_allowed(max(sizes.values(), default=0))
        return sizes

    def _refuse_more_than_allowed(self, values: int) -> None:
        most = self.max_rows * _VALUES_PER_ROW
        if values > most:
            raise TooExpensive(
                f"This answer would hold more than {most:,} values.",
                hint="Ask for smaller pages, fewer levels or fewer fields.",
            )

    def _children(self, step: Step, rows: list[Row]) -> list["_Below"]:
        """Run what follows a step; return, per child, how to find the answer for a row."""
        return [self._child(child, rows) for child in step.children]

    def _child(self, child: Child, rows: list[Row]) -> "_Below":
        indexes = child.parents
        keys = list(dict.fromkeys(key for row in rows if None not in (key := _key(row, indexes))))
        answers = self._answers(child.step, keys) if keys else _Answers({}, {})
        nothing, frame = empty(child.step), frame_of(child.step.form)

        def answer(row: Row) -> object:
            return answers.by_key.get(_key(row, indexes), nothing)

        def size(row: Row) -> int:
            return answers.sizes.get(_key(row, indexes), frame)

        return _Below(answer, size)

    def _rows(self, step: Step, keys: list[Key] | None) -> dict[Key, list[Row]]:
        found: dict[Key, list[Row]] = defaultdict(list)
        if keys is None:
            found[()] = self._run(self.statements.rows(step, ()), {})
            return found
        types = self._key_types(step)
        width = len(types)
        for row in self._run(self.statements.rows(step, types), self.backend.parameters(_typed(keys, types))):
            found[row[:width]].append(row[width:])
        if step.window is not None and not self.backend.lateral:
            for rows in found.values():
                rows.sort(key=lambda row: tuple(row[at] for at in step.order_indexes), reverse=step.order.descending)
        return found

    def _totals(self, step: Step, form: PageForm, keys: list[Key] | None) -> dict[Key, dict[int | None, int]]:
        wanted = {part.up_to for part in form.parts if isinstance(part, TotalPart)}
        totals: dict[Key, dict[int | None, int]] = defaultdict(dict)
        for up_to in wanted:
            if keys is None:
                totals[()][up_to] = self._run(self.statements.total(step, (), up_to), {})[0][0]
                continue
            types = self._key_types(step)
            statement = self.statements.total(step, types, up_to)
            for *key, number in self._run(statement, self.backend.parameters(_typed(keys, types))):
                totals[tuple(key)][up_to] = number
        return totals

    def _key_types(self, step: Step) -> list[type]:
        relation = self.generation.relation(step.relation)
        expressions = [relation.expression(name, relation.table) for name in step.theirs]
        return [int if isinstance(one.type, Integer) else str for one in expressions]

    def _decoded(self, step: Step, keys: list[Key]) -> dict[Key, list[Row]]:
        """Return rows read out of serialized DAGs; the first part of each key is the DAG's id."""
        scope = scope_of(step.guard, self.actor)
        dag_ids = list(dict.fromkeys(str(key[0]) for key in keys if key[0] in scope))
        self.documents.load(dag_ids)
        names = [name for _, name in step.columns]
        found: dict[Key, list[Row]] = {}
        for key in keys:
            if key[0] in scope:
                things = self.documents.things(step.relation, key, step.theirs)
                rows = [tuple(_attribute(thing, name, key) for name in names) for thing in things]
                self._count(len(rows))
                found[key] = rows
        return found

    def _document_rows(self, dag_ids: Sequence[str]) -> Iterable[Row]:
        parameters = self.backend.parameters([(dag_id,) for dag_id in dag_ids])
        return [row[1:] for row in self._run(self.statements.rows(DOCUMENT_STEP, [str]), parameters)]

    def _run(self, statement: Select[Any], parameters: Mapping[str, object]) -> list[Row]:
        if len(self.ran) >= self.max_statements:
            raise TooExpensive(
                f"This answer needs more than {self.max_statements} statements.",
                hint="Ask for fewer lists at once: each list at each level is a statement.",
            )
        self.ran.append(statement)
        rows = [tuple(row) for row in self.connection.execute(statement, dict(parameters))]
        self._count(len(rows))
        return rows

    def _count(self, rows: int) -> None:
        self.rows_read += rows
        if self.rows_read > self.max_rows:
            raise TooExpensive(
                f"This answer needs more than {self.max_rows:,} rows.",
                hint="Ask for smaller pages, fewer levels, or the next pages in further requests.",
            )


def _key(row: Row, indexes: Sequence[int]) -> Key:
    return tuple(row[at] for at in indexes)


def _typed(keys: Sequence[Key], types: Sequence[type]) -> list[Key]:
    """Return keys whose parts have the columns' types, as arrays in SQL must be of one type."""
    return [tuple(type_(part) for type_, part in zip(types, key, strict=True)) for key in keys]


def _number(value: object) -> int:
    """Return a count or a sum as an integer; sums come as decimals from some databases."""
    return int(value) if isinstance(value, int | float | Decimal) else 0


def _attribute(thing: object, name: str, key: Key) -> object:
    return key[0] if name == "dag_id" else getattr(thing, name)
