"""Only tokens that one of the keys has signed are taken, and only for what they are for."""

import base64
import hashlib
import hmac
import json
import time
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from resolvers.access.keys import ASYMMETRIC, SYMMETRIC, OneKey, algorithms_of
from resolvers.access.verifying import MOST_BYTES, Verifier
from resolvers.errors import Unauthenticated
from tests.resolvers.access.issuers import AUDIENCE, rsa_key, signed

SECRET = b"a secret of at least sixty-four bytes, which is what HS512 would like to have"
RSA = rsa_key()
ADA = {"sub": "ada"}


def by_secret(algorithm: str = "HS512", **more: object) -> Verifier:
    allowed = frozenset({algorithm})
    return Verifier(OneKey(SECRET, allowed), allowed, (AUDIENCE,), **more)  # type: ignore[arg-type]


def by_key() -> Verifier:
    public = RSA.public_key()
    return Verifier(OneKey(public, algorithms_of(public)), frozenset({"RS256"}), (AUDIENCE,))


def part(told: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


def claims_of(verifier: Verifier, token: str) -> object:
    found = verifier.claims(token)
    return None if found is None else found["sub"]


def test_a_token_that_the_key_has_signed_is_taken() -> None:
    assert claims_of(by_secret(), signed(SECRET, "HS512", ADA)) == "ada"
    assert claims_of(by_key(), signed(RSA, "RS256", ADA)) == "ada"


def test_a_token_of_another_key_is_nobodys() -> None:
    assert by_secret().claims(signed(SECRET[::-1], "HS512", ADA)) is None
    assert by_key().claims(signed(rsa_key(), "RS256", ADA)) is None


def test_what_was_changed_after_it_was_signed_is_nobodys() -> None:
    header, _, signature = signed(SECRET, "HS512", ADA).split(".")
    now = int(time.time())
    changed = part({"sub": "root", "aud": AUDIENCE, "iat": now, "nbf": now, "exp": now + 60})
    assert by_secret().claims(f"{header}.{changed}.{signature}") is None


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", ""])
def test_a_token_without_a_signature_is_nobodys(algorithm: str) -> None:
    now = int(time.time())
    claims = part({"sub": "root", "aud": AUDIENCE, "iat": now, "nbf": now, "exp": now + 60})
    for verifier in (by_secret(), by_key()):
        for signature in ("", "AA"):
            assert verifier.claims(f"{part({'alg': algorithm, 'typ': 'JWT'})}.{claims}.{signature}") is None


def test_the_public_key_is_no_secret() -> None:
    public = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    now = int(time.time())
    claims = part({**ADA, "aud": AUDIENCE, "iat": now, "nbf": now, "exp": now + 60})
    body = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{claims}"
    for key in (public, public.strip()):
        mac = base64.urlsafe_b64encode(hmac.new(key, body.encode(), hashlib.sha256).digest()).decode().rstrip("=")
        assert by_key().claims(f"{body}.{mac}") is None


@pytest.mark.parametrize("algorithm", ["HS256", "HS384"])
def test_the_algorithm_is_not_for_the_token_to_choose(algorithm: str) -> None:
    assert by_secret().claims(signed(SECRET, algorithm, ADA)) is None
    assert claims_of(by_secret(algorithm), signed(SECRET, algorithm, ADA)) == "ada"


def test_a_key_of_another_kind_verifies_nothing() -> None:
    ed = Ed25519PrivateKey.generate()
    assert by_key().claims(signed(ed, "EdDSA", ADA)) is None
    assert by_secret().claims(signed(RSA, "RS256", ADA)) is None
    assert not ASYMMETRIC & SYMMETRIC


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"exp": int(time.time()) - 86_400}, "it has expired"),
        ({"nbf": int(time.time()) + 86_400}, "it is not valid yet"),
        ({"aud": "another"}, "it is for another audience"),
        ({"aud": ["another", "graphs"]}, "it is for another audience"),
        ({"aud": None}, "it has no claim aud"),
        ({"exp": None}, "it has no claim exp"),
        ({"iat": None}, "it has no claim iat"),
        ({"nbf": None}, "it has no claim nbf"),
        ({"sub": 7}, "a claim is malformed"),
        ({"jti": 7}, "a claim is malformed"),
    ],
)
def test_a_token_of_ours_that_is_not_to_be_taken_is_refused_with_the_reason(
    claims: dict[str, object], why: str
) -> None:
    token = signed(SECRET, "HS512", {**ADA, **claims})
    with pytest.raises(Unauthenticated) as refusal:
        by_secret().claims(token)
    assert refusal.value.detail == f"This token is not taken: {why}."
    assert refusal.value.challenges == ('Bearer error="invalid_token"',)


