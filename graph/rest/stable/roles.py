"""`/roles` and `/permissions`: what users may do, as Airflow's FAB auth manager keeps it."""

from collections.abc import Mapping

from graph.rest.body import Body, Property
from graph.rest.call import Call, There, Words, said
from graph.rest.codec import Json, codec, computed, each
from graph.rest.dialect import Answer, RefusedError
from graph.rest.paging import Sorting
from graph.rest.params import MASK, Kind
from graph.rest.rows import Custom, Page, Read, Row, Write
from graph.rest.stable.people import OfPeople
from graph.types.role import Permission, PermissionAction, Role
from resolvers.access.permissions import Permission as Needed
from resolvers.binding import Order
from resolvers.errors import Conflict, NotFound, Problem
from resolvers.operations.roles import NAME_LENGTH, Pair, create_role, delete_role, update_role


def _called(name: str | None) -> Json:
    return {"name": name}


PERMISSION_JSON = codec(Permission, action=computed("action", _called), resource=computed("resource", _called))
ROLE_JSON = codec(Role, "name", actions=each("permissions", PERMISSION_JSON, through="permission"))
ACTION_JSON = codec(PermissionAction, "name")

_BODY = Body(
    (
        Property("name", required=True, longest=NAME_LENGTH, filled=True),
        Property(
            "actions",
            Kind.LIST,
            within=(
                Property("action", Kind.OBJECT, within=(Property("name", required=True, longest=100),)),
                Property("resource", Kind.OBJECT, within=(Property("name", required=True, longest=250),)),
            ),
        ),
    )
)
_MISSING = Words("Role not found", "Role with name {role_name!r} was not found")
_MISSED = "Missing data for required field."
_NO_ACTIONS = str({"actions": [_MISSED]})
_WORDS: Mapping[type[Problem], Words] = {
    NotFound: _MISSING,
    Conflict: Words("Conflict", "Role with name {name!r} already exists; please update with the PATCH endpoint"),
}


def _pairs(told: object) -> list[Pair]:
    """Return what a body says is permitted; an empty object among it says nothing."""
    pairs = []
    for at, one in enumerate(told if isinstance(told, list) else ()):
        absent = [part for part in ("action", "resource") if one and part not in one]
        if absent:
            raise RefusedError(400, str({"actions": {at: {absent[0]: [_MISSED]}}}))
        if one:
            pairs.append((one["action"]["name"], one["resource"]["name"]))
    return pairs


def _create(call: Call) -> Answer:
    """Make a role; Airflow answers with an empty object."""
    try:
        call.change(create_role, {}, lambda: _made(call))
    except Problem as problem:
        raise said(problem, _WORDS, call) from problem
    return Answer({})


def _made(call: Call) -> dict[str, object]:
    name = call.body["name"]
    # That there is such a role already, the operation says before all else.
    if "actions" not in call.body and call.find(ROLE_JSON, name=name) is None:
        raise RefusedError(400, _NO_ACTIONS)
    return {"name": name, "permissions": _pairs(call.body.get("actions"))}


def _change(call: Call) -> Answer:
    """Rename a role, or let it permit more: what `update_mask` names, else all that the body tells."""
    try:
        named = {"name": call.path["role_name"]}
        key = call.change(update_role, named, lambda: _changes(call), There(ROLE_JSON, _MISSING))
    except Problem as problem:
        raise said(problem, _WORDS, call) from problem
    return Answer(call.find(ROLE_JSON, name=key.name))


def _changes(call: Call) -> dict[str, object]:
    told = _masked(call)
    named = {"new_name": told["name"]} if "name" in told else {}
    return {**named, "permissions": _pairs(told.get("actions"))}


def _masked(call: Call) -> Mapping[str, object]:
    mask = call.query.get("update_mask")
    if not isinstance(mask, tuple):
        return call.body
    names = [name.strip() for name in mask]
    for name in names:
        if name not in ("name", "actions"):
            raise RefusedError(400, f"'{name}' in update_mask is unknown")
        if name not in call.body:
            raise RefusedError(400, _NO_ACTIONS)
    return {name: call.body[name] for name in names}


_ONE = "/roles/{role_name}"
_SORTING = Sorting(Order(("name",)), {"role_id": "id", "name": "name"}, upwards=True)

ROWS: tuple[Row, ...] = (
    OfPeople(Needed.ROLE_READ, Page("/roles", ROLE_JSON, "roles", _SORTING)),
    OfPeople(Needed.ROLE_CREATE, Custom("POST", "/roles", _create, body=_BODY)),
    OfPeople(Needed.ROLE_READ, Read(_ONE, ROLE_JSON, _MISSING)),
    OfPeople(Needed.ROLE_EDIT, Custom("PATCH", _ONE, _change, body=_BODY, query=(MASK,))),
    OfPeople(
        Needed.ROLE_DELETE,
        Write("DELETE", _ONE, delete_role, path_as={"role_name": "name"}, words={NotFound: _MISSING}),
    ),
    OfPeople(Needed.PERMISSION_READ, Page("/permissions", ACTION_JSON, "actions", Sorting(Order(("id",))))),
)
