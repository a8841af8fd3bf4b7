"""Tokens of Airflow 3's api-server say who is calling, until they expire or are revoked."""

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from resolvers.access.actor import Actor
from resolvers.access.airflow_tokens import AirflowTokens
from resolvers.access.api_auth import ApiAuth
from resolvers.access.credentials import Credentials
from resolvers.access.method import Installation
from resolvers.access.permissions import Permission
from resolvers.errors import Forbidden, Invalid, Unauthenticated, Unavailable, Unsupported
from resolvers.metadata.engine import open_engine
from tests.conftest import open_world
from tests.resolvers.access.installed import FAB, SECRET, bearer, installed, revoke
from tests.resolvers.access.issuers import Key, issuing, public_jwk, rsa_key, signed
from tests.world import World

RSA = rsa_key()
AIRFLOW = "apache-airflow"
ADA: dict[str, Any] = {"sub": "ada", "role": "admin", "teams": [], "aud": AIRFLOW, "jti": "0" * 32}


@pytest.fixture(params=["3.3-sqlite", "3.3-postgresql"])
def three(request: pytest.FixtureRequest) -> Iterator[World]:
    made = open_world(request, request.param)
    yield made
    made.close()


@pytest.fixture(scope="module")
def one(request: pytest.FixtureRequest) -> Iterator[World]:
    made = open_world(request, "3.3-sqlite")
    yield made
    made.close()


def tokens(world: World, home: Path, options: dict[str, str] | None = None, **settings: object) -> AirflowTokens:
    return AirflowTokens.of(installed(world, home, options, **settings))


def token(key: Any = SECRET, algorithm: str = "HS512", *, kid: str = "not-used", **claims: Any) -> str:
    return signed(key, algorithm, {**ADA, **claims}, kid=kid)


def known(taken: AirflowTokens, presented: str) -> Actor:
    actor = taken.actor(bearer(presented))
    assert actor is not None
    return actor


def pem(file: Path, key: Key) -> str:
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return str(file)


def test_a_token_says_who_is_calling_and_what_they_may(three: World, tmp_path: Path) -> None:
    actor = known(tokens(three, tmp_path), token())
    assert (actor.name, actor.method, actor.role, actor.user_id) == ("ada", "jwt", "admin", "ada")
    assert all(actor.may(permission) for permission in Permission)


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        ("viewer", {"dag.read", "pool.read", "event_log.read", "config.read"}, {"dag.edit", "variable.read"}),
        ("Viewer", {"dag.read", "plugin.read", "provider.read"}, {"run.create", "connection.read", "user.read"}),
        ("USER", {"dag.read", "run.create", "task_instance.edit", "dag.delete"}, {"pool.edit", "variable.read"}),
        ("op", {"run.create", "pool.edit", "variable.delete", "connection.read", "asset.create"}, {"user.read"}),
        ("public", set(), set(Permission)),
        ("emperor", set(), set(Permission)),
        ("", set(), set(Permission)),
        (None, set(), set(Permission)),
    ],
)
def test_a_role_may_what_it_may_in_airflow(
    one: World, tmp_path: Path, role: str | None, may: set[str], may_not: set[str]
) -> None:
    claims = {**ADA, "aud": AIRFLOW, "role": role}
    now = int(time.time())
    presented = jwt.encode({**claims, "iat": now, "nbf": now, "exp": now + 60}, SECRET, algorithm="HS512")
    actor = known(tokens(one, tmp_path), presented)
    assert {name for name in may | may_not if actor.may(Permission(name))} == may


