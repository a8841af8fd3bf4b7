"""How Airflow 3 signs and verifies its tokens, from `[api_auth]` of its configuration."""

import base64
import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt.algorithms import HMACAlgorithm, OKPAlgorithm, RSAAlgorithm

from resolvers.access.fetching import read_document
from resolvers.access.keys import ASYMMETRIC, SYMMETRIC, Keys, OneKey, PublishedKeys, algorithms_of
from resolvers.access.verifying import Verifier
from resolvers.airflow_config import AirflowConfig
from resolvers.errors import Invalid

PrivateKey = RSAPrivateKey | Ed25519PrivateKey

_AUDIENCE = "apache-airflow"
_HINT = "Set AIRFLOW__API_AUTH__JWT_SECRET, or AIRFLOW_HOME, so that it is found as the api-server finds it."


@dataclass(frozen=True)
class Signer:
    """Signs tokens as Airflow's api-server does: with a key, its id, and what each token says beside its own claims."""

    key: PrivateKey | bytes = field(repr=False)
    algorithm: str
    kid: str
    audience: str
    issuer: str | None

    def token(self, claims: Mapping[str, object], *, now: int, seconds: int) -> str:
        """Return a token of these claims that is valid from now on for so many seconds."""
        told: dict[str, object] = {**claims, "jti": uuid.uuid4().hex, "aud": self.audience}
        if self.issuer:
            told["iss"] = self.issuer
        told |= {"nbf": now, "exp": now + seconds, "iat": now}
        return jwt.encode(told, self.key, algorithm=self.algorithm, headers={"kid": self.kid})


@dataclass(frozen=True)
class ApiAuth:
    """`[api_auth]`, read as Airflow 3 reads it: of its keys, those published before the private one before the secret.

    `lifetime` and `cli_lifetime` are the seconds that tokens are issued for.
    """

    secret: bytes | None = field(repr=False)
    private_key: PrivateKey | None = field(repr=False)
    published: str | None
    algorithms: tuple[str, ...]
    audience: str
    issuers: tuple[str, ...]
    kid: str | None
    leeway: int
    lifetime: int
    cli_lifetime: int

    @classmethod
    def of(cls, config: AirflowConfig) -> "ApiAuth":
        """Read the configuration; `Invalid` where Airflow's own server could not work with it either."""
        secret = config.value("api_auth", "jwt_secret")
        file = config.value("api_auth", "jwt_private_key_path")
        return cls(
            secret=_secret(secret) if secret else None,
            private_key=_private_key(Path(file)) if file else None,
            published=config.value("api_auth", "trusted_jwks_url") or None,
            algorithms=tuple(each for each in _list(config, "jwt_algorithm") if each != "GUESS"),
            # Airflow takes all of it for one audience, and so do we: a token of ours is then one of its own.
            audience=config.value("api_auth", "jwt_audience") or config.value("api", "jwt_audience") or _AUDIENCE,
            issuers=_list(config, "jwt_issuer"),
            kid=config.value("api_auth", "jwt_kid") or None,
            leeway=_number(config, "jwt_leeway", 10),
            lifetime=_number(config, "jwt_expiration_time", 86_400),
            cli_lifetime=_number(config, "jwt_cli_expiration_time", 3_600),
        )

    def verifier(self) -> Verifier:
        """Return what verifies Airflow's tokens; `Invalid` where nothing says by which key."""
        keys, algorithms = self._keys()
        audiences = tuple(each.strip() for each in self.audience.split(",") if each.strip())
        return Verifier(keys, algorithms, (self.audience, *audiences), self.issuers, self.leeway)

    def signer(self) -> Signer | None:
        """Return what signs tokens that Airflow takes; none where no key to sign with is known here."""
        issuer = self.issuers[0] if self.issuers else None
        if self.private_key is not None:
            public = algorithms_of(self.private_key.public_key())
            algorithm = self._chosen(public, _usual(self.private_key))[0]
            kid = self.kid or _thumbprint(self.private_key)
            return Signer(self.private_key, algorithm, kid, self.audience, issuer)
        if self.secret is None or self.published is not None:
            # What a secret signs is not taken where keys are published, by Airflow neither.
            return None
        algorithm = self._chosen(SYMMETRIC, "HS512")[0]
        return Signer(_padded(self.secret), algorithm, self.kid or "not-used", self.audience, issuer)

    def _keys(self) -> tuple[Keys, frozenset[str]]:
        if self.published is not None:
            algorithms = frozenset(self._chosen(ASYMMETRIC)) or ASYMMETRIC
            return PublishedKeys(partial(read_document, self.published), self.published), algorithms
        if self.private_key is not None:
            public = self.private_key.public_key()
            algorithms = frozenset(self._chosen(algorithms_of(public), _usual(self.private_key)))
            return OneKey(public, algorithms), algorithms
        if self.secret is None:
            raise Invalid(
                "Nothing says by which key Airflow's tokens are verified: [api_auth] has no jwt_secret, "
                "jwt_private_key_path or trusted_jwks_url.",
                field="authentication",
                hint=_HINT,
            )
        algorithms = frozenset(self._chosen(SYMMETRIC, "HS512"))
        return OneKey(_padded(self.secret), algorithms), algorithms

    def _chosen(self, possible: frozenset[str], *usual: str) -> tuple[str, ...]:
        """Return the algorithms that are configured, or the usual ones; `Invalid` for one that the key cannot do."""
        strange = [each for each in self.algorithms if each not in possible]
        if strange:
            raise Invalid(
                f"[api_auth] jwt_algorithm is {strange[0]}, which the configured key cannot do.",
                field="authentication",
                hint=f"It can do {', '.join(sorted(possible))}; unset, Airflow chooses.",
            )
        return self.algorithms or usual


