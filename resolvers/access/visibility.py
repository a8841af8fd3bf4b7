"""Which DAGs' rows an actor may see, and whether they may ask for them at all."""

from resolvers.access.actor import EVERYTHING, WHICHEVER, Actor, Scope
from resolvers.access.permissions import Guard


def scope_of(guard: Guard, actor: Actor, shown: Scope = frozenset()) -> Scope:
    """Return the DAGs whose rows the actor sees; for a guard without a DAG, all or nothing.

    The DAGs `shown` are among them whatever the actor was granted.
    """
    if not isinstance(shown, frozenset):
        return EVERYTHING
    granted = _granted(guard, actor)
    return granted | shown if isinstance(granted, frozenset) and guard.dag is not None else granted


def admits(guard: Guard, actor: Actor, dag_id: str = WHICHEVER) -> bool:
    """Say whether the actor may ask for rows of that DAG, or of whichever.

    Who may ask for those of whichever DAG may be one who sees no DAG, and so none of them.
    """
    if guard.dag is None:
        return all(actor.may(permission) for permission in guard.permissions)
    asked = guard.own if dag_id == WHICHEVER else guard.permissions
    return all(actor.may(permission, dag_id) for permission in asked)


def sees_of_none(guard: Guard, actor: Actor) -> bool:
    """Say whether the actor sees the rows that are of no DAG."""
    return guard.or_none and all(actor.may(permission) for permission in guard.own)


def _granted(guard: Guard, actor: Actor) -> Scope:
    scope: Scope = EVERYTHING
    for permission in guard.permissions:
        held = actor.scope(permission)
        if not isinstance(held, frozenset):
            continue
        if guard.dag is None:
            return frozenset()
        scope = scope & held if isinstance(scope, frozenset) else held
    return scope
