"""The steps of a plan with what was made of them: statements, and the code that writes their rows."""

from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import Any, Generic, Protocol, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Dialect, Select

from resolvers.access.permissions import Guard
from resolvers.access.scopes import Scopes
from resolvers.binding import Order
from resolvers.metadata.generation import Generation, Relation
from resolvers.plan.asked import Parameters, structure
from resolvers.plan.backend import Backend
from resolvers.plan.chain import Place, chain_of, identities, multiplies
from resolvers.plan.conditions import python_type
from resolvers.plan.cursor import Counted, list_tag
from resolvers.plan.documents import DOCUMENT_STEP
from resolvers.plan.planner import plan_page, plan_selection
from resolvers.plan.sight import Secrets
from resolvers.plan.size import Weight, frame_of, weight_of
from resolvers.plan.sql import Maker, columns_of, key_types, total_order
from resolvers.plan.statement import Statement
from resolvers.plan.steps import PageForm, Step
from resolvers.plan.writer import Layout, Write, writer_of
from resolvers.selection import Arguments, PageSelection, Selection

# How many variants of a step are kept: one per combination of filters that clients use.
_VARIANTS = 64

# How many values, at two kilobytes, the writers of all variants name together. Who uses them all makes others anew.
_VALUES = 50_000

_NOTHING = Arguments()

T_co = TypeVar("T_co", covariant=True)


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
class Chained:
    """The steps of a chain, as requests of one structure read them: by one statement."""

    variants: tuple[Variant, ...]
    places: tuple[Place, ...]
    statement: Statement


class Make(Protocol[T_co]):
    """Makes what requests of one structure are answered by."""

    def __call__(self, arguments: tuple[Arguments, ...], scopes: Scopes, *, single: bool) -> T_co:
        """Make it, for one parent or for many."""


class Made(Generic[T_co]):
    """What was made for requests of each structure that came so far."""

    def __init__(self, make: Make[T_co], guards: tuple[Guard, ...], weight: Weight, latest: "Latest") -> None:
        self._make = make
        self._guards = guards
        self._weight = weight
        self._latest = latest
        self._found: dict[Hashable, T_co] = {}
        # What the request before this one was answered by, which most often is the same request.
        self._before: tuple[tuple[Arguments, ...], object, bool, T_co] | None = None

    def __call__(self, arguments: tuple[Arguments, ...], scopes: Scopes, *, single: bool) -> T_co:
        """Return what requests like this one are answered by, for one parent or for many."""
        before = self._before
        if before is not None and before[1] is scopes.found and before[2] is single and before[0] == arguments:
            return before[3]
        key = (single, structure(arguments, scopes, self._guards))
        found = self._found.get(key)
        if found is None:
            if len(self._found) >= _VARIANTS:
                self._found.clear()
            found = self._found[key] = self._make(arguments, scopes, single=single)
            self._latest.add(self._weight.values, partial(self._drop, key))
        self._before = (arguments, scopes.found, single, found)
        return found

    def _drop(self, key: Hashable) -> None:
        self._before = None
        self._found.pop(key, None)


