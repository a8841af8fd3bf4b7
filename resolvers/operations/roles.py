"""What can be done with the roles of FAB's auth manager: making, changing and deleting them."""

from collections.abc import Sequence

from sqlalchemy import Row, select, tuple_

from resolvers.access.permissions import Permission
from resolvers.errors import Conflict, Invalid, NotFound
from resolvers.operations.given import NOT_GIVEN, NotGiven
from resolvers.operations.keys import RoleKey
from resolvers.operations.operation import operation
from resolvers.operations.people import SILENT, check_text, insert_numbered, numbers_of, refuse_without_users
from resolvers.operations.work import Work

# What Airflow's column holds.
NAME_LENGTH = 64

Pair = tuple[str, str]
"""An action, such as `can_read`, and the resource that it may be done to, such as `Pools`."""


@operation(needs=Permission.ROLE_CREATE, audit=SILENT)
def create_role(work: Work, *, name: str, permissions: Sequence[Pair] = ()) -> RoleKey:
    """Make a role that permits these pairs of an action and a resource, both of which Airflow must know."""
    refuse_without_users(work)
    check_text(name, "name", NAME_LENGTH, filled=True)
    _refuse_taken(work, name)
    wanted = _permissions(work, permissions)
    insert_numbered(work, "role", {"name": name})
    _permit(work, _found(work, name).id, wanted)
    return RoleKey(name)


@operation(needs=Permission.ROLE_EDIT, audit=SILENT)
def update_role(
    work: Work, *, name: str, new_name: str | NotGiven = NOT_GIVEN, permissions: Sequence[Pair] = ()
) -> RoleKey:
    """Let a role permit these pairs too, and have another name. What it permitted before it goes on to permit."""
    refuse_without_users(work)
    check_text(new_name, "name", NAME_LENGTH, filled=True)
    role = _found(work, name)
    _permit(work, role.id, _permissions(work, permissions))
    if new_name in (NOT_GIVEN, role.name):
        return RoleKey(role.name)
    _refuse_taken(work, str(new_name))
    work.update("role", {"name": new_name}, *work.where("role", id=role.id))
    return RoleKey(str(new_name))


@operation(needs=Permission.ROLE_DELETE, audit=SILENT)
def delete_role(work: Work, *, name: str) -> RoleKey:
    """Delete a role: who had it loses what it permitted."""
    refuse_without_users(work)
    role = _found(work, name)
    for joined in ("role_permission", "user_role", "group_role"):
        if not work.relation(joined).absent:
            work.delete(joined, *work.where(joined, role_id=role.id))
    work.delete("role", *work.where("role", id=role.id))
    return RoleKey(name)


def _found(work: Work, name: str) -> Row[tuple[int, str]]:
    role = work.find("role", ("id", "name"), lock=True, name=name)
    if role is None:
        raise NotFound(
            f"Role with name {name!r} was not found", field="name", hint="roles lists the roles that there are."
        )
    return role


def _refuse_taken(work: Work, name: str) -> None:
    if work.find("role", ("id",), name=name) is not None:
        raise Conflict(f"Role with name {name!r} already exists", field="name", hint="Change that one instead.")


def _permissions(work: Work, pairs: Sequence[Pair]) -> list[int]:
    """Return the numbers of pairs, each made where it is new; `Invalid` for an action or a resource that is not."""
    if not pairs:
        return []
    actions = numbers_of(work, "action", (action for action, _ in pairs))
    resources = numbers_of(work, "resource", (resource for _, resource in pairs))
    for action, resource in pairs:
        for kind, name, known in (("action", action, actions), ("resource", resource, resources)):
            if name not in known:
                raise Invalid(f"The specified {kind}: {name!r} was not found", field="permissions")
    wanted = list(dict.fromkeys((actions[action], resources[resource]) for action, resource in pairs))
    made = _numbers(work, wanted)
    for action_id, resource_id in wanted:
        if (action_id, resource_id) not in made:
            insert_numbered(work, "permission", {"action_id": action_id, "resource_id": resource_id})
    made = _numbers(work, wanted)
    return [made[pair] for pair in wanted]


def _numbers(work: Work, pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], int]:
    number, action, resource = (work.column("permission", name) for name in ("id", "action_id", "resource_id"))
    rows = work.connection.execute(select(action, resource, number).where(tuple_(action, resource).in_(pairs)))
    return {(one, other): found for one, other, found in rows}


def _permit(work: Work, role: int, permissions: Sequence[int]) -> None:
    if not permissions:
        return
    held = work.column("role_permission", "permission_id")
    had = set(work.connection.execute(select(held).where(*work.where("role_permission", role_id=role))).scalars())
    for permission in permissions:
        if permission not in had:
            insert_numbered(work, "role_permission", {"role_id": role, "permission_id": permission})
