"""From a selection to steps: purely, one statement per list level, to-one links joined."""

from hashlib import blake2s

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
    One,
    Order,
    Plucked,
)
from resolvers.metadata.generation import Generation
from resolvers.plan.steps import (
    UNORDERED,
    AggregateForm,
    Child,
    Computed,
    EdgesPart,
    Fetched,
    Fixed,
    FixedPart,
    Form,
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
    Edges,
    Listing,
    Lookup,
    Nodes,
    PageInfo,
    PageSelection,
    Selection,
    Total,
    Wanted,
    Window,
)
from resolvers.selection import Fixed as FixedSelection


def plan_listing(generation: Generation, listing: Listing) -> Step:
    """Return the plan of a root list."""
    return _page(
        generation,
        listing.page,
        theirs=(),
        filter_=listing.filter,
        order=listing.order,
        window=listing.window,
    )


def plan_lookup(generation: Generation, lookup: Lookup) -> Step:
    """Return the plan of a root read by keys: its parents are the keys, in the entity's order."""
    entity = lookup.selection.entity
    level = _Level(generation, entity.relation)
    shape = level.shape(lookup.selection, ())
    return level.step(entity.guard, OneForm(shape), theirs=entity.key)


def total_order(entity_key: tuple[str, ...], order: Order) -> Order:
    """Return the order with the key behind it, so that no two rows tie."""
    rest = tuple(column for column in entity_key if column not in order.columns)
    return Order(order.columns + rest, order.descending)


def list_tag(relation: str, order: Order) -> str:
    """Return what a cursor says of the list that it belongs to."""
    told = f"{relation}|{','.join(order.columns)}|{order.descending}"
    return blake2s(told.encode(), digest_size=4).hexdigest()


def _page(
    generation: Generation,
    page: PageSelection,
    *,
    theirs: tuple[str, ...],
    filter_: Filter,
    order: Order,
    window: Window,
) -> Step:
    entity = page.entity
    level = _Level(generation, entity.relation)
    # What the parent fixes cannot settle a tie.
    whole_order = total_order(tuple(name for name in entity.key if name not in theirs), order)
    parts: list[Part] = []
    for part in page.parts:
        match part:
            case Nodes(key, selection):
                parts.append(NodesPart(key, level.shape(selection, ())))
            case Edges(key, edge_parts):
                parts.append(
                    EdgesPart(
                        key,
                        tuple(
                            (
                                edge.key,
                                level.shape(edge.node, ())
                                if edge.node is not None
                                else Fixed(edge.constant)
                                if edge.constant is not None
                                else None,
                            )
                            for edge in edge_parts
                        ),
                    )
                )
            case PageInfo(key, fields):
                parts.append(InfoPart(key, fields))
            case Total(key, up_to):
                parts.append(TotalPart(key, up_to))
            case FixedSelection(key, value):
                parts.append(FixedPart(key, value))
    form = PageForm(tuple(parts), list_tag(entity.relation, whole_order))
    return level.step(entity.guard, form, theirs=theirs, filter_=filter_, order=whole_order, window=window)


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
        window: Window | None = None,
    ) -> Step:
        order_indexes = tuple(self.column((), name) for name in order.columns)
        return Step(
            relation=self.relation,
            guard=guard,
            form=form,
            columns=tuple(self.columns),
            joins=tuple(self.joins.values()),
            theirs=theirs,
            filter=filter_,
            order=order,
            order_indexes=order_indexes,
            window=window,
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

    def maker(self, wanted: Wanted, path: tuple[str, ...]) -> Maker:
        binding: Binding = wanted.binding
        match binding:
            case Column(source):
                return Value(self.column(path, source))
            case Derived(needs, by):
                return Computed(tuple(self.column(path, name) for name in needs), by)
            case Decrypted(value, flag):
                return Secret(self.column(path, value), self.column(path, flag))
            case Constant(value):
                return Fixed(value)
            case One(link) | Leading(link, _) if self.leads_nowhere(link, path):
                return Fixed(None)
            case Each(link, _) if self.leads_nowhere(link, path):
                return Fixed(())
            case One(link):
                return self.one(wanted, link, path)
            case Aggregated():
                return self.aggregated(wanted, binding, path)
            case Plucked(link, column, guard):
                below = _Level(self.generation, self.generation.link(self.relation_at(path), link).target)
                below.column((), column)
                theirs = self.generation.link(self.relation_at(path), link).theirs
                step = below.step(guard, PluckForm(), theirs=theirs, order=Order((column,)))
                return Fetched(self.child(step, self.parents(link, path)))
            case Many(link, order):
                return self.many(wanted, link, order, path)
            case Each(link, order):
                return self.linked(wanted, link, order, path, window=None)
            case Leading(link, order):
                return self.linked(wanted, link, order, path, window=Window(1))

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
            step = below.step(selection.entity.guard, OneForm(below.shape(selection, ())), theirs=found.theirs)
            return Fetched(self.child(step, self.parents(link, path)))
        further = (*path, link)
        self.joins.setdefault(further, Join(further, found.target, found.pairs, selection.entity.guard))
        present = self.column(further, found.theirs[-1])
        return Joined(present, self.shape(selection, further))

    def aggregated(self, wanted: Wanted, binding: Aggregated, path: tuple[str, ...]) -> Maker:
        found = self.generation.link(self.relation_at(path), binding.link)
        below = _Level(self.generation, found.target)
        step = below.step(
            binding.guard,
            AggregateForm(binding.group, binding.measure),
            theirs=found.theirs,
            filter_=binding.match + wanted.filter,
        )
        child = self.child(step, self.parents(binding.link, path))
        return Reduced(child, binding.by, tuple(self.column(path, name) for name in binding.needs))

    def many(self, wanted: Wanted, link: str, order: Order, path: tuple[str, ...]) -> Maker:
        if not isinstance(wanted.within, PageSelection) or wanted.window is None:
            raise TypeError(f"{wanted.key} is a list in pages and was asked for without a page")
        step = _page(
            self.generation,
            wanted.within,
            theirs=self.generation.link(self.relation_at(path), link).theirs,
            filter_=wanted.filter,
            order=wanted.order or order,
            window=wanted.window,
        )
        return Fetched(self.child(step, self.parents(link, path)))

    def linked(self, wanted: Wanted, link: str, order: Order, path: tuple[str, ...], *, window: Window | None) -> Maker:
        selection = _selection(wanted)
        found = self.generation.link(self.relation_at(path), link)
        below = _Level(self.generation, found.target)
        shape = below.shape(selection, ())
        step = below.step(
            selection.entity.guard,
            OneForm(shape) if window else ListForm(shape),
            theirs=found.theirs,
            filter_=wanted.filter,
            order=total_order(_key_of(selection.entity, below), wanted.order or order),
            window=window,
        )
        return Fetched(self.child(step, self.parents(link, path)))


def _selection(wanted: Wanted) -> Selection:
    if not isinstance(wanted.within, Selection):
        raise TypeError(f"{wanted.key} is an object and was asked for without fields")
    return wanted.within


def _key_of(entity: Entity, level: _Level) -> tuple[str, ...]:
    """Return the key to settle ties with; decoded rows keep the order of their document."""
    return () if level.generation.relation(level.relation).decoded else entity.key
