"""Keys that an issuer publishes are read when they are needed, and no more often than that."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from resolvers.access.fetching import MOST_BYTES, read_document
from resolvers.access.keys import REFRESH, RETRY, PublishedKeys
from resolvers.errors import Unavailable
from tests.resolvers.access.issuers import Issuer, elliptic_key, issuing, public_jwk, rsa_key

FIRST, SECOND = rsa_key(), rsa_key()


@dataclass
class Clock:
    """A clock that is set by hand."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with issuing() as made:
        made.publish(public_jwk(FIRST, "first"))
        yield made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(issuer: Issuer, clock: Clock) -> PublishedKeys:
    return PublishedKeys(partial(read_document, f"{issuer.address}/keys"), issuer.address, clock)


def test_keys_are_read_once_for_many_tokens(keys: PublishedKeys, issuer: Issuer) -> None:
    for _ in range(20):
        assert keys.find("first", "RS256") == FIRST.public_key()
    assert issuer.asked == ["/keys"]


def test_a_new_key_is_found_when_a_token_names_it(keys: PublishedKeys, issuer: Issuer, clock: Clock) -> None:
    keys.find("first", "RS256")
    issuer.publish(public_jwk(SECOND, "second"))
    clock.now += RETRY
    assert keys.find("second", "RS256") == SECOND.public_key()
    assert keys.find("first", "RS256") is None


def test_unknown_key_ids_make_nobody_ask_the_issuer_over_and_over(keys: PublishedKeys, issuer: Issuer) -> None:
    for number in range(50):
        assert keys.find(f"made-up-{number}", "RS256") is None
    assert issuer.asked == ["/keys"]


def test_keys_are_read_again_every_hour(keys: PublishedKeys, issuer: Issuer, clock: Clock) -> None:
    keys.find("first", "RS256")
    issuer.publish(public_jwk(SECOND, "second"))
    clock.now += REFRESH - 1
    assert keys.find("first", "RS256") is not None
    clock.now += 2
    assert keys.find("first", "RS256") is None
    assert len(issuer.asked) == 2


def test_known_keys_serve_on_while_the_issuer_is_down(keys: PublishedKeys, issuer: Issuer, clock: Clock) -> None:
    keys.find("first", "RS256")
    issuer.documents.clear()
    for _ in range(3):
        clock.now += REFRESH + 1
        assert keys.find("first", "RS256") == FIRST.public_key()
    assert len(issuer.asked) == 4


def test_without_any_keys_it_is_said_that_they_cannot_be_read(
    keys: PublishedKeys, issuer: Issuer, clock: Clock
) -> None:
    issuer.documents.clear()
    for _ in range(5):
        with pytest.raises(Unavailable, match="cannot be read"):
            keys.find("first", "RS256")
    assert issuer.asked == ["/keys"]
    issuer.publish(public_jwk(FIRST, "first"))
    clock.now += RETRY
    assert keys.find("first", "RS256") is not None


def test_a_token_that_names_no_key_is_verified_by_the_only_one_that_can_be_meant(
    keys: PublishedKeys, issuer: Issuer, clock: Clock
) -> None:
    curve = elliptic_key()
    issuer.publish(public_jwk(FIRST, "first"), public_jwk(curve, "curve"))
    assert keys.find(None, "RS256") == FIRST.public_key()
    assert keys.find(None, "ES256") == curve.public_key()
    issuer.publish(public_jwk(FIRST, "first"), public_jwk(SECOND, "second"))
    clock.now += REFRESH + 1
    assert keys.find(None, "RS256") is None


def test_a_key_serves_its_own_algorithms_alone(keys: PublishedKeys, issuer: Issuer) -> None:
    ed = Ed25519PrivateKey.generate()
    issuer.publish(
        public_jwk(FIRST, "any"), public_jwk(SECOND, "narrow", alg="RS512"), public_jwk(ed, "ed"),
        public_jwk(elliptic_key(), "curve"),
    )  # fmt: skip
    can = {
        kid: {each for each in ("RS256", "RS512", "PS256", "ES256", "ES384", "EdDSA", "HS256") if keys.find(kid, each)}
        for kid in ("any", "narrow", "ed", "curve")
    }
    assert can == {"any": {"RS256", "RS512", "PS256"}, "narrow": {"RS512"}, "ed": {"EdDSA"}, "curve": {"ES256"}}


def test_keys_that_verify_no_signatures_are_passed_over(keys: PublishedKeys, issuer: Issuer) -> None:
    issuer.publish(
        {"kty": "oct", "kid": "secret", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldC1zZWNyZXQ"},
        public_jwk(SECOND, "sealing", use="enc"),
        {"kty": "martian", "kid": "martian"},
        {"kid": "empty"},
        {**public_jwk(SECOND, "broken"), "n": 7},
        {**public_jwk(SECOND, "odd"), "alg": ["RS256"]},
        "no key at all",  # type: ignore[arg-type]
        public_jwk(FIRST, "first"),
    )
    assert keys.find("first", "RS256") == FIRST.public_key()
    for kid in ("secret", "sealing", "martian", "empty", "broken", "odd"):
        for algorithm in ("HS256", "RS256"):
            assert keys.find(kid, algorithm) is None


@pytest.mark.parametrize("told", [[], {}, {"keys": 7}, "keys", b"{not json", b"\xff", b"x" * (MOST_BYTES + 2)])
def test_what_is_no_set_of_keys_is_no_set_of_keys(keys: PublishedKeys, issuer: Issuer, told: object) -> None:
    issuer.documents["/keys"] = told
    with pytest.raises(Unavailable):
        keys.find("first", "RS256")


def test_keys_can_lie_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_bytes(orjson.dumps({"keys": [public_jwk(FIRST, "first")]}))
    assert PublishedKeys(partial(read_document, str(file)), "file").find("first", "RS256") == FIRST.public_key()
    with pytest.raises(Unavailable):
        PublishedKeys(partial(read_document, str(tmp_path / "none.json")), "file").find("first", "RS256")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_issuer_that_is_not_there_is_unavailable(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Unavailable, match="cannot be read"):
        read_document(f"{scheme}://127.0.0.1:{port}/keys")


def test_nothing_but_the_web_and_files_is_read(issuer: Issuer) -> None:
    for place in ("ftp://127.0.0.1/keys", "data:application/json,{}", "file:///etc/passwd"):
        with pytest.raises(Unavailable):
            read_document(place)
    assert issuer.asked == []