def _secret(told: str) -> bytes:
    try:
        return HMACAlgorithm(HMACAlgorithm.SHA512).prepare_key(told)
    except jwt.InvalidKeyError:
        raise Invalid(
            "[api_auth] jwt_secret is not a secret, but a key of a pair.",
            field="authentication",
            hint="Write the key to a file, and name that in jwt_private_key_path.",
        ) from None


def _padded(secret: bytes) -> bytes:
    # HMAC itself fills up a short key so: the signature is the same, and PyJWT does not warn of Airflow's own choice.
    return secret.ljust(64, b"\0")


def _usual(key: PrivateKey) -> str:
    return "RS256" if isinstance(key, RSAPrivateKey) else "EdDSA"


def _thumbprint(key: PrivateKey) -> str:
    """Return the id that Airflow gives a key: a digest of all members of its public JSON Web Key."""
    told = (
        RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
        if isinstance(key, RSAPrivateKey)
        else OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
    )
    digest = hashlib.sha256(json.dumps(told, separators=(",", ":"), sort_keys=True).encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _private_key(file: Path) -> PrivateKey:
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError):
        raise Invalid(
            f"[api_auth] jwt_private_key_path: {file} cannot be read as a private key.",
            field="authentication",
            hint="It must be a PEM file without a passphrase that this user may read.",
        ) from None
    if not isinstance(key, PrivateKey):
        raise Invalid(
            f"[api_auth] jwt_private_key_path: {file} is neither an RSA nor an Ed25519 key.", field="authentication"
        )
    return key


def _list(config: AirflowConfig, option: str) -> tuple[str, ...]:
    told = config.value("api_auth", option) or ""
    return tuple(each.strip() for each in told.split(",") if each.strip())


def _number(config: AirflowConfig, option: str, otherwise: int) -> int:
    told = (config.value("api_auth", option) or "").partition("#")[0].strip()
    if not told:
        return otherwise
    if not told.isdecimal():
        raise Invalid(f"[api_auth] {option} is no number of seconds: {told!r}.", field="authentication")
    return int(told)
