"""Users of Airflow 3's SimpleAuthManager come in by their name and password."""

import base64
import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from resolvers.access.actor import Actor
from resolvers.access.credentials import Credentials
from resolvers.access.permissions import Permission
from resolvers.access.simple_logins import SimpleLogins
from resolvers.errors import Forbidden, Invalid, TooMany, Unavailable, Unsupported
from tests.conftest import open_world
from tests.resolvers.access.installed import FAB, installed
from tests.world import World

USERS = "ada:admin, vic:viewer,opa:OP,tea:user:red|blue,who:,odd:emperor,wörld:user"
PASSWORDS = {
    "ada": "adas", "vic": "pässwörd:with:colons", "opa": "opas", "tea": "teas", "who": "whos", "odd": "odds",
    "wörld": "wide", "ghost": "boo", "empty": "",
}  # fmt: skip


@pytest.fixture(scope="module")
def one(request: pytest.FixtureRequest) -> Iterator[World]:
    made = open_world(request, "3.3-sqlite")
    yield made
    made.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    write(tmp_path, PASSWORDS)
    return tmp_path


def write(home: Path, passwords: object) -> None:
    text = passwords if isinstance(passwords, str) else json.dumps(passwords)
    (home / "simple_auth_manager_passwords.json.generated").write_text(text)


def logins(world: World, home: Path, options: dict[str, str] | None = None, **settings: object) -> SimpleLogins:
    told = {"core.simple_auth_manager_users": USERS, **(options or {})}
    return SimpleLogins.of(installed(world, home, told, **settings))


def basic(name: str, password: str, peer: str | None = None) -> Credentials:
    told = base64.b64encode(f"{name}:{password}".encode()).decode()
    return Credentials({"authorization": f"Basic {told}"}, peer)


def known(taken: SimpleLogins, name: str, password: str | None = None) -> Actor:
    actor = taken.actor(basic(name, PASSWORDS[name] if password is None else password))
    assert actor is not None
    return actor


@pytest.mark.parametrize(
    ("name", "role", "may", "may_not"),
    [
        ("ada", "admin", set(Permission), set()),
        ("vic", "viewer", {"dag.read", "event_log.read"}, {"run.create"}),
        ("wörld", "user", {"run.create"}, {"pool.edit"}),
        ("opa", "op", {"pool.edit", "connection.read"}, {"user.read"}),
        ("who", "public", set(), set(Permission)),
        ("odd", "public", set(), set(Permission)),
    ],
)
def test_a_user_may_what_their_role_may(
    one: World, home: Path, name: str, role: str, may: set[str], may_not: set[str]
) -> None:
    actor = known(logins(one, home), name)
    assert (actor.name, actor.method, actor.role) == (name, "simple", role)
    assert {each for each in may | may_not if actor.may(Permission(each))} == may


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("ada", "wrong"),
        ("ada", "adas "),
        ("ada", ""),
        ("ADA", "adas"),
        ("ada", "pässwörd:with:colons"),
        ("ghost", "boo"),
        ("nobody", "adas"),
        ("empty", ""),
        ("", ""),
    ],
)
def test_a_wrong_name_or_password_is_nobodys(one: World, home: Path, name: str, password: str) -> None:
    assert logins(one, home).actor(basic(name, password)) is None


@pytest.mark.parametrize("authorization", ["", "Basic", "Basic !!!", "Basic /w==", "Basic YWRh", "Bearer YWRhOmFkYXM="])
def test_what_is_no_name_and_password_is_left_to_others(one: World, home: Path, authorization: str) -> None:
    assert logins(one, home).actor(Credentials({"authorization": authorization})) is None


def test_passwords_are_read_again_when_they_change(one: World, home: Path) -> None:
    taken = logins(one, home)
    assert known(taken, "ada").name == "ada"
    write(home, {"ada": "changed-by-airflow"})
    assert taken.actor(basic("ada", "adas")) is None
    assert known(taken, "ada", "changed-by-airflow").name == "ada"
    assert taken.actor(basic("vic", PASSWORDS["vic"])) is None


