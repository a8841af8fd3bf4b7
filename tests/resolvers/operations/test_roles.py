"""What becomes of roles: what they permit, and who loses what when one goes."""

from collections.abc import Iterator

import pytest

from resolvers.errors import Conflict, Invalid, NotFound, Unsupported
from resolvers.operations.roles import create_role, delete_role, update_role
from tests.conftest import KINDS
from tests.people import add_group, open_peopled, staff
from tests.world import World


@pytest.fixture(params=KINDS)
def staffed(request: pytest.FixtureRequest) -> Iterator[World]:
    """Return a world with users and roles."""
    world = staff(open_peopled(request, request.param))
    yield world
    world.close()


def permitted(world: World, role: str) -> set[tuple[str, str]]:
    [found] = world.rows("role", "id", name=role)
    held = {row["permission_id"] for row in world.rows("role_permission", "permission_id", role_id=found["id"])}
    rows = world.rows("permission", "id action resource")
    return {(row["action"], row["resource"]) for row in rows if row["id"] in held}


def test_a_role_permits_pairs_of_which_new_ones_are_made(staffed: World) -> None:
    pairs = len(staffed.rows("permission", "id"))
    wanted = [("can_read", "Pools"), ("can_edit", "Pools"), ("can_read", "Pools")]

    with staffed.service.session(staffed.actor()) as session:
        assert session.run(create_role, name="Keepers", permissions=wanted).name == "Keepers"

    assert permitted(staffed, "Keepers") == {("can_read", "Pools"), ("can_edit", "Pools")}
    assert len(staffed.rows("permission", "id")) == pairs + 1


@pytest.mark.parametrize("pair", [("can_fly", "Pools"), ("can_read", "Balloons")])
def test_a_role_permits_nothing_that_airflow_does_not_know(staffed: World, pair: tuple[str, str]) -> None:
    with staffed.service.session(staffed.actor()) as session:
        with pytest.raises(Invalid, match="was not found"):
            session.run(create_role, name="Keepers", permissions=[("can_read", "Pools"), pair])
        with pytest.raises(Invalid, match="was not found"):
            session.run(update_role, name="Viewer", new_name="Other", permissions=[pair])

    assert staffed.rows("role", "id", name="Keepers") == staffed.rows("role", "id", name="Other") == []


def test_a_change_adds_permissions_and_removes_none(staffed: World) -> None:
    with staffed.service.session(staffed.actor()) as session:
        key = session.run(update_role, name="Viewer", new_name="Guest", permissions=[("can_read", "Users")])
        session.run(update_role, name="Guest", permissions=[("can_read", "Users")])
        session.run(update_role, name="Guest", new_name="Guest")

    assert key.name == "Guest"
    assert permitted(staffed, "Guest") == {("can_read", "Pools"), ("can_read", "Users")}


@pytest.mark.parametrize("name", ["", "x" * 65, "nul\0", "half\ud800"])
def test_a_name_that_no_role_can_have_is_refused(staffed: World, name: str) -> None:
    with staffed.service.session(staffed.actor()) as session:
        with pytest.raises(Invalid):
            session.run(create_role, name=name)
        with pytest.raises(Invalid):
            session.run(update_role, name="Viewer", new_name=name)


def test_a_name_that_is_taken_is_refused(staffed: World) -> None:
    with staffed.service.session(staffed.actor()) as session:
        with pytest.raises(Conflict):
            session.run(create_role, name="Admin")
        with pytest.raises(Conflict):
            session.run(update_role, name="Viewer", new_name="Admin", permissions=[("can_edit", "Users")])

    assert permitted(staffed, "Viewer") == {("can_read", "Pools")}


def test_a_deleted_role_is_nobody_s(staffed: World) -> None:
    [viewer] = staffed.rows("role", "id", name="Viewer")
    if staffed.generation.number == 3:
        add_group(staffed, "team", users=[], roles=[viewer["id"]])

    with staffed.service.session(staffed.actor()) as session:
        session.run(delete_role, name="Viewer")
        with pytest.raises(NotFound):
            session.run(delete_role, name="Viewer")
        with pytest.raises(NotFound):
            session.run(update_role, name="Viewer")

    assert {row["name"] for row in staffed.rows("role", "name")} == {"Admin", "Public"}
    for joined in ("user_role", "role_permission", *(["group_role"] if staffed.generation.number == 3 else [])):
        assert staffed.rows(joined, "id", role_id=viewer["id"]) == []
    assert len(staffed.rows("user", "id")) == 2


def test_an_airflow_without_roles_says_who_knows_them(three: World) -> None:
    with three.service.session(three.actor()) as session, pytest.raises(Unsupported, match="FAB auth manager"):
        session.run(create_role, name="Keepers")
