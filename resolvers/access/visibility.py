"""Which DAGs' rows an actor may see."""

from resolvers.access.actor import EVERYTHING, Actor, Scope
from resolvers.access.permissions import Guard


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
