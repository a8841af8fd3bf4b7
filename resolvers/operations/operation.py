"""A change that somebody may be allowed to make: its body, its permission, its audit event."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from resolvers.access.actor import WHICHEVER
from resolvers.access.permissions import Permission
from resolvers.operations.audit import Audit
from resolvers.operations.work import Work

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True)
class Operation(Generic[P, R_co]):
    """A change. It cannot be called: `Session.run` checks the permission, runs the body and audits.

    `on` names the argument that holds the id of the DAG for which the permission is needed, or the ids of several;
    without one the permission is needed for everything.
    """

    name: str
    body: Callable[Concatenate[Work, P], R_co]
    needs: Permission
    on: str | None
    audit: Audit
    description: str

    def about(self, arguments: Mapping[str, object]) -> tuple[str | None, ...]:
        """Return the DAGs for which the permission is needed; none stands for everything."""
        if self.on is None:
            return (None,)
        named = arguments[self.on]
        if isinstance(named, list | tuple):
            return tuple(str(dag_id) for dag_id in named) or (WHICHEVER,)
        return (str(named),)


# Every operation by name: the permission walk of the tests goes over them.
OPERATIONS: dict[str, Operation[Any, Any]] = {}


def operation(
    *, needs: Permission, audit: Audit, on: str | None = None
) -> Callable[[Callable[Concatenate[Work, P], R_co]], Operation[P, R_co]]:
    """Make an operation of a function from `Work` and keyword arguments to keys."""

    def declare(body: Callable[Concatenate[Work, P], R_co]) -> Operation[P, R_co]:
        made = Operation(body.__name__, body, needs, on, audit, body.__doc__ or "")
        if made.name in OPERATIONS:
            raise TypeError(f"operation {made.name} is declared twice")
        OPERATIONS[made.name] = made
        return made

    return declare