class Stage:
    """A step of a plan, what follows it, and its variants as far as they were needed."""

    def __init__(self, maker: "StageMaker", step: Step) -> None:
        self.step = step
        self.decoded = maker.generation.relation(step.relation).decoded is not None
        self.key_types = [] if self.decoded else key_types(maker.generation, step)
        self.needs_rows = step.needs_rows
        self.totals = tuple(step.totals)
        self.weight: Weight = weight_of(step.form)
        self.frame: int = frame_of(step.form)
        self.below = tuple((Stage(maker, child.step), child.parents) for child in step.children)
        # What is read by one statement with this stage, and leads on from one to the other.
        self.chain: tuple[Stage, ...] = (self,)
        if maker.reads_along and maker.backend.lateral:
            for _ in chain_of(maker.generation, step)[1:]:
                self.chain = (*self.chain, self.chain[-1].below[0][0])
        # Nothing but one statement is run, which needs no transaction.
        self.is_alone = not self.chain[-1].below and not self.decoded and len(self.totals) + self.needs_rows <= 1
        self._maker = maker
        self.guards: tuple[Guard, ...] = (step.guard, *(join.guard for join in step.joins))
        self.variant = Made(self._variant, self.guards, self.weight, maker.latest)
        if len(self.chain) > 1:
            guards = tuple(guard for stage in self.chain for guard in stage.guards)
            self.chained = Made(self._chained, guards, self.weight, maker.latest)

    def _variant(self, arguments: tuple[Arguments, ...], scopes: Scopes, *, single: bool) -> Variant:
        """Make the step as requests like this one run it, for one parent or for many."""
        return self._maker.variant(self, arguments[0], scopes, single=single)

    def _chained(self, arguments: tuple[Arguments, ...], scopes: Scopes, *, single: bool) -> Chained:
        """Make how the stages of the chain are read, of which these are the arguments."""
        return self._maker.chained(self.chain, arguments, scopes, single=single)

    def arguments(self, given: Sequence[Arguments]) -> Arguments:
        """Return what a request says of this list, where it is one: its own among those of all lists."""
        place = self.step.given
        return _NOTHING if place is None else given[place]


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
    """Makes the stages of one service's plans.

    `reads_along` lets one statement read a chain of steps, where the database can; without, each step has its own.
    """

    generation: Generation
    backend: Backend
    dialect: Dialect
    secrets: Secrets
    latest: Latest = field(default_factory=lambda: Latest(_VALUES))
    reads_along: bool = True

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

    def chained(
        self, stages: Sequence[Stage], arguments: tuple[Arguments, ...], scopes: Scopes, *, single: bool
    ) -> Chained:
        """Make the statement that reads the stages of a chain."""
        parameters = Parameters()
        makers = []
        for at, (stage, given) in enumerate(zip(stages, arguments, strict=True)):
            # Rows that come several times are told apart by their order, and the order of a root list is told.
            placed = isinstance(stage.step.form, PageForm) and (at < len(stages) - 1)
            told = parameters.of_joined(at - 1) if at else parameters
            alias = f"l{at}" if at else "t"
            common = (self.generation, self.backend, stage.step, given, scopes)
            makers.append(Maker(*common, single=single, parameters=told, alias=alias, placed=placed))
        first, *rest = makers
        columns = [stage.below[0][1] for stage in stages[:-1]]
        statement = Statement.of(first.chained(list(zip(rest, columns, strict=True))), parameters.sources, self.dialect)
        variants = tuple(
            stage.variant((given,), scopes, single=single) for stage, given in zip(stages, arguments, strict=True)
        )
        return Chained(variants, tuple(_places(makers, columns, variants)), statement)

    def _compiled(self, maker: Maker, select: Callable[[Maker], Select[Any]]) -> Statement:
        return Statement.of(select(maker), maker.parameters.sources, self.dialect)


def _cursor_type(relation: Relation, name: str) -> type:
    """Return the type of a column's values in a cursor; rows of all DAGs are counted by their `id`."""
    type_ = python_type(relation.expression(name, relation.table).type)
    return Counted if name == "id" and type_ is int else type_


def _places(
    makers: Sequence[Maker], parents: Sequence[tuple[int, ...]], variants: Sequence[Variant]
) -> Iterator[Place]:
    """Give where the steps of a chain stand in its lines."""
    starts, end = [], 0
    for maker in makers:
        # The first is preceded by the place of its parent, which is told with its row; the others by whether they are.
        starts.append(start := end + (1 if maker.step.theirs else 0))
        end = start + maker.width
    own = []
    for at, (maker, start) in enumerate(zip(makers, starts, strict=True)):
        told = tuple(start + place for place in maker.places) if maker.placed else ()
        own.append((0, *told) if at == 0 and maker.step.theirs else told)
    steps = [maker.step for maker in makers]
    for at, (start, identity) in enumerate(zip(starts, identities(steps, own), strict=True)):
        columns = slice(0 if at == 0 else start, start + len(variants[at].layout.decoders))
        # Of the row before, which begins with the place of its parent, if it has any.
        found_by = [column + (1 if steps[at - 1].theirs else 0) for column in parents[at - 1]] if at else ()
        yield Place(columns, start - 1, tuple(found_by), identity, multiplies(steps[at]))


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
