"""Who is calling: the ways to prove it, asked one after the other, and who everybody else is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from resolvers.access.actor import Actor, actor_of_role
from resolvers.access.airflow_tokens import AirflowTokens
from resolvers.access.basic import BasicPasswords
from resolvers.access.brought import brought
from resolvers.access.configured import AIRFLOW, anonymous_role, ways
from resolvers.access.credentials import Credentials
from resolvers.access.fab import FabUsers
from resolvers.access.kerberos import Kerberos
from resolvers.access.method import Installation, Method
from resolvers.access.oidc import OpenIdTokens
from resolvers.access.plugin_secret import PluginSecret
from resolvers.access.plugin_token import PluginToken
from resolvers.access.proxy import TrustedProxy
from resolvers.access.simple_logins import SimpleLogins
from resolvers.access.static import HeaderTokens, StaticTokens
from resolvers.errors import Invalid, Unauthenticated
from resolvers.settings import Role

# By the names that the setting `authentication` has for them.
METHODS: Mapping[str, Callable[[Installation], Method]] = {
    "tokens": StaticTokens.of,
    "basic": BasicPasswords.of,
    "header": HeaderTokens.of,
    "jwt": AirflowTokens.of,
    "simple": SimpleLogins.of,
    "oidc": OpenIdTokens.of,
    "kerberos": Kerberos.of,
    "proxy": TrustedProxy.of,
}

# What a REST dialect takes besides, as its original did, under that dialect's name: it counts there alone.
DIALECT_METHODS: Mapping[str, Callable[[Installation], Method | None]] = {
    "astronomer": PluginSecret.of,
    "clairvoyant": PluginToken.of,
}


@dataclass(frozen=True)
class Callers:
    """The ways to prove who one is, in their order, under their names.

    `anonymous` returns who those are who present nothing, none where they are nobody. `dialects` are the ways that
    count in one REST dialect alone, and there before the others.
    """

    methods: Mapping[str, Method]
    anonymous: Callable[[], Actor | None]
    dialects: Mapping[str, Method] = field(default_factory=dict)

    @classmethod
    def of(cls, installation: Installation) -> "Callers":
        """Return the ways that the settings name; `Invalid` where there is none of a name."""
        methods = {name: _method(name)(installation) for name in ways(installation)}
        dialects: dict[str, Method] = {
            name: method
            for name in installation.settings.dialects
            if name in DIALECT_METHODS and (method := DIALECT_METHODS[name](installation)) is not None
        }
        return cls(methods, _anonymous(installation), dialects)

    def actor(self, credentials: Credentials, dialect: str | None = None) -> Actor:
        """Return who is calling; `Unauthenticated` where it is nobody known, or where what they present is wrong."""
        own = self.dialects.get(dialect or "")
        for method in (*([own] if own else []), *self.methods.values()):
            try:
                actor = method.actor(credentials)
            except Unauthenticated as refusal:
                raise Unauthenticated(
                    refusal.detail, challenges=refusal.challenges or self.challenges, hint=refusal.hint
                ) from None
            if actor is not None:
                return actor
        scheme, _ = credentials.authorization
        if not scheme and (anonymous := self.anonymous()) is not None:
            return anonymous
        schemes = [challenge.partition(" ")[0] for challenge in self.challenges]
        raise Unauthenticated(
            "These credentials are not known." if scheme else "This needs credentials.",
            challenges=self.challenges,
            hint=f"Send them in the header Authorization, as {' or '.join(schemes)}." if schemes else None,
        )

    @property
    def challenges(self) -> tuple[str, ...]:
        """What `WWW-Authenticate` says of the ways."""
        # Several may take bearer tokens.
        return tuple(dict.fromkeys(one.challenge for one in self.methods.values() if one.challenge))


def _anonymous(installation: Installation) -> Callable[[], Actor | None]:
    role = anonymous_role(installation)
    if role is None or isinstance(role, Role):
        actor = actor_of_role("anonymous", role, method="anonymous") if role else None
        return lambda: actor
    users = FabUsers.of(installation)
    if users.by_role(role) is None:
        raise Invalid(
            f"This Airflow has no role {role!r}.",
            field="anonymous_role",
            hint=f"Name one of {', '.join(Role)}, or a role as the database of a FAB auth manager spells it.",
        )
    return partial(users.by_role, role)


def _method(name: str) -> Callable[[Installation], Method]:
    found = METHODS.get(name) or brought(name)
    if found is None:
        raise Invalid(
            f"There is no way to authenticate that is called {name!r}.",
            field="authentication",
            hint=f"Choose among {', '.join((AIRFLOW, *METHODS))}, or install what brings one of that name.",
        )
    return found
