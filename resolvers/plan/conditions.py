"""From matches and scopes to predicates, whose values are parameters."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, FromClause, exists, false, func, not_, or_
from sqlalchemy.types import String, TypeEngine

from resolvers.access.permissions import Guard
from resolvers.access.scopes import Scopes, Stance
from resolvers.binding import Match, Operator
from resolvers.metadata.generation import Generation, Relation
from resolvers.plan.asked import Asked, Parameters, Source, alternatives, among
from resolvers.plan.backend import Backend

Predicate = ColumnElement[bool]

_ESCAPE = "/"


class Conditions:
    """Makes the predicates of one statement."""

    def __init__(self, generation: Generation, backend: Backend, scopes: Scopes, parameters: Parameters) -> None:
        self.generation = generation
        self.backend = backend
        self.scopes = scopes
        self.parameters = parameters

    def visible(self, guard: Guard, relation: Relation, over: FromClause) -> list[Predicate]:
        """Return what keeps the rows that the actor may see; nothing where those are all."""
        stance = self.scopes.stance(guard)
        if stance is Stance.ALL:
            return []
        if stance is Stance.NONE or guard.dag is None:
            return [false()]
        ids = self._listed(lambda asked: asked.scopes.listed(guard), str)
        if guard.through is None:
            dag_id = relation.expression(guard.dag, over)
            return [or_(ids(dag_id), dag_id.is_(None)) if stance is Stance.SOME_AND_NO_DAGS else ids(dag_id)]
        link = self.generation.link(relation.name, guard.through)
        far = self.generation.relation(link.target)
        far_over = far.table.alias("guarded")
        of_it = [relation.expression(own, over) == far.expression(theirs, far_over) for own, theirs in link.pairs]
        seen = ids(far.expression(guard.dag, far_over))
        return [not_(exists().where(*of_it, not_(seen))) if guard.every else exists().where(*of_it, seen)]

    def matching(
        self, match: Match, source: Callable[[Asked], Match], relation: Relation, over: FromClause
    ) -> Predicate:
        """Return the condition that a match states; a run finds the match whose value counts by `source`."""
        if match.operator is Operator.EITHER:
            return or_(
                *(
                    self.matching(one, _alternative(source, at), relation, over)
                    for at, one in enumerate(alternatives(match))
                )
            )
        if match.link is None:
            return self._compared(relation.needed(match.column, over), match, source)
        link = self.generation.link(relation.name, match.link)
        far = self.generation.relation(link.target)
        far_over = far.table.alias("linked")
        conditions = [relation.expression(own, over) == far.expression(theirs, far_over) for own, theirs in link.pairs]
        if match.guard is not None:
            conditions += self.visible(match.guard, far, far_over)
        return exists().where(*conditions, self._compared(far.needed(match.column, far_over), match, source))

    def _compared(self, expression: ColumnElement[Any], match: Match, source: Callable[[Asked], Match]) -> Predicate:
        if match.operator is Operator.IN:
            return self._among(expression, match, source)
        if match.operator is Operator.NOT_IN:
            return not_(self._among(expression, match, source))
        if match.operator is Operator.IS_NULL or (match.operator is Operator.EQUALS and match.value is None):
            return expression.is_(None) if match.value or match.operator is Operator.EQUALS else expression.is_not(None)
        if match.operator in (Operator.CONTAINS, Operator.STARTS_WITH, Operator.LIKE):
            return self._like(expression, match.operator, source)
        value = self.parameters.bind(lambda asked: source(asked).value, expression.type)
        match match.operator:
            case Operator.AT_LEAST:
                return expression >= value
            case Operator.AT_MOST:
                return expression <= value
            case Operator.AFTER:
                return expression > value
            case Operator.BEFORE:
                return expression < value
            case Operator.SPELLED:
                # Both by the database: what it takes for a letter's other case, no other program knows.
                return func.lower(expression) == func.lower(value)
        return expression == value

    def _among(self, expression: ColumnElement[Any], match: Match, source: Callable[[Asked], Match]) -> Predicate:
        values = among(match)
        told: Predicate = false()
        if any(value is not None for value in values):
            present = self._listed(
                lambda asked: [value for value in among(source(asked)) if value is not None],
                python_type(expression.type),
            )
            told = present(expression)
        return or_(told, expression.is_(None)) if None in values else told

    def _listed(self, source: Source, type_: type) -> Callable[[ColumnElement[Any]], Predicate]:
        def listed(asked: Asked) -> object:
            return self.backend.listed(source(asked))  # type: ignore[arg-type] # a list

        parameter = self.parameters.bind(listed, String())
        return lambda expression: self.backend.among(expression, parameter, type_)

    def _like(self, expression: ColumnElement[Any], operator: Operator, source: Callable[[Asked], Match]) -> Predicate:
        def pattern(asked: Asked) -> str:
            text = str(source(asked).value)
            if operator is Operator.LIKE:
                return text
            for special in (_ESCAPE, "%", "_"):
                text = text.replace(special, _ESCAPE + special)
            return f"{text}%" if operator is Operator.STARTS_WITH else f"%{text}%"

        value = self.parameters.bind(pattern, String())
        match operator:
            case Operator.STARTS_WITH:
                return expression.like(value, escape=_ESCAPE)
            case Operator.CONTAINS:
                return expression.ilike(value, escape=_ESCAPE)
        return expression.ilike(value)


def python_type(stored: TypeEngine[Any]) -> type:
    """Return the Python type of a column's values."""
    impl = getattr(stored, "impl_instance", stored)
    found: type = impl.python_type
    return found


def _alternative(source: Callable[[Asked], Match], at: int) -> Callable[[Asked], Match]:
    return lambda asked: alternatives(source(asked))[at]
