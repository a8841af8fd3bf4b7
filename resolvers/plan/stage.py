"""The steps of a plan with what was made of them: statements, and the code that writes their rows."""

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Dialect, Select

from resolvers.access.scopes import Scopes
from resolvers.binding import Order
from resolvers.metadata.generation import Generation, Relation
from resolvers.plan.asked import structure
from resolvers.plan.backend import Backend
from resolvers.plan.conditions import python_type
from resolvers.plan.cursor import Counted, list_tag
from resolvers.plan.documents import DOCUMENT_STEP
from resolvers.plan.planner import plan_page, plan_selection
from resolvers.plan.sight import Secrets
from resolvers.plan.size import Weight, frame_of, weight_of
from resolvers.plan.sql import Maker, columns_of, key_types, total_order
from resolvers.plan.statement import Statement
from resolvers.plan.steps import OneForm, PageForm, Step
from resolvers.plan.writer import Layout, Write, writer_of
from resolvers.selection import Arguments, PageSelection, Selection

# How many variants of a step are kept: one per combination of filters that clients use.
_VARIANTS = 64

# How many values, at two kilobytes, the writers of all variants name together. Who uses them all makes others anew.
_VALUES = 50_000

_NOTHING = Arguments()


@dataclass(frozen=True, eq=False)
class Variant:
    """A step as requests of one structure run it; `cursor_types` are those of the values in a cursor."""

    statement: Statement | None
    counting: Statement | None
    counting_all: Statement | None
    order: Order
    layout: Layout
    cursor_types: tuple[type, ...]
    write: Write


@dataclass(frozen=True, eq=False)
class Joined:
    """An object and a list of its own, as requests of one structure read both: by one statement."""

    object: Variant
    list: Variant
    statement: Statement


class Stage:
    """A step of a plan, what follows it, and its variants as far as they were needed."""

    def __init__(self, maker: "StageMaker", step: Step) -> None:
        self.step = step
        self.decoded = maker.generation.relation(step.relation).decoded is not None
        self.key_types = [] if self.decoded else key_types(maker.generation, step)
        self.needs_rows = step.needs_rows
        self.weight: Weight = weight_of(step.form)
        self.frame: int = frame_of(step.form)
        self.below = tuple((Stage(maker, child.step), child.parents) for child in step.children)
        # An object by its key and one list of its own are read by one statement, which needs no transaction.
        self.joins_list = maker.backend.lateral and _is_object_with_list(self)
        self._maker = maker
        self.guards = (step.guard, *(join.guard for join in step.joins))
        self._variants: dict[Hashable, Variant] = {}
        self._joined: dict[Hashable, Joined] = {}

    def variant(self, arguments: Arguments, scopes: Scopes, *, single: bool) -> Variant:
        """Return the step as requests like this one run it, for one parent or for many."""
        key = (single, structure(arguments, scopes, self.guards))
        found = self._variants.get(key)
        if found is None:
            if len(self._variants) >= _VARIANTS:
                self._variants.clear()
            found = self._variants[key] = self._maker.variant(self, arguments, scopes, single=single)
            self._maker.latest.add(self.weight.values, partial(self._variants.pop, key, None))
        return found

    def with_list(self, arguments: Arguments, scopes: Scopes, *, single: bool) -> Joined:
        """Return how the object is read along with its list, of which these are the arguments."""
        [(child, columns)] = self.below
        key = (single, structure(arguments, scopes, (*child.guards, *self.guards)))
        found = self._joined.get(key)
        if found is None:
            if len(self._joined) >= _VARIANTS:
                self._joined.clear()
            found = self._joined[key] = Joined(
                self.variant(_NOTHING, scopes, single=single),
                child.variant(arguments, scopes, single=single),
                self._maker.with_list(self.step, child.step, columns, arguments, scopes, single=single),
            )
            self._maker.latest.add(self.weight.values, partial(self._joined.pop, key, None))
        return found

    def arguments(self, given: Sequence[Arguments]) -> Arguments:
        """Return what a request says of this list, where it is one: its own among those of all lists."""
        place = self.step.given
        return _NOTHING if place is None else given[place]

    @property
    def is_alone(self) -> bool:
        """Whether nothing but one statement is run."""
        if self.joins_list:
            return True
        return not self.below and not self.decoded and len(self.step.totals) + self.needs_rows <= 1


def _is_object_with_list(stage: Stage) -> bool:
    if len(stage.below) != 1 or stage.decoded or not isinstance(stage.step.form, OneForm) or stage.step.leading:
        return False
    child = stage.below[0][0]
    pages = isinstance(child.step.form, PageForm) and child.needs_rows
    return (pages or child.step.leading) and not (child.below or child.decoded or child.step.totals)


