"""Names and passwords, as clients send them."""

import logging
from base64 import b64encode

import pytest
from werkzeug.security import generate_password_hash

from resolvers.access.actor import Actor
from resolvers.errors import Unauthenticated
from tests.people import SHORT, add_role, add_user
from tests.resolvers.access.conftest import Opening
from tests.world import World

HEADER = 'Basic realm="Airflow"'


def coded(text: str | bytes) -> str:
    return b64encode(text if isinstance(text, bytes) else text.encode()).decode()


def authenticate(world: World, header: str | None, peer: str = "192.0.2.7") -> Actor:
    return world.service.authenticate({} if header is None else {"authorization": header}, peer)


def test_a_user_comes_in_by_name_and_password(peopled: World) -> None:
    ada = add_user(peopled, "ada", add_role(peopled, "Reader", "can_read on DAGs"))

    actor = authenticate(peopled, f"Basic {coded('ada:right')}")

    assert (actor.name, actor.method, actor.role, actor.user_id) == ("ada", "basic", "Reader", ada)


def test_the_same_may_be_spelled_otherwise(peopled: World) -> None:
    add_user(peopled, "ada")

    for header in (
        f"basic {coded('ada:right')}",
        f"BASIC   {coded('ada:right')}  ",
        f"Basic {coded('Ada:right')}",
        f"Basic {coded('ada@example.org:right')}",
    ):
        assert authenticate(peopled, header).name == "ada"


REFUSED = (
    None,
    "",
    "Basic",
    "Basic ",
    "Basic !!!!",
    "Basic YQ",
    "Basic \u00e9\u00e9\u00e9\u00e9",
    f"Basic {coded('ada')}",
    f"Basic {coded('ada:')}",
    f"Basic {coded(':right')}",
    f"Basic {coded(b'ada:' + bytes([0xFF, 0xFE]))}",
    f"Basic {coded('ada:wrong')}",
    f"Basic {coded('ada:right ')}",
    f"Basic {coded('nobody:right')}",
    f"Basic {coded('a' * 600 + ':right')}",
    f"Basic {coded('nul' + chr(0) + ':right')}",
    "Bearer right",
    f"Digest {coded('ada:right')}",
)


def test_anything_else_is_refused_with_what_would_be_taken(peopled: World) -> None:
    add_user(peopled, "ada")

    for header in REFUSED:
        with pytest.raises(Unauthenticated) as refused:
            authenticate(peopled, header)
        assert refused.value.challenges == (HEADER,)
        assert "right" not in str(refused.value)


def test_a_password_may_hold_colons_and_any_letters(peopled: World) -> None:
    add_user(peopled, "zoë", password="pass:wörd:\N{SNOWMAN}")

    assert authenticate(peopled, f"Basic {coded('zoë:pass:wörd:' + chr(0x2603))}").name == "zoë"


def test_every_kind_of_hash_that_airflow_has_made_is_read(peopled: World) -> None:
    kinds = ("scrypt:32768:8:1", "scrypt:16384:8:1", "pbkdf2:sha256:1000", "pbkdf2:sha512:1000", "pbkdf2:sha1:1000")
    for number, kind in enumerate(kinds):
        add_user(peopled, f"user{number}", password_hash=generate_password_hash("right", kind))

        assert authenticate(peopled, f"Basic {coded(f'user{number}:right')}").name == f"user{number}"
        with pytest.raises(Unauthenticated):
            authenticate(peopled, f"Basic {coded(f'user{number}:Right')}")


def test_a_user_whose_hash_means_nothing_has_no_password(peopled: World) -> None:
    stored = (None, "", "right", "plain$$right", "md5$salt$right", "scrypt:a:b:c$salt$00", "scrypt:3:3:3$salt$00", "$$")
    for number, text in enumerate(stored):
        add_user(peopled, f"user{number}", password_hash=text)

        with pytest.raises(Unauthenticated):
            authenticate(peopled, f"Basic {coded(f'user{number}:right')}")


def test_who_presents_a_wrong_password_is_nobody_even_where_anybody_is_somebody(opening: Opening) -> None:
    world = opening(anonymous_role="viewer")
    add_user(world, "ada")

    assert authenticate(world, None).name == "anonymous"
    with pytest.raises(Unauthenticated):
        authenticate(world, f"Basic {coded('ada:wrong')}")


def test_logins_are_counted_as_fab_counts_them_and_failures_write_nothing(peopled: World) -> None:
    add_user(peopled, "ada")

    def counted() -> tuple[object, object]:
        (row,) = peopled.rows("user", "login_count fail_login_count last_login", username="ada")
        assert bool(row["last_login"]) is bool(row["login_count"])
        return row["login_count"], row["fail_login_count"]

    assert counted() == (None, None)
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            authenticate(peopled, f"Basic {coded('ada:wrong')}")
    assert counted() == (None, None)
    for _ in range(3):
        authenticate(peopled, f"Basic {coded('ada:right')}")
    # Once: what is remembered is no login.
    assert counted() == (1, 0)


def test_a_database_that_cannot_be_written_keeps_nobody_out(opening: Opening) -> None:
    world = opening()
    add_user(world, "ada")
    never = "ALTER TABLE ab_user ADD CONSTRAINT never CHECK (login_count IS NULL)"
    forbidden = {
        "sqlite": "CREATE TRIGGER t BEFORE UPDATE ON ab_user BEGIN SELECT RAISE(ABORT, 'read only'); END",
        "postgresql": f"{never} NOT VALID",
        "mysql": never,
    }
    with world.service.engine.begin() as connection:
        connection.exec_driver_sql(forbidden[world.service.engine.dialect.name])

    assert authenticate(world, f"Basic {coded('ada:right')}").name == "ada"
    assert world.rows("user", "login_count", username="ada") == [{"login_count": None}]


def test_a_wrong_password_is_logged_without_it(peopled: World, caplog: pytest.LogCaptureFixture) -> None:
    add_user(peopled, "ada", password_hash=generate_password_hash("right", SHORT))

    with caplog.at_level(logging.DEBUG):
        for header in ("ada:sesame", "sesame:ada"):
            with pytest.raises(Unauthenticated):
                authenticate(peopled, f"Basic {coded(header)}")

    told = [record.__dict__["fields"] for record in caplog.records if record.message == "wrong password"]
    # What is no user's name may be a password in the wrong field.
    assert told == [
        {"user": "ada", "address": "192.0.2.7"},
        {"user": "unknown", "address": "192.0.2.7"},
    ]
    assert "sesame" not in caplog.text
