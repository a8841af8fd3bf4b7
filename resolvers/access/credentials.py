"""What a caller presents, and the static tokens that it is compared with."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from resolvers.access.actor import Actor, actor_of_role
from resolvers.errors import Unauthenticated
from resolvers.settings import Settings
from resolvers.tokens import static_tokens


@dataclass(frozen=True)
class Credentials:
    """What a request says of its sender: the scheme and the value of its Authorization header."""

    scheme: str | None = None
    value: str | None = field(default=None, repr=False)

    @classmethod
    def of_header(cls, header: str | None) -> "Credentials":
        """Read an Authorization header; the scheme's case does not matter."""
        if not header:
            return cls()
        scheme, _, value = header.strip().partition(" ")
        return cls(scheme.lower(), value.strip())


@dataclass(frozen=True)
class TokenBook:
    """Who holds which static token, by a keyed digest, and who everybody else is."""

    key: bytes = field(repr=False)
    actors: Mapping[bytes, Actor] = field(repr=False)
    anonymous: Actor | None = None

    @classmethod
    def of(cls, settings: Settings) -> "TokenBook":
        """Return the tokens that the settings name."""
        key = secrets.token_bytes(32)
        actors = {
            _digest(key, token.value.get_secret_value()): actor_of_role(token.name, token.role, method="token")
            for token in static_tokens(settings)
        }
        role = settings.anonymous_role
        anonymous = actor_of_role("anonymous", role, method="anonymous") if role else None
        return cls(key, actors, anonymous)

    def actor(self, credentials: Credentials) -> Actor:
        """Return whose token this is; without credentials, the anonymous actor where there is one."""
        if credentials.scheme is None and self.anonymous is not None:
            return self.anonymous
        if credentials.scheme is None:
            raise Unauthenticated("This needs a token.", hint="Send the header 'Authorization: Bearer <token>'.")
        if credentials.scheme != "bearer":
            raise Unauthenticated(
                f"The scheme {credentials.scheme!r} is not taken here.",
                hint="Send the header 'Authorization: Bearer <token>'.",
            )
        presented = _digest(self.key, credentials.value or "")
        # Every digest is compared, so that the time taken tells nothing of the tokens.
        found = None
        for digest, actor in self.actors.items():
            if hmac.compare_digest(digest, presented):
                found = actor
        if found is None:
            raise Unauthenticated("This token is not known.", hint="Check it against AIRFLOW_GRAPH_TOKENS.")
        return found


def _digest(key: bytes, token: str) -> bytes:
    return blake2b(token.encode(), key=key, digest_size=32).digest()
