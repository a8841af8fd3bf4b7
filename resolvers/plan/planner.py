"""From a selection to steps: purely, one statement per list level, to-one links joined."""

from resolvers.access.permissions import Guard
from resolvers.binding import (
    Aggregated,
    Binding,
    Column,
    Constant,
    Decrypted,
    Derived,
    Each,
    Entity,
    Filter,
    Leading,
    Many,
    Masked,
    One,
    Order,
    Plucked,
)
from resolvers.metadata.generation import Generation
from resolvers.output import Needed, Output, Several
from resolvers.plan.steps import (
    ROOT,
    UNORDERED,
    AggregateForm,
    Child,
    Computed,
    EdgesPart,
    Fetched,
    Fixed,
    FixedPart,
    Form,
    Hidden,
    InfoPart,
    Join,
    Joined,
    ListForm,
    Maker,
    NodesPart,
    OneForm,
    PageForm,
    Part,
    PluckForm,
    Reduced,
    Reference,
    Secret,
    Shape,
    Step,
    TotalPart,
    Value,
)
from resolvers.selection import (
    EdgePart,
    Edges,
    Nodes,
    PageInfo,
    PagePart,
    PageSelection,
    Selection,
    Total,
    Wanted,
)
from resolvers.selection import Fixed as FixedSelection


def plan_page(generation: Generation, page: PageSelection) -> Step:
    """Return the plan of a root list, whose order comes with each request."""
    return _page(generation, page, theirs=(), order=UNORDERED, given=ROOT)


def plan_selection(generation: Generation, selection: Selection) -> Step:
    """Return the plan of a root read by keys: its parents are the keys, in the entity's order."""
    entity = selection.entity
    level = _Level(generation, entity.relation)
    shape = level.shape(selection, ())
    return level.step(entity.guard, OneForm(shape), theirs=entity.key)


def _page(generation: Generation, page: PageSelection, *, theirs: tuple[str, ...], order: Order, given: int) -> Step:
    entity = page.entity
    level = _Level(generation, entity.relation)
    parts = tuple(level.part(part) for part in page.parts)
    # What the parent fixes cannot settle a tie.
    ties = tuple(name for name in entity.key if name not in theirs)
    return level.step(entity.guard, PageForm(parts), theirs=theirs, order=order, ties=ties, given=given)


