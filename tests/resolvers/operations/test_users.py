"""What becomes of users: who may come in, by which password, with which roles, and what deleting one leaves."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import insert
from werkzeug.security import check_password_hash

from resolvers.access.actor import EVERYTHING, Actor
from resolvers.access.fab import FabUsers
from resolvers.access.method import Installation
from resolvers.access.permissions import Permission
from resolvers.errors import Conflict, Forbidden, Invalid, NotFound, Unsupported
from resolvers.operations.users import create_user, delete_user, update_user
from tests.conftest import KINDS
from tests.people import add_group, add_user, open_peopled, staff
from tests.world import DAY, World

BEN: dict[str, Any] = {"username": "ben", "email": "ben@example.org", "first_name": "Ben", "last_name": "B"}


@pytest.fixture(params=KINDS)
def staffed(request: pytest.FixtureRequest) -> Iterator[World]:
    """Return a world with users, in which every change of one counts at once."""
    world = staff(open_peopled(request, request.param, access_refresh=0))
    yield world
    world.close()


def user(world: World, name: str, columns: str = "id") -> dict[str, Any]:
    [row] = world.rows("user", columns, username=name)
    return row


def roles(world: World, name: str) -> list[str]:
    held = {row["role_id"] for row in world.rows("user_role", "role_id", user_id=user(world, name)["id"])}
    return sorted(row["name"] for row in world.rows("role", "id name") if row["id"] in held)


def known(world: World) -> FabUsers:
    service = world.service
    return FabUsers.of(Installation(service.settings, service.config, service.engine, service.generation))


def test_a_user_comes_in_by_the_password_and_may_do_what_the_roles_permit(staffed: World) -> None:
    by = Actor("ada", "test", staffed.actor().grants, user_id=user(staffed, "ada")["id"])
    with staffed.service.session(by) as session:
        key = session.run(create_user, **BEN, password="secret-1", roles=["Viewer", "Viewer"])

    assert key.username == "ben"
    made = user(staffed, "ben", "first_name last_name email is_active login_count created_by_id created_on changed_on")
    assert (made["first_name"], made["last_name"], made["email"]) == ("Ben", "B", "ben@example.org")
    assert (made["is_active"], made["login_count"], made["created_by_id"]) == (True, None, by.user_id)
    assert made["created_on"] == made["changed_on"] > DAY
    assert roles(staffed, "ben") == ["Viewer"]
    actor = known(staffed).by_password("ben", "secret-1")
    assert actor is not None
    assert actor.grants == {Permission.POOL_READ: EVERYTHING}
    assert known(staffed).by_password("ben", "secret-2") is None


def test_a_user_of_no_role_named_has_public(staffed: World) -> None:
    with staffed.service.session(staffed.actor()) as session:
        session.run(create_user, **BEN)

    assert roles(staffed, "ben") == ["Public"]


def test_nobody_comes_in_without_a_password(staffed: World) -> None:
    with staffed.service.session(staffed.actor()) as session:
        session.run(create_user, **BEN)

    stored = user(staffed, "ben", "password_hash")["password_hash"]
    assert "$" in stored
    assert not check_password_hash(stored, "")


def test_passwords_are_hashed_as_this_airflow_can_verify_them(staffed: World) -> None:
    with staffed.service.session(staffed.actor()) as session:
        session.run(create_user, **BEN, password="secret-1")
        assert user(staffed, "ben", "password_hash")["password_hash"].startswith("pbkdf2:sha256:600000$")

        add_user(staffed, "new", password_hash="scrypt:32768:8:1$salt$00")
        session.run(update_user, username="ben", password="secret-2")

    assert user(staffed, "ben", "password_hash")["password_hash"].startswith("scrypt:32768:8:1$")
    assert known(staffed).by_password("ben", "secret-2") is not None


@pytest.mark.parametrize(
    ("told", "field"), [({"username": "ADA"}, "username"), ({"email": "ada@example.org"}, "email")]
)
def test_a_name_in_any_case_and_an_address_are_one_user_s(staffed: World, told: dict[str, str], field: str) -> None:
    with staffed.service.session(staffed.actor()) as session:
        with pytest.raises(Conflict) as raised:
            session.run(create_user, **{**BEN, **told})
        renamed: dict[str, Any] = {"new_username": told["username"]} if "username" in told else {**told}
        with pytest.raises(Conflict, match="already exists"):
            session.run(update_user, username="vic", **renamed)

    assert raised.value.field == field
    assert {row["username"] for row in staffed.rows("user", "username")} == {"ada", "vic"}


@pytest.mark.parametrize(
    "told",
    [
        {"username": ""},
        {"username": "x" * 513},
        {"email": ""},
        {"first_name": "x" * 257},
        {"last_name": "nul\0"},
        {"password": "half\ud800"},
        {"password": "x" * 257},
        {"roles": ["Viewer", "Nope"]},
    ],
)
def test_what_no_user_can_have_is_refused(staffed: World, told: dict[str, object]) -> None:
    with staffed.service.session(staffed.actor()) as session, pytest.raises(Invalid):
        session.run(create_user, **{**BEN, **told})

    assert staffed.rows("user", "id", username="ben") == []


def test_what_is_given_changes_and_nothing_else(staffed: World) -> None:
    before = user(staffed, "vic", "email last_name password_hash is_active changed_on")

    with staffed.service.session(staffed.actor()) as session:
        key = session.run(update_user, username="VIC", first_name="Victor")

    assert key.username == "vic"
    assert user(staffed, "vic", "first_name")["first_name"] == "Victor"
    assert user(staffed, "vic", "email last_name password_hash is_active changed_on") == before
    assert roles(staffed, "vic") == ["Viewer"]


def test_a_user_has_another_name_and_address_from_now_on(staffed: World) -> None:
    with staffed.service.session(staffed.actor()) as session:
        key = session.run(update_user, username="vic", new_username="victor", email="v@example.org")

    assert key.username == "victor"
    assert user(staffed, "victor", "email")["email"] == "v@example.org"


def test_roles_are_replaced_which_airflow_3_dates(staffed: World) -> None:
    with staffed.service.session(staffed.actor()) as session:
        session.run(update_user, username="vic", roles=["Public", "Admin"])
        assert roles(staffed, "vic") == ["Admin", "Public"]
        dated = user(staffed, "vic", "changed_on")["changed_on"]
        assert (dated > DAY) is (staffed.generation.number == 3)
        session.run(update_user, username="vic", roles=[])

    assert roles(staffed, "vic") == []


def test_who_loses_a_password_a_role_or_all_access_loses_what_is_remembered(staffed: World) -> None:
    users = known(staffed)
    with staffed.service.session(staffed.actor()) as session:
        first = users.by_password("vic", "right")
        assert first is not None
        assert Permission.POOL_READ in first.grants

        session.run(update_user, username="vic", roles=["Public"])
        second = users.by_password("vic", "right")
        assert second is not None
        assert second.grants == {}

        session.run(update_user, username="vic", password="another")
        assert users.by_password("vic", "right") is None
        assert users.by_password("vic", "another") is not None

        session.run(update_user, username="vic", is_active=False)
        assert users.by_password("vic", "another") is None


def test_a_deleted_user_leaves_nothing_of_their_own(staffed: World) -> None:
    vic = user(staffed, "vic")["id"]
    if staffed.generation.number == 3:
        add_group(staffed, "team", users=[vic], roles=[])

    with staffed.service.session(staffed.actor()) as session:
        assert session.run(delete_user, username="VIC").username == "vic"

    assert [row["username"] for row in staffed.rows("user", "username")] == ["ada"]
    assert staffed.rows("user_role", "id", user_id=vic) == []
    assert user(staffed, "ada", "changed_by_id")["changed_by_id"] is None
    assert staffed.generation.number == 2 or staffed.rows("user_group", "id") == []


def test_the_author_of_a_note_stays_in_airflow_2(staffed: World) -> None:
    vic = user(staffed, "vic")["id"]
    staffed.dag("etl")
    staffed.run("etl", "r")
    number = staffed.rows("dag_run", "id", run_id="r")[0]["id"]
    old = staffed.generation.number == 2
    notes = staffed.generation.tables.tables["dag_run_note"]
    with staffed.writing() as connection:
        connection.execute(
            insert(notes).values(
                dag_run_id=number, content="x", user_id=vic if old else str(vic), created_at=DAY, updated_at=DAY
            )
        )

    with staffed.service.session(staffed.actor()) as session:
        if old:
            with pytest.raises(Conflict, match="has written notes"):
                session.run(delete_user, username="vic")
        else:
            session.run(delete_user, username="vic")

    assert bool(staffed.rows("user", "id", username="vic")) is old
    assert len(staffed.rows("dag_run_note", "content")) == 1


def test_who_is_not_there_cannot_be_changed_or_deleted(staffed: World) -> None:
    with staffed.service.session(staffed.actor()) as session:
        with pytest.raises(NotFound):
            session.run(update_user, username="nobody", first_name="x")
        with pytest.raises(NotFound):
            session.run(delete_user, username="nobody")


def test_who_may_read_users_may_not_change_them(staffed: World) -> None:
    reader = Actor("reader", "test", {Permission.USER_READ: EVERYTHING})

    with staffed.service.session(reader) as session:
        with pytest.raises(Forbidden):
            session.run(create_user, **BEN)
        with pytest.raises(Forbidden):
            session.run(update_user, username="vic", roles=["Admin"])
        with pytest.raises(Forbidden):
            session.run(delete_user, username="vic")

    assert roles(staffed, "vic") == ["Viewer"]


def test_airflow_s_audit_log_tells_nothing_of_users(staffed: World) -> None:
    before = len(staffed.rows("log", "id"))

    with staffed.service.session(staffed.actor()) as session:
        session.run(create_user, **BEN, password="secret-1")
        session.run(update_user, username="ben", password="secret-2")
        session.run(delete_user, username="ben")
        with pytest.raises(NotFound):
            session.run(delete_user, username="ben")

    assert len(staffed.rows("log", "id")) == before


def test_an_airflow_without_users_says_who_knows_them(three: World) -> None:
    with three.service.session(three.actor()) as session, pytest.raises(Unsupported, match="SimpleAuthManager"):
        session.run(create_user, **BEN)
