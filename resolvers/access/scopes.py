"""Which DAGs' rows one actor may see, asked over and over while one request is answered."""

from enum import Enum, auto
from typing import Any

from resolvers.access.actor import Actor, Scope
from resolvers.access.permissions import Guard
from resolvers.access.visibility import scope_of, sees_of_none


class Stance(Enum):
    """How much of what a guard protects an actor sees: it decides what a statement looks like."""

    ALL = auto()
    SOME = auto()
    # Those of some DAGs, be it of none, and those that are of no DAG.
    SOME_AND_NO_DAGS = auto()
    NONE = auto()


class Scopes:
    """The scopes of one actor, each found once.

    Rows of the DAGs `shown` are seen whatever the actor was granted, but for what is hidden in them: that takes the
    right to edit.
    """

    def __init__(self, actor: Actor, shown: Scope = frozenset()) -> None:
        self._actor = actor
        self._shown = shown
        # By the guard its scope, by several guards their stances; one and the same as long as the actor is.
        self.found: dict[Any, Any] = {} if shown else actor.found

    def of(self, guard: Guard) -> Scope:
        """Return the DAGs whose rows the actor sees; for a guard without a DAG, all or nothing."""
        found: Scope | None = self.found.get(guard)
        if found is None:
            found = scope_of(guard, self._actor, self._shown if guard.is_for_reading else frozenset())
            self.found[guard] = found
        return found

    def stances(self, guards: tuple[Guard, ...]) -> tuple[Stance, ...]:
        """Return how much the actor sees of what each of these protects."""
        found: tuple[Stance, ...] | None = self.found.get(guards)
        if found is None:
            found = self.found[guards] = tuple(self.stance(guard) for guard in guards)
        return found

    def stance(self, guard: Guard) -> Stance:
        """Return how much the actor sees."""
        scope = self.of(guard)
        if not isinstance(scope, frozenset):
            return Stance.ALL
        if guard.dag is None:
            return Stance.NONE
        if sees_of_none(guard, self._actor):
            return Stance.SOME_AND_NO_DAGS
        return Stance.SOME if scope else Stance.NONE

    def listed(self, guard: Guard) -> list[str]:
        """Return the ids of the DAGs that the actor sees, where they are some."""
        scope = self.of(guard)
        return sorted(scope) if isinstance(scope, frozenset) else []
