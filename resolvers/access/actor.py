"""Who is asking, how they proved it, and what they were granted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from resolvers.access.permissions import PER_DAG, ROLE_PERMISSIONS, Permission
from resolvers.settings import Role, Settings


class _Everything:
    """The scope of somebody who holds a permission for every DAG."""

    def __contains__(self, dag_id: object) -> bool:
        return True

    def __repr__(self) -> str:
        return "EVERYTHING"


EVERYTHING = _Everything()

# The DAG ids that a permission is held for; an empty set is "none".
Scope = _Everything | frozenset[str]

WHICHEVER = "~"
"""Stands for whichever DAG, where Airflow's API takes a DAG's id: none can be called so."""


@dataclass(frozen=True)
class Actor:
    """Somebody known, with their grants.

    `name` is what Airflow's audit log and notes will say. `method` is how they proved who they are
    (`token`, `anonymous`, ...). `grants` maps each permission held to the DAGs it is held for, which may be none: of
    what belongs to DAGs, somebody may see all that there is, and yet see no DAG.
    `answer_headers` are told to them with the answer, by a method whose other side proves itself too.
    """

    name: str
    method: str
    grants: Mapping[Permission, Scope] = field(default_factory=dict, repr=False)
    role: str | None = None
    display_name: str | None = None
    user_id: int | str | None = None
    answer_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    # What was found out of the grants, which do not change: it serves all requests of somebody who is remembered.
    found: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def scope(self, permission: Permission) -> Scope:
        """Return the DAGs for which this permission is held."""
        return self.grants.get(permission, frozenset())

    def holds(self, permission: Permission) -> bool:
        """Say whether this permission is held at all."""
        return permission in self.grants

    def may(self, permission: Permission, dag_id: str | None = None) -> bool:
        """Say whether this is allowed, on that DAG where one is named; on whichever, where it is held at all.

        To delete whichever, Airflow wants it held for all.
        """
        if dag_id == WHICHEVER and permission is not Permission.DAG_DELETE:
            return self.holds(permission)
        scope = self.scope(permission)
        if dag_id is None or dag_id == WHICHEVER:
            return scope is EVERYTHING
        return dag_id in scope


def actor_of_role(name: str, role: Role, *, method: str, dags: frozenset[str] | None = None) -> Actor:
    """Return an actor who holds all that an Airflow role holds, on every DAG.

    With `dags`, what the role holds of DAGs, on those alone, and nothing else of it, such as its right to pools.
    Who holds a part of a role is not said to have it.
    """
    held = ROLE_PERMISSIONS[role]
    if dags is not None:
        return Actor(name=name, method=method, grants=dict.fromkeys(held & PER_DAG, dags))
    grants: dict[Permission, Scope] = dict.fromkeys(held, EVERYTHING)
    return Actor(name=name, method=method, grants=grants, role=role.value)


def may_introspect(settings: Settings, actor: Actor) -> bool:
    """Say whether somebody may learn what the schema is."""
    match settings.introspection:
        case "everyone":
            return True
        case "known":
            return actor.method != "anonymous"
    return False


NOBODY = Actor(name="nobody", method="none")
