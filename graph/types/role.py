"""Roles of Airflow's FAB auth manager, and what they permit."""

from enum import Enum

import strawberry
from strawberry import enum_value

from graph.types.base import column, each, entity, identity, matches
from graph.types.guards import ACTIONS, ROLES
from graph.types.node import Node
from resolvers.binding import Operator


@strawberry.enum(description="How roles are ordered.")
class RoleOrder(Enum):
    """How roles are ordered; the values name logical columns."""

    NAME_ASC = enum_value("name", description="From A.")
    NAME_DESC = enum_value("-name", description="From Z.")
    ID_ASC = enum_value("id", description="The one made first first.")
    ID_DESC = enum_value("-id", description="The one made last first.")


@strawberry.input(description="Which roles. Conditions that are left out do not matter.")
class RoleFilter:
    """Which roles."""

    name: list[str] | None = matches("Its name is one of these.", "name")
    name_contains: str | None = matches("Its name contains this text, in any case.", "name", Operator.CONTAINS)


@entity("permission", key="id", guard=ROLES)
class Permission(Node):
    """Something that a role may permit: one action on one resource."""

    id: strawberry.ID = identity()
    permission_id: int = column("Its number.", source="id")
    action: str | None = column("What is done, such as `can_read`.")
    resource: str | None = column("To what, such as `Pools`, or `DAG:etl` for one DAG alone.")


@entity("action", key="id", guard=ACTIONS)
class PermissionAction(Node):
    """What can be done to a resource, such as `can_read`."""

    id: strawberry.ID = identity()
    action_id: int = column("Its number.", source="id")
    name: str = column("Its name.")


@entity("role", key="name", guard=ROLES)
class Role(Node):
    """What users may do, under a name. Airflow 3 has roles with the FAB auth manager only."""

    id: strawberry.ID = identity()
    role_id: int = column("Its number.", source="id")
    name: str = column("Its name.")
    permissions: list[Permission] = each(
        "What it permits, in the order in which that was given to it.",
        link="permissions",
        order="",
        through="permission",
    )
