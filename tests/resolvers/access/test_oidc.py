"""Tokens of an OpenID Connect issuer say who is calling; claims, or Airflow's users, what they may."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from resolvers.access.actor import Actor
from resolvers.access.oidc import OpenIdTokens
from resolvers.errors import Forbidden, Invalid, Unauthenticated, Unavailable
from resolvers.settings import load_settings
from tests.conftest import open_world
from tests.resolvers.access.installed import bearer, installed
from tests.resolvers.access.issuers import AUDIENCE, Issuer, elliptic_key, issuing, public_jwk, rsa_key, signed
from tests.world import World

KEY, NEXT, CURVE, EDWARDS = rsa_key(), rsa_key(), elliptic_key(), Ed25519PrivateKey.generate()
ROLES = "airflow-admins=admin, analysts = Viewer,CN=ops=op"


@pytest.fixture(scope="module")
def one(request: pytest.FixtureRequest) -> Iterator[World]:
    made = open_world(request, "3.3-sqlite")
    yield made
    made.close()


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with issuing() as made:
        made.publish(public_jwk(KEY, "rsa"), public_jwk(CURVE, "curve"), public_jwk(EDWARDS, "edwards"))
        yield made


def tokens(world: World, issuer: Issuer, **settings: Any) -> OpenIdTokens:
    told = load_settings(**{"oidc_issuer": issuer.address, "oidc_audience": AUDIENCE, "oidc_roles": ROLES, **settings})
    changed = {name: getattr(told, name) for name in type(told).model_fields if name.startswith("oidc_")}
    return OpenIdTokens.of(installed(world, Path("/nowhere"), **changed))


def token(issuer: Issuer, key: Any = KEY, algorithm: str = "RS256", *, kid: str = "rsa", **claims: Any) -> str:
    usual = {"iss": issuer.address, "sub": "7f3a", "preferred_username": "ada", "groups": ["airflow-admins"]}
    return signed(key, algorithm, {**usual, **claims}, kid=kid)


def known(taken: OpenIdTokens, presented: str) -> Actor:
    actor = taken.actor(bearer(presented))
    assert actor is not None
    return actor


def test_a_token_of_the_issuer_says_who_is_calling(one: World, issuer: Issuer) -> None:
    actor = known(tokens(one, issuer), token(issuer))
    assert (actor.name, actor.method, actor.role) == ("ada", "oidc", "admin")


@pytest.mark.parametrize(
    ("key", "algorithm", "kid"),
    [(KEY, "RS512", "rsa"), (KEY, "PS256", "rsa"), (CURVE, "ES256", "curve"), (EDWARDS, "EdDSA", "edwards")],
)
def test_the_issuer_signs_as_it_likes(one: World, issuer: Issuer, key: Any, algorithm: str, kid: str) -> None:
    assert known(tokens(one, issuer), token(issuer, key, algorithm, kid=kid)).name == "ada"
    assert tokens(one, issuer, oidc_algorithms="ES384").actor(bearer(token(issuer, key, algorithm, kid=kid))) is None


def test_a_token_of_somebody_else_is_nobodys(one: World, issuer: Issuer) -> None:
    taken = tokens(one, issuer)
    public = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    for stranger in (
        token(issuer, NEXT),
        token(issuer, NEXT, kid="next"),
        token(issuer, iss=f"{issuer.address}/"),
        token(issuer, iss=None),
        token(issuer, public.hex(), "HS256"),
        token(issuer, "0" * 64, "HS256"),
        "eyJhbGciOiJub25lIn0." + token(issuer).split(".")[1] + ".",
        "static-token",
    ):
        assert taken.actor(bearer(stranger)) is None


@pytest.mark.parametrize(
    "claims",
    [{"aud": "another"}, {"aud": None}, {"exp": 1}, {"exp": None}, {"iat": None}, {"nbf": 9_999_999_999}, {"sub": 7}],
)
def test_a_token_that_is_not_to_be_taken_is_refused(one: World, issuer: Issuer, claims: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        tokens(one, issuer).actor(bearer(token(issuer, **claims)))


def test_a_token_for_logging_out_lets_nobody_in(one: World, issuer: Issuer) -> None:
    presented = signed(KEY, "RS256", {"iss": issuer.address, "sub": "7f3a", "groups": ["airflow-admins"]},
                       kid="rsa", typ="logout+jwt")  # fmt: skip
    assert tokens(one, issuer).actor(bearer(presented)) is None


def test_the_issuer_is_asked_once_for_many_tokens(one: World, issuer: Issuer) -> None:
    taken = tokens(one, issuer)
    for number in range(5):
        assert known(taken, token(issuer, preferred_username=f"user-{number}")).name == f"user-{number}"
    assert issuer.asked == ["/.well-known/openid-configuration", "/keys"]


def test_keys_that_the_issuer_rotates_are_followed(one: World, issuer: Issuer) -> None:
    taken = tokens(one, issuer)
    keys: Any = taken.verifier.keys
    known(taken, token(issuer))
    issuer.publish(public_jwk(NEXT, "next"))
    keys._tried_at = float("-inf")
    assert known(taken, token(issuer, NEXT, kid="next")).name == "ada"
    assert taken.actor(bearer(token(issuer, iat=1))) is None


def test_an_issuer_that_is_down_is_unavailable_to_its_own_tokens_alone(one: World, issuer: Issuer) -> None:
    issuer.documents.clear()
    taken = tokens(one, issuer)
    with pytest.raises(Unavailable, match="keys"):
        taken.actor(bearer(token(issuer)))
    assert taken.actor(bearer(token(issuer, iss="https://somebody.else"))) is None
    assert taken.actor(bearer("static-token")) is None


@pytest.mark.parametrize(
    "configuration",
    [
        {"issuer": "https://evil.example", "jwks_uri": "{}/keys"},
        {"jwks_uri": "{}/keys"},
        {"issuer": "{}", "jwks_uri": "file:///etc/passwd"},
        {"issuer": "{}", "jwks_uri": "/keys"},
        {"issuer": "{}"},
        {"issuer": "{}", "jwks_uri": 7},
        [],
        b"<html>",
    ],
)
def test_a_configuration_that_is_not_the_issuers_is_not_followed(
    one: World, issuer: Issuer, configuration: Any
) -> None:
    if isinstance(configuration, dict):
        configuration = {
            name: told.format(issuer.address) if isinstance(told, str) else told for name, told in configuration.items()
        }
    issuer.documents["/.well-known/openid-configuration"] = configuration
    with pytest.raises(Unavailable):
        tokens(one, issuer).actor(bearer(token(issuer)))
    assert issuer.asked == ["/.well-known/openid-configuration"]


def test_keys_may_be_where_the_settings_say(one: World, issuer: Issuer) -> None:
    taken = tokens(one, issuer, oidc_jwks_url=f"{issuer.address}/keys")
    assert known(taken, token(issuer)).name == "ada"
    assert issuer.asked == ["/keys"]


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({}, "ada"),
        ({"preferred_username": None, "email": "ada@example.org"}, "ada@example.org"),
        ({"preferred_username": None, "email": "ada@example.org", "email_verified": True}, "ada@example.org"),
        ({"preferred_username": None, "email": "ada@example.org", "email_verified": False}, "7f3a"),
        ({"preferred_username": None}, "7f3a"),
        ({"preferred_username": ["ada"]}, "7f3a"),
        ({"preferred_username": "a\0b"}, "7f3a"),
        ({"preferred_username": "x" * 129}, "7f3a"),
        ({"preferred_username": "Ærø-オペ"}, "Ærø-オペ"),
    ],
)
def test_the_first_claim_that_names_the_caller_does(
    one: World, issuer: Issuer, claims: dict[str, Any], name: str
) -> None:
    assert known(tokens(one, issuer), token(issuer, **claims)).name == name


def test_a_token_that_names_nobody_is_refused(one: World, issuer: Issuer) -> None:
    with pytest.raises(Unauthenticated, match="whose"):
        tokens(one, issuer, oidc_user_claim="upn").actor(bearer(token(issuer)))


@pytest.mark.parametrize(
    ("claims", "settings", "role"),
    [
        ({"groups": ["analysts"]}, {}, "viewer"),
        ({"groups": "analysts"}, {}, "viewer"),
        ({"groups": ["analysts", "CN=ops", "unknown", 7]}, {}, "op"),
        ({"realm_access": {"roles": ["analysts"]}}, {"oidc_role_claim": "realm_access.roles"}, "viewer"),
        ({"https://x.org/roles": ["analysts"]}, {"oidc_role_claim": "https://x.org/roles"}, "viewer"),
        ({"groups": ["a, b"]}, {"oidc_roles": '{"a, b": "user"}'}, "user"),
    ],
)
def test_a_claim_says_the_role(
    one: World, issuer: Issuer, claims: dict[str, Any], settings: dict[str, str], role: str
) -> None:
    assert known(tokens(one, issuer, **settings), token(issuer, **claims)).role == role


@pytest.mark.parametrize("groups", [None, [], ["analyst"], ["Analysts"], {"analysts": True}, 7, [["analysts"]], "op"])
def test_who_has_no_role_is_refused(one: World, issuer: Issuer, groups: Any) -> None:
    with pytest.raises(Forbidden, match="ada has no role"):
        tokens(one, issuer).actor(bearer(token(issuer, groups=groups)))


@pytest.mark.parametrize("missing", ["oidc_issuer", "oidc_audience"])
def test_settings_that_say_too_little_are_refused_when_we_start(one: World, issuer: Issuer, missing: str) -> None:
    with pytest.raises(Invalid) as refusal:
        tokens(one, issuer, **{missing: None if missing == "oidc_issuer" else ()})
    assert refusal.value.field == missing


def test_without_roles_there_must_be_users(one: World, issuer: Issuer) -> None:
    with pytest.raises(Invalid, match="users"):
        tokens(one, issuer, oidc_roles=None)


@pytest.mark.parametrize(
    "roles", ["admins", "admin", "=admin", "a=admin, =op", "admins=emperor", '{"a": 7}', "{broken"]
)
def test_roles_that_are_none_are_refused_when_we_start(roles: str) -> None:
    with pytest.raises(Invalid) as refusal:
        load_settings(oidc_roles=roles)
    assert refusal.value.field == "oidc_roles"


def test_only_algorithms_with_a_public_key_can_be_chosen() -> None:
    with pytest.raises(Invalid) as refusal:
        load_settings(oidc_algorithms="RS256,HS256")
    assert refusal.value.field == "oidc_algorithms"
