"""Running a plan: statements in, the rows of every level out."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from resolvers.access.scopes import Scopes
from resolvers.errors import TooExpensive
from resolvers.plan import forms
from resolvers.plan.asked import Asked
from resolvers.plan.cursor import decode_cursor
from resolvers.plan.documents import Documents
from resolvers.plan.fetch import Fetch, Key, keys_of
from resolvers.plan.levels import levels
from resolvers.plan.ran import Ran
from resolvers.plan.sight import Sight
from resolvers.plan.stage import Plans, Stage, Variant
from resolvers.plan.statement import Statement
from resolvers.plan.writer import Row
from resolvers.selection import Arguments, Selection
from resolvers.sources.find import Find

# How many values an answer may hold for each row that may be read for it: one that stands in it twice counts twice.
_VALUES_PER_ROW = 20

_NO_TOTALS: Mapping[int | None, Sequence[int]] = {}


class Run(Protocol):
    """Sends a statement with its parameters, and returns its rows; it may be the last of the snapshot."""

    def __call__(self, statement: str, parameters: Any, *, last: bool) -> Sequence[Row]:  # noqa: ANN401 - the driver's
        """Send it."""


# Relations of rows that are not in the database, and what brings them: for each key, by logical columns, the rows that
# belong to it.
SOURCED = frozenset({"task_log", "extra_link", "unmet_dependency"})
Source = Callable[[str, Find, Sequence[Mapping[str, Any]], Arguments], Sequence[Sequence[Mapping[str, object]]]]


@dataclass(frozen=True)
class Found:
    """What a root read found: one answer per key asked for, a page's the only one."""

    fetch: Fetch
    places: Sequence[int]
    sight: Sight

    def written(self) -> list[Any]:
        """Return the answers as JSON says them; raises where one cannot be written as usual."""
        answers = self.fetch.written()
        return [answers[place] for place in self.places]

    def values(self) -> list[Any]:
        """Return the answers as plain values, whatever these are."""
        answers = forms.values(self.fetch, self.sight)
        return [answers[place] for place in self.places]


