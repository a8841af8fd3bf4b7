"""Static tokens: who holds which."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from resolvers.access.actor import Actor, actor_of_role
from resolvers.access.credentials import Credentials
from resolvers.access.method import Installation
from resolvers.tokens import static_tokens


@dataclass(frozen=True)
class StaticTokens:
    """Who holds which static token, by a keyed digest."""

    key: bytes = field(repr=False)
    actors: Mapping[bytes, Actor] = field(repr=False)
    challenge: str = "Bearer"

    @classmethod
    def of(cls, installation: Installation) -> "StaticTokens":
        """Return the tokens that the settings name."""
        key = secrets.token_bytes(32)
        return cls(
            key,
            {
                _digest(key, token.value.get_secret_value()): actor_of_role(token.name, token.role, method="token")
                for token in static_tokens(installation.settings)
            },
        )

    def actor(self, credentials: Credentials) -> Actor | None:
        """Return whose token this is."""
        scheme, value = credentials.authorization
        if scheme != "bearer":
            return None
        presented = _digest(self.key, value)
        # Every digest is compared, so that the time taken tells nothing of the tokens.
        found = None
        for digest, actor in self.actors.items():
            if hmac.compare_digest(digest, presented):
                found = actor
        return found


def _digest(key: bytes, token: str) -> bytes:
    return blake2b(token.encode(), key=key, digest_size=32).digest()
