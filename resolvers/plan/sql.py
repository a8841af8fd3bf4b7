"""From a step to the statement that answers it, for each backend."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Null,
    Select,
    and_,
    false,
    func,
    literal_column,
    select,
    true,
    tuple_,
)
from sqlalchemy.sql.selectable import LateralFromClause, NamedFromClause

from resolvers.access.scopes import Scopes
from resolvers.binding import Match, Operator, Order
from resolvers.metadata.generation import Generation, Relation
from resolvers.plan.asked import Asked, Parameters, Source, among
from resolvers.plan.backend import Backend, LeftFirst, Parents
from resolvers.plan.conditions import Conditions, Predicate
from resolvers.plan.steps import AggregateForm, PageForm, Reference, Step, tells_next, tells_places
from resolvers.selection import Arguments

# Stands for a table that this database lacks: there are no rows, and every column of them is null.
_NOTHING = select(literal_column("1").label("none")).where(false()).subquery("nothing")


class Maker:
    """Makes the statement of one step: for one structure of a request, on one database.

    `single` says that there is one parent. `parameters` and `alias` are given where it is a part of another's.
    `placed` asks for the columns by which rows are ordered too, behind the others.
    """

    def __init__(
        self,
        generation: Generation,
        backend: Backend,
        step: Step,
        arguments: Arguments,
        scopes: Scopes,
        *,
        single: bool = False,
        parameters: Parameters | None = None,
        alias: str = "t",
        placed: bool = False,
    ) -> None:
        self.generation = generation
        self.backend = backend
        self.step = step
        self.relation = generation.relation(step.relation)
        self.table = _NOTHING if self.relation.absent else self.relation.table
        self.arguments = arguments
        self.single = single
        self.parameters = parameters or Parameters()
        self.alias = alias
        self.conditions = Conditions(generation, backend, scopes, self.parameters)
        self.order = total_order(step.ties, arguments.order or step.order)
        self.placed = placed
        self.columns = columns_of(step, self.order, backend, placed=placed)

    @property
    def places(self) -> tuple[int, ...]:
        """The columns by which rows are ordered, as far as they are asked for."""
        return tuple(self.columns.index(((), name)) for name in self.order.columns if ((), name) in self.columns)

    @property
    def width(self) -> int:
        """How many columns rows have, beside the place of their parent."""
        return 2 if isinstance(self.step.form, AggregateForm) else max(1, len(self.columns))

    def rows(self) -> Select[Any]:
        """Return the statement for the step's rows. With parents, the place of the parent comes first in each."""
        if isinstance(self.step.form, AggregateForm):
            return self._aggregate(self.step.form)
        if not self.step.theirs:
            return self._page()
        parents = self._parents()
        if self.arguments.window is None and not self.step.leading:
            return self._all_of(parents)
        return self._lateral(parents) if self.backend.lateral else self._correlated(parents)

    def chained(self, rest: Sequence[tuple["Maker", Sequence[int]]]) -> Select[Any]:
        """Return the statement for the step's rows, each with those of further steps, one by the rows of the other.

        A row has the place of the parent, where there are parents, and the step's columns; for each further step,
        whether there is a row of it, and that row. With each step come those columns of the one before by which its
        rows are found.
        """
        order: list[ColumnElement[Any]] = []
        shown: list[ColumnElement[Any]] = []
        selected: Sequence[ColumnElement[Any]]
        conditions: list[Predicate] = []
        if not self.step.theirs:
            joined: FromClause = self._page().subquery("page")
            selected = [*joined.c]
            order = self._directions([selected[at] for at in self.places])
        else:
            parents = self._parents()
            shown = [parents.ordinal]
            if self.arguments.window is not None or self.step.leading:
                rows_of_one = self._rows_of_one(parents)
                joined, selected = parents.table.join(rows_of_one, true()), [*rows_of_one.c]
            else:
                over = self.table.alias(self.alias)
                selected, joined = self._columns(over, parents.table.join(over, self._of_parent(over, parents)))
                conditions = self._conditions(over)
        shown += selected
        for at, (maker, columns) in enumerate(rest):
            keys = tuple(selected[column] for column in columns)
            listed = maker.of_keys(keys).correlate(*(key.table for key in keys)).lateral(f"listed{at}")
            joined = joined.outerjoin(listed, true())
            shown += listed.c
            _, *selected = listed.c
        return self.capped(select(*shown).select_from(joined).where(*conditions).order_by(*order))

    def of_keys(self, keys: tuple[ColumnElement[Any], ...]) -> Select[Any]:
        """Return the statement for the list of the parent of this key: that there is a row, and its columns."""

        def of_it(over: FromClause) -> list[Predicate]:
            pairs = zip(self.step.theirs, keys, strict=True)
            return [
                *(self.relation.expression(name, over) == key for name, key in pairs),
                *self._conditions(over),
            ]

        present: ColumnElement[Any] = true().label("present")
        if isinstance(self.step.form, AggregateForm):
            over = self.table.alias(self.alias)
            group, number = self._groups(self.step.form, over)
            return select(present, group.label("c0"), number.label("c1")).where(*of_it(over)).group_by(group)
        return self._narrowed(of_it, present, outer=[key.table for key in keys])

    def total(self) -> Select[Any]:
        """Return the statement that counts the step's rows, up to a limit."""
        return self._counted(limited=True)

    def total_of_all(self) -> Select[Any]:
        """Return the statement that counts the step's rows, however many there are."""
        return self._counted(limited=False)

    def _counted(self, *, limited: bool) -> Select[Any]:
        over = self.table.alias(self.alias)
        # Named, because an actor who sees everything and filters nothing states no condition on the table.
        found: Select[Any] = select(literal_column("1").label("one")).select_from(over)
        found = found.where(*self._conditions(over))
        if limited:
            found = found.limit(self.parameters.bind(lambda asked: asked.most, Integer()))
        if not self.step.theirs:
            return select(func.count()).select_from(found.subquery("counted"))
        parents = self._parents()
        found = found.where(self._of_parent(over, parents)).correlate(parents.table)
        counted = select(func.count()).select_from(found.subquery("counted"))
        return select(parents.ordinal, counted.correlate(parents.table).scalar_subquery()).select_from(parents.table)

    def _parents(self) -> Parents:
        table = self.backend.parent if self.single else self.backend.parents
        return table(key_types(self.generation, self.step), self.parameters)

    def _page(self) -> Select[Any]:
        return self._narrowed(self._conditions)

    def _ordered(self, statement: Select[Any], over: FromClause) -> Select[Any]:
        """Return the statement in its order, and no more of it than the page."""
        expressions = [self.relation.expression(name, over) for name in self.order.columns]
        statement = statement.order_by(*self._directions(expressions))
        window = self.arguments.window
        if window is not None and window.after is not None:
            statement = statement.where(self._after(expressions))
        # One is said outright, which lets the database plan once for all.
        most = literal_column("1") if self.step.leading else self.parameters.bind(self._most(), Integer())
        statement = statement.limit(most)
        if window is not None and window.offset:
            statement = statement.offset(self.parameters.bind(_offset, Integer()))
        return statement

    def _directions(self, expressions: list[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
        """Return the order by these; a column that this database lacks orders nothing, and may not be named in one."""
        present = (one for one in expressions if not isinstance(one, Null))
        return [one.desc() if self.order.descending else one.asc() for one in present]

    def _most(self) -> Source:
        # One row more than asked for says whether there is a next page.
        more = 1 if tells_next(self.step.form) else 0
        return lambda asked: more + (asked.arguments.window.first if asked.arguments.window else 0)

    def _after(self, expressions: list[ColumnElement[Any]]) -> Predicate:
        bound = [self.parameters.bind(_cursor_part(at), one.type) for at, one in enumerate(expressions)]
        if len(expressions) == 1:
            return expressions[0] < bound[0] if self.order.descending else expressions[0] > bound[0]
        near, far = tuple_(*expressions), tuple_(*bound)
        return near < far if self.order.descending else near > far

    def capped(self, statement: Select[Any]) -> Select[Any]:
        """Return the statement with no more rows than the answer may take, and one that says so."""
        return statement.limit(self.parameters.bind(lambda asked: asked.most, Integer()))

    def _all_of(self, parents: Parents) -> Select[Any]:
        over = self.table.alias(self.alias)
        base = parents.table.join(over, self._of_parent(over, parents))
        selected, joined = self._columns(over, base)
        expressions = [self.relation.expression(name, over) for name in self.order.columns]
        if not expressions and self.backend.place and not self.relation.absent:
            # However the parents are joined: what has no order of its own is told as the table holds it.
            expressions = [literal_column(f"{self.alias}.{self.backend.place}")]
        return self.capped(
            select(parents.ordinal, *selected)
            .select_from(joined)
            .where(*self._conditions(over))
            .order_by(*self._directions(expressions))
        )

    def _lateral(self, parents: Parents) -> Select[Any]:
        lateral = self._rows_of_one(parents)
        return self.capped(select(parents.ordinal, *lateral.c).select_from(parents.table.join(lateral, true())))

    def _rows_of_one(self, parents: Parents) -> LateralFromClause:
        def of_it(over: FromClause) -> list[Predicate]:
            return [self._of_parent(over, parents), *self._conditions(over)]

        return self._narrowed(of_it, outer=[parents.table]).correlate(parents.table).lateral("rows_of_one")

    def _narrowed(
        self,
        conditions: Callable[[FromClause], list[Predicate]],
        *further: ColumnElement[Any],
        outer: Sequence[FromClause] = (),
    ) -> Select[Any]:
        """Return the page of the rows of which these conditions tell; `outer` is where a parent's key comes from."""
        table = self.table
        if not self._is_few():
            over = table.alias(self.alias)
            return self._ordered(self._shown(over, *further).where(*conditions(over)), over)
        # OFFSET is what PostgreSQL does not look behind: it finds the few rows by themselves, and then orders them.
        own = table.alias("own")
        found = select(*own.c).where(*conditions(own)).offset(literal_column("0")).correlate(*outer)
        few = found.subquery(self.alias)
        return self._ordered(self._shown(few, *further), few)

    def _shown(self, over: NamedFromClause, *further: ColumnElement[Any]) -> Select[Any]:
        selected, joined = self._columns(over, over)
        if self.step.theirs or self.placed:
            # What it is a part of names them.
            selected = [one.label(f"c{at}") for at, one in enumerate(selected)]
        # PostgreSQL alone has rows without columns.
        return select(*([*further, *selected] or [literal_column("1").label("one")])).select_from(joined)

    def _is_few(self) -> bool:
        """Whether rows of one parent, or one DAG, are wanted in an order in which the database might walk all."""
        if self.order.columns[0] not in self.relation.walked:
            return False
        of_one = self.relation.parent or self.relation.key[0]
        return bool(self.step.theirs) or any(
            match.column == of_one and match.operator in (Operator.IN, Operator.EQUALS) and len(among(match)) == 1
            for match in self.arguments.filter
        )

    def _correlated(self, parents: Parents) -> Select[Any]:
        inner_over = self.table.alias("inner_t")
        inner: Select[Any] = (
            select(literal_column("inner_t.rowid"))
            .select_from(inner_over)
            .where(self._of_parent(inner_over, parents), *self._conditions(inner_over))
        )
        ids = self._ordered(inner, inner_over).correlate(parents.table)
        over = self.table.alias(self.alias)
        base = LeftFirst(parents.table, over, literal_column("t.rowid").in_(ids))
        selected, joined = self._columns(over, base)
        return self.capped(select(parents.ordinal, *selected).select_from(joined))

    def _aggregate(self, form: AggregateForm) -> Select[Any]:
        over = self.table.alias(self.alias)
        parents = self._parents()
        group, number = self._groups(form, over)
        return self.capped(
            select(parents.ordinal, group, number)
            .select_from(parents.table.join(over, self._of_parent(over, parents)))
            .where(*self._conditions(over))
            .group_by(parents.ordinal, group)
        )

    def _groups(self, form: AggregateForm, over: FromClause) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        number = func.sum(self.relation.expression(form.measure, over)) if form.measure else func.count()
        return self.relation.expression(form.group, over), number

    def _columns(self, over: NamedFromClause, base: FromClause) -> tuple[list[ColumnElement[Any]], FromClause]:
        """Return the columns of the step whose rows are `over`, and `base` with the to-one links joined behind it."""
        # Behind, never inside: of a join in brackets SQLite knows no row ids.
        joined = base
        places: dict[tuple[str, ...], tuple[Relation, FromClause]] = {(): (self.relation, over)}
        for at, join in enumerate(self.step.joins):
            near, near_over = places[join.path[:-1]]
            far = self.generation.relation(join.relation)
            far_over = far.table.alias(f"{self.alias}_{at}")
            places[join.path] = (far, far_over)
            condition = and_(
                *(near.expression(own, near_over) == far.expression(theirs, far_over) for own, theirs in join.pairs),
                *_standing(far, far_over),
                *self.conditions.visible(join.guard, far, far_over),
            )
            joined = joined.join(far_over, condition, isouter=not join.needed)
        selected = []
        for path, name in self.columns:
            place, place_over = places[path]
            selected.append(place.expression(name, place_over))
        return selected, joined

    def _of_parent(self, over: FromClause, parents: Parents) -> Predicate:
        theirs = self.step.theirs
        return and_(
            *(self.relation.expression(name, over) == key for name, key in zip(theirs, parents.columns, strict=True))
        )

    def _conditions(self, over: FromClause) -> list[Predicate]:
        matches = self.step.filter + self.arguments.filter
        own = len(self.step.filter)
        return [
            *_standing(self.relation, over),
            *self.conditions.visible(self.step.guard, self.relation, over),
            *(
                self.conditions.matching(match, _always(match) if at < own else _given(at - own), self.relation, over)
                for at, match in enumerate(matches)
            ),
        ]


def columns_of(step: Step, order: Order, backend: Backend, *, placed: bool = False) -> tuple[Reference, ...]:
    """Return the columns of a step's rows: behind those that it shows, those that place a row in its list.

    They are needed by cursors, and where rows of many lists come in no order; and a row has some column.
    """
    if not step.columns and not step.theirs:
        return tuple(((), name) for name in order.columns)
    if not (
        placed or tells_places(step.form) or (isinstance(step.form, PageForm) and step.theirs and not backend.lateral)
    ):
        return step.columns
    return tuple(dict.fromkeys((*step.columns, *(((), name) for name in order.columns))))


def key_types(generation: Generation, step: Step) -> list[type]:
    """Return the Python types, str or int, of the parts of a parent's key."""
    relation = generation.relation(step.relation)
    expressions = [relation.expression(name, relation.table) for name in step.theirs]
    return [int if isinstance(one.type, Integer) else str for one in expressions]


def total_order(ties: tuple[str, ...], order: Order) -> Order:
    """Return the order with what settles ties behind it, so that no two rows are equal in it."""
    rest = tuple(column for column in ties if column not in order.columns)
    return Order(order.columns + rest, order.descending)


def _standing(relation: Relation, over: FromClause) -> list[Predicate]:
    return [relation.only(over)] if relation.only else []


def _always(match: Match) -> Callable[[Asked], Match]:
    return lambda _: match


def _given(at: int) -> Callable[[Asked], Match]:
    return lambda asked: asked.arguments.filter[at]


def _offset(asked: Asked) -> int:
    return asked.arguments.window.offset if asked.arguments.window else 0


def _cursor_part(at: int) -> Source:
    return lambda asked: asked.cursor[at]
