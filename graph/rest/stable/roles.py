"""`/roles` and `/permissions`: what users may do, as Airflow's FAB auth manager keeps it."""

from collections.abc import Mapping
from typing import Any

from graph.rest.body import Body, Property
from graph.rest.call import Call, Words, said
from graph.rest.codec import Json, codec, computed, each
from graph.rest.dialect import Answer, RefusedError
from graph.rest.paging import Sorting
from graph.rest.params import Kind, lists
from graph.rest.rows import Custom, Page, Read, Row, Write
from graph.rest.stable.people import OfPeople
from graph.types.role import Permission, PermissionAction, Role
from resolvers.binding import Order
from resolvers.errors import Conflict, NotFound, Problem
from resolvers.operations.roles import NAME_LENGTH, Pair, create_role, delete_role, update_role


def _called(name: str | None) -> Json:
    return {"name": name}


_PERMISSION_JSON = codec(Permission, action=computed("action", _called), resource=computed("resource", _called))
ROLE_JSON = codec(Role, "name", actions=each("permissions", _PERMISSION_JSON, through="permission"))
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
    if "actions" not in call.body and call.session.actor.may(create_role.needs):
        raise RefusedError(400, _NO_ACTIONS)
    permissions = _pairs(call.body.get("actions"))
    try:
        call.session.run(create_role, name=str(call.body["name"]), permissions=permissions)
    except Problem as problem:
        raise said(problem, _WORDS, call) from problem
    return Answer({})


def _change(call: Call) -> Answer:
    """Rename a role, or let it permit more: what `update_mask` names, else all that the body tells."""
    told = _masked(call)
    arguments: dict[str, Any] = {"new_name": told["name"]} if "name" in told else {}
    try:
        key = call.session.run(
            update_role, name=call.path["role_name"], permissions=_pairs(told.get("actions")), **arguments
        )
    except Problem as problem:
        raise said(problem, _WORDS, call) from problem
    return Answer(call.find(ROLE_JSON, name=key.name))


def _masked(call: Call) -> Mapping[str, object]:
    mask = call.query.get("update_mask")
    # Who may not change roles, and that there is no such role, the operation says before all else.
    if not isinstance(mask, tuple) or not call.session.actor.may(update_role.needs) or call.find(ROLE_JSON) is None:
        return call.body
    names = [name.strip() for name in mask]
    for name in names:
        if name not in ("name", "actions"):
            raise RefusedError(400, f"'{name}' in update_mask is unknown")
        if name not in call.body:
            raise RefusedError(400, _NO_ACTIONS)
    return {name: call.body[name] for name in names}


ROWS: tuple[Row, ...] = tuple(
    OfPeople(row)
    for row in (
        Page("/roles", ROLE_JSON, "roles", Sorting(Order(("name",)), {"role_id": "id", "name": "name"}, upwards=True)),
        Custom("POST", "/roles", _create, body=_BODY),
        Read("/roles/{role_name}", ROLE_JSON, _MISSING),
        Custom("PATCH", "/roles/{role_name}", _change, body=_BODY, query=lists("update_mask")),
        Write("DELETE", "/roles/{role_name}", delete_role, path_as={"role_name": "name"}, words={NotFound: _MISSING}),
        Page("/permissions", ACTION_JSON, "actions", Sorting(Order(("id",)))),
    )
)
