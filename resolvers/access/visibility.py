"""Which rows an actor may see, as predicates over logical columns."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, false, true

from resolvers.access.actor import EVERYTHING, Actor, Scope
from resolvers.access.permissions import Guard
from resolvers.metadata.generation import Relation


def scope_of(guard: Guard, actor: Actor) -> Scope:
    """Return the DAGs whose rows the actor sees; for a guard without a DAG, all or nothing."""
    scope: Scope = EVERYTHING
    for permission in guard.permissions:
        held = actor.scope(permission)
        if not isinstance(held, frozenset):
            continue
        if guard.dag is None:
            return frozenset()
        scope = scope & held if isinstance(scope, frozenset) else held
    return scope


def visible(guard: Guard, actor: Actor, relation: Relation, over: FromClause) -> ColumnElement[Any]:
    """Return the predicate that keeps the rows of a relation which the actor may see."""
    scope = scope_of(guard, actor)
    if not isinstance(scope, frozenset):
        return true()
    if not scope or guard.dag is None:
        return false()
    return relation.expression(guard.dag, over).in_(sorted(scope))
