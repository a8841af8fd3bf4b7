"""A verified password is remembered: what that spares, and what ends it."""

import threading
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, update
from werkzeug.security import generate_password_hash

from resolvers.access.actor import Actor
from resolvers.access.basic import BasicPasswords
from resolvers.access.passwords import Hashing, PasswordMemory
from resolvers.errors import Problem, TooMany, Unauthenticated
from tests.people import SHORT, add_role, add_user
from tests.resolvers.access.conftest import Opening
from tests.world import World

REAL = "scrypt:32768:8:1"


def authenticate(world: World, name: str, password: str, peer: str = "192.0.2.7") -> Actor:
    value = b64encode(f"{name}:{password}".encode()).decode()
    return world.service.authenticate({"authorization": f"Basic {value}"}, peer)


def refused(world: World, name: str, password: str, peer: str = "192.0.2.7") -> Problem:
    with pytest.raises((Unauthenticated, TooMany)) as told:
        authenticate(world, name, password, peer)
    return told.value


def hashing(world: World) -> Hashing:
    basic = world.service.callers.methods["basic"]
    assert isinstance(basic, BasicPasswords)
    return basic.users.passwords.hashing


def change(world: World, name: str, **values: object) -> None:
    found = world.generation.relation("user")
    with world.service.engine.begin() as connection:
        connection.execute(update(found.table).where(found.table.c.username == name).values(found.physical(values)))


def test_a_warm_request_computes_no_hash_and_asks_the_database_nothing(opening: Opening) -> None:
    world = opening(access_refresh=300)
    add_user(world, "ada", add_role(world, "Reader", "can_read on DAGs"))
    ran: list[str] = []
    event.listen(world.service.engine, "before_cursor_execute", lambda *told: ran.append(told[2]))

    first = authenticate(world, "ada", "right")
    assert hashing(world).computed == 1
    assert ran
    ran.clear()

    assert all(authenticate(world, "ada", "right") == first for _ in range(1000))
    assert hashing(world).computed == 1
    assert ran == []


def test_what_is_read_again_is_two_short_statements_and_no_hash(peopled: World) -> None:
    add_user(peopled, "ada", add_role(peopled, "Reader", "can_read on DAGs"))
    authenticate(peopled, "ada", "right")
    ran: list[str] = []
    event.listen(peopled.service.engine, "before_cursor_execute", lambda *told: ran.append(told[2]))

    authenticate(peopled, "ada", "right")

    reads = [statement for statement in ran if statement.startswith("SELECT")]
    assert len(reads) == 2
    assert hashing(peopled).computed == 1


def test_a_changed_password_ends_the_old_one_and_begins_the_new_one(peopled: World) -> None:
    add_user(peopled, "ada")
    authenticate(peopled, "ada", "right")

    change(peopled, "ada", password_hash=generate_password_hash("newer", SHORT))

    refused(peopled, "ada", "right")
    assert authenticate(peopled, "ada", "newer").name == "ada"


def test_a_new_password_counts_even_before_the_old_one_would_be_read_again(opening: Opening) -> None:
    world = opening(access_refresh=300)
    add_user(world, "ada")
    authenticate(world, "ada", "right")
    change(world, "ada", password_hash=generate_password_hash("newer", SHORT))

    assert authenticate(world, "ada", "newer").name == "ada"
    refused(world, "ada", "right")


def test_the_same_password_hashed_anew_is_verified_anew(peopled: World) -> None:
    add_user(peopled, "ada")
    authenticate(peopled, "ada", "right")

    change(peopled, "ada", password_hash=generate_password_hash("right", SHORT))
    authenticate(peopled, "ada", "right")

    assert hashing(peopled).computed == 2


def test_a_deactivated_user_is_out_and_in_again_when_activated(peopled: World) -> None:
    add_user(peopled, "ada")
    authenticate(peopled, "ada", "right")

    change(peopled, "ada", is_active=False)
    refused(peopled, "ada", "right")
    change(peopled, "ada", is_active=True)

    assert authenticate(peopled, "ada", "right").name == "ada"


def test_a_user_who_took_the_name_of_another_needs_their_own_password(peopled: World) -> None:
    add_user(peopled, "ada")
    add_user(peopled, "ben", password="bens")
    authenticate(peopled, "ada", "right")

    change(peopled, "ada", username="old")
    change(peopled, "ben", username="ada")

    refused(peopled, "ada", "right")
    assert authenticate(peopled, "ada", "bens").display_name == "Ben Tester"


