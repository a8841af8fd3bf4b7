"""Callers who present a name and a password of Airflow 3's SimpleAuthManager."""

import logging
import time
from dataclasses import dataclass, field

from resolvers.access.actor import Actor
from resolvers.access.auth_manager import AuthManager, auth_manager_of
from resolvers.access.basic import name_and_password
from resolvers.access.credentials import Credentials
from resolvers.access.method import Installation
from resolvers.access.remembered import Remembered
from resolvers.access.simple import ANYBODY, SimpleUser, SimpleUsers
from resolvers.access.slowing import Slowing
from resolvers.errors import Invalid, Unsupported
from resolvers.settings import is_loopback

log = logging.getLogger("airflow_graph")

METHOD = "simple"


@dataclass(frozen=True)
class SimpleLogins:
    """Names and passwords by HTTP Basic. Where Airflow makes everybody an administrator, so are callers without any."""

    users: SimpleUsers
    # Seconds for which who has proved who they are is not held up by the failures of others.
    memory: float
    challenge: str = 'Basic realm="Airflow"'
    _names: Slowing = field(default_factory=lambda: Slowing(free=5, fades=180))
    _addresses: Slowing = field(default_factory=lambda: Slowing(free=30, fades=20))
    _proven: Remembered[bool] = field(default_factory=Remembered)

    @classmethod
    def of(cls, installation: Installation) -> "SimpleLogins":
        """Return what takes the passwords of an installation; `Unsupported` where it has another auth manager."""
        manager = auth_manager_of(installation)
        if manager is not AuthManager.SIMPLE:
            raise Unsupported(
                f"The way to authenticate called 'simple' is for SimpleAuthManager; this Airflow has {manager}.",
                field="authentication",
                hint="Name 'basic' in AIRFLOW_GRAPH_AUTHENTICATION instead.",
            )
        users = SimpleUsers.of(installation)
        if users.all_admins and not is_loopback(installation.settings.host):
            raise Invalid(
                "[core] simple_auth_manager_all_admins makes everybody an administrator, and "
                f"{installation.settings.host} can be reached from other machines.",
                field="host",
                hint="Listen on 127.0.0.1, or leave simple and jwt out of AIRFLOW_GRAPH_AUTHENTICATION.",
            )
        return cls(users, installation.settings.password_memory)

    def actor(self, credentials: Credentials) -> Actor | None:
        """Return who has this name and password; none where nobody has."""
        if self.users.all_admins:
            return None if credentials.authorization[0] else self.users.actor(ANYBODY, method=METHOD)
        told = name_and_password(credentials)
        user = self.user(*told, credentials.peer) if told else None
        return None if user is None else self.users.actor(user, method=METHOD)

    def user(self, name: str, password: str, peer: str | None) -> SimpleUser | None:
        """Return the user of this name, if it is their password.

        Raises `TooMany` where that name, or that address, has failed too often of late.
        """
        # The length tells where the one ends and the other begins.
        both = f"{len(name)}:{name}{password}"
        if not self._proven.get(both):
            self._names.check(name)
            if peer is not None:
                self._addresses.check(peer)
        user = self.users.checked(name, password)
        if user is None:
            self._failed(name, peer)
            return None
        self._names.succeeded(name)
        self._proven.put(both, fact=True, until=time.time() + self.memory)
        return user

    def _failed(self, name: str, peer: str | None) -> None:
        # As with FAB's passwords: who goes on with an old one does not hold up all of their address.
        if self._names.failed(name) and peer is not None:
            self._addresses.failed(peer)
        # What is no user's name may be a password in the wrong field.
        known = any(user.name == name for user in self.users.users)
        told = {"user": name if known else "unknown", "address": peer or "unknown"}
        log.warning("wrong password", extra={"fields": told})
