"""Users of Airflow's FAB auth manager, without their passwords."""

from datetime import UTC, datetime
from enum import Enum

import strawberry
from strawberry import enum_value

from graph.types.base import column, derived, each, entity, identity, matches
from graph.types.guards import USERS
from graph.types.node import Node
from graph.types.role import Role
from resolvers.binding import Operator

_CLOCK = "By the clock of Airflow's server, which is taken to be UTC's."


def in_utc(told: datetime | None) -> datetime | None:
    """Return an instant that PostgreSQL keeps without a zone as one of UTC's."""
    return told if told is None or told.tzinfo is not None else told.replace(tzinfo=UTC)


@strawberry.enum(description="How users are ordered.")
class UserOrder(Enum):
    """How users are ordered; the values name logical columns."""

    ID_ASC = enum_value("id", description="The one made first first.")
    ID_DESC = enum_value("-id", description="The one made last first.")
    USERNAME_ASC = enum_value("username", description="By user name, from A.")
    USERNAME_DESC = enum_value("-username", description="By user name, from Z.")


@strawberry.input(description="Which users. Conditions that are left out do not matter.")
class UserFilter:
    """Which users."""

    username: list[str] | None = matches("The user name is one of these.", "username")
    username_contains: str | None = matches(
        "The user name contains this text, in any case.", "username", Operator.CONTAINS
    )
    email: list[str] | None = matches("The e-mail address is one of these.", "email")
    is_active: bool | None = matches("Whether they may come in.", "is_active", Operator.EQUALS)


@entity("group", key="name", guard=USERS)
class UserGroup(Node):
    """Users who have roles together. Since Airflow 3.0, with the FAB auth manager."""

    id: strawberry.ID = identity()
    name: str = column("Its name.")
    label: str | None = column("What it is called on pages.")
    description: str | None = column("What it is for.")
    roles: list[Role] = each(
        "The roles that its users have by it, as far as you may read roles.",
        link="roles",
        order="role_id",
        through="role",
    )


@entity("user", key="username", guard=USERS)
class User(Node):
    """Somebody who may use Airflow. Airflow 3 has users with the FAB auth manager only."""

    id: strawberry.ID = identity()
    user_id: int = column("Their number.", source="id")
    username: str = column("The name that they come in by.")
    email: str = column("Their e-mail address.")
    first_name: str = column("Their first name.")
    last_name: str = column("Their last name.")
    is_active: bool = derived("Whether they may come in.", needs="is_active", by=bool)
    last_login: datetime | None = derived(f"When they last came in. {_CLOCK}", needs="last_login", by=in_utc)
    login_count: int | None = column("How often they came in.")
    fail_login_count: int | None = column("How often they failed to, since they last came in.")
    created_on: datetime | None = derived(f"When they were made. {_CLOCK}", needs="created_on", by=in_utc)
    changed_on: datetime | None = derived(
        f"When they were last changed, as far as Airflow notes it. {_CLOCK}", needs="changed_on", by=in_utc
    )
    roles: list[Role] = each(
        "Their own roles, as far as you may read roles.", link="roles", order="role_id", through="role"
    )
    groups: list[UserGroup] = each(
        "The groups that they are in. Since Airflow 3.0.", link="groups", order="group_id", through="group"
    )
