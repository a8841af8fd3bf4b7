"""What can be done with the users of FAB's auth manager: making, changing and deleting them."""

from collections.abc import Sequence

from sqlalchemy import select

from resolvers.access.permissions import Permission
from resolvers.errors import Conflict, Invalid, NotFound
from resolvers.operations.given import NOT_GIVEN, NotGiven, given
from resolvers.operations.keys import UserKey
from resolvers.operations.operation import operation
from resolvers.operations.people import (
    SILENT,
    check_text,
    find_user,
    hashed,
    insert_numbered,
    numbers_of,
    refuse_without_users,
)
from resolvers.operations.work import Work

# What Airflow's columns hold.
NAME_LENGTH = 256
LOGIN_LENGTH = 512

# Whom FAB takes for a user of no other role.
_USUAL_ROLE = "Public"


@operation(needs=Permission.USER_CREATE, audit=SILENT)
def create_user(
    work: Work,
    *,
    username: str,
    email: str,
    first_name: str,
    last_name: str,
    password: str = "",
    roles: Sequence[str] = (),
) -> UserKey:
    """Make a user who may come in, with the role Public where none is named.

    Without a password nobody comes in by one, until the user is given one. `Conflict` where the name, in whatever
    case, or the address is somebody else's.
    """
    refuse_without_users(work)
    _check(username=username, email=email, first_name=first_name, last_name=last_name, password=password)
    if find_user(work, username) is not None:
        raise Conflict(f"The username `{username}` already exists", field="username", hint="Change that user instead.")
    if work.find("user", ("id",), email=email) is not None:
        raise Conflict(f"The email `{email}` already exists", field="email", hint="Every user has one of their own.")
    wanted = _roles(work, roles) or _roles(work, [_USUAL_ROLE])
    by = _actor_number(work)
    values = {"username": username, "email": email, "first_name": first_name, "last_name": last_name}
    made = {"is_active": True, "created_on": work.now, "changed_on": work.now}
    insert_numbered(
        work,
        "user",
        {
            **values,
            **made,
            "password_hash": hashed(work, password),
            "created_by_id": by,
            "changed_by_id": by,
        },
    )
    user = work.find("user", ("id",), username=username)
    assert user is not None  # noqa: S101 - it was inserted just now
    _give(work, user.id, wanted)
    return UserKey(username)


@operation(needs=Permission.USER_EDIT, audit=SILENT)
def update_user(
    work: Work,
    *,
    username: str,
    new_username: str | NotGiven = NOT_GIVEN,
    email: str | NotGiven = NOT_GIVEN,
    first_name: str | NotGiven = NOT_GIVEN,
    last_name: str | NotGiven = NOT_GIVEN,
    password: str | NotGiven = NOT_GIVEN,
    roles: Sequence[str] | NotGiven = NOT_GIVEN,
    is_active: bool | NotGiven = NOT_GIVEN,
) -> UserKey:
    """Change what is given of a user; `roles` are then all that they have by themselves."""
    refuse_without_users(work)
    _check(username=new_username, email=email, first_name=first_name, last_name=last_name, password=password)
    user = find_user(work, username)
    if user is None:
        raise no_user(username)
    if new_username not in (NOT_GIVEN, username) and find_user(work, str(new_username)) is not None:
        raise Conflict(f"The username `{new_username}` already exists", field="username", hint="Choose another one.")
    if email not in (NOT_GIVEN, user.email) and work.find("user", ("id",), email=email) is not None:
        raise Conflict(f"The email `{email}` already exists", field="email", hint="Every user has one of their own.")
    changed = given(username=new_username, email=email, first_name=first_name, last_name=last_name, is_active=is_active)
    if roles is not NOT_GIVEN and _replace_roles(work, user.id, _roles(work, roles)) and work.generation.number == 3:
        # FAB of Airflow 2 leaves the date as it is.
        changed["changed_on"] = work.now
    if password is not NOT_GIVEN:
        changed["password_hash"] = hashed(work, password)
    if changed:
        work.update("user", changed, *work.where("user", id=user.id))
    return UserKey(user.username if new_username is NOT_GIVEN else new_username)


@operation(needs=Permission.USER_DELETE, audit=SILENT)
def delete_user(work: Work, *, username: str) -> UserKey:
    """Delete a user. What they did stays; in Airflow 2 a note that they wrote keeps them, as the database has it."""
    refuse_without_users(work)
    user = find_user(work, username)
    if user is None:
        raise no_user(username)
    if work.generation.number == 2 and _has_notes(work, user.id):
        raise Conflict(
            f"The User with username `{user.username}` has written notes, and Airflow 2 keeps none without its author",
            field="username",
            hint="Deactivate the user, or let somebody else write those notes anew.",
        )
    for joined in ("user_role", "user_group"):
        if not work.relation(joined).absent:
            work.delete(joined, *work.where(joined, user_id=user.id))
    for column in ("created_by_id", "changed_by_id"):
        work.update("user", {column: None}, *work.where("user", **{column: user.id}))
    work.delete("user", *work.where("user", id=user.id))
    return UserKey(user.username)


def no_user(username: str) -> NotFound:
    """Return the refusal of a user who is not there."""
    return NotFound(
        f"The User with username `{username}` was not found",
        field="username",
        hint="users lists the users that there are.",
    )


def _check(*, username: object, email: object, first_name: object, last_name: object, password: object) -> None:
    check_text(username, "username", LOGIN_LENGTH, filled=True)
    check_text(email, "email", LOGIN_LENGTH, filled=True)
    check_text(first_name, "firstName", NAME_LENGTH)
    check_text(last_name, "lastName", NAME_LENGTH)
    check_text(password, "password", NAME_LENGTH)


def _roles(work: Work, names: Sequence[str]) -> list[int]:
    """Return the numbers of roles; `Invalid` where there is none of a name."""
    known = numbers_of(work, "role", names)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise Invalid(
            f"Unknown roles: {', '.join(map(repr, unknown))}",
            field="roles",
            hint="roles lists the roles that there are.",
        )
    return list(dict.fromkeys(known[name] for name in names))


def _give(work: Work, user: int, roles: Sequence[int]) -> None:
    for role in roles:
        insert_numbered(work, "user_role", {"user_id": user, "role_id": role})


def _replace_roles(work: Work, user: int, wanted: Sequence[int]) -> bool:
    """Let a user have these roles and no others; say whether that is a change."""
    role = work.column("user_role", "role_id")
    ours = work.where("user_role", user_id=user)
    had = set(work.connection.execute(select(role).where(*ours)).scalars())
    lost = had - set(wanted)
    if lost:
        work.delete("user_role", *ours, role.in_(lost))
    _give(work, user, [one for one in wanted if one not in had])
    return had != set(wanted)


def _has_notes(work: Work, user: int) -> bool:
    notes = [work.table(name) for name in ("dag_run_note", "task_instance_note")]
    statements = [select(one.c.user_id).where(one.c.user_id == user).limit(1) for one in notes if one is not None]
    return any(work.connection.execute(statement).first() for statement in statements)


def _actor_number(work: Work) -> int | None:
    """Return the number of whoever does this, where they are a user of this database."""
    number = work.actor.user_id
    return number if isinstance(number, int) else None