class Latest:
    """What was made last: what is older is dropped once all of it weighs too much."""

    def __init__(self, heaviest: int) -> None:
        self._heaviest = heaviest
        self._made: deque[tuple[int, Callable[[], object]]] = deque()
        self._weight = 0
        self._lock = Lock()

    def add(self, weight: int, drop: Callable[[], object]) -> None:
        """Remember something of a weight, and how to drop it."""
        with self._lock:
            self._made.append((weight, drop))
            self._weight += weight
            while self._weight > self._heaviest and len(self._made) > 1:
                lighter, drop_oldest = self._made.popleft()
                self._weight -= lighter
                drop_oldest()


@dataclass(frozen=True)
class StageMaker:
    """Makes the stages of one service's plans."""

    generation: Generation
    backend: Backend
    dialect: Dialect
    secrets: Secrets
    latest: Latest = field(default_factory=lambda: Latest(_VALUES))

    def variant(self, stage: Stage, arguments: Arguments, scopes: Scopes, *, single: bool) -> Variant:
        """Make a step's statements and writer for requests like this one."""
        step = stage.step
        order = total_order(step.ties, arguments.order or step.order)
        columns = columns_of(step, order, self.backend)
        places = tuple(columns.index(((), name)) for name in order.columns if ((), name) in columns)
        tag = list_tag(step.relation, order)
        if stage.decoded:
            nothing = (None,) * len(columns)
            layout = Layout(True, nothing, nothing, places, tag)  # noqa: FBT003 - always has parents
            write = writer_of(step.form, layout, len(stage.below), self.secrets)
            return Variant(None, None, None, order, layout, (), write)

        def maker() -> Maker:
            return Maker(self.generation, self.backend, step, arguments, scopes, single=single)

        statement = self._compiled(maker(), Maker.rows)
        own = 1 if step.theirs else 0
        relation = self.generation.relation(step.relation)
        types = tuple(_cursor_type(relation, name) for name in order.columns)
        counted = frozenset(at for at, type_ in zip(places, types, strict=False) if type_ is Counted)
        layout = Layout(bool(step.theirs), statement.decoders[own:], statement.kinds[own:], places, tag, counted)
        return Variant(
            statement,
            self._compiled(maker(), Maker.total) if any(given is not None for given in step.totals) else None,
            self._compiled(maker(), Maker.total_of_all) if None in step.totals else None,
            order,
            layout,
            types,
            writer_of(step.form, layout, len(stage.below), self.secrets),
        )

    def with_list(
        self,
        step: Step,
        child: Step,
        columns: tuple[int, ...],
        arguments: Arguments,
        scopes: Scopes,
        *,
        single: bool,
    ) -> Statement:
        """Make the statement that reads objects along with the list of each."""
        maker = Maker(self.generation, self.backend, step, _NOTHING, scopes, single=single)
        inner = Maker(
            self.generation,
            self.backend,
            child,
            arguments,
            scopes,
            parameters=maker.parameters.of_joined(),
            alias="l",
        )
        return Statement.of(maker.with_joined(inner, columns), maker.parameters.sources, self.dialect)

    def _compiled(self, maker: Maker, select: Callable[[Maker], Select[Any]]) -> Statement:
        return Statement.of(select(maker), maker.parameters.sources, self.dialect)


def _cursor_type(relation: Relation, name: str) -> type:
    """Return the type of a column's values in a cursor; rows of all DAGs are counted by their `id`."""
    type_ = python_type(relation.expression(name, relation.table).type)
    return Counted if name == "id" and type_ is int else type_


class Plans:
    """The plans of one service: each made at its first use, and kept as long as anybody has its selection."""

    def __init__(self, maker: StageMaker) -> None:
        self.maker = maker
        self.documents = Stage(maker, DOCUMENT_STEP)
        self._stages: WeakKeyDictionary[PageSelection | Selection, Stage] = WeakKeyDictionary()

    def page(self, page: PageSelection) -> Stage:
        """Return the plan of a root list."""
        found = self._stages.get(page)
        if found is None:
            found = self._stages[page] = Stage(self.maker, plan_page(self.maker.generation, page))
        return found

    def selection(self, selection: Selection) -> Stage:
        """Return the plan of a root read by keys."""
        found = self._stages.get(selection)
        if found is None:
            found = self._stages[selection] = Stage(self.maker, plan_selection(self.maker.generation, selection))
        return found