def test_passwords_may_lie_where_airflow_is_told(one: World, tmp_path: Path) -> None:
    file = tmp_path / "elsewhere.json"
    file.write_text('{"ada": "adas"}')
    taken = logins(one, tmp_path, {"core.simple_auth_manager_passwords_file": str(file)})
    assert known(taken, "ada").name == "ada"


def test_without_a_list_of_users_there_is_airflows_own_admin(one: World, home: Path) -> None:
    write(home, {"admin": "generated"})
    taken = SimpleLogins.of(installed(one, home))
    assert known(taken, "admin", "generated").role == "admin"


@pytest.mark.parametrize("content", ["{not json", "[]", "7", "\udcff", None])
def test_passwords_that_cannot_be_read_let_nobody_in(one: World, home: Path, content: str | None) -> None:
    file = home / "simple_auth_manager_passwords.json.generated"
    if content is None:
        file.unlink()
    else:
        file.write_bytes(os.fsencode(content))
    with pytest.raises(Unavailable, match="passwords") as refusal:
        logins(one, home).actor(basic("ada", "adas"))
    assert str(home) not in f"{refusal.value.detail}{refusal.value.hint}"


def test_an_empty_file_holds_no_passwords(one: World, home: Path) -> None:
    write(home, "")
    assert logins(one, home).actor(basic("ada", "adas")) is None


def test_many_failures_are_slowed_but_not_for_who_has_come_in_before(one: World, home: Path) -> None:
    taken = logins(one, home)
    known(taken, "ada")
    for _ in range(5):
        assert taken.actor(basic("ada", "wrong")) is None
    with pytest.raises(TooMany):
        taken.actor(basic("ada", "wrong"))
    assert known(taken, "ada").name == "ada"
    for _ in range(5):
        assert taken.actor(basic("vic", "wrong")) is None
    with pytest.raises(TooMany):
        taken.actor(basic("vic", PASSWORDS["vic"]))


def test_many_failures_from_one_address_are_slowed(one: World, home: Path) -> None:
    taken = logins(one, home)
    for number in range(30):
        assert taken.actor(basic(f"guess-{number}", "wrong", "192.0.2.1")) is None
    with pytest.raises(TooMany):
        taken.actor(basic("ada", "adas", "192.0.2.1"))
    assert taken.actor(basic("ada", "adas", "192.0.2.2")) is not None


def test_the_log_tells_of_a_failure_without_a_secret(one: World, home: Path, caplog: pytest.LogCaptureFixture) -> None:
    taken = logins(one, home)
    with caplog.at_level(logging.WARNING, "airflow_graph"):
        taken.actor(basic("ada", "guessed", "192.0.2.1"))
        taken.actor(basic("guessed-in-the-wrong-field", "x"))
    told = [record.__dict__["fields"] for record in caplog.records]
    assert told == [{"user": "ada", "address": "192.0.2.1"}, {"user": "unknown", "address": "unknown"}]


def test_where_everybody_is_an_administrator_so_is_who_presents_nothing(one: World, home: Path) -> None:
    options = {"core.simple_auth_manager_all_admins": "True"}
    taken = logins(one, home, options)
    actor = taken.actor(Credentials())
    assert actor is not None
    assert (actor.name, actor.role) == ("Anonymous", "admin")
    assert taken.actor(Credentials({"authorization": "Bearer something"})) is None
    with pytest.raises(Invalid, match="reached from other machines"):
        logins(one, home, options, host="0.0.0.0")  # noqa: S104 - nothing listens


def test_who_is_in_a_team_is_refused_where_teams_are_kept_apart(one: World, home: Path) -> None:
    taken = logins(one, home, {"core.multi_team": "True"})
    assert known(taken, "ada").role == "admin"
    with pytest.raises(Forbidden, match="teams"):
        known(taken, "tea")


def test_another_auth_manager_has_other_users(request: pytest.FixtureRequest, one: World, home: Path) -> None:
    with pytest.raises(Unsupported, match="FabAuthManager"):
        logins(one, home, {"core.auth_manager": FAB})
    two = open_world(request, "2.11-sqlite")
    try:
        with pytest.raises(Unsupported, match=r"3\.0"):
            logins(two, home)
    finally:
        two.close()
