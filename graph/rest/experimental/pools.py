"""Pools: each is made and changed by the same call."""

from collections.abc import Mapping
from typing import Any

from graph.rest.call import Call
from graph.rest.codec import Json, codec, stored
from graph.rest.dialect import Answer
from graph.rest.experimental.dag_runs import rows
from graph.rest.experimental.problems import refused
from graph.rest.lenient import ANYTHING
from graph.rest.rows import Custom, Row
from graph.types.pool import Pool
from resolvers.errors import Conflict, NotFound
from resolvers.operations.pools import DEFAULT_POOL, NAME_LENGTH, create_pool, delete_pool, update_pool

_POOL_JSON = codec(Pool, "description", "include_deferred", pool="name", id=stored("id"), slots=stored("slots"))


def _pools(call: Call) -> Answer:
    """Return all pools."""
    return Answer(rows(call, _POOL_JSON, (), "id"))


def _pool(call: Call) -> Answer:
    """Return a pool."""
    return Answer(_known(call))


def _save(call: Call) -> Answer:
    """Make a pool, or change the one of that name."""
    name = call.body.get("name", "")
    if not isinstance(name, str):
        raise refused(400, f"Pool name is no text: {name!r}")
    operation = create_pool if call.find(_POOL_JSON, pool=name) is None else update_pool

    def told() -> Mapping[str, object]:
        if len(_named(name)) > NAME_LENGTH:
            raise refused(400, f"Pool name can't be more than {NAME_LENGTH} characters")
        description = call.body.get("description")
        told: dict[str, object] = {"description": None if description is None else str(description)}
        # Airflow 2's own client sends it, where the original knew nothing of it.
        if isinstance(call.body.get("include_deferred"), bool):
            told["include_deferred"] = call.body["include_deferred"]
        return {"slots": _number(call.body), **told}

    try:
        call.change(operation, {"name": name}, told)
    except (Conflict, NotFound) as problem:
        raise refused(409, f"Pool '{name}' was changed at the same moment") from problem
    return Answer(call.find(_POOL_JSON, pool=name))


def _delete(call: Call) -> Answer:
    """Delete a pool, and tell what it was."""
    gone: list[Json] = []

    def told() -> Mapping[str, object]:
        if call.path["name"] == DEFAULT_POOL:
            raise refused(400, f"{DEFAULT_POOL} cannot be deleted")
        gone.append(_known(call))
        return {}

    call.change(delete_pool, {"name": call.path["name"]}, told)
    return Answer(gone[0])


def _known(call: Call) -> Json:
    name = _named(str(call.path["name"]))
    found = call.find(_POOL_JSON, pool=name)
    if found is None:
        raise refused(404, f"Pool '{name}' doesn't exist")
    return found


def _named(name: str) -> str:
    if not name.strip():
        raise refused(400, "Pool name shouldn't be empty")
    return name


def _number(body: Mapping[str, object]) -> int:
    told: Any = body.get("slots")
    try:
        return int(told)
    except (TypeError, ValueError, OverflowError):
        raise refused(400, f"Bad value for `slots`: {told}") from None


ROWS: tuple[Row, ...] = (
    Custom("GET", "/pools", _pools),
    Custom("POST", "/pools", _save, body=ANYTHING),
    Custom("GET", "/pools/{name}", _pool),
    Custom("DELETE", "/pools/{name}", _delete),
)