class _Level:
    """The statement being planned: what it must select, join, and be followed by."""

    def __init__(self, generation: Generation, relation: str) -> None:
        self.generation = generation
        self.relation = relation
        self.columns: dict[Reference, int] = {}
        self.joins: dict[tuple[str, ...], Join] = {}
        self.children: list[Child] = []

    def step(
        self,
        guard: Guard,
        form: Form,
        *,
        theirs: tuple[str, ...] = (),
        filter_: Filter = (),
        order: Order = UNORDERED,
        ties: tuple[str, ...] = (),
        given: int | None = None,
        leading: bool = False,
    ) -> Step:
        return Step(
            relation=self.relation,
            guard=guard,
            form=form,
            columns=tuple(self.columns),
            joins=tuple(self.joins.values()),
            theirs=theirs,
            filter=filter_,
            order=order,
            ties=ties,
            given=given,
            leading=leading,
            children=tuple(self.children),
        )

    def column(self, path: tuple[str, ...], name: str) -> int:
        return self.columns.setdefault((path, name), len(self.columns))

    def child(self, step: Step, parents: tuple[int, ...]) -> int:
        child = Child(step, parents)
        if child not in self.children:
            self.children.append(child)
        return self.children.index(child)

    def relation_at(self, path: tuple[str, ...]) -> str:
        return self.joins[path].relation if path else self.relation

    def shape(self, selection: Selection, path: tuple[str, ...]) -> Shape:
        return tuple((wanted.key, self.maker(wanted, path)) for wanted in selection.wanted)

    def part(self, part: PagePart) -> Part:
        match part:
            case Nodes(key, selection):
                return NodesPart(key, self.shape(selection, ()))
            case Edges(key, parts):
                return EdgesPart(key, tuple((edge.key, self.edge_part(edge)) for edge in parts))
            case PageInfo(key, fields):
                return InfoPart(key, fields)
            case Total(key, given):
                return TotalPart(key, given)
            case FixedSelection(key, value):
                return FixedPart(key, value)

    def edge_part(self, edge: EdgePart) -> Shape | Fixed | None:
        if edge.node is not None:
            return self.shape(edge.node, ())
        return None if edge.constant is None else Fixed(edge.constant)

    def maker(self, wanted: Wanted, path: tuple[str, ...]) -> Maker:
        binding: Binding = wanted.binding
        match binding:
            case Column() | Derived() | Decrypted():
                return self.value(binding, wanted.output, path)
            case Masked(of, secrecy, unless, name):
                return Hidden(
                    self.value(of, None, path),
                    secrecy,
                    unless,
                    self.column(path, unless.dag) if unless is not None and unless.dag else None,
                    self.column(path, name) if name else None,
                    wanted.output,
                )
            case Constant(value):
                return Fixed(value)
            case One(link) | Leading(link, _) if self.leads_nowhere(link, path):
                return Fixed(None)
            case Each(link) if self.leads_nowhere(link, path):
                return Fixed(())
            case One(link):
                return self.one(wanted, link, path)
            case Aggregated():
                return self.aggregated(wanted, binding, path)
            case Plucked(link, column, guard):
                below = _Level(self.generation, self.generation.link(self.relation_at(path), link).target)
                below.column((), column)
                theirs = self.generation.link(self.relation_at(path), link).theirs
                step = below.step(guard, PluckForm(_element(wanted.output)), theirs=theirs, order=Order((column,)))
                return Fetched(self.child(step, self.parents(link, path)), None)
            case Many(link, order):
                return self.many(wanted, link, order, path)
            case Each(link, order, through):
                found = self.beyond(wanted, link, order, through, path) if through else None
                return found or self.linked(wanted, link, order, path, leading=False)
            case Leading(link, order):
                return self.linked(wanted, link, order, path, leading=True)

    def value(
        self, binding: Column | Derived | Decrypted, output: Output | None, path: tuple[str, ...]
    ) -> Value | Computed | Secret:
        match binding:
            case Column(source):
                return Value(self.column(path, source), output)
            case Derived(needs, by):
                return Computed(tuple(self.column(path, name) for name in needs), by, output)
            case Decrypted(value, flag):
                return Secret(self.column(path, value), self.column(path, flag), output)

    def leads_nowhere(self, link: str, path: tuple[str, ...]) -> bool:
        """Whether this database has no table at the other end of a link."""
        return self.generation.relation(self.generation.link(self.relation_at(path), link).target).absent

    def parents(self, link: str, path: tuple[str, ...]) -> tuple[int, ...]:
        own = self.generation.link(self.relation_at(path), link).own
        return tuple(self.column(path, name) for name in own)

    def one(self, wanted: Wanted, link: str, path: tuple[str, ...]) -> Maker:
        selection = _selection(wanted)
        near = self.relation_at(path)
        found = self.generation.link(near, link)
        relations = (self.generation.relation(near), self.generation.relation(found.target))
        if any(relation.decoded for relation in relations):
            below = _Level(self.generation, found.target)
            shape = below.shape(selection, ())
            step = below.step(selection.entity.guard, OneForm(shape), theirs=found.theirs, given=wanted.given)
            return Fetched(self.child(step, self.parents(link, path)), wanted.output)
        further = (*path, link)
        self.joins.setdefault(further, Join(further, found.target, found.pairs, selection.entity.guard))
        present = self.column(further, found.theirs[-1])
        return Joined(present, self.shape(selection, further), wanted.output)

    def aggregated(self, wanted: Wanted, binding: Aggregated, path: tuple[str, ...]) -> Maker:
        found = self.generation.link(self.relation_at(path), binding.link)
        below = _Level(self.generation, found.target)
        step = below.step(
            binding.guard,
            AggregateForm(binding.group, binding.measure),
            theirs=found.theirs,
            filter_=binding.match,
            given=wanted.given,
        )
        child = self.child(step, self.parents(binding.link, path))
        needs = tuple(self.column(path, name) for name in binding.needs)
        return Reduced(child, binding.by, needs, wanted.output)

    def many(self, wanted: Wanted, link: str, order: Order, path: tuple[str, ...]) -> Maker:
        if not isinstance(wanted.within, PageSelection) or wanted.given is None:
            raise TypeError(f"{wanted.key} is a list in pages and was asked for without a page")
        step = _page(
            self.generation,
            wanted.within,
            theirs=self.generation.link(self.relation_at(path), link).theirs,
            order=order,
            given=wanted.given,
        )
        return Fetched(self.child(step, self.parents(link, path)), wanted.output)

    def linked(self, wanted: Wanted, link: str, order: Order, path: tuple[str, ...], *, leading: bool) -> Maker:
        selection = _selection(wanted)
        found = self.generation.link(self.relation_at(path), link)
        below = _Level(self.generation, found.target)
        shape = below.shape(selection, ())
        step = below.step(
            selection.entity.guard,
            OneForm(shape) if leading else ListForm(shape),
            theirs=found.theirs,
            order=order,
            # What the parent fixes cannot settle a tie.
            ties=tuple(name for name in _key_of(selection.entity, below) if name not in found.theirs),
            given=wanted.given,
            leading=leading,
        )
        return Fetched(self.child(step, self.parents(link, path)), wanted.output)

    def beyond(self, wanted: Wanted, link: str, order: Order, through: str, path: tuple[str, ...]) -> Maker:
        """Plan the objects that linked rows lead on to: those rows are nothing by themselves, and need no guard."""
        selection = _selection(wanted)
        found = self.generation.link(self.relation_at(path), link)
        below = _Level(self.generation, found.target)
        onward = self.generation.link(found.target, through)
        place = (through,)
        below.joins[place] = Join(place, onward.target, onward.pairs, selection.entity.guard, needed=True)
        step = below.step(
            Guard(()),
            ListForm(below.shape(selection, place)),
            theirs=found.theirs,
            order=order,
            ties=tuple(name for name in self.generation.relation(found.target).key if name not in found.theirs),
        )
        return Fetched(self.child(step, self.parents(link, path)), wanted.output)


def _selection(wanted: Wanted) -> Selection:
    if not isinstance(wanted.within, Selection):
        raise TypeError(f"{wanted.key} is an object and was asked for without fields")
    return wanted.within


def _key_of(entity: Entity, level: _Level) -> tuple[str, ...]:
    """Return the key to settle ties with; decoded rows keep the order of their document."""
    return () if level.generation.relation(level.relation).decoded else entity.key


def _element(output: Output | None) -> Output | None:
    """Return how the elements of a list are written."""
    inner = output.of if isinstance(output, Needed) else output
    return inner.of if isinstance(inner, Several) else None
