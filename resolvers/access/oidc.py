"""Callers who present a token of an OpenID Connect issuer: a company's own sign-on."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from resolvers.access.actor import Actor, actor_of_role
from resolvers.access.credentials import Credentials
from resolvers.access.fab import FabUsers
from resolvers.access.fetching import is_address, read_document
from resolvers.access.keys import PublishedKeys
from resolvers.access.method import Installation
from resolvers.access.remembered import Remembered
from resolvers.access.verifying import Claims, Verifier, Whose, is_name, refused
from resolvers.errors import Forbidden, Invalid, Unavailable
from resolvers.settings import PREFIX, Role

METHOD = "oidc"

# For no longer is a token remembered, whatever it says itself: the issuer's keys may be withdrawn.
_SECONDS = 300.0

# Who a caller is, by name and claims: none where they have no role.
Known = Callable[[str, Claims], Whose]


@dataclass(frozen=True)
class OpenIdTokens:
    """Tokens of one issuer, verified by the keys that it publishes."""

    verifier: Verifier
    user_claims: tuple[str, ...]
    known: Known
    remembered: Remembered[tuple[str, Whose]]
    challenge: str = "Bearer"

    @classmethod
    def of(cls, installation: Installation) -> "OpenIdTokens":
        """Return what takes the tokens of the issuer that the settings name; `Invalid` where they say too little."""
        settings = installation.settings
        issuer, audiences = settings.oidc_issuer, settings.oidc_audience
        for name, told in (("oidc_issuer", issuer), ("oidc_audience", audiences)):
            if not told:
                raise Invalid(
                    f"{PREFIX}AUTHENTICATION names oidc, and {PREFIX}{name.upper()} is not set.",
                    field=name,
                    hint=f"Set {PREFIX}OIDC_ISSUER and {PREFIX}OIDC_AUDIENCE.",
                )
        place = settings.oidc_jwks_url
        read = partial(read_document, place) if place else partial(_discovered, str(issuer))
        return cls(
            Verifier(
                PublishedKeys(read, str(issuer)),
                frozenset(settings.oidc_algorithms),
                audiences,
                (str(issuer),),
                settings.oidc_leeway,
                required=("exp", "iat"),
            ),
            settings.oidc_user_claim,
            _known(installation),
            Remembered(),
        )

    def actor(self, credentials: Credentials) -> Actor | None:
        """Return whose token this is; none for what is no token of the issuer, `Forbidden` for who has no role."""
        scheme, token = credentials.authorization
        if scheme != "bearer":
            return None
        found = self.remembered.get(token) or self._verified(token)
        if found is None:
            return None
        name, whose = found
        actor = whose()
        if actor is None:
            raise Forbidden(f"{name} has no role here.", hint="Ask whoever keeps this Airflow for one.")
        return actor

    def _verified(self, token: str) -> tuple[str, Whose] | None:
        claims = self.verifier.claims(token)
        if claims is None:
            return None
        name = _name(claims, self.user_claims)
        found = name, self.known(name, claims)
        self.remembered.put(token, found, until=min(float(claims["exp"]), time.time() + _SECONDS))
        return found


@dataclass(frozen=True)
class RoleClaim:
    """Which values of a claim stand for which role; of several, the highest counts."""

    claim: str
    roles: Mapping[str, Role]

    def role(self, claims: Claims) -> Role | None:
        """Return the role of who holds these claims."""
        held = [self.roles[value] for value in _words(_claimed(claims, self.claim)) if value in self.roles]
        return max(held, key=list(Role).index, default=None)


def _known(installation: Installation) -> Known:
    settings = installation.settings
    if settings.oidc_roles:
        return partial(_by_claim, RoleClaim(settings.oidc_role_claim, settings.oidc_roles))
    users = FabUsers.of(installation, method=METHOD)
    if not users.are_there:
        raise Invalid(
            "OpenID Connect names the callers, and nothing says what they may: "
            "this Airflow keeps no users in its database.",
            field="oidc_roles",
            hint=f"Set {PREFIX}OIDC_ROLES.",
        )
    return lambda name, _: partial(users.by_name, name)


def _by_claim(roles: RoleClaim, name: str, claims: Claims) -> Whose:
    role = roles.role(claims)
    actor = None if role is None else actor_of_role(name, role, method=METHOD)
    return lambda: actor


def _name(claims: Claims, choices: Iterable[str]) -> str:
    for claim in choices:
        told = _claimed(claims, claim)
        # An address that the issuer has not seen proven may be anybody's.
        if claim == "email" and claims.get("email_verified") is False:
            continue
        if is_name(told):
            return told
    raise refused("it does not say whose it is")


def _claimed(claims: Claims, path: str) -> object:
    """Return the claim of this name, or where there is none, what lies under the names between its dots."""
    if path in claims:
        return claims[path]
    told: object = claims
    for name in path.split("."):
        told = told.get(name) if isinstance(told, Mapping) else None
    return told


def _words(told: object) -> list[str]:
    """Return the values of a claim: a list of texts, or a text of one."""
    if isinstance(told, str):
        return [told]
    return [each for each in told if isinstance(each, str)] if isinstance(told, list) else []


def _discovered(issuer: str) -> object:
    """Return the keys of an issuer, from the place that its own configuration names."""
    place = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    told = read_document(place)
    if not isinstance(told, dict) or told.get("issuer") != issuer:
        raise Unavailable(f"{place} is not the configuration of {issuer}, letter for letter.")
    keys = told.get("jwks_uri")
    safe = isinstance(keys, str) and is_address(keys) and (keys.startswith("https:") or not issuer.startswith("https:"))
    if not safe:
        raise Unavailable(f"{place} names no address of keys that is as safe as the issuer's own.")
    return read_document(str(keys))
