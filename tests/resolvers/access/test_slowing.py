"""Wrong passwords are refused for a growing while, and cost no hash meanwhile."""

import pytest

from resolvers.access.slowing import Slowing, origin_of
from resolvers.errors import TooMany, Unauthenticated
from tests.people import add_user
from tests.resolvers.access.conftest import Opening
from tests.resolvers.access.test_memory_of_passwords import authenticate, hashing, refused


def test_the_time_doubles_from_a_second_to_a_minute() -> None:
    now = [0.0]
    slowing = Slowing(free=3, fades=100_000, clock=lambda: now[0])
    waits = []
    for _ in range(11):
        slowing.failed("ada")
        try:
            slowing.check("ada")
        except TooMany as problem:
            waits.append(problem.retry_after)
            now[0] += problem.retry_after
            slowing.check("ada")
        else:
            waits.append(0)

    assert waits == [0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_failures_are_forgotten_one_by_one() -> None:
    now = [0.0]
    slowing = Slowing(free=3, fades=20, clock=lambda: now[0])

    # One every twenty seconds is never too many.
    for _ in range(100):
        assert slowing.failed("ada")
        now[0] += 20
    assert slowing.failed("ada")
    assert slowing.failed("ada")
    assert not slowing.failed("ada")
    now[0] += 60
    assert slowing.failed("ada")


def test_one_is_not_slowed_by_the_failures_of_another_and_success_ends_it() -> None:
    slowing = Slowing(free=1, fades=180)
    slowing.failed("ada")

    slowing.check("ben")
    with pytest.raises(TooMany):
        slowing.check("ada")
    slowing.succeeded("ada")
    slowing.check("ada")


def test_no_more_are_kept_than_there_is_room_for() -> None:
    slowing = Slowing(free=1, fades=180, most=2)
    for name in ("ada", "ben", "cy"):
        slowing.failed(name)

    slowing.check("ada")
    for name in ("ben", "cy"):
        with pytest.raises(TooMany):
            slowing.check(name)


def test_failures_from_a_network_that_one_host_may_have_count_together() -> None:
    assert origin_of("2001:db8:1:2::7") == origin_of("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert origin_of("2001:db8:1:3::7") != origin_of("2001:db8:1:2::7")
    assert origin_of("::ffff:192.0.2.7") == origin_of("192.0.2.7") == "192.0.2.7"
    assert origin_of("/run/proxy.sock") == "/run/proxy.sock"


def test_guessing_is_stopped_but_not_whoever_came_in_before(opening: Opening) -> None:
    world = opening()
    add_user(world, "ada")
    authenticate(world, "ada", "right", "192.0.2.1")

    told = [refused(world, "ada", f"guess {number}") for number in range(5)]
    assert {type(problem) for problem in told} == {Unauthenticated}
    computed = hashing(world).computed

    for name in ("ada", "ADA"):
        problem = refused(world, name, "right?", "192.0.2.99")
        assert isinstance(problem, TooMany)
        assert problem.retry_after == 1
    assert hashing(world).computed == computed

    assert authenticate(world, "ada", "right", "192.0.2.1").name == "ada"
    # From wherever: it is the password that is remembered.
    assert authenticate(world, "ada", "right", "192.0.2.7").name == "ada"


def test_an_address_that_guesses_names_is_stopped_too(opening: Opening) -> None:
    world = opening()
    add_user(world, "ada")
    for number in range(30):
        assert isinstance(refused(world, f"user{number}", "right"), Unauthenticated)

    assert isinstance(refused(world, "ada", "right"), TooMany)
    assert authenticate(world, "ada", "right", "192.0.2.8").name == "ada"
