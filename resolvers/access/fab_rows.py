"""What the tables of FAB's auth manager say of users and roles."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, FromClause, Row, Select, Table, func, select, union, update

from resolvers.access.fab_grants import ACTIONS, Pair
from resolvers.metadata.engine import read_snapshot, write_transaction
from resolvers.metadata.generation import Generation

_LONGEST_NAME = 512
_LARGEST_ID = 2**31 - 1


@dataclass(frozen=True)
class UserRow:
    """A user as stored: who they are, what their password hashes to, and their roles by id."""

    id: int
    name: str
    display_name: str | None
    password_hash: str | None = field(repr=False)
    is_active: bool
    roles: dict[int, str]


@dataclass(frozen=True)
class FabRows:
    """The tables of users and roles, where this database has them."""

    engine: Engine
    generation: Generation

    @property
    def are_there(self) -> bool:
        """Whether this database has users at all: Airflow 3 has them with the FAB auth manager only."""
        return not self.generation.relation("user").absent

    def user_by_id(self, user_id: int) -> UserRow | None:
        """Return the user of an id."""
        if not self.are_there or not 0 < user_id <= _LARGEST_ID:
            return None
        with read_snapshot(self.engine) as connection:
            return _one(connection.execute(self._statement().where(self._column("user", "id") == user_id)).all())

    def user_by_name(self, name: str) -> UserRow | None:
        """Return who has this user name, whatever its letters' case, or else this e-mail address."""
        if not self.are_there or not _can_be_stored(name):
            return None
        # Both at once: whether there is such a name must not be told by the time that it takes.
        by_name = func.lower(self._column("user", "username")) == func.lower(name)
        by_address = self._column("user", "email") == name
        with read_snapshot(self.engine) as connection:
            rows = connection.execute(self._statement(by_name.label("by_name")).where(by_name | by_address)).all()
        named = _one([row for row in rows if row.by_name])
        return named or _one([row for row in rows if not row.by_name])

    def a_password_hash(self) -> str | None:
        """Return the hash of some active user's password, which tells how this Airflow hashes them."""
        column = self._column("user", "password_hash")
        active = self._column("user", "is_active")
        statement = select(column).where(active, column.like("%$%")).order_by(self._column("user", "id")).limit(1)
        with read_snapshot(self.engine) as connection:
            found: str | None = connection.execute(statement).scalar()
        return found

    def role_id(self, name: str) -> int | None:
        """Return the id of the role of a name."""
        if not self.are_there or not _can_be_stored(name):
            return None
        statement = select(self._column("role", "id")).where(self._column("role", "name") == name)
        with read_snapshot(self.engine) as connection:
            found: int | None = connection.execute(statement).scalar()
        return found

    def pairs(self, roles: Iterable[int]) -> frozenset[Pair]:
        """Return what these roles permit: actions on resources."""
        action, resource = self._column("action", "name"), self._column("resource", "name")
        held = self._column("role_permission", "permission_id")
        statement = (
            select(action.label("action"), resource.label("resource"))
            .select_from(self._table("role_permission"))
            .join(self._table("permission"), self._column("permission", "id") == held)
            .join(self._table("action"), self._column("action", "id") == self._column("permission", "action_id"))
            .join(self._table("resource"), self._column("resource", "id") == self._column("permission", "resource_id"))
            .where(self._column("role_permission", "role_id").in_(sorted(roles)), action.in_(ACTIONS))
        )
        with read_snapshot(self.engine) as connection:
            return frozenset((row.action, row.resource) for row in connection.execute(statement))

    def note_login(self, user_id: int) -> None:
        """Write that a user came in just now, which Airflow's list of users tells.

        Raises the Problems of a write, and whatever else the database has against it.
        """
        told: dict[str, object] = {
            "login_count": func.coalesce(self._column("user", "login_count"), 0) + 1,
            "fail_login_count": 0,
            # FAB keeps the server's own time, which is UTC's wherever Airflow runs in a container.
            "last_login": datetime.now(UTC),
        }
        values = self.generation.relation("user").physical(told)
        with write_transaction(self.engine) as connection:
            connection.execute(update(self._table("user")).where(self._column("user", "id") == user_id).values(values))

    def _statement(self, *more: ColumnElement[Any]) -> Select[Any]:
        told = ("id", "username", "first_name", "last_name", "password_hash", "is_active")
        holders, role = self._holders(), self._column("role", "id")
        return (
            select(
                *(self._column("user", name).label(name) for name in told),
                role.label("role_id"),
                self._column("role", "name").label("role_name"),
                *more,
            )
            .select_from(self._table("user"))
            .outerjoin(holders, holders.c.user_id == self._column("user", "id"))
            .outerjoin(self._table("role"), role == holders.c.role_id)
        )

    def _holders(self) -> FromClause:
        """Return who has which role: by themselves, and through their groups where there are any."""
        own = self._table("user_role")
        if any(self.generation.relation(name).absent for name in ("user_group", "group_role")):
            return own
        group, roles = self._table("user_group"), self._table("group_role")
        through = select(group.c.user_id, roles.c.role_id).join(roles, roles.c.group_id == group.c.group_id)
        return union(select(own.c.user_id, own.c.role_id), through).subquery("holder")

    def _table(self, relation: str) -> Table:
        return self.generation.relation(relation).table

    def _column(self, relation: str, name: str) -> ColumnElement[Any]:
        found = self.generation.relation(relation)
        return found.expression(name, found.table)


def _one(rows: Sequence[Row[Any]]) -> UserRow | None:
    """Return the user of these rows, of which there is one for each role."""
    if len({row.id for row in rows}) != 1:
        # Nobody; or several, on databases that tell letters' cases apart: FAB lets neither in.
        return None
    first = rows[0]
    return UserRow(
        id=first.id,
        name=first.username,
        display_name=f"{first.first_name or ''} {first.last_name or ''}".strip() or None,
        password_hash=first.password_hash,
        is_active=first.is_active is True,
        roles={row.role_id: row.role_name for row in rows if row.role_name is not None},
    )


def _can_be_stored(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return 0 < len(name) <= _LONGEST_NAME and "\0" not in name