def test_what_is_not_a_token_of_airflows_is_left_to_others(one: World, tmp_path: Path) -> None:
    taken = tokens(one, tmp_path)
    for authorization in ("", "Bearer", "Bearer plain", f"Basic {token()}", f"Bearer {token(SECRET[::-1])}"):
        assert taken.actor(Credentials({"authorization": authorization})) is None


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": None},
        {"sub": ""},
        {"sub": "ada\0"},
        {"sub": "ada\nroot"},
        {"sub": "x" * 129},
        {"role": ["admin"]},
        {"role": 7},
        {"teams": "all"},
        {"aud": "airflow"},
        {"aud": None},
        {"nbf": None},
        {"exp": int(time.time()) - 11},
    ],
)
def test_a_token_that_says_too_little_is_refused(one: World, tmp_path: Path, claims: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        tokens(one, tmp_path).actor(bearer(token(**claims)))


def test_a_token_without_a_role_at_all_is_refused(one: World, tmp_path: Path) -> None:
    now = int(time.time())
    claims = {"sub": "ada", "aud": AIRFLOW, "iat": now, "nbf": now, "exp": now + 60}
    with pytest.raises(Unauthenticated):
        tokens(one, tmp_path).actor(bearer(jwt.encode(claims, SECRET, algorithm="HS512")))


def test_names_may_have_any_letters(one: World, tmp_path: Path) -> None:
    assert known(tokens(one, tmp_path), token(sub="Ærøskøbing-オペ")).name == "Ærøskøbing-オペ"


def test_a_revoked_token_is_refused(three: World, tmp_path: Path) -> None:
    taken = tokens(three, tmp_path, access_refresh=0)
    presented = token(jti="f" * 32)
    assert known(taken, presented).name == "ada"
    revoke(three, "f" * 32)
    for _ in range(2):
        with pytest.raises(Unauthenticated, match="it was revoked"):
            taken.actor(bearer(presented))
    assert known(taken, token(jti="e" * 32)).name == "ada"


def test_whether_a_token_was_revoked_is_asked_every_few_seconds_only(three: World, tmp_path: Path) -> None:
    taken = tokens(three, tmp_path, access_refresh=60)
    presented = token(jti="d" * 32)
    known(taken, presented)
    revoke(three, "d" * 32)
    assert known(taken, presented).name == "ada"
    with pytest.raises(Unauthenticated, match="it was revoked"):
        tokens(three, tmp_path).actor(bearer(presented))


@pytest.mark.parametrize("odd", ["x" * 5000, "with\0nul", "", "\n", "' OR 1=1 --"])
def test_a_token_with_an_odd_id_cannot_have_been_revoked(three: World, tmp_path: Path, odd: str) -> None:
    assert known(tokens(three, tmp_path), token(jti=odd)).name == "ada"


def test_no_token_is_taken_while_nobody_knows_whether_it_was_revoked(one: World, tmp_path: Path) -> None:
    here = installed(one, tmp_path)
    unreachable = open_engine("postgresql://nobody@127.0.0.1:1/none", one.service.settings)
    taken = AirflowTokens.of(replace(here, engine=unreachable))
    with pytest.raises(Unavailable):
        taken.actor(bearer(token()))


def test_a_database_without_revocations_has_none(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    store = request.getfixturevalue("sqlite_store")
    old = World.open(store.database("3.1"), "3.1")
    try:
        assert known(tokens(old, tmp_path), token()).name == "ada"
    finally:
        old.close()


def test_a_remembered_token_ends_when_it_expires(one: World, tmp_path: Path) -> None:
    taken = tokens(one, tmp_path, {"api_auth.jwt_leeway": "0"})
    presented = token()
    known(taken, presented)
    assert taken.remembered.get(presented) is not None
    taken.remembered._clock = lambda: time.time() + 601
    assert taken.remembered.get(presented) is None


def test_only_so_many_tokens_are_remembered(one: World, tmp_path: Path) -> None:
    taken = tokens(one, tmp_path)
    taken.remembered._most = 3
    for number in range(10):
        known(taken, token(sub=f"user-{number}"))
    assert len(taken.remembered) == 3


def test_a_shorter_secret_of_airflows_own_making_serves_too(one: World, tmp_path: Path) -> None:
    secret = "qZ3vYl0mB1cXw9s7dE5fGg=="
    presented = signed(secret.ljust(64, "\0"), "HS512", ADA)
    assert known(tokens(one, tmp_path, {"api_auth.jwt_secret": secret}), presented).name == "ada"


@pytest.mark.parametrize(
    ("options", "claims", "algorithm"),
    [
        ({"api_auth.jwt_algorithm": "HS256"}, {}, "HS256"),
        ({"api_auth.jwt_audience": "ours"}, {"aud": "ours"}, "HS512"),
        ({"api_auth.jwt_audience": "ours, theirs"}, {"aud": "theirs"}, "HS512"),
        ({"api_auth.jwt_audience": "ours, theirs"}, {"aud": "ours, theirs"}, "HS512"),
        ({"api.jwt_audience": "ours"}, {"aud": "ours"}, "HS512"),
        ({"api_auth.jwt_issuer": "https://airflow"}, {"iss": "https://airflow"}, "HS512"),
        ({"api_auth.jwt_leeway": "3600"}, {"exp": int(time.time()) - 60}, "HS512"),
    ],
)
def test_what_airflow_is_configured_to_take_is_taken(
    one: World, tmp_path: Path, options: dict[str, str], claims: dict[str, Any], algorithm: str
) -> None:
    assert known(tokens(one, tmp_path, options), token(algorithm=algorithm, **claims)).name == "ada"
    with suppress(Unauthenticated):
        assert tokens(one, tmp_path, options).actor(bearer(token(iss="https://other", aud="other"))) is None


@pytest.mark.parametrize(("key", "algorithm"), [(RSA, "RS256"), (Ed25519PrivateKey.generate(), "EdDSA")])
def test_a_private_key_of_airflows_verifies_by_its_public_half(
    one: World, tmp_path: Path, key: Key, algorithm: str
) -> None:
    taken = tokens(one, tmp_path, {"api_auth.jwt_private_key_path": pem(tmp_path / "key.pem", key)})
    assert known(taken, token(key, algorithm)).name == "ada"
    # Neither the secret beside it, nor another algorithm of the same key.
    assert taken.actor(bearer(token())) is None
    if algorithm == "RS256":
        assert taken.actor(bearer(token(key, "RS512"))) is None


def test_published_keys_are_trusted_before_all_others(
    one: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    other = rsa_key()
    with issuing() as issuer:
        issuer.publish(public_jwk(RSA, "a"))
        options = {
            "api_auth.trusted_jwks_url": f"{issuer.address}/keys",
            "api_auth.jwt_private_key_path": pem(tmp_path / "key.pem", other),
        }
        taken = tokens(one, tmp_path, options)
        assert known(taken, token(RSA, "RS256", kid="a")).name == "ada"
        for stranger in (token(other, "RS256", kid="a"), token(other, "RS256", kid="b"), token()):
            assert taken.actor(bearer(stranger)) is None
        issuer.documents.clear()
        with pytest.raises(Unavailable):
            tokens(one, tmp_path, options).actor(bearer(token(RSA, "RS256", kid="a")))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"api_auth.jwt_secret": ""}, "Nothing says by which key"),
        ({"api_auth.jwt_algorithm": "none"}, "jwt_algorithm is none"),
        ({"api_auth.jwt_algorithm": "RS256"}, "jwt_algorithm is RS256"),
        ({"api_auth.jwt_private_key_path": "/nowhere/key.pem"}, "cannot be read"),
        ({"api_auth.jwt_leeway": "a while"}, "no number of seconds"),
        ({"api_auth.jwt_secret": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"}, "not a secret"),
    ],
)
def test_a_configuration_that_airflow_could_not_use_is_refused_when_we_start(
    one: World, tmp_path: Path, options: dict[str, str], told: str
) -> None:
    with pytest.raises(Invalid, match=told) as refusal:
        tokens(one, tmp_path, options)
    assert "AAAA" not in str(refusal.value)


def test_airflow_2_has_no_tokens(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    two = open_world(request, "2.11-sqlite")
    try:
        with pytest.raises(Unsupported, match="Airflow 3"):
            tokens(two, tmp_path)
    finally:
        two.close()


def test_an_auth_manager_that_is_not_known_is_refused_when_we_start(one: World, tmp_path: Path) -> None:
    with pytest.raises(Unsupported, match="KeycloakAuthManager"):
        tokens(one, tmp_path, {"core.auth_manager": "airflow.providers.keycloak.auth_manager.KeycloakAuthManager"})


def test_who_is_in_a_team_is_refused_where_teams_are_kept_apart(one: World, tmp_path: Path) -> None:
    taken = tokens(one, tmp_path, {"core.multi_team": "True"})
    assert known(taken, token()).name == "ada"
    with pytest.raises(Forbidden, match="teams"):
        taken.actor(bearer(token(role="viewer", teams=["a"])))


@pytest.mark.parametrize("subject", ["1", "7", "ada", "", "-1", "1.0", "\uff19", "9" * 5000, "9" * 18])
def test_a_token_of_fabs_needs_its_user(one: World, tmp_path: Path, subject: str) -> None:
    with pytest.raises(Unauthenticated):
        tokens(one, tmp_path, {"core.auth_manager": FAB}).actor(bearer(token(sub=subject)))


@pytest.mark.parametrize("fab", [False, True])
@pytest.mark.parametrize("asymmetric", [False, True])
def test_a_token_that_is_signed_here_is_taken_here(one: World, tmp_path: Path, *, asymmetric: bool, fab: bool) -> None:
    options = {"api_auth.jwt_issuer": "https://airflow", "core.auth_manager": FAB if fab else "SimpleAuthManager"}
    if asymmetric:
        options["api_auth.jwt_private_key_path"] = pem(tmp_path / "key.pem", RSA)
    installation: Installation = installed(one, tmp_path, options)
    signer = ApiAuth.of(installation.config).signer()
    assert signer is not None
    claims = (
        ApiAuth.of(installation.config)
        .verifier()
        .claims(signer.token({"sub": "ada"}, now=int(time.time()), seconds=60))
    )
    assert claims is not None
    assert (claims["sub"], claims["iss"], claims["exp"] - claims["iat"]) == ("ada", "https://airflow", 60)