class Reader:
    """Reads for one actor, in one snapshot; `ran` tells every statement that was sent."""

    def __init__(
        self,
        run: Run,
        plans: Plans,
        scopes: Scopes,
        *,
        max_rows: int,
        max_statements: int,
        ran: list[Ran],
        source: Source,
        once: bool = False,
    ) -> None:
        self.run = run
        self.plans = plans
        self.scopes = scopes
        self.source = source
        # Whether what is read first is all that is read.
        self.once = once
        self.max_rows = max_rows
        self.max_statements = max_statements
        self.ran = ran
        self.rows_read = 0
        self.values_told = 0
        self.documents = Documents(self._document_rows)

    def page(self, stage: Stage, arguments: Arguments, given: Sequence[Arguments]) -> Found:
        """Return the page of a root list."""
        return self._whole(self._fetch(stage, None, (*given, arguments), last=self.once), (1,))

    def objects(self, stage: Stage, keys: Sequence[Key], given: Sequence[Arguments]) -> Found:
        """Return the object of each key, none where there is none that may be seen."""
        typed = list(keys)
        if not stage.decoded:
            typed = [tuple(type_(part) for type_, part in zip(stage.key_types, key, strict=True)) for key in keys]
        places = {key: at for at, key in enumerate(dict.fromkeys(typed), 1)}
        return self._whole(self._fetch(stage, list(places), given, last=self.once), [places[key] for key in typed])

    def find(self, selection: Selection, keys: Sequence[Mapping[str, object]]) -> list[Any]:
        """Return the object of each key as plain values, none where there is none that may be seen."""
        stage = self.plans.selection(selection)
        names = selection.entity.key
        return self.objects(stage, [tuple(key[name] for name in names) for key in keys], ()).values()

    def _whole(self, fetch: Fetch, places: Sequence[int]) -> Found:
        self.values_told += fetch.size()
        most = self.max_rows * _VALUES_PER_ROW
        if self.values_told > most:
            raise TooExpensive(
                f"This answer would hold more than {most:,} values.",
                hint="Ask for smaller pages, fewer levels or fewer fields.",
            )
        return Found(fetch, places, Sight(self.plans.maker.secrets, self.scopes))

    def _fetch(self, stage: Stage, keys: list[Key] | None, given: Sequence[Arguments], *, last: bool = False) -> Fetch:
        """Read the rows of a stage for parents of these keys, and what follows; for a root, keys are none.

        `last` says that nothing is read after that.
        """
        if len(stage.chain) > 1 and (keys or keys is None):
            return self._chained(stage, keys, given, last=last)
        arguments = stage.arguments(given)
        variant = stage.variant((arguments,), self.scopes, single=_is_single(keys))
        last = last and not stage.totals
        rows = self._rows(stage, variant, arguments, keys, last=last and not stage.below)
        below, positions = self._below(stage, variant, rows, given, last=last)
        count = 1 if keys is None else len(keys)
        totals = self._totals(stage, variant, arguments, keys, given) if stage.totals else _NO_TOTALS
        return Fetch(stage, variant, self.scopes, arguments, rows, count, below, positions, totals)

    def _below(
        self, stage: Stage, variant: Variant, rows: Sequence[Row], given: Sequence[Arguments], *, last: bool
    ) -> tuple[tuple[Fetch, ...], tuple[Sequence[int], ...]]:
        """Read what follows rows of a stage, and which of it belongs to which row."""
        below, positions = [], []
        own = 1 if variant.layout.has_parents else 0
        for child, columns in stage.below:
            theirs, at = keys_of(rows, [column + own for column in columns])
            below.append(self._fetch(child, theirs, given, last=last and child is stage.below[-1][0]))
            positions.append(at)
        return tuple(below), tuple(positions)

    def _chained(self, stage: Stage, keys: list[Key] | None, given: Sequence[Arguments], *, last: bool) -> Fetch:
        """Read the stages of a chain by one statement, and then what follows the last of them."""
        stages = stage.chain
        arguments = tuple(one.arguments(given) for one in stages)
        plan = stage.chained(arguments, self.scopes, single=_is_single(keys))
        most = self.max_rows - self.rows_read + 1
        first, *rest = (
            self._asked(one, variant, told, keys if one is stage else None, most)
            for one, variant, told in zip(stages, plan.variants, arguments, strict=True)
        )
        asked = Asked(first.arguments, self.scopes, first.keys, first.cursor, most, tuple(rest))
        lines = self._run(plan.statement, asked, last=last and not stages[-1].below)
        found = list(levels(plan.places, lines, 1 if keys is None else len(keys)))
        below, positions = self._below(stages[-1], plan.variants[-1], found[-1].rows, given, last=last)
        for at in reversed(range(1, len(stages))):
            level = found[at]
            fetch = Fetch(
                stages[at], plan.variants[at], self.scopes, arguments[at], level.rows, level.count, below, positions
            )
            below, positions = (fetch,), (level.positions,)
        level = found[0]
        return Fetch(stage, plan.variants[0], self.scopes, arguments[0], level.rows, level.count, below, positions)

    def _rows(
        self, stage: Stage, variant: Variant, arguments: Arguments, keys: list[Key] | None, *, last: bool
    ) -> Sequence[Row]:
        if keys is not None and not keys:
            return []
        if variant.statement is None:
            sourced = stage.step.relation in SOURCED
            return self._sourced(stage, keys or [], arguments) if sourced else self._decoded(stage, keys or [])
        if not stage.needs_rows:
            return []
        asked = self._asked(stage, variant, arguments, keys, self.max_rows - self.rows_read + 1)
        rows = self._run(variant.statement, asked, last=last)
        if keys is not None and arguments.window is not None and not self.plans.maker.backend.lateral:
            rows = sorted(rows, key=_placed(variant), reverse=variant.order.descending)
        return rows

    def _asked(self, stage: Stage, variant: Variant, arguments: Arguments, keys: list[Key] | None, most: int) -> Asked:
        window = arguments.window
        cursor: tuple[object, ...] = ()
        if window is not None and window.after is not None:
            numbers = self.plans.maker.secrets.numbers
            cursor = decode_cursor(window.after, variant.layout.tag, variant.cursor_types, numbers)
        return Asked(arguments, self.scopes, _columns(stage, keys) if keys else (), cursor, most)

    def _totals(
        self,
        stage: Stage,
        variant: Variant,
        arguments: Arguments,
        keys: list[Key] | None,
        given: Sequence[Arguments],
    ) -> Mapping[int | None, Sequence[int]]:
        found: dict[int | None, Sequence[int]] = {}
        for place in stage.totals:
            counts = [0] * ((1 if keys is None else len(keys)) + 1)
            statement = variant.counting_all if place is None else variant.counting
            if statement is not None and (keys is None or keys):
                up_to = 0 if place is None else given[place].up_to or 0
                for row in self._run(statement, self._asked(stage, variant, arguments, keys, up_to)):
                    counts[1 if keys is None else row[0]] = row[-1]
            found[place] = counts
        return found

    def _decoded(self, stage: Stage, keys: list[Key]) -> list[Row]:
        """Return rows read out of serialized DAGs; the first part of each key is the DAG's id."""
        step = stage.step
        scope = self.scopes.of(step.guard)
        self.documents.load(list(dict.fromkeys(str(key[0]) for key in keys if key[0] in scope)))
        names = [name for _, name in step.columns]
        rows: list[Row] = []
        for place, key in enumerate(keys, 1):
            if key[0] in scope:
                things = self.documents.things(step.relation, key, step.theirs)
                rows += [(place, *(_attribute(thing, name, key) for name in names)) for thing in things]
                self._count(len(things))
        return rows

    def _sourced(self, stage: Stage, keys: list[Key], arguments: Arguments) -> list[Row]:
        """Return rows that are not in the database; the first part of each key is the DAG's id."""
        step = stage.step
        scope = self.scopes.of(step.guard)
        seen = {place: dict(zip(step.theirs, key, strict=True)) for place, key in enumerate(keys, 1) if key[0] in scope}
        found = self.source(step.relation, self.find, list(seen.values()), arguments) if seen else ()
        names = [name for _, name in step.columns]
        rows = [
            (place, *(row[name] for name in names)) for place, told in zip(seen, found, strict=True) for row in told
        ]
        self._count(len(rows))
        return rows

    def _document_rows(self, dag_ids: Sequence[str]) -> Iterable[Row]:
        fetch = self._fetch(self.plans.documents, [(dag_id,) for dag_id in dag_ids], ())
        decoders = fetch.variant.layout.decoders
        for row in fetch.rows:
            yield tuple(
                value if decode is None else decode(value) for value, decode in zip(row[1:], decoders, strict=True)
            )

    def _run(self, statement: Statement, asked: Asked, *, last: bool = False) -> Sequence[Row]:
        if len(self.ran) >= self.max_statements:
            raise TooExpensive(
                f"This answer needs more than {self.max_statements} statements.",
                hint="Ask for fewer lists at once: each list at each level is a statement.",
            )
        started = time.perf_counter()
        rows = self.run(statement.text, statement.parameters(asked), last=last)
        self.ran.append(Ran(statement.text, len(rows), time.perf_counter() - started))
        self._count(len(rows))
        return rows

    def _count(self, rows: int) -> None:
        self.rows_read += rows
        if self.rows_read > self.max_rows:
            raise TooExpensive(
                f"This answer needs more than {self.max_rows:,} rows.",
                hint="Ask for smaller pages, fewer levels, or the next pages in further requests.",
            )


def _columns(stage: Stage, keys: list[Key]) -> list[list[object]]:
    """Return keys part by part. Arrays in SQL must be of one type."""
    parts = zip(stage.key_types, zip(*keys, strict=True), strict=True)
    return [list(map(type_, column)) for type_, column in parts]


def _is_single(keys: list[Key] | None) -> bool:
    return keys is not None and len(keys) == 1


def _placed(variant: Variant) -> Callable[[Row], tuple[object, ...]]:
    """Return the key by which rows of many parents are sorted: where each stands in its list."""
    places = [at + 1 for at in variant.layout.order]
    return lambda row: tuple(row[at] for at in places)


def _attribute(thing: object, name: str, key: Key) -> object:
    return key[0] if name == "dag_id" else getattr(thing, name)
