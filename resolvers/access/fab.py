"""The users and roles of Airflow's FAB auth manager, as actors."""

from collections.abc import Mapping

from resolvers.access.actor import Actor, Scope
from resolvers.access.fab_grants import grants_of
from resolvers.access.fab_passwords import FabPasswords, FabUser
from resolvers.access.fab_rows import FabRows, UserRow
from resolvers.access.fresh import Fresh
from resolvers.access.method import Installation
from resolvers.access.permissions import Permission
from resolvers.settings import Settings

_Grants = Mapping[Permission, Scope]


class FabUsers:
    """The active users of an Airflow, with what their roles let them do.

    What the database says of them is read again every few seconds, those of the setting `access_refresh`: who is
    deactivated, or loses a role, is known as such no later. A database without users has none.
    """

    def __init__(self, rows: FabRows, settings: Settings, *, method: str) -> None:
        seconds = settings.access_refresh
        self._rows = rows
        self._method = method
        self._grants: Fresh[frozenset[int], _Grants] = Fresh(seconds, self._read_grants)
        self._by_id: Fresh[int, FabUser] = Fresh(seconds, lambda user_id: self._known(rows.user_by_id(user_id)))
        self._by_name: Fresh[str, FabUser] = Fresh(seconds, lambda name: self._known(rows.user_by_name(name)))
        self._of_role: Fresh[str, Actor] = Fresh(seconds, self._read_role)
        self.passwords = FabPasswords(rows, self._by_name, settings)

    @classmethod
    def of(cls, installation: Installation, *, method: str = "fab") -> "FabUsers":
        """Return the users of an installation; `method` is how they will be told to have proved who they are."""
        return cls(FabRows(installation.engine, installation.generation), installation.settings, method=method)

    @property
    def are_there(self) -> bool:
        """Whether this database has users at all: Airflow 3 has them with the FAB auth manager only."""
        return self._rows.are_there

    def by_id(self, user_id: int) -> Actor | None:
        """Return the active user of an id, for who has proved to be that."""
        found = self._by_id.get(user_id)
        return found.actor if found else None

    def by_name(self, name: str) -> Actor | None:
        """Return the active user of a user name, or else of an e-mail address, for who has proved to be that."""
        found = self._by_name.get(name)
        return found.actor if found else None

    def by_password(self, name: str, password: str, *, peer: str | None = None) -> Actor | None:
        """Return the active user of a user name, or else of an e-mail address, if this is their password.

        Raises `TooMany` where that name, or the address `peer`, has failed too often of late.
        """
        found = self.passwords.user(name, password, peer)
        return found.actor if found else None

    def by_role(self, role: str) -> Actor | None:
        """Return somebody without a name, who may do what a role of the database permits."""
        return self._of_role.get(role)

    def _known(self, row: UserRow | None) -> FabUser | None:
        if row is None or not row.is_active:
            return None
        actor = Actor(
            name=row.name,
            method=self._method,
            grants=self._grants.get(frozenset(row.roles)) or {},
            role=", ".join(sorted(row.roles.values())) or None,
            display_name=row.display_name,
            user_id=row.id,
        )
        return FabUser(actor, row.id, row.password_hash)

    def _read_grants(self, roles: frozenset[int]) -> _Grants:
        return grants_of(self._rows.pairs(roles), self._rows.generation.number)

    def _read_role(self, name: str) -> Actor | None:
        role = self._rows.role_id(name)
        if role is None:
            return None
        grants = self._grants.get(frozenset({role})) or {}
        return Actor(name="anonymous", method="anonymous", grants=grants, role=name)