def test_what_is_not_used_for_a_while_is_forgotten() -> None:
    now = [0.0]
    memory = PasswordMemory(300, clock=lambda: now[0])
    digest = memory.digest("ada", "right")
    memory.remember(digest, "hash")

    for now[0] in (200.0, 400.0, 600.0):
        assert memory.matched(digest) == "hash"
    now[0] = 901.0
    assert memory.matched(digest) is None


def test_no_more_is_remembered_than_there_is_room_for() -> None:
    memory = PasswordMemory(300, most=3)
    digests = [memory.digest(f"user{number}", "right") for number in range(5)]
    for digest in digests:
        memory.remember(digest, "hash")

    assert [memory.matched(digest) for digest in digests] == [None, None, "hash", "hash", "hash"]


def test_names_and_passwords_do_not_run_into_each_other() -> None:
    memory = PasswordMemory(300)

    assert memory.digest("ada", "bc") != memory.digest("adab", "c")
    assert memory.digest("ada", "bc") == memory.digest("ada", "bc")
    # Each process has a key of its own.
    assert memory.digest("ada", "bc") != PasswordMemory(300).digest("ada", "bc")


def test_the_password_is_not_kept(peopled: World) -> None:
    add_user(peopled, "ada", password="a very long and unlikely password")
    authenticate(peopled, "ada", "a very long and unlikely password")

    basic = peopled.service.callers.methods["basic"]
    assert isinstance(basic, BasicPasswords)
    kept = repr(vars(basic.users.passwords._memory)) + repr(basic.users.passwords._users._kept)
    assert "unlikely" not in kept
    assert "ada" in kept


def test_many_who_come_at_once_with_the_same_password_cost_one_hash(opening: Opening) -> None:
    world = opening()
    add_user(world, "ada", password_hash=generate_password_hash("right", REAL))
    together = threading.Barrier(8)

    def come() -> str:
        together.wait()
        return authenticate(world, "ada", "right").name

    with ThreadPoolExecutor(8) as threads:
        names = [one.result() for one in [threads.submit(come) for _ in range(8)]]

    assert names == ["ada"] * 8
    assert hashing(world).computed == 1
    assert world.rows("user", "login_count", username="ada") == [{"login_count": 1}]


def test_no_more_are_let_to_wait_for_a_hash_than_there_are_places() -> None:
    busy = Hashing(most=1, waiting=1, seconds=30)
    slow = generate_password_hash("right", "pbkdf2:sha256:1000000")

    with ThreadPoolExecutor(6) as threads:
        outcomes = [threads.submit(busy.matches, slow, "right") for _ in range(6)]
        errors = [one.exception() for one in outcomes]

    refusals = [error for error in errors if error is not None]
    assert all(isinstance(error, TooMany) and error.retry_after == 1 for error in refusals)
    assert len(errors) - len(refusals) == busy.computed
    assert busy.computed >= 2
    assert refusals


def test_an_unknown_user_costs_a_hash_of_the_usual_kind(peopled: World) -> None:
    add_user(peopled, "ada", password_hash=generate_password_hash("right", "pbkdf2:sha256:777"))

    refused(peopled, "nobody", "right")

    basic = peopled.service.callers.methods["basic"]
    assert isinstance(basic, BasicPasswords)
    assert hashing(peopled).computed == 1
    assert str(basic.users.passwords._kind.get(None)).startswith("pbkdf2:sha256:777$")


def test_who_there_is_shows_neither_in_hashes_nor_in_statements(peopled: World) -> None:
    add_user(peopled, "ada", add_role(peopled, "Reader", "can_read on DAGs"))
    add_user(peopled, "ben", is_active=False)
    # The kind of hashes is found out, and what the role permits.
    refused(peopled, "nobody", "wrong")
    ran: list[str] = []
    event.listen(peopled.service.engine, "before_cursor_execute", lambda *told: ran.append(told[2]))
    told = []
    for name in ("ada", "ADA", "ada@example.org", "ben", "cy"):
        ran.clear()
        before = hashing(peopled).computed
        refused(peopled, name, "wrong")
        told.append((hashing(peopled).computed - before, [one for one in ran if "ab_user " in one or "UPDATE" in one]))

    assert all(one == told[0] for one in told)
    assert (told[0][0], len(told[0][1])) == (1, 1)
