"""The command about connections: passwords and secrets in `extra` come in, and never out."""

import json
from reprlib import Repr
from urllib.parse import parse_qsl, unquote, urlsplit

from graph.rest.clairvoyant.asking import Asked
from graph.rest.clairvoyant.command import Command, box, text
from graph.rest.clairvoyant.finding import all_of, one_of
from graph.rest.clairvoyant.tables import fancy_grid
from graph.rest.clairvoyant.told import FailedError, Told, said
from graph.rest.codec import Json, codec
from graph.types.connection import ConnectionSettings
from resolvers.operations.connections import create_connection, delete_connection

_COLUMNS = ("conn_id", "conn_type", "host", "port", "is_encrypted", "is_extra_encrypted", "extra")
_HEADS = ("Conn Id", "Conn Type", "Host", "Port", "Is Encrypted", "Is Extra Encrypted", "Extra")
_ID = codec(ConnectionSettings, conn_id="connection_id")
_LISTED = codec(
    ConnectionSettings,
    *(name for name in _COLUMNS if name != "conn_id"),
    conn_id="connection_id",
)
_SHORT = Repr()

MASK = "******"


def masked_uri(uri: str) -> str:
    """Return a connection's URI without its password, and without what follows the `?`, which may be secret too."""
    head, _, query = uri.partition("?")
    scheme, separator, rest = head.partition("://")
    credentials, at, place = rest.rpartition("@")
    login, colon, _ = credentials.partition(":")
    shown = f"{scheme}{separator}{login}{f':{MASK}' if colon else ''}{at}{place}"
    return f"{shown}?{MASK}" if query else shown


def _connections(asked: Asked) -> Told:
    """List, add or delete, the first of these that is asked for; else say nothing."""
    if asked.flag("list"):
        rows = [_row(connection) for connection in all_of(asked, _LISTED, (), "id")]
        return said(fancy_grid(_HEADS, rows) + "\n")
    if asked.flag("delete"):
        return _delete(asked)
    return _add(asked) if asked.flag("add") else said("")


def _row(connection: Json) -> list[str]:
    """Return the cells of a connection: each as Python writes it, shortened."""
    return [_SHORT.repr(connection[name]) for name in _COLUMNS]


def _delete(asked: Asked) -> Told:
    conn_id = asked.text("conn_id")
    if not conn_id:
        return said("\n\tThe following args are required to delete a connection: ['conn_id']\n\n")
    if one_of(asked, _ID, conn_id=conn_id) is None:
        return said(f"\n\tDid not find a connection with `conn_id`={conn_id}\n\n")
    asked.session.run(delete_connection, connection_id=conn_id)
    return said(f"\n\tSuccessfully deleted `conn_id`={conn_id}\n\n")


def _add(asked: Asked) -> Told:
    conn_id, uri, conn_type = (asked.text(name) for name in ("conn_id", "conn_uri", "conn_type"))
    missing = [] if conn_id else ["conn_id"]
    if not uri and not conn_type:
        missing.append("conn_uri or conn_type")
    if missing:
        return said(f"\n\tThe following args are required to add a connection: {missing!r}\n\n")
    if uri and conn_type:
        return said(
            "\n\tThe following args are not compatible with the --add flag and --conn_uri flag: ['conn_type']\n\n"
        )
    if one_of(asked, _ID, conn_id=conn_id):
        return said(f"\n\tA connection with `conn_id`={conn_id} already exists\n\n")
    parts = _parts(uri) if uri else {"conn_type": conn_type}
    if extra := asked.parameters.get("conn_extra"):
        parts["extra"] = extra
    asked.session.run(create_connection, connection_id=conn_id, **parts)
    shown = masked_uri(uri) if uri else f"{conn_type}://:{MASK}@:"
    return said(f"\n\tSuccessfully added `conn_id`={conn_id} : {shown}\n\n")


def _parts(uri: str) -> dict[str, object]:
    """Return the parts of a URI, as Airflow reads one."""
    try:
        read = urlsplit(uri)
        port = read.port
    except ValueError as error:
        raise FailedError(str(error), "ValueError") from None
    scheme = "postgres" if read.scheme == "postgresql" else read.scheme.replace("-", "_")
    if not scheme:
        raise FailedError(
            "conn_uri names no type of connection: it begins with one, as in postgres://host", "ValueError"
        )
    extra = dict(parse_qsl(read.query, keep_blank_values=True))
    parts: dict[str, object] = {
        "conn_type": scheme,
        "host": unquote(read.hostname) if read.hostname else None,
        "login": unquote(read.username) if read.username else None,
        "password": unquote(read.password) if read.password else None,
        "schema": unquote(read.path[1:]) or None,
        "port": port,
        "extra": json.dumps(extra) if extra else None,
    }
    return {name: value for name, value in parts.items() if value is not None}


def _changes(asked: Asked) -> bool:
    return not asked.flag("list") and (asked.flag("add") or asked.flag("delete"))


COMMANDS = (
    Command(
        "connections",
        "List/Add/Delete connections",
        _connections,
        (
            box("list", "List all connections"),
            box("add", "Add a connection"),
            box("delete", "Delete a connection"),
            text("conn_id", "Connection id, required to add/delete a connection"),
            text("conn_uri", "Connection URI, required to add a connection without conn_type"),
            text("conn_type", "Connection type, required to add a connection without conn_uri"),
            text("conn_extra", "Connection 'Extra' field, optional when adding a connection"),
        ),
        _changes,
    ),
)
