"""Scripts that log in as Airflow 3's do get their token here, and it opens every road."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from graph.serving import announcement
from tests.http.server import ADMIN, TOKENS, Served, served
from tests.resolvers.access.installed import SECRET
from tests.world import World

PASSWORDS = {"ada": "adas", "vic": "pässwörd", "who": "whos"}
USERS = "ada:admin,vic:Viewer,who:"


def environment(home: Path, **more: str) -> dict[str, str]:
    file = home / "passwords.json"
    file.write_text(json.dumps(PASSWORDS))
    return {
        "AIRFLOW__API_AUTH__JWT_SECRET": SECRET,
        "AIRFLOW__API_AUTH__JWT_CLI_EXPIRATION_TIME": "60",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": USERS,
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(file),
        **more,
    }


def serving(
    request: pytest.FixtureRequest, airflow: dict[str, str], minor: str = "3.3", **settings: object
) -> Iterator[Served]:
    store = request.getfixturevalue("sqlite_store")
    told = {"authentication": "tokens,jwt,simple", "tokens": TOKENS, **settings}
    world = World.configured(store.database(minor), minor, airflow, **told)
    try:
        with served(world) as it:
            yield it
    finally:
        world.close()


@pytest.fixture(scope="module")
def airflow_3(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from serving(request, environment(tmp_path_factory.mktemp("airflow")))


@pytest.fixture
def open_to_all(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    told = environment(tmp_path, AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS="True")
    yield from serving(request, told)


@pytest.fixture
def without_a_key(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    told = environment(tmp_path, AIRFLOW__API_AUTH__JWT_SECRET="")
    yield from serving(request, told, authentication="tokens,simple")


@pytest.fixture
def airflow_2(request: pytest.FixtureRequest) -> Iterator[Served]:
    yield from serving(request, {}, "2.11", authentication="tokens")


def log_in(server: Served, name: str, password: str, path: str = "/auth/token") -> httpx.Response:
    return httpx.post(f"{server.address}{path}", json={"username": name, "password": password})


def viewer(server: Served, authorization: str | tuple[str, str]) -> dict[str, Any]:
    headers = {"Authorization": authorization} if isinstance(authorization, str) else {}
    basic = authorization if isinstance(authorization, tuple) else None
    body = {"query": "{ viewer { name role } }"}
    answer = httpx.post(f"{server.address}/graphql", json=body, headers=headers, auth=basic)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()["data"]["viewer"]
    return told


def test_a_name_and_a_password_get_a_token_as_airflow_gives_it(airflow_3: Served) -> None:
    answer = log_in(airflow_3, "vic", "pässwörd")
    assert (answer.status_code, list(answer.json())) == (201, ["access_token"])
    assert answer.headers["cache-control"] == "no-store"
    token = answer.json()["access_token"]
    claims = jwt.decode(token, SECRET, algorithms=["HS512"], audience="apache-airflow")
    assert jwt.get_unverified_header(token) == {"alg": "HS512", "kid": "not-used", "typ": "JWT"}
    assert {name: claims.pop(name) for name in ("sub", "role", "teams", "aud")} == {
        "sub": "vic", "role": "Viewer", "teams": [], "aud": "apache-airflow",
    }  # fmt: skip
    assert len(claims.pop("jti")) == 32
    now = claims.pop("iat")
    assert claims == {"nbf": now, "exp": now + 86_400}
    assert abs(now - time.time()) < 60


def test_a_token_opens_every_road(airflow_3: Served) -> None:
    headers = {"Authorization": f"Bearer {log_in(airflow_3, 'vic', 'pässwörd').json()['access_token']}"}
    assert viewer(airflow_3, headers["Authorization"]) == {"name": "vic", "role": "viewer"}
    assert httpx.get(f"{airflow_3.address}/api/v1/pools", headers=headers).status_code == 200
    new = {"name": "lane", "slots": 1}
    assert httpx.post(f"{airflow_3.address}/api/v1/pools", headers=headers, json=new).status_code == 403


def test_static_tokens_and_passwords_are_taken_beside_it(airflow_3: Served) -> None:
    assert viewer(airflow_3, f"Bearer {ADMIN}")["name"] == "ada"
    assert viewer(airflow_3, ("vic", "pässwörd")) == {"name": "vic", "role": "viewer"}


def test_the_command_line_gets_a_token_for_a_shorter_time(airflow_3: Served) -> None:
    answer = log_in(airflow_3, "ada", "adas", "/auth/token/cli")
    assert answer.status_code == 201
    claims = jwt.decode(answer.json()["access_token"], SECRET, algorithms=["HS512"], audience="apache-airflow")
    assert claims["exp"] - claims["iat"] == 60


def test_a_form_serves_as_well(airflow_3: Served) -> None:
    answer = httpx.post(f"{airflow_3.address}/auth/token", data={"username": "vic", "password": "pässwörd"})
    assert answer.status_code == 201


def test_the_server_says_where_tokens_are_got(airflow_3: Served, airflow_2: Served) -> None:
    told = [announcement(each.world.service.settings, each.world.service, "here") for each in (airflow_3, airflow_2)]
    assert ["/auth/token" in text for text in told] == [True, False]


def test_each_token_is_another(airflow_3: Served) -> None:
    assert len({log_in(airflow_3, "ada", "adas").json()["access_token"] for _ in range(3)}) == 3


@pytest.mark.parametrize("path", ["/auth/token", "/auth/token/cli"])
@pytest.mark.parametrize(("name", "password"), [("ada", "wrong"), ("nobody", "adas"), ("vic", "passwörd")])
def test_a_wrong_name_or_password_is_refused_in_airflows_words(
    airflow_3: Served, path: str, name: str, password: str
) -> None:
    answer = log_in(airflow_3, name, password, path)
    assert (answer.status_code, answer.json()) == (401, {"detail": "Invalid credentials"})
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(("name", "password"), [("", "x"), ("ada", ""), ("", "")])
def test_an_empty_name_or_password_is_refused_in_airflows_words(airflow_3: Served, name: str, password: str) -> None:
    answer = log_in(airflow_3, name, password)
    assert (answer.status_code, answer.json()) == (400, {"detail": "Username and password must be provided"})


@pytest.mark.parametrize("path", ["/auth/token", "/auth/token/cli"])
@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ('{"username": "ada"}', [("missing", ["body", "password"])]),
        ("{}", [("missing", ["body", "username"]), ("missing", ["body", "password"])]),
        ('{"username": 1, "password": "x"}', [("string_type", ["body", "username"])]),
        ('{"username": "ada", "password": "adas", "more": 1}', [("extra_forbidden", ["body", "more"])]),
        ("[1]", [("model_attributes_type", ["body"])]),
        ("7", [("model_attributes_type", ["body"])]),
        ("", [("missing", ["body"])]),
        ("{bad", [("json_invalid", ["body", 1])]),
        ('{"username": "\\ud800", "password": "x"}', [("json_invalid", ["body", 13])]),
        ("[" * 5000, [("json_invalid", ["body", 1024])]),
    ],
)  # fmt: skip
def test_a_body_that_is_none_is_refused_as_fastapi_does(
    airflow_3: Served, path: str, body: str, faults: list[tuple[str, list[object]]]
) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    answer = httpx.post(f"{airflow_3.address}{path}", content=body, headers=headers)
    assert answer.status_code == 422
    told = answer.json()["detail"]
    assert [fault["type"] for fault in told] == [kind for kind, _ in faults]
    assert [fault["loc"][:1] for fault in told] == [["body"] for _ in faults]
    if not body.startswith(('{"username": "\\u', "[[")):
        assert [(fault["type"], fault["loc"]) for fault in told] == faults
    assert all(fault["msg"] for fault in told)
    assert "adas" not in answer.text


def test_other_kinds_of_bodies_are_refused(airflow_3: Served) -> None:
    for path, status in (("/auth/token", 415), ("/auth/token/cli", 422)):
        answer = httpx.post(f"{airflow_3.address}{path}", content="x", headers={"Content-Type": "text/plain"})
        assert (answer.status_code, list(answer.json())) == (status, ["detail"])


def test_a_long_body_is_refused(airflow_3: Served) -> None:
    content = json.dumps({"username": "ada", "password": "x" * 2_000_001})
    answer = httpx.post(
        f"{airflow_3.address}/auth/token", content=content, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, list(answer.json())) == (413, ["detail"])


def test_other_methods_are_not_allowed(airflow_3: Served) -> None:
    for method, path in (("PUT", "/auth/token"), ("DELETE", "/auth/token"), ("GET", "/auth/token/cli")):
        answer = httpx.request(method, f"{airflow_3.address}{path}")
        assert (answer.status_code, answer.json()) == (405, {"detail": "Method Not Allowed"})


def test_nothing_is_given_for_nothing(airflow_3: Served) -> None:
    answer = httpx.get(f"{airflow_3.address}/auth/token")
    assert (answer.status_code, list(answer.json())) == (403, ["detail"])


def test_where_everybody_is_an_administrator_a_token_costs_nothing(open_to_all: Served) -> None:
    given = httpx.get(f"{open_to_all.address}/auth/token")
    assert given.status_code == 201
    for token in (given.json()["access_token"], log_in(open_to_all, "any", "thing").json()["access_token"]):
        assert viewer(open_to_all, f"Bearer {token}") == {"name": "Anonymous", "role": "admin"}
    claims = jwt.decode(token, SECRET, algorithms=["HS512"], audience="apache-airflow")
    assert (claims["sub"], claims["role"], claims["teams"]) == ("Anonymous", "ADMIN", [])


def test_many_wrong_passwords_are_told_to_wait(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    for server in serving(request, environment(tmp_path)):
        answers = [log_in(server, "ada", f"guess-{number}") for number in range(6)]
        assert [answer.status_code for answer in answers] == [401] * 5 + [429]
        assert int(answers[-1].headers["retry-after"]) >= 1


def test_without_the_passwords_it_is_said_that_they_are_not_there(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    told = environment(tmp_path)
    (tmp_path / "passwords.json").unlink()
    for server in serving(request, told):
        answer = log_in(server, "ada", "adas")
        assert (answer.status_code, list(answer.json())) == (503, ["detail"])
        assert str(tmp_path) not in answer.text


@pytest.mark.parametrize("path", ["/auth/token", "/auth/token/cli"])
def test_there_is_no_such_road_where_no_token_can_be_signed(
    without_a_key: Served, airflow_2: Served, path: str
) -> None:
    for server in (without_a_key, airflow_2):
        assert log_in(server, "ada", "adas", path).status_code == 404
        assert httpx.get(f"{server.address}{path}").status_code == 404


@pytest.mark.parametrize(
    "token",
    ["a.b.c", "..", "x" * 20_000, "eyJhbGciOiJub25lIn0.e30.", "é.é.é"],
)
def test_what_is_no_token_is_answered_by_401(airflow_3: Served, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode(), "Content-Type": b"application/json"}
    body = b'{"query": "{ viewer { name } }"}'
    for path in ("/graphql", "/api/v1/pools"):
        method = "POST" if path == "/graphql" else "GET"
        answer = httpx.request(method, f"{airflow_3.address}{path}", content=body, headers=headers)  # type: ignore[arg-type]
        assert answer.status_code == 401
        if path == "/graphql":
            assert answer.headers["www-authenticate"] == 'Bearer, Basic realm="Airflow"'


def test_an_expired_token_is_told_so(airflow_3: Served) -> None:
    claims = {"sub": "ada", "role": "admin", "aud": "apache-airflow", "iat": 1, "nbf": 1, "exp": 2}
    token = jwt.encode(claims, SECRET, algorithm="HS512")
    answer = airflow_3.post({"query": "{ viewer { name } }"}, token=token)
    assert answer.status_code == 401
    assert "expired" in answer.json()["errors"][0]["message"]
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