@pytest.mark.parametrize("moment", ["soon", float("inf"), float("nan"), "1e400", None, {}, [9999999999], True])
def test_a_moment_that_is_none_is_never_in_the_future(moment: object) -> None:
    token = signed(SECRET, "HS512", {**ADA, "exp": moment})
    with suppress(Unauthenticated):
        assert by_secret().claims(token) is None


def test_the_leeway_forgives_a_clock_that_differs() -> None:
    late = signed(SECRET, "HS512", {**ADA, "exp": int(time.time()) - 30})
    assert claims_of(by_secret(leeway=3600), late) == "ada"


def test_one_of_several_audiences_is_enough() -> None:
    assert claims_of(by_secret(), signed(SECRET, "HS512", {**ADA, "aud": ["other", AUDIENCE]})) == "ada"


def test_the_issuer_is_looked_at_where_one_is_wanted() -> None:
    ours = by_secret(issuers=("https://airflow",))
    assert claims_of(ours, signed(SECRET, "HS512", {**ADA, "iss": "https://airflow"})) == "ada"
    for issuer in ("https://airflow/", "https://other", None, ["https://airflow"], 7):
        assert ours.claims(signed(SECRET, "HS512", ADA) if issuer is None else _of_issuer(issuer)) is None
    assert claims_of(by_secret(), signed(SECRET, "HS512", {**ADA, "iss": "https://whatever"})) == "ada"


def _of_issuer(issuer: object) -> str:
    header, _, signature = signed(SECRET, "HS512", ADA).split(".")
    return f"{header}.{part({'iss': issuer})}.{signature}"


@pytest.mark.parametrize("kind", ["logout+jwt", "secevent+jwt", 7, None])
def test_a_token_for_something_else_is_nobodys(kind: object) -> None:
    assert by_secret().claims(signed(SECRET, "HS512", ADA, typ=kind)) is None or kind is None


def test_a_token_that_demands_what_is_not_known_is_nobodys() -> None:
    _, claims, signature = signed(SECRET, "HS512", ADA).split(".")
    demanding = part({"alg": "HS512", "crit": ["exp"], "exp": 1})
    assert by_secret().claims(f"{demanding}.{claims}.{signature}") is None


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "a.b.c.d",
        "plain-token",
        "тест.тест.тест",
        "e30.e30.",
        "bnVsbA.bnVsbA.AA",
        "W10.W10.AA",
        f"{'A' * MOST_BYTES}.AA.AA",
        f"{part({'alg': 'HS512'})}.{base64.urlsafe_b64encode(b'[' * 3000).decode()}.AA",
        f"{part({'alg': ['HS512']})}.e30.AA",
        f"{part({'alg': 'HS512', 'kid': ['x']})}.e30.AA",
        f"{part({'alg': 'HS512', 'b64': False})}.e30.AA",
        "\ud800.\ud800.\ud800",
        "e30.e30.\0",
    ],
)
def test_what_is_no_token_is_nobodys(token: str) -> None:
    assert by_secret().claims(token) is None
    assert by_key().claims(token) is None


def test_a_huge_token_is_not_looked_at() -> None:
    assert by_secret().claims(signed(SECRET, "HS512", {**ADA, "x": "x" * MOST_BYTES})) is None
    assert claims_of(by_secret(), signed(SECRET, "HS512", {**ADA, "x": "x" * 4000})) == "ada"
