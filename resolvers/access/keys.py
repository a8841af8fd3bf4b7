"""The keys by which tokens are verified: a shared secret, one public key, or the set that an issuer publishes."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK, PyJWTError

from resolvers.errors import Problem, Unavailable

log = logging.getLogger("airflow_graph")

REFRESH = 3600.0
"""Seconds after which a published set is read again, as Airflow does."""

RETRY = 10.0
"""Seconds that pass at least between two readings, whatever is asked for."""

# Seconds that a thread waits at most for another one that reads the first keys.
_PATIENCE = 2.0

PublicKey = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey

# By the curve of the key; a key of RSA serves all that RSA signs.
_RSA = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
_CURVES = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}

ASYMMETRIC = _RSA | frozenset(_CURVES.values()) | {"EdDSA"}
"""The algorithms by which public keys verify; what a secret or nothing verifies is none of them."""

SYMMETRIC = frozenset({"HS256", "HS384", "HS512"})


class Keys(Protocol):
    """Where the key of a token is found."""

    def find(self, kid: str | None, algorithm: str) -> PublicKey | bytes | None:
        """Return the key of this id that verifies by this algorithm; none where there is none.

        Raises `Unavailable` where nobody can tell.
        """


@dataclass(frozen=True)
class OneKey:
    """One key, whatever id a token says."""

    key: PublicKey | bytes = field(repr=False)
    algorithms: frozenset[str]

    def find(self, kid: str | None, algorithm: str) -> PublicKey | bytes | None:
        """Return the key, for an algorithm of its own."""
        del kid
        return self.key if algorithm in self.algorithms else None


@dataclass(frozen=True)
class _Published:
    kid: str | None
    key: PublicKey
    algorithms: frozenset[str]


class PublishedKeys:
    """The set of keys that an issuer publishes, read when it is needed and then every hour.

    A token with an id that the set lacks has it read again, as keys are rotated, but only so often: nobody makes us
    ask the issuer by sending tokens. While it cannot be read, the keys that were read before serve on.
    """

    def __init__(self, read: Callable[[], object], name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._name = name
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: tuple[_Published, ...] | None = None
        self._read_at = float("-inf")
        self._tried_at = float("-inf")

    def find(self, kid: str | None, algorithm: str) -> PublicKey | None:
        """Return the key of this id; of the whole set, where a token says none, the only one that can be meant."""
        if self._keys is None or self._clock() - self._read_at > REFRESH:
            self._refresh()
        found = self._found(kid, algorithm)
        if found is None and kid is not None:
            self._refresh()
            found = self._found(kid, algorithm)
        if self._keys is None:
            raise Unavailable(f"The keys of {self._name} cannot be read, by which this token is verified.")
        return found

    def _found(self, kid: str | None, algorithm: str) -> PublicKey | None:
        fitting = [each.key for each in self._keys or () if algorithm in each.algorithms and kid in (None, each.kid)]
        return fitting[0] if len(fitting) == 1 else None

    def _refresh(self) -> None:
        # Who has keys does not wait for somebody else's reading of newer ones, and nobody waits for long.
        if not self._lock.acquire(timeout=0 if self._keys is not None else _PATIENCE):
            return
        try:
            if self._clock() - self._tried_at < RETRY:
                return
            try:
                self._keys = tuple(_published(self._read()))
                self._read_at = self._clock()
            except Problem as problem:
                log.warning("keys cannot be read", extra={"fields": {"issuer": self._name, "why": problem.detail}})
            self._tried_at = self._clock()
        finally:
            self._lock.release()


def algorithms_of(key: object) -> frozenset[str]:
    """Return the algorithms by which a public key verifies; none for a key of a kind that is not known here."""
    match key:
        case RSAPublicKey():
            return _RSA
        case EllipticCurvePublicKey():
            return frozenset(filter(None, [_CURVES.get(key.curve.name)]))
        case Ed25519PublicKey():
            return frozenset({"EdDSA"})
        case _:
            return frozenset()


def _published(document: object) -> Iterable[_Published]:
    """Return the keys of a JSON Web Key Set that verify signatures; others, and private ones, are passed over."""
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise Unavailable("It is not a JSON Web Key Set: it has no list of keys.")
    for told in listed:
        key = _public_key(told)
        if key is not None:
            named = told.get("alg")
            algorithms = algorithms_of(key) if named is None else algorithms_of(key) & {named}
            yield _Published(told.get("kid"), key, algorithms)


def _public_key(told: object) -> PublicKey | None:
    if not isinstance(told, dict) or told.get("use", "sig") != "sig" or not isinstance(told.get("alg", ""), str):
        return None
    try:
        key = PyJWK(told).key
    except (PyJWTError, TypeError, ValueError, KeyError):
        return None
    return key if isinstance(key, PublicKey) else None
