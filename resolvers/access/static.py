"""Static tokens: who holds which, and in which header it is presented."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from resolvers.access.actor import Actor, actor_of_role
from resolvers.access.credentials import Credentials
from resolvers.access.method import Installation
from resolvers.errors import Invalid, Unauthenticated
from resolvers.settings import Settings
from resolvers.tokens import digest_of, static_tokens


@dataclass(frozen=True)
class Holders:
    """Who holds which static token. What is kept tells no token, not even whether a guess is one."""

    key: bytes = field(repr=False)
    actors: Mapping[bytes, Actor] = field(repr=False)

    @classmethod
    def of(cls, settings: Settings) -> "Holders":
        """Return who holds the tokens that the settings name."""
        key = secrets.token_bytes(32)
        return cls(
            key,
            {
                _keyed(key, token.digest): actor_of_role(token.name, token.role, method="token", dags=token.dags)
                for token in static_tokens(settings)
            },
        )

    def actor(self, token: str) -> Actor | None:
        """Return whose token this is."""
        # How long it takes to find tells nothing: without the key, nobody can say what digest a guess has.
        return self.actors.get(_keyed(self.key, digest_of(token)))


@dataclass(frozen=True)
class StaticTokens:
    """Static tokens as bearer tokens."""

    holders: Holders
    challenge: str = "Bearer"

    @classmethod
    def of(cls, installation: Installation) -> "StaticTokens":
        """Return the tokens that the settings name."""
        return cls(Holders.of(installation.settings))

    def actor(self, credentials: Credentials) -> Actor | None:
        """Return whose token this is."""
        scheme, value = credentials.authorization
        return self.holders.actor(value) if scheme == "bearer" else None


@dataclass(frozen=True)
class HeaderTokens:
    """Static tokens alone in a header, with no scheme before them: as older clients of Airflow send theirs."""

    holders: Holders
    header: str
    challenge: None = None

    @classmethod
    def of(cls, installation: Installation) -> "HeaderTokens":
        """Return the tokens that the settings name; `Invalid` where no header is named."""
        header = installation.settings.token_header
        if header is None:
            raise Invalid(
                "Tokens are to be taken from a header, and none is named.",
                field="token_header",
                hint="Set AIRFLOW_GRAPH_TOKEN_HEADER, or leave header out of AIRFLOW_GRAPH_AUTHENTICATION.",
            )
        return cls(Holders.of(installation.settings), header)

    def actor(self, credentials: Credentials) -> Actor | None:
        """Return whose token this is; `Unauthenticated` where a header of its own has what is no token."""
        presented = credentials.every(self.header)
        if not presented:
            return None
        found = self.holders.actor(presented[0].strip()) if len(presented) == 1 else None
        # Authorization may as well have what is another method's.
        if found is None and self.header.lower() != "authorization":
            raise Unauthenticated(f"The header {self.header} has no token that is known.")
        return found


def _keyed(key: bytes, digest: bytes) -> bytes:
    return blake2b(digest, key=key, digest_size=32).digest()
