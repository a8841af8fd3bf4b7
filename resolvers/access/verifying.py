"""Whether a signed token is what it claims to be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

import jwt
from jwt import DecodeError, InvalidAlgorithmError, InvalidKeyError, PyJWTError

from resolvers.access.actor import Actor
from resolvers.access.keys import Keys
from resolvers.errors import Unauthenticated

MOST_BYTES = 16_384
"""Longer tokens are not looked at."""

Claims = Mapping[str, Any]

Whose = Callable[[], Actor | None]
"""Whose a token is, asked anew for each request; none where they are nobody any more."""

# The longest that all columns hold in which Airflow keeps who did something.
_LONGEST_NAME = 128

# What the header may call the token; a logout token of the same issuer, say, is for nothing else.
_TYPES = frozenset({"jwt", "at+jwt"})


@dataclass(frozen=True)
class Verifier:
    """Whose tokens are taken, and what they must say.

    `algorithms` are fixed here: what a token's header says only chooses among them. Tokens are for one of the
    `audiences`, and of one of the `issuers` where there are any; `required` claims must be there.
    """

    keys: Keys
    algorithms: frozenset[str]
    audiences: tuple[str, ...]
    issuers: tuple[str, ...] = ()
    leeway: float = 10
    required: tuple[str, ...] = ("exp", "iat", "nbf")

    def claims(self, token: str) -> Claims | None:
        """Return what a token says; none where none of our keys has signed it, and it may be somebody else's.

        Raises `Unauthenticated` where one has, but it is not to be taken; `Unavailable` where the keys are not there.
        """
        header = self._header(token)
        if header is None:
            return None
        kid, algorithm = header.get("kid"), header["alg"]
        key = self.keys.find(kid if isinstance(kid, str) else None, algorithm)
        if key is None:
            return None
        try:
            claims: Claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=self.audiences,
                issuer=self.issuers or None,
                leeway=self.leeway,
                options={"require": list(self.required)},
            )
        except (DecodeError, InvalidKeyError, InvalidAlgorithmError):
            return None
        except (PyJWTError, ArithmeticError, TypeError, ValueError) as error:
            # The signature is looked at first: it is ours.
            raise refused(_why(error)) from None
        return claims

    def _header(self, token: str) -> dict[str, Any] | None:
        """Return the header of what may be a token of these keys; none, before any key is fetched, for what cannot."""
        if len(token) > MOST_BYTES or token.count(".") != 2 or not token.isascii():
            return None
        try:
            told = jwt.decode_complete(token, options={"verify_signature": False})
        except (PyJWTError, ValueError, RecursionError):
            return None
        header: dict[str, Any] = told["header"]
        kind = header.get("typ", "jwt")
        known = isinstance(kind, str) and kind.lower().removeprefix("application/") in _TYPES
        algorithm = header.get("alg")
        if not known or "crit" in header or not isinstance(algorithm, str) or algorithm not in self.algorithms:
            return None
        if self.issuers and told["payload"].get("iss") not in self.issuers:
            return None
        return header


def is_name(claim: object) -> TypeGuard[str]:
    """Say whether a claim can be the name of somebody, which rows and lines of logs can tell."""
    return isinstance(claim, str) and claim.isprintable() and 0 < len(claim.strip()) <= len(claim) <= _LONGEST_NAME


def refused(why: str) -> Unauthenticated:
    """Return the refusal of a token that is ours to judge, in the words of bearer tokens."""
    return Unauthenticated(
        f"This token is not taken: {why}.", challenges=('Bearer error="invalid_token"',), hint="Ask for another token."
    )


def _why(error: Exception) -> str:
    match error:
        case jwt.ExpiredSignatureError():
            return "it has expired"
        case jwt.InvalidAudienceError():
            return "it is for another audience"
        case jwt.InvalidIssuerError():
            return "it is of another issuer"
        case jwt.MissingRequiredClaimError():
            return f"it has no claim {error.claim}"
        case jwt.ImmatureSignatureError():
            return "it is not valid yet"
        case _:
            return "a claim is malformed"
