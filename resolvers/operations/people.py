"""What changes of users and of roles share: finding their rows, numbering new ones, and hashing passwords."""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row, func, select
from werkzeug.security import generate_password_hash

from resolvers.errors import Invalid, Unsupported
from resolvers.metadata.generation import Capability, Generation
from resolvers.operations.audit import Audit
from resolvers.operations.work import Work

# Airflow writes no row of its audit log about users and roles.
SILENT = Audit("", "", "", ())

# What every werkzeug that an Airflow comes with can verify: before 2.3 it knows no scrypt.
_PLAIN = "pbkdf2:sha256:600000"
_SCRYPT = "scrypt"


def no_users(generation: Generation) -> Unsupported | None:
    """Return why this Airflow has no users here, and who knows them; none where it has."""
    if generation.can(Capability.USERS):
        return None
    return Unsupported(
        "This Airflow keeps no users and no roles in its database: only the FAB auth manager does. Whichever auth "
        "manager it has instead knows them; those of the SimpleAuthManager stand in its configuration, at "
        "[core] simple_auth_manager_users.",
        hint="Ask Airflow's auth manager, or change its configuration.",
    )


def refuse_without_users(work: Work) -> None:
    """Refuse a change of what this Airflow does not have."""
    problem = no_users(work.generation)
    if problem is not None:
        raise problem


def find_user(work: Work, username: str) -> Row[Any] | None:
    """Return the user of a name, whatever its letters' case, and keep them until the end; none if it fits several."""
    columns = [work.column("user", name).label(name) for name in ("id", "username", "email")]
    statement = select(*columns).where(func.lower(work.column("user", "username")) == func.lower(username))
    rows = work.connection.execute(statement.with_for_update()).all()
    return rows[0] if len(rows) == 1 else None


def insert_numbered(work: Work, relation: str, values: Mapping[str, object]) -> None:
    """Insert a row, with the number that its sequence gives: FAB lets no table of PostgreSQL do so in Airflow 3."""
    number = {}
    if work.connection.dialect.name == "postgresql":
        number["id"] = func.nextval(f"{work.relation(relation).table.name}_id_seq")
    work.insert(relation, {**number, **values})


def numbers_of(work: Work, relation: str, names: Iterable[str]) -> dict[str, int]:
    """Return the numbers of what has these names, as far as there is such."""
    name, number = work.column(relation, "name"), work.column(relation, "id")
    rows = work.connection.execute(select(name.label("name"), number.label("id")).where(name.in_(sorted(set(names)))))
    return {row.name: row.id for row in rows}


def hashed(work: Work, password: str) -> str:
    """Return what Airflow can verify a password by; without one, what no password matches.

    It is hashed by scrypt where some user's password is, which tells that this Airflow knows it.
    """
    stored = work.column("user", "password_hash")
    modern = select(stored).where(stored.like(f"{_SCRYPT}:%")).limit(1)
    method = _SCRYPT if work.connection.execute(modern).first() else _PLAIN
    return generate_password_hash(password or secrets.token_urlsafe(32), method)


def check_text(value: object, field: str, longest: int, *, filled: bool = False) -> None:
    """Refuse text that the column cannot hold, or that may not be empty; whatever is no text is left out."""
    if not isinstance(value, str):
        return
    if filled and not value:
        raise Invalid(f"{field} may not be empty.", field=field)
    if len(value) > longest:
        raise Invalid(f"{field} has {longest} characters at most; this one has {len(value)}.", field=field)
    if "\0" in value or not _is_unicode(value):
        raise Invalid(f"{field} holds what no database keeps as text.", field=field)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
