"""Who is calling: the ways to prove it, asked one after the other, and who everybody else is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from resolvers.access.actor import Actor, actor_of_role
from resolvers.access.airflow_tokens import AirflowTokens
from resolvers.access.basic import BasicPasswords
from resolvers.access.credentials import Credentials
from resolvers.access.method import Installation, Method
from resolvers.access.oidc import OpenIdTokens
from resolvers.access.simple_logins import SimpleLogins
from resolvers.access.static import StaticTokens
from resolvers.errors import Invalid, Unauthenticated

# By the names that the setting `authentication` has for them.
METHODS: Mapping[str, Callable[[Installation], Method]] = {
    "tokens": StaticTokens.of,
    "basic": BasicPasswords.of,
    "jwt": AirflowTokens.of,
    "simple": SimpleLogins.of,
    "oidc": OpenIdTokens.of,
}


@dataclass(frozen=True)
class Callers:
    """The ways to prove who one is, in their order. Who presents nothing is the anonymous actor, where there is one."""

    methods: tuple[Method, ...]
    anonymous: Actor | None = None

    @classmethod
    def of(cls, installation: Installation) -> "Callers":
        """Return the ways that the settings name; `Invalid` where there is none of a name."""
        settings = installation.settings
        role = settings.anonymous_role
        anonymous = actor_of_role("anonymous", role, method="anonymous") if role else None
        return cls(tuple(_method(name)(installation) for name in settings.authentication), anonymous)

    def actor(self, credentials: Credentials) -> Actor:
        """Return who is calling; `Unauthenticated` where it is nobody known, or where what they present is wrong."""
        for method in self.methods:
            actor = method.actor(credentials)
            if actor is not None:
                return actor
        scheme, _ = credentials.authorization
        if not scheme and self.anonymous is not None:
            return self.anonymous
        # Several take bearer tokens.
        challenges = tuple(dict.fromkeys(method.challenge for method in self.methods if method.challenge))
        raise Unauthenticated(
            "These credentials are not known." if scheme else "This needs credentials.",
            challenges=challenges,
            hint=f"Taken here: {', '.join(challenges)}." if challenges else None,
        )


def _method(name: str) -> Callable[[Installation], Method]:
    if name not in METHODS:
        raise Invalid(
            f"There is no way to authenticate that is called {name!r}.",
            field="authentication",
            hint=f"Choose among {', '.join(METHODS)}.",
        )
    return METHODS[name]
