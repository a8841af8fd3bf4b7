"""Changes to roles of FAB's auth manager."""

from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from graph.changes.carrying import ContextInfo, carry_out, given
from graph.types.node import global_id
from graph.types.role import Role
from resolvers.operations import roles


@strawberry.input(description="Something that a role may permit. Airflow must know both already.")
class PermissionInput:
    """Something that a role may permit."""

    action: str = strawberry.field(description="What is done, such as `can_read`.")
    resource: str = strawberry.field(description="To what, such as `Pools`.")


@strawberry.input(description="A role to create.")
class CreateRoleInput:
    """A role to create."""

    name: str = strawberry.field(description="Its name, 64 characters at most.")
    permissions: list[PermissionInput] | None = strawberry.field(default=None, description="What it permits.")


@strawberry.input(description="What to change of a role. What is left out, or null, stays as it is.")
class UpdateRoleInput:
    """What to change of a role."""

    name: str = strawberry.field(description="The role's name.")
    new_name: str | None = strawberry.field(default=UNSET, description="Its name from now on.")
    add_permissions: list[PermissionInput] | None = strawberry.field(
        default=None, description="What it permits from now on, beside what it permitted before."
    )


def create_role(
    info: ContextInfo,
    input: Annotated[CreateRoleInput, strawberry.argument(description="The role.")],
) -> Role:
    """Create a role."""
    made: Any = carry_out(info, roles.create_role, name=input.name, permissions=_pairs(input.permissions))
    return made  # type: ignore[no-any-return]


def update_role(
    info: ContextInfo,
    input: Annotated[UpdateRoleInput, strawberry.argument(description="What to change.")],
) -> Role:
    """Change a role."""
    values = given(new_name=UNSET if input.new_name is None else input.new_name)
    added = _pairs(input.add_permissions)
    changed: Any = carry_out(info, roles.update_role, name=input.name, permissions=added, **values)
    return changed  # type: ignore[no-any-return]


def delete_role(
    info: ContextInfo, name: Annotated[str, strawberry.argument(description="The role's name.")]
) -> strawberry.ID:
    """Delete a role."""
    key = carry_out(info, roles.delete_role, name=name)
    return strawberry.ID(global_id("Role", key.name))


def _pairs(told: list[PermissionInput] | None) -> list[roles.Pair]:
    return [(one.action, one.resource) for one in told or ()]
