"""`/users`: who may use Airflow, as its FAB auth manager keeps them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from graph.rest.body import Body, Property
from graph.rest.call import Call, Words, said
from graph.rest.codec import Json, codec, computed, each, stored
from graph.rest.dialect import Answer, RefusedError
from graph.rest.paging import Sorting, listing, read_page
from graph.rest.params import MASK, Kind
from graph.rest.rows import Custom, Page, Row, Write
from graph.rest.stable.people import OfPeople
from graph.types.base import entity_of
from graph.types.guards import USERS
from graph.types.role import Role
from graph.types.user import User
from resolvers.access.permissions import Permission
from resolvers.binding import Match, Operator, Order
from resolvers.errors import Conflict, NotFound, Problem
from resolvers.operations.keys import UserKey
from resolvers.operations.users import LOGIN_LENGTH, NAME_LENGTH, create_user, delete_user, update_user
from resolvers.selection import Window


def _clock(value: datetime | None) -> str | None:
    """Return an instant as FAB tells it: by the clock of its server, of which it does not say where it is."""
    return value.replace(tzinfo=None).isoformat() if value else None


# Whoever may read users may read what their roles are called.
_ROLE = replace(entity_of(Role), guard=USERS)

USER_JSON = codec(
    User,
    "first_name",
    "last_name",
    "username",
    "email",
    "login_count",
    "fail_login_count",
    active=stored("is_active"),
    last_login=computed("last_login", _clock),
    created_on=computed("created_on", _clock),
    changed_on=computed("changed_on", _clock),
    roles=each("roles", codec(_ROLE, "name"), order="role_id", through="role"),
)

_BODY = Body(
    (
        Property("first_name", required=True, longest=NAME_LENGTH),
        Property("last_name", required=True, longest=NAME_LENGTH),
        Property("username", required=True, longest=LOGIN_LENGTH, filled=True),
        Property("email", required=True, longest=LOGIN_LENGTH, filled=True),
        Property("active", Kind.BOOLEAN, nullable=True, read_only=True),
        *(Property(name, nullable=True, read_only=True) for name in ("last_login", "created_on", "changed_on")),
        *(
            Property(name, Kind.INTEGER, nullable=True, read_only=True)
            for name in ("login_count", "failed_login_count")
        ),
        Property("roles", Kind.LIST, within=(Property("name", required=True, longest=64),), gaps=True),
        Property("password", longest=NAME_LENGTH),
    )
)
_MISSING = Words("User not found", "The User with username `{username}` was not found")
_TAKEN: Mapping[str | None, Words] = {
    "username": Words("Conflict", "Username `{username}` already exists. Use PATCH to update."),
    "email": Words("Conflict", "The email `{email}` is already taken."),
}
_BY_NUMBER = Order(("id",))


def _find(call: Call) -> Json | None:
    """Return the user whom the path names, in whatever case; none where that fits several."""
    named = (Match("username", Operator.SPELLED, call.path["username"]),)
    found = read_page(call, listing(USER_JSON, "users", named, _BY_NUMBER, Window(2), total=None))["users"]
    return found[0] if isinstance(found, list) and len(found) == 1 else None


def _user(call: Call) -> Answer:
    """Return one user."""
    found = _find(call)
    if found is None:
        raise _MISSING.refusal(404, "NotFound", call)
    return Answer(found)


def _create(call: Call) -> Answer:
    """Make a user."""
    try:
        key = call.change(create_user, {}, lambda: _arguments(call.body))
    except Conflict as problem:
        raise _TAKEN.get(problem.field, Words("Conflict")).refusal(409, "AlreadyExists", call) from problem
    return _read(call, key)


def _change(call: Call) -> Answer:
    """Change a user: what `update_mask` names, else all that the body tells."""
    try:
        key = call.change(update_user, {"username": call.path["username"]}, lambda: _changes(call))
    except Problem as problem:
        raise said(problem, {NotFound: _MISSING}, call) from problem
    return _read(call, key)


def _changes(call: Call) -> dict[str, object]:
    told = _arguments(_masked(call))
    return {"new_username" if name == "username" else name: value for name, value in told.items()}


def _arguments(body: Mapping[str, object]) -> dict[str, object]:
    """Return a body as arguments: of roles their names."""
    names = _names(body.get("roles"))
    if twice := next((name for name in names if names.count(name) > 1), None):
        # Airflow crashes on it.
        raise RefusedError(400, f"The role {twice!r} is named twice")
    return {**body, "roles": names} if "roles" in body else dict(body)


def _names(roles: object) -> list[str]:
    return [role["name"] for role in roles] if isinstance(roles, list) else []


def _masked(call: Call) -> Mapping[str, object]:
    mask = call.query.get("update_mask")
    # That there is no such user, the operation says before all else.
    if not isinstance(mask, tuple) or (user := _find(call)) is None:
        return call.body
    _refuse_taken(call, user)
    names = [name.strip() for name in mask]
    unknown = [name for name in names if name not in call.body]
    if unknown:
        raise RefusedError(400, f"Unknown update masks: {', '.join(map(repr, unknown))}")
    return {name: call.body[name] for name in names}


def _refuse_taken(call: Call, user: Json) -> None:
    """Refuse names that another user has, also where the mask leaves them as they are."""
    for name, before in (("username", call.path["username"]), ("email", user["email"])):
        wanted = call.body[name]
        of_it = (Match(name, Operator.SPELLED if name == "username" else Operator.EQUALS, wanted),)
        page = listing(USER_JSON, "users", of_it, _BY_NUMBER, Window(1), total=None)
        if wanted != before and read_page(call, page)["users"]:
            detail = f"The {name} `{wanted}` already exists"
            raise RefusedError(409, detail, title="Conflict", section="AlreadyExists")


def _read(call: Call, key: UserKey) -> Answer:
    """Return what became of a user, their roles in the order in which they were sent."""
    found = call.find(USER_JSON, username=key.username) or {}
    sent, held = _names(call.body.get("roles")), found.get("roles")
    if isinstance(held, list):
        held.sort(key=lambda role: sent.index(role["name"]) if role["name"] in sent else len(sent))
    return Answer(found)


_SORTING = Sorting(_BY_NUMBER, {name: name for name in ("id", "first_name", "last_name", "email")}, upwards=True)

_ONE = "/users/{username}"

ROWS: tuple[Row, ...] = (
    OfPeople(Permission.USER_READ, Page("/users", USER_JSON, "users", _SORTING)),
    OfPeople(Permission.USER_CREATE, Custom("POST", "/users", _create, body=_BODY)),
    OfPeople(Permission.USER_READ, Custom("GET", _ONE, _user)),
    OfPeople(Permission.USER_EDIT, Custom("PATCH", _ONE, _change, body=_BODY, query=(MASK,))),
    OfPeople(
        Permission.USER_DELETE,
        Write("DELETE", _ONE, delete_user, path_as={"username": "username"}, words={NotFound: _MISSING}),
    ),
)
