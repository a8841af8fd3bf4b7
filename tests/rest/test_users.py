"""`/users`, `/roles` and `/permissions`, as Airflow 2.11 answers, on the metadata of either Airflow."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import KINDS
from tests.http.server import TOKENS, VIEWER
from tests.people import add_group, open_peopled, staff
from tests.rest.api import Api, api_of
from tests.world import World

BEN = {"username": "ben", "email": "ben@example.org", "first_name": "Ben", "last_name": "B"}
VIC = {"username": "vic", "email": "vic@example.org", "first_name": "Vic", "last_name": "T"}
READ_POOLS = {"action": {"name": "can_read"}, "resource": {"name": "Pools"}}
EDIT_POOLS = {"action": {"name": "can_edit"}, "resource": {"name": "Pools"}}


@pytest.fixture(params=KINDS)
def people(request: pytest.FixtureRequest) -> Iterator[Api]:
    """Serve a world with users, of whom every change counts at once."""
    world = staff(open_peopled(request, request.param, tokens=TOKENS, authentication="tokens,basic", access_refresh=0))
    try:
        with api_of(world) as told:
            yield told
    finally:
        world.close()


@pytest.fixture
def no_people(request: pytest.FixtureRequest) -> Iterator[Api]:
    """Serve an Airflow 3 without users."""
    world = World.open(request.getfixturevalue("sqlite_store").database("3.3"), "3.3", tokens=TOKENS)
    try:
        with api_of(world) as told:
            yield told
    finally:
        world.close()


def refusal(api: Api, method: str, path: str, body: object = None, **how: Any) -> tuple[int, str, str]:
    """Return status, title and detail of a refusal."""
    if body is not None:
        how["json"] = body
    told = api.send(method, path, **how)
    return told.status_code, told.json()["title"], told.json()["detail"]


def as_user(api: Api, name: str, password: str) -> int:
    """Return the status that a user gets for asking for the pools."""
    sent = base64.b64encode(f"{name}:{password}".encode()).decode()
    return api.send("GET", "/pools", token=None, headers={"Authorization": f"Basic {sent}"}).status_code


def test_users_read_as_airflow_2_told_them(people: Api) -> None:
    told = people.get("/users")

    assert (told["total_entries"], [one["username"] for one in told["users"]]) == (2, ["ada", "vic"])
    assert told["users"][0] == {
        "first_name": "Ada",
        "last_name": "Tester",
        "username": "ada",
        "email": "ada@example.org",
        "active": True,
        "last_login": None,
        "login_count": None,
        "fail_login_count": None,
        "created_on": "2026-03-01T00:00:00",
        "changed_on": "2026-03-01T00:00:00",
        "roles": [{"name": "Admin"}],
    }
    assert people.get("/users/ADA") == told["users"][0]


def test_users_and_roles_are_sorted_upwards_alone(people: Api) -> None:
    assert [one["username"] for one in people.get("/users", order_by="email", limit=1)["users"]] == ["ada"]
    assert [one["name"] for one in people.get("/roles", order_by="name")["roles"]] == ["Admin", "Public", "Viewer"]
    assert [one["name"] for one in people.get("/roles", order_by="role_id")["roles"]] == ["Admin", "Viewer", "Public"]
    for path, name in (("users", "-id"), ("users", "user_name"), ("users", ""), ("roles", "-name"), ("roles", "id")):
        status, _, detail = refusal(people, "GET", f"/{path}?order_by={name}")
        assert (status, detail[: len("Ordering with ''") + len(name)]) == (400, f"Ordering with '{name}'")


def test_a_user_is_made_and_comes_in(people: Api) -> None:
    sent = {**BEN, "password": "secret-1", "roles": [{"name": "Viewer"}, {"name": "Admin"}]}
    made = people.send("POST", "/users", json=sent)

    assert made.status_code == 200
    assert "secret-1" not in made.text
    assert "password" not in made.json()
    assert made.json()["roles"] == sent["roles"]
    assert as_user(people, "ben", "secret-1") == 200
    assert people.send("POST", "/users", json={**VIC, "username": "x", "email": "x"}).json()["roles"] == [
        {"name": "Public"}
    ]


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({**BEN, "username": ""}, "'' should be non-empty - 'username'"),
        ({**BEN, "active": None}, "Property is read-only - 'active'"),
        ({**BEN, "roles": ["Viewer"]}, "'Viewer' is not of type 'object' - 'roles.0'"),
        ({**BEN, "roles": [{"name": 1}]}, "1 is not of type 'string' - 'roles.0.name'"),
        ({**BEN, "roles": [None]}, "{'roles': {0: ['Field may not be null.']}}"),
        ({**BEN, "roles": [{}]}, "{'roles': {0: {'name': ['Missing data for required field.']}}}"),
        ({**BEN, "roles": [{"name": "Nope"}]}, "Unknown roles: 'Nope'"),
        ({**BEN, "password": "x" * 257}, "{'password': ['Longer than maximum length 256.']}"),
    ],
)
def test_what_is_wrong_with_a_user_is_told_in_airflow_s_words(people: Api, body: object, detail: str) -> None:
    assert refusal(people, "POST", "/users", body) == (400, "Bad Request", detail)


def test_names_and_addresses_are_one_user_s(people: Api) -> None:
    taken = "Username `ADA` already exists. Use PATCH to update."
    assert refusal(people, "POST", "/users", {**BEN, "username": "ADA"}) == (409, "Conflict", taken)
    mail = {**BEN, "email": VIC["email"]}
    assert refusal(people, "POST", "/users", mail) == (409, "Conflict", "The email `vic@example.org` is already taken.")
    renamed = {**VIC, "username": "ada"}
    assert refusal(people, "PATCH", "/users/vic", renamed) == (409, "Conflict", "The username `ada` already exists")


def test_a_user_is_changed_by_what_the_mask_names(people: Api) -> None:
    sent = {**VIC, "first_name": "Victor", "password": "another", "roles": [{"name": "Public"}]}

    changed = people.send("PATCH", "/users/vic", params={"update_mask": "first_name, roles"}, json=sent).json()
    assert (changed["first_name"], changed["last_name"], changed["roles"]) == ("Victor", "Tester", [{"name": "Public"}])
    assert as_user(people, "vic", "right") == 403

    assert people.send("PATCH", "/users/VIC", json={**sent, "roles": [{"name": "Viewer"}]}).status_code == 409
    people.send("PATCH", "/users/vic", json={**sent, "roles": [{"name": "Viewer"}]})
    assert (as_user(people, "vic", "right"), as_user(people, "vic", "another")) == (401, 200)
    twice = "/users/vic?update_mask=first_name&update_mask=last_name"
    assert people.send("PATCH", twice, json={**sent, "first_name": "x"}).json()["first_name"] == "Victor"
    unknown = (400, "Bad Request", "Unknown update masks: 'active', 'x'")
    assert refusal(people, "PATCH", "/users/vic?update_mask=active,x", sent) == unknown


def test_a_user_is_deleted(people: Api) -> None:
    missing = (404, "User not found", "The User with username `vic` was not found")

    assert people.send("DELETE", "/users/vic").status_code == 204
    assert refusal(people, "DELETE", "/users/vic") == missing
    assert refusal(people, "GET", "/users/vic") == missing
    assert refusal(people, "PATCH", "/users/vic?update_mask=bogus", VIC) == missing
    assert as_user(people, "vic", "right") == 401


def test_roles_tell_what_they_permit(people: Api) -> None:
    assert people.get("/roles/Viewer") == {"name": "Viewer", "actions": [READ_POOLS]}
    assert [one["name"] for one in people.get("/permissions")["actions"]] == ["can_read", "can_edit"]
    assert people.get("/permissions")["total_entries"] == 2


def test_a_role_is_made_changed_and_deleted(people: Api) -> None:
    made = people.send("POST", "/roles", json={"name": "Keepers", "actions": [READ_POOLS]})
    assert (made.status_code, made.json()) == (200, {})

    changed = people.send("PATCH", "/roles/Keepers", json={"name": "Keepers", "actions": [EDIT_POOLS]}).json()
    assert changed == {"name": "Keepers", "actions": [READ_POOLS, EDIT_POOLS]}
    renamed = people.send("PATCH", "/roles/Keepers?update_mask=name", json={"name": "Pool", "actions": [{}]}).json()
    assert renamed == {**changed, "name": "Pool"}
    assert people.send("DELETE", "/roles/Pool").status_code == 204
    assert refusal(people, "GET", "/roles/Pool") == (404, "Role not found", "Role with name 'Pool' was not found")


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        ({"name": "x" * 65, "actions": []}, 400, "{'name': ['Longer than maximum length 64.']}"),
        ({"name": "K"}, 400, "{'actions': ['Missing data for required field.']}"),
        ({"name": "K", "actions": [{"action": {"name": "can_fly"}, "resource": {"name": "Pools"}}]}, 400, "'can_fly'"),
        ({"name": "K", "actions": [{"action": {"name": "can_read"}}]}, 400, "'resource'"),
        ({"name": "K", "actions": [{"action": "can_read"}]}, 400, "is not of type 'object' - 'actions.0.action'"),
        ({"name": "Admin"}, 409, "Role with name 'Admin' already exists; please update with the PATCH endpoint"),
    ],
)
def test_what_is_wrong_with_a_role_is_told(people: Api, body: object, status: int, detail: str) -> None:
    told = refusal(people, "POST", "/roles", body)

    assert told[0] == status
    assert detail in told[2]
    assert people.send("GET", "/roles/K").status_code == 404


def test_a_role_keeps_its_name_where_the_new_one_is_taken(people: Api) -> None:
    assert refusal(people, "PATCH", "/roles/Viewer", {"name": "Admin", "actions": [EDIT_POOLS]})[0] == 409
    assert people.get("/roles/Viewer") == {"name": "Viewer", "actions": [READ_POOLS]}


def test_viewers_learn_nothing_of_users(people: Api) -> None:
    for method, path, body in (
        ("GET", "/users?order_by=nope", None),
        ("GET", "/users/nobody", None),
        ("GET", "/roles", None),
        ("GET", "/permissions", None),
        ("POST", "/users", {}),
        ("PATCH", "/users/nobody?update_mask=x", VIC),
        ("DELETE", "/roles/nothing", None),
    ):
        assert refusal(people, method, path, body, token=VIEWER)[0] == 403


def test_groups_of_airflow_3_are_not_told_to_old_clients(people: Api) -> None:
    if people.world.generation.number == 3:
        [vic] = people.world.rows("user", "id", username="vic")
        [admin] = people.world.rows("role", "id", name="Admin")
        add_group(people.world, "team", users=[vic["id"]], roles=[admin["id"]])

    assert people.get("/users/vic")["roles"] == [{"name": "Viewer"}]


def test_an_airflow_without_users_says_who_knows_them(no_people: Api) -> None:
    for method, path, body in (
        ("GET", "/users", None),
        ("GET", "/roles/Admin", None),
        ("GET", "/permissions", None),
        ("POST", "/users", BEN),
        ("DELETE", "/roles/Admin", None),
    ):
        status, _, detail = refusal(no_people, method, path, body)
        assert (status, "SimpleAuthManager" in detail) == (400, True)
    assert refusal(no_people, "GET", "/users", token=VIEWER)[0] == 403
