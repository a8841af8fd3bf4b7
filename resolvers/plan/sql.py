"""From a step to the statement that answers it, for each backend."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    exists,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.sql.selectable import NamedFromClause
from sqlalchemy.types import TypeDecorator, TypeEngine

from resolvers.access.actor import Actor
from resolvers.access.visibility import visible
from resolvers.binding import Match, Operator
from resolvers.metadata.generation import Generation, Relation
from resolvers.plan.backend import Backend, Parents
from resolvers.plan.cursor import decode_cursor
from resolvers.plan.steps import AggregateForm, PageForm, Step

Predicate = ColumnElement[bool]


class Statements:
    """The statements of a plan, as one actor may run them on one database."""

    def __init__(self, generation: Generation, backend: Backend, actor: Actor) -> None:
        self.generation = generation
        self.backend = backend
        self.actor = actor

    def rows(self, step: Step, key_types: Sequence[type]) -> Select[Any]:
        """Return the statement for a step's rows.

        With parents (`key_types` are those of their keys) the keys come first in each row.
        """
        relation = self.generation.relation(step.relation)
        if isinstance(step.form, AggregateForm):
            return self._aggregate(step, step.form, relation, key_types)
        if not step.theirs:
            return self._page(step, relation)
        parents = self.backend.parents(key_types)
        if step.window is None:
            return self._all_of(step, relation, parents)
        if self.backend.lateral:
            return self._lateral(step, relation, parents)
        return self._correlated(step, relation, parents)

    def total(self, step: Step, key_types: Sequence[type], up_to: int | None) -> Select[Any]:
        """Return the statement that counts a step's rows, up to a limit where there is one."""
        relation = self.generation.relation(step.relation)
        over = relation.table.alias("t")
        # Named, because an actor who sees everything and filters nothing states no condition on the table.
        found: Select[Any] = select(literal_column("1").label("one")).select_from(over)
        found = found.where(*self._conditions(step, relation, over))
        if not step.theirs:
            return select(func.count()).select_from(found.limit(up_to).subquery("counted"))
        parents = self.backend.parents(key_types)
        found = found.where(self._of_parent(step, relation, over, parents))
        counted = select(func.count()).select_from(found.limit(up_to).correlate(parents.table).subquery("counted"))
        return select(*parents.columns, counted.correlate(parents.table).scalar_subquery()).select_from(parents.table)

    def _page(self, step: Step, relation: Relation) -> Select[Any]:
        over = relation.table.alias("t")
        selected, joined = self._columns(step, relation, over, over)
        statement = select(*selected).select_from(joined).where(*self._conditions(step, relation, over))
        return self._ordered(statement, step, relation, over)

    def _ordered(self, statement: Select[Any], step: Step, relation: Relation, over: FromClause) -> Select[Any]:
        expressions = [relation.expression(name, over) for name in step.order.columns]
        statement = statement.order_by(*(one.desc() if step.order.descending else one.asc() for one in expressions))
        if step.window is None:
            return statement
        if step.window.after is not None:
            statement = statement.where(self._after(step, expressions))
        # One row more than asked for says whether there is a next page.
        statement = statement.limit(step.window.first + 1)
        return statement.offset(step.window.offset) if step.window.offset else statement

    def _after(self, step: Step, expressions: list[ColumnElement[Any]]) -> Predicate:
        if step.window is None or step.window.after is None or not isinstance(step.form, PageForm):
            return true()
        values = decode_cursor(step.window.after, step.form.tag, [_python_type(one.type) for one in expressions])
        bound = [literal(value, one.type) for value, one in zip(values, expressions, strict=True)]
        if len(expressions) == 1:
            return expressions[0] < bound[0] if step.order.descending else expressions[0] > bound[0]
        near, far = tuple_(*expressions), tuple_(*bound)
        return near < far if step.order.descending else near > far

    def _all_of(self, step: Step, relation: Relation, parents: Parents) -> Select[Any]:
        over = relation.table.alias("t")
        base = parents.table.join(over, self._of_parent(step, relation, over, parents))
        selected, joined = self._columns(step, relation, over, base)
        expressions = [relation.expression(name, over) for name in step.order.columns]
        return (
            select(*parents.columns, *selected)
            .select_from(joined)
            .where(*self._conditions(step, relation, over))
            .order_by(*(one.desc() if step.order.descending else one.asc() for one in expressions))
        )

    def _lateral(self, step: Step, relation: Relation, parents: Parents) -> Select[Any]:
        over = relation.table.alias("t")
        selected, joined = self._columns(step, relation, over, over)
        inner: Select[Any] = (
            select(*(one.label(f"c{at}") for at, one in enumerate(selected)))
            .select_from(joined)
            .where(self._of_parent(step, relation, over, parents), *self._conditions(step, relation, over))
        )
        lateral = self._ordered(inner, step, relation, over).correlate(parents.table).lateral("rows_of_one")
        return select(*parents.columns, *lateral.c).select_from(parents.table.join(lateral, true()))

    def _correlated(self, step: Step, relation: Relation, parents: Parents) -> Select[Any]:
        inner_over = relation.table.alias("inner_t")
        inner: Select[Any] = (
            select(literal_column("inner_t.rowid"))
            .select_from(inner_over)
            .where(
                self._of_parent(step, relation, inner_over, parents),
                *self._conditions(step, relation, inner_over),
            )
        )
        ids = self._ordered(inner, step, relation, inner_over).correlate(parents.table)
        over = relation.table.alias("t")
        base = parents.table.join(over, literal_column("t.rowid").in_(ids))
        selected, joined = self._columns(step, relation, over, base)
        return select(*parents.columns, *selected).select_from(joined)

    def _aggregate(self, step: Step, form: AggregateForm, relation: Relation, key_types: Sequence[type]) -> Select[Any]:
        over = relation.table.alias("t")
        parents = self.backend.parents(key_types)
        group = relation.expression(form.group, over)
        number = func.sum(relation.expression(form.measure, over)) if form.measure else func.count()
        own = [relation.expression(name, over) for name in step.theirs]
        return (
            select(*own, group, number)
            .select_from(parents.table.join(over, self._of_parent(step, relation, over, parents)))
            .where(*self._conditions(step, relation, over))
            .group_by(*own, group)
        )

    def _columns(
        self, step: Step, relation: Relation, over: NamedFromClause, base: FromClause
    ) -> tuple[list[ColumnElement[Any]], FromClause]:
        """Return the columns of a step whose rows are `over`, and `base` with the to-one links joined behind it."""
        # Behind, never inside: of a join in brackets SQLite knows no row ids.
        joined = base
        places: dict[tuple[str, ...], tuple[Relation, FromClause]] = {(): (relation, over)}
        for at, join in enumerate(step.joins):
            near, near_over = places[join.path[:-1]]
            far = self.generation.relation(join.relation)
            far_over = far.table.alias(f"j{at}")
            places[join.path] = (far, far_over)
            condition = and_(
                *(near.expression(own, near_over) == far.expression(theirs, far_over) for own, theirs in join.pairs),
                *self._standing(far, far_over),
                visible(join.guard, self.actor, far, far_over),
            )
            joined = joined.outerjoin(far_over, condition)
        selected = []
        for path, name in step.columns:
            place, place_over = places[path]
            selected.append(place.expression(name, place_over))
        return selected, joined

    def _of_parent(self, step: Step, relation: Relation, over: FromClause, parents: Parents) -> Predicate:
        return and_(
            *(relation.expression(name, over) == key for name, key in zip(step.theirs, parents.columns, strict=True))
        )

    def _conditions(self, step: Step, relation: Relation, over: FromClause) -> list[Predicate]:
        return [
            *self._standing(relation, over),
            *([] if (seen := visible(step.guard, self.actor, relation, over)) is true() else [seen]),
            *(self._match(match, relation, over) for match in step.filter),
        ]

    @staticmethod
    def _standing(relation: Relation, over: FromClause) -> list[Predicate]:
        return [relation.only(over)] if relation.only else []

    def _match(self, match: Match, relation: Relation, over: FromClause) -> Predicate:
        if match.link is None:
            return compare(relation.needed(match.column, over), match)
        link = self.generation.link(relation.name, match.link)
        far = self.generation.relation(link.target)
        far_over = far.table.alias("linked")
        conditions = [relation.expression(own, over) == far.expression(theirs, far_over) for own, theirs in link.pairs]
        if match.guard is not None:
            conditions.append(visible(match.guard, self.actor, far, far_over))
        return exists().where(*conditions, compare(far.needed(match.column, far_over), match))


def _python_type(stored: TypeEngine[Any]) -> type:
    return stored.impl_instance.python_type if isinstance(stored, TypeDecorator) else stored.python_type


def compare(expression: ColumnElement[Any], match: Match) -> Predicate:
    """Return the condition that a match puts on an expression."""
    value = match.value
    match match.operator:
        case Operator.EQUALS:
            return expression == value
        case Operator.IN:
            values = tuple(value) if isinstance(value, list | tuple | set | frozenset) else (value,)
            told = [one for one in values if one is not None]
            among: Predicate = expression.in_(told) if told else false()
            return or_(among, expression.is_(None)) if len(told) < len(values) else among
        case Operator.AT_LEAST:
            return expression >= value
        case Operator.AT_MOST:
            return expression <= value
        case Operator.AFTER:
            return expression > value
        case Operator.BEFORE:
            return expression < value
        case Operator.IS_NULL:
            return expression.is_(None) if value else expression.is_not(None)
        case Operator.CONTAINS:
            return expression.icontains(str(value), autoescape=True)
        case Operator.STARTS_WITH:
            return expression.startswith(str(value), autoescape=True)
        case Operator.LIKE:
            return expression.ilike(str(value))
