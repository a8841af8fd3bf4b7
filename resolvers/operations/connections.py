"""What can be done with connections: making, changing and deleting them."""

import json
import re

from resolvers.access.permissions import Permission
from resolvers.errors import Conflict, Invalid, NotFound
from resolvers.operations.audit import Audit
from resolvers.operations.given import NOT_GIVEN, NotGiven, given
from resolvers.operations.keys import ConnectionKey
from resolvers.operations.operation import operation
from resolvers.operations.work import Work

# What Airflow takes for an id: of letters and digits those of ASCII alone, for it stores no others.
ID_LENGTH = 200
_ID = re.compile(r"[\w.-]+", re.ASCII)

# What Airflow's columns hold.
_LONGEST = {"connType": 500, "host": 500, "schema": 500}
_MOST_PORT, _LEAST_PORT = 2**31 - 1, -(2**31)


@operation(needs=Permission.CONNECTION_CREATE, audit=Audit("api.connection.create", "post_connection", "POST", ()))
def create_connection(
    work: Work,
    *,
    connection_id: str,
    conn_type: str,
    description: str | None = None,
    host: str | None = None,
    schema: str | None = None,
    login: str | None = None,
    password: str | None = None,
    port: int | None = None,
    extra: str | None = None,
) -> ConnectionKey:
    """Make a connection, its password and `extra` encrypted where a Fernet key is known.

    `Conflict` where the id is taken.
    """
    _refuse_id(connection_id)
    _refuse(work, conn_type=conn_type, host=host, schema=schema, port=port, extra=extra)
    if work.find("connection", ("id",), conn_id=connection_id) is not None:
        raise Conflict(
            f"There is a connection with the id '{connection_id}' already.",
            field="connectionId",
            hint="Change that one instead.",
        )
    work.insert(
        "connection",
        {
            "conn_id": connection_id,
            "conn_type": conn_type,
            "description": description,
            "host": host,
            "schema": schema,
            "login": login,
            "port": port,
            "is_encrypted": False,
            **_password(work, password),
            **_extra(work, extra),
        },
    )
    return ConnectionKey(connection_id)


@operation(needs=Permission.CONNECTION_EDIT, audit=Audit("api.connection.edit", "patch_connection", "PATCH", ()))
def update_connection(
    work: Work,
    *,
    connection_id: str,
    conn_type: str | NotGiven = NOT_GIVEN,
    description: str | NotGiven | None = NOT_GIVEN,
    host: str | NotGiven | None = NOT_GIVEN,
    schema: str | NotGiven | None = NOT_GIVEN,
    login: str | NotGiven | None = NOT_GIVEN,
    password: str | NotGiven | None = NOT_GIVEN,
    port: int | NotGiven | None = NOT_GIVEN,
    extra: str | NotGiven | None = NOT_GIVEN,
) -> ConnectionKey:
    """Change a connection; what is not given stays, and so does the password where none or an empty one is given."""
    _refuse(work, conn_type=conn_type, host=host, schema=schema, port=port, extra=extra)
    changed = given(conn_type=conn_type, description=description, host=host, schema=schema, login=login, port=port)
    if password is not NOT_GIVEN:
        changed |= _password(work, password)
    if extra is not NOT_GIVEN:
        changed |= _extra(work, extra)
    if changed:
        found = work.update("connection", changed, *work.where("connection", conn_id=connection_id))
    else:
        found = work.find("connection", ("id",), conn_id=connection_id) is not None
    if not found:
        raise no_connection(connection_id)
    return ConnectionKey(connection_id)


@operation(needs=Permission.CONNECTION_DELETE, audit=Audit("api.connection.delete", "delete_connection", "DELETE", ()))
def delete_connection(work: Work, *, connection_id: str) -> ConnectionKey:
    """Delete a connection."""
    if not work.delete("connection", *work.where("connection", conn_id=connection_id)):
        raise no_connection(connection_id)
    return ConnectionKey(connection_id)


def no_connection(connection_id: str) -> NotFound:
    """Return the refusal of a connection that is not there."""
    return NotFound(
        f"No connection with the id '{connection_id}'.",
        field="connectionId",
        hint="connections lists those in the metadata database; there are none here of a secrets backend.",
    )


def _password(work: Work, password: str | None) -> dict[str, object]:
    """Return a password as Airflow stores it; none, or an empty one, leaves what there is."""
    if not password:
        return {}
    text, is_encrypted = work.keys.encrypt(password)
    return {"password": text, "is_encrypted": is_encrypted}


def _extra(work: Work, extra: str | None) -> dict[str, object]:
    """Return `extra` as Airflow stores it: encrypted, unless there is none."""
    if not extra:
        return {"extra": extra, "is_extra_encrypted": False}
    text, is_encrypted = work.keys.encrypt(extra)
    return {"extra": text, "is_extra_encrypted": is_encrypted}


def _refuse_id(connection_id: str) -> None:
    if len(connection_id) > ID_LENGTH or not _ID.fullmatch(connection_id):
        raise Invalid(
            f"{connection_id[:ID_LENGTH]!r} cannot be the id of a connection.",
            field="connectionId",
            hint=f"It has at most {ID_LENGTH} letters (A to Z), digits, underscores, dots and dashes.",
        )


def _refuse(
    work: Work,
    *,
    conn_type: str | NotGiven,
    host: str | NotGiven | None,
    schema: str | NotGiven | None,
    port: int | NotGiven | None,
    extra: str | NotGiven | None,
) -> None:
    for name, text in (("connType", conn_type), ("host", host), ("schema", schema)):
        if isinstance(text, str) and len(text) > _LONGEST[name]:
            raise Invalid(f"{name} has {_LONGEST[name]} characters at most; this one has {len(text)}.", field=name)
    if isinstance(port, int) and not _LEAST_PORT <= port <= _MOST_PORT:
        raise Invalid(f"{port} is no port.", field="port", hint="Ports go from 1 to 65535.")
    if isinstance(extra, str) and extra and not _is_fit(extra, work.generation.number):
        raise Invalid("`extra` is not a JSON object.", field="extra", hint='Write it like {"sslmode": "require"}.')


def _is_fit(extra: str, generation: int) -> bool:
    """Say whether Airflow takes this for `extra`: a JSON object; Airflow 2 also takes text that is no JSON at all."""
    try:
        return isinstance(json.loads(extra), dict)
    except (ValueError, RecursionError):
        return generation == 2
