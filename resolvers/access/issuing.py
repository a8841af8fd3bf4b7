"""Giving out Airflow's tokens to who knows a password, as Airflow 3's own `POST /auth/token` does."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from resolvers.access.airflow_tokens import METHOD
from resolvers.access.api_auth import ApiAuth, Signer
from resolvers.access.auth_manager import AuthManager, auth_manager_of
from resolvers.access.configured import ways
from resolvers.access.fab import FabUsers
from resolvers.access.method import Installation
from resolvers.access.simple import ANYBODY, SimpleUser
from resolvers.access.simple_logins import SimpleLogins
from resolvers.errors import Unauthenticated

Claims = Mapping[str, object]

# What a token says of whoever has this name and password, asked from that address; none for nobody.
LogIn = Callable[[str, str, str | None], Claims | None]


@dataclass(frozen=True)
class Issuer:
    """Issues tokens that Airflow's api-server takes for its own, and this one too.

    `lifetime` and `cli_lifetime` are the seconds for which scripts and command lines get them. `is_open` says that
    everybody is an administrator, and gets a token for nothing.
    """

    manager: AuthManager
    signer: Signer
    lifetime: int
    cli_lifetime: int
    is_open: bool
    log_in: LogIn

    @property
    def takes_anything(self) -> bool:
        """Whether a request may say more than a name and a password, as FAB lets it."""
        return self.manager is AuthManager.FAB

    @classmethod
    def of(cls, installation: Installation) -> "Issuer | None":
        """Return what issues tokens of an installation; none where they are not taken, or no key to sign is known."""
        if METHOD not in ways(installation):
            return None
        manager = auth_manager_of(installation)
        auth = ApiAuth.of(installation.config)
        signer = auth.signer()
        if signer is None:
            return None
        is_open = False
        if manager is AuthManager.SIMPLE:
            logins = SimpleLogins.of(installation)
            log_in: LogIn = partial(_simple, logins)
            is_open = logins.users.all_admins
        else:
            log_in = partial(_fab, FabUsers.of(installation, method=METHOD))
        return cls(manager, signer, auth.lifetime, auth.cli_lifetime, is_open, log_in)

    def token(self, name: str, password: str, *, peer: str | None, seconds: int) -> str:
        """Return a token for whoever this is, for so long; `Unauthenticated` where the password is wrong."""
        claims = _claims(ANYBODY) if self.is_open else self.log_in(name, password, peer)
        if claims is None:
            # The words of Airflow's own server.
            raise Unauthenticated("Invalid credentials")
        return self.signer.token(claims, now=int(time.time()), seconds=seconds)


def _simple(logins: SimpleLogins, name: str, password: str, peer: str | None) -> Claims | None:
    user = logins.user(name, password, peer)
    return None if user is None else _claims(user)


def _claims(user: SimpleUser) -> Claims:
    return {"sub": user.name, "role": user.role, "teams": list(user.teams)}


def _fab(users: FabUsers, name: str, password: str, peer: str | None) -> Claims | None:
    actor = users.by_password(name, password, peer=peer)
    return None if actor is None else {"sub": str(actor.user_id)}
