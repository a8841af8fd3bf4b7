"""Users, roles and what they permit, in the graph."""

from collections.abc import Iterator
from typing import Any

import pytest

from resolvers.access.actor import EVERYTHING, Actor
from resolvers.access.permissions import Permission
from tests.conftest import KINDS
from tests.people import add_group, open_peopled, staff
from tests.world import SCHEMA, World


@pytest.fixture(params=KINDS)
def people(request: pytest.FixtureRequest) -> Iterator[World]:
    """Return a world with users and roles."""
    world = staff(open_peopled(request, request.param))
    yield world
    world.close()


def refused(world: World, document: str, **how: Any) -> list[str]:
    """Return the codes of the refusals of a document."""
    return [error["extensions"]["code"] for error in world.graph(document, **how)["errors"]]


def test_users_tell_of_their_roles_and_what_those_permit(people: World) -> None:
    told = people.graph(
        """{ users { totalCount nodes { username email isActive createdOn lastLogin
                                       roles { name permissions { action resource } } } } }"""
    )

    [ada, vic] = told["data"]["users"]["nodes"]
    assert (ada["username"], ada["email"], ada["isActive"]) == ("ada", "ada@example.org", True)
    assert (ada["createdOn"], ada["lastLogin"]) == ("2026-03-01T00:00:00+00:00", None)
    assert vic["roles"] == [{"name": "Viewer", "permissions": [{"action": "can_read", "resource": "Pools"}]}]
    # However many users there are.
    assert len(told["statements"]) <= 4


def test_users_and_roles_are_found_by_name_and_narrowed(people: World) -> None:
    told = people.data(
        """{
          user(username: "vic") { id firstName }
          nobody: user(username: "nobody") { id }
          role(name: "Admin") { permissions { resource } }
          users(filter: {usernameContains: "A", isActive: true}) { nodes { username } }
          roles(filter: {nameContains: "VIEW"}) { nodes { name } }
          permissions { totalCount } permissionActions { nodes { name } }
        }"""
    )

    assert (told["user"]["firstName"], told["nobody"]) == ("Vic", None)
    assert [one["resource"] for one in told["role"]["permissions"]] == ["Users", "Users", "Pools"]
    assert told["users"]["nodes"] == [{"username": "ada"}]
    assert told["roles"]["nodes"] == [{"name": "Viewer"}]
    assert told["permissions"]["totalCount"] == 3
    assert told["permissionActions"]["nodes"] == [{"name": "can_read"}, {"name": "can_edit"}]
    again = people.data("query ($id: ID!) { node(id: $id) { ... on User { username } } }", id=told["user"]["id"])
    assert again["node"] == {"username": "vic"}


def test_groups_are_told_where_there_are_any(people: World) -> None:
    if people.generation.number == 3:
        [vic] = people.rows("user", "id", username="vic")
        [admin] = people.rows("role", "id", name="Admin")
        add_group(people, "team", users=[vic["id"]], roles=[admin["id"]])

    told = people.data('{ user(username: "vic") { groups { name roles { name } } } }')["user"]["groups"]

    assert told == ([{"name": "team", "roles": [{"name": "Admin"}]}] if people.generation.number == 3 else [])


def test_a_user_is_made_changed_and_deleted(people: World) -> None:
    made = people.data(
        """mutation { createUser(input: {username: "ben", email: "b@example.org", firstName: "Ben", lastName: "B",
                                        password: "secret-1", roles: ["Viewer"]}) { username roles { name } } }"""
    )["createUser"]
    changed = people.data(
        """mutation { updateUser(input: {username: "ben", newUsername: "benno", isActive: false, roles: [],
                                        email: null}) { username isActive email roles { name } } }"""
    )["updateUser"]
    people.data('mutation { deleteUser(username: "benno") }')

    assert made == {"username": "ben", "roles": [{"name": "Viewer"}]}
    assert changed == {"username": "benno", "isActive": False, "email": "b@example.org", "roles": []}
    assert people.data('{ user(username: "benno") { id } }')["user"] is None


def test_a_role_is_made_changed_and_deleted(people: World) -> None:
    made = people.data(
        """mutation { createRole(input: {name: "K", permissions: [{action: "can_read", resource: "Users"}]}) {
             name permissions { action resource } } }"""
    )["createRole"]
    changed = people.data(
        """mutation { updateRole(input: {name: "K", newName: "L", addPermissions: [
             {action: "can_edit", resource: "Pools"}]}) { name permissions { action resource } } }"""
    )["updateRole"]
    people.data('mutation { deleteRole(name: "L") }')

    first, second = {"action": "can_read", "resource": "Users"}, {"action": "can_edit", "resource": "Pools"}
    assert made == {"name": "K", "permissions": [first]}
    assert changed == {"name": "L", "permissions": [first, second]}
    assert people.data('{ role(name: "L") { id } }')["role"] is None


def test_who_may_read_users_alone_learns_nothing_of_roles(people: World) -> None:
    reader = Actor("reader", "test", {Permission.USER_READ: EVERYTHING})

    told = people.data("{ users { nodes { username roles { name } } } }", actor=reader)["users"]["nodes"]

    assert [(one["username"], one["roles"]) for one in told] == [("ada", []), ("vic", [])]
    assert refused(people, "{ roles { nodes { name } } }", actor=reader) == ["FORBIDDEN"]
    assert refused(people, "{ permissionActions { nodes { name } } }", actor=reader) == ["FORBIDDEN"]
    assert refused(people, 'mutation { deleteUser(username: "vic") }', actor=reader) == ["FORBIDDEN"]


def test_no_field_tells_a_password_or_its_hash() -> None:
    fields = {
        f"{type_.name}.{name}"
        for type_ in SCHEMA.type_map.values()
        if type_.name in ("User", "UserFilter", "UserOrder", "Role", "UserGroup")
        for name in getattr(type_, "fields", getattr(type_, "values", {}))
    }

    assert "User.username" in fields
    assert not [name for name in fields if "password" in name.lower() or "hash" in name.lower()]


def test_a_text_that_no_database_keeps_is_refused_with_a_hint_and_no_trace(people: World) -> None:
    document = """mutation ($password: String!) { createUser(input: {username: "ben", email: "b", firstName: "B",
                  lastName: "B", password: $password}) { username } }"""

    for password in ("nul\0", "half\ud800", "x" * 300):
        assert refused(people, document, password=password) == ["INVALID"]


def test_an_airflow_3_without_users_has_none(world: World) -> None:
    told = world.graph("{ users { totalCount nodes { username } } roles { nodes { name } } }")

    assert told["errors"] == []
    assert told["data"]["users"] == {"totalCount": 0, "nodes": []}
