"""Callers whom a trusted proxy has authenticated, and names in a header."""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass

from resolvers.access.actor import Actor, actor_of_role
from resolvers.access.credentials import Credentials
from resolvers.access.fab import FabUsers
from resolvers.access.method import Installation
from resolvers.errors import Invalid, Unauthenticated
from resolvers.settings import Role

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class TrustedProxy:
    """The word of a proxy, which counts from its addresses alone. What a user may do is said by `of_name`."""

    addresses: tuple[_Network, ...]
    user_header: str
    role_header: str | None
    of_name: Callable[[str, Role | None], Actor | None]
    challenge: None = None

    @classmethod
    def of(cls, installation: Installation) -> "TrustedProxy":
        """Return the proxy that the settings name; `Invalid` where they do not say all that is needed."""
        settings = installation.settings
        if not settings.proxy_addresses:
            raise Invalid(
                "A proxy is to be trusted, and nothing says at which addresses it is.",
                field="proxy_addresses",
                hint="Set AIRFLOW_GRAPH_PROXY_ADDRESSES, or leave proxy out of AIRFLOW_GRAPH_AUTHENTICATION.",
            )
        if settings.proxy_role is not None and settings.proxy_role_header is not None:
            raise Invalid(
                "The role of a proxy's users is said twice: it is fixed, and to be read from a header.",
                field="proxy_role",
                hint="Unset AIRFLOW_GRAPH_PROXY_ROLE or AIRFLOW_GRAPH_PROXY_ROLE_HEADER.",
            )
        return cls(
            tuple(ipaddress.ip_network(address) for address in settings.proxy_addresses),
            settings.proxy_user_header,
            settings.proxy_role_header,
            _of_role(settings.proxy_role)
            if settings.proxy_role or settings.proxy_role_header
            else _of_users(installation),
        )

    def actor(self, credentials: Credentials) -> Actor | None:
        """Return whom the proxy names; `Unauthenticated` where it does not do so clearly, or nobody is called that."""
        if not self._is_trusted(credentials.peer):
            return None
        name = _only(credentials, self.user_header)
        if name is None:
            return None
        actor = self.of_name(name, self._role(credentials))
        if actor is None:
            raise Unauthenticated(f"The user of {self.user_header} is not known to Airflow.")
        return actor

    def _is_trusted(self, peer: str | None) -> bool:
        try:
            address = ipaddress.ip_address(peer or "")
        except ValueError:
            return False
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            # Who listens on :: sees IPv4 so.
            address = address.ipv4_mapped
        return any(address in network for network in self.addresses)

    def _role(self, credentials: Credentials) -> Role | None:
        if self.role_header is None:
            return None
        told = _only(credentials, self.role_header)
        if told is None or told.lower() not in set(Role):
            raise Unauthenticated(
                f"The proxy's {self.role_header} names no role.", hint=f"Roles are {', '.join(Role)}."
            )
        return Role(told.lower())


def _of_role(fixed: Role | None) -> Callable[[str, Role | None], Actor | None]:
    def actor(name: str, told: Role | None) -> Actor | None:
        role = told or fixed
        return actor_of_role(name, role, method="proxy") if role else None

    return actor


def _of_users(installation: Installation) -> Callable[[str, Role | None], Actor | None]:
    users = FabUsers.of(installation, method="proxy")
    if not users.are_there:
        raise Invalid(
            "Nothing says what a proxy's users may do: this Airflow's database has no users of its own.",
            field="proxy_role",
            hint="Set AIRFLOW_GRAPH_PROXY_ROLE or AIRFLOW_GRAPH_PROXY_ROLE_HEADER.",
        )
    return lambda name, _: users.by_name(name)


def _only(credentials: Credentials, header: str) -> str | None:
    """Return what the one header of this name says; `Unauthenticated` for several of them, and for what is no name.

    A comma may be where somebody on the way joined two headers: then one of them may be the caller's own.
    """
    told = [value.strip() for value in credentials.every(header)]
    if not told:
        return None
    if len(told) > 1 or not told[0] or "," in told[0] or not (told[0].isascii() and told[0].isprintable()):
        raise Unauthenticated(f"The proxy's {header} must be sent once, and be plain text without a comma.")
    return told[0]
