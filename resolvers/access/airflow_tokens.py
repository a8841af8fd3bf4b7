"""Callers who present a token of Airflow 3's."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from resolvers.access.actor import Actor
from resolvers.access.api_auth import ApiAuth
from resolvers.access.auth_manager import AuthManager, auth_manager_of
from resolvers.access.credentials import Credentials
from resolvers.access.fab import FabUsers
from resolvers.access.method import Installation
from resolvers.access.remembered import Remembered
from resolvers.access.revocations import Revocations
from resolvers.access.simple import SimpleUser, SimpleUsers
from resolvers.access.verifying import Claims, Verifier, Whose, is_name, refused

METHOD = "jwt"

_LONGEST_ID = 18


@dataclass(frozen=True)
class Verified:
    """What a verified token says: its id, by which it may be revoked, and whose it is."""

    token_id: object
    whose: Whose


@dataclass(frozen=True)
class AirflowTokens:
    """Tokens that Airflow's api-server issues, or this one in its stead.

    A token that was verified is remembered until it expires. Whether it was revoked is asked every few seconds; whose
    it is, as often as the auth manager asks.
    """

    verifier: Verifier
    owner: Callable[[Claims], Whose]
    revocations: Revocations
    remembered: Remembered[Verified]
    challenge: str = "Bearer"

    @classmethod
    def of(cls, installation: Installation) -> "AirflowTokens":
        """Return what takes the tokens of an installation."""
        owner = owner_of(installation)
        verifier = ApiAuth.of(installation.config).verifier()
        return cls(verifier, owner, Revocations.of(installation), Remembered())

    def actor(self, credentials: Credentials) -> Actor | None:
        """Return whose token this is; none for what is no token of Airflow's."""
        scheme, token = credentials.authorization
        if scheme != "bearer":
            return None
        verified = self.remembered.get(token) or self._verified(token)
        if verified is None:
            return None
        if self.revocations.has(verified.token_id):
            raise refused("it was revoked")
        actor = verified.whose()
        if actor is None:
            raise refused("its user is not there any more, or not active")
        return actor

    def _verified(self, token: str) -> Verified | None:
        claims = self.verifier.claims(token)
        if claims is None:
            return None
        verified = Verified(claims.get("jti"), self.owner(claims))
        self.remembered.put(token, verified, until=float(claims["exp"]))
        return verified


def owner_of(installation: Installation) -> Callable[[Claims], Whose]:
    """Return what finds the owner of a token, as the auth manager of the installation does."""
    match auth_manager_of(installation):
        case AuthManager.SIMPLE:
            return partial(_simple, SimpleUsers.of(installation))
        case AuthManager.FAB:
            return partial(_fab, FabUsers.of(installation, method=METHOD))


def _simple(users: SimpleUsers, claims: Claims) -> Whose:
    """Return who a token of SimpleAuthManager's names: it says all of it, and nobody is looked up."""
    name, role, teams = claims.get("sub"), claims.get("role", 0), claims.get("teams") or []
    if not is_name(name) or not isinstance(role, str | None) or not isinstance(teams, list):
        raise refused("it does not say whose it is")
    actor = users.actor(SimpleUser(name, role or "", tuple(map(str, teams))), method=METHOD)
    return lambda: actor


def _fab(users: FabUsers, claims: Claims) -> Whose:
    """Return the user of Airflow's database that a token names: looked up, so that it ends with the user."""
    told = claims.get("sub")
    if not isinstance(told, str) or not told.isdecimal() or len(told) > _LONGEST_ID:
        raise refused("it does not say whose it is")
    return partial(users.by_id, int(told))
