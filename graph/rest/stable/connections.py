"""`/connections`: how DAGs reach other systems."""

import json

from graph.rest.body import Body, Property, check_fields
from graph.rest.call import Call, Words
from graph.rest.codec import Json, beside, codec
from graph.rest.dialect import Answer, RefusedError
from graph.rest.paging import Sorting
from graph.rest.params import MASK, Kind
from graph.rest.rows import Custom, Page, Read, Row, Write
from graph.types.connection import ConnectionSettings
from resolvers.binding import Decrypted, Masked, Order, Secrecy
from resolvers.errors import Conflict, Invalid, NotFound, Problem, Unsupported
from resolvers.operations.connections import (
    create_connection,
    delete_connection,
    update_connection,
)

# The list leaves `extra` out, which Airflow shows of one connection alone.
ITEM_JSON = codec(ConnectionSettings, "connection_id", "conn_type", "description", "host", "login", "schema", "port")
CONNECTION_JSON = beside(ITEM_JSON, extra=Masked(Decrypted("extra", "is_extra_encrypted"), Secrecy.TEXT))

# What Airflow's own API takes, though its column would hold more.
_LONGEST_ID = 200

_PROPERTIES = (
    Property("connection_id", required=True, longest=250),
    Property("conn_type", required=True, longest=500),
    Property("description", nullable=True, longest=5000),
    Property("host", nullable=True, longest=500),
    Property("login", nullable=True),
    Property("schema", nullable=True, longest=500),
    Property("port", Kind.INTEGER, nullable=True),
    Property("password"),
    Property("extra", nullable=True),
)
_WHOLE = Body(_PROPERTIES)
_PARTIAL = Body(tuple(Property(**{**vars(one), "required": False}) for one in _PROPERTIES))
_BODY_AS = {one.name: one.name for one in _PROPERTIES}

_MISSING = Words("Connection not found", "The Connection with connection_id: `{connection_id}` was not found")
_TAKEN = Words("Conflict", "Connection already exist. ID: {connection_id}")
_LONG_ID = Words("Bad Request", f"The key has to be less than {_LONGEST_ID} characters")
_ODD_ID = Words(
    "Bad Request",
    "The key {connection_id!r} has to be made of alphanumeric characters, dashes, dots and underscores exclusively",
)


def _unfit(call: Call, problem: Problem) -> Words | None:
    """Return what the dialect calls it that a connection's id is none, where it is that."""
    name = str(call.body.get("connection_id", ""))
    if problem.field != "connectionId":
        return None
    return _LONG_ID if len(name) > _LONGEST_ID else _ODD_ID


def _spaced(call: Call, connection: Json) -> None:
    """Write `extra` anew where it is JSON, as Airflow does with what it has looked through for secrets."""
    extra = connection["extra"]
    if isinstance(extra, str):
        try:
            connection["extra"] = json.dumps(json.loads(extra))
        except (ValueError, RecursionError):
            return


def _whole_extra(call: Call) -> None:
    """Refuse in `extra` what Airflow crashes on: JSON that is no object. What is no JSON at all it takes."""
    extra = call.body.get("extra")
    try:
        told = json.loads(extra) if isinstance(extra, str) and extra else {}
    except (ValueError, RecursionError):
        return
    if not isinstance(told, dict):
        raise RefusedError(400, f"{extra!r} is no JSON object - 'extra'")


def _masked(call: Call) -> frozenset[str] | None:
    """Return the names in `update_mask`, each of which must be in the body; an id never changes."""
    _whole_extra(call)
    if call.find(ITEM_JSON, conn_id=call.path["connection_id"]) is None:
        # The operation says so, and has it audited.
        return None
    named = call.body.get("connection_id")
    if named and named != call.path["connection_id"]:
        raise RefusedError(400, "The connection_id cannot be updated.")
    mask = call.query.get("update_mask")
    if not isinstance(mask, tuple):
        return None
    names = [name.strip() for name in mask]
    for name in names:
        if name == "connection_id" or name not in call.body:
            raise RefusedError(400, f"'{name}' is unknown or cannot be updated.")
    return frozenset(names)


def _test(call: Call) -> Answer:
    """Have settings tested, where the administrator enabled that, by Airflow's command line."""
    call.session.needs(create_connection.needs)
    enabled = call.session.service.config.value("core", "test_connection") or ""
    if enabled.strip().lower() != "enabled":
        return Answer(
            "Testing connections is disabled in Airflow configuration. Contact your deployment admin to enable it.",
            403,
            "text/html",
        )
    check_fields(_WHOLE, call.body)
    told = {name: value for name, value in call.body.items() if name != "connection_id" and value is not None}
    try:
        tested = call.session.test_connection(told)
    except Unsupported as problem:
        # Clients know two answers, and this is the true one of them.
        return Answer({"status": False, "message": f"{problem.detail} {problem.hint}"})
    return Answer({"status": tested.works, "message": tested.message})


ROWS: tuple[Row, ...] = (
    Page(
        "/connections",
        ITEM_JSON,
        "connections",
        Sorting(
            Order(("id",)),
            {
                "connection_id": "conn_id",
                "conn_type": "conn_type",
                "description": "description",
                "host": "host",
                "port": "port",
                "id": "id",
            },
        ),
    ),
    Write(
        "POST",
        "/connections",
        create_connection,
        CONNECTION_JSON,
        body=_WHOLE,
        body_as=_BODY_AS,
        check=_whole_extra,
        words={Conflict: _TAKEN, Invalid: _unfit},
        finish=_spaced,
    ),
    Custom("POST", "/connections/test", _test, body=_PARTIAL),
    Read("/connections/{connection_id}", CONNECTION_JSON, _MISSING, finish=_spaced),
    Write(
        "PATCH",
        "/connections/{connection_id}",
        update_connection,
        CONNECTION_JSON,
        path_as={"connection_id": "connection_id"},
        body=_PARTIAL,
        body_as={name: name for name in _BODY_AS if name != "connection_id"},
        query=(MASK,),
        check=_masked,
        words={NotFound: _MISSING},
        finish=_spaced,
    ),
    Write(
        "DELETE",
        "/connections/{connection_id}",
        delete_connection,
        path_as={"connection_id": "connection_id"},
        words={NotFound: _MISSING},
    ),
)
