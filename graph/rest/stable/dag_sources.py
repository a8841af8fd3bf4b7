"""`/dagSources` and `/parseDagFile`: the file that defines DAGs, by its token."""

from graph.rest.call import Call, Words
from graph.rest.codec import codec
from graph.rest.dialect import JSON, Answer
from graph.rest.negotiation import chosen
from graph.rest.paging import listing
from graph.rest.rows import Custom, Row
from graph.rest.stable.file_token import read_file_token
from graph.types.dag_source import DagSource
from resolvers.access.permissions import Guard, Permission
from resolvers.binding import Column, Entity, Filter, Match, Operator, Order
from resolvers.errors import Forbidden
from resolvers.operations.dags import reparse
from resolvers.selection import Selection, Window

DAG_SOURCE_JSON = codec(DagSource, "content")

# The DAGs of a file all of which somebody may edit: that is what asking for it to be parsed takes.
_EDITED = Guard((Permission.DAG_EDIT,), dag="dag_id", through="dags_in_file", every=True)
_FILE_JSON = codec(Entity("DagFile", "dag_source", ("dag_id",), _EDITED, {"dag_id": Column("dag_id")}), "dag_id")

_TEXT = "text/plain"
_NO_SOURCE = Words("Dag source not found")
_NO_FILE = Words("File not found")


def _source(call: Call) -> Answer:
    """Return the text of a file, in the form that the client takes."""
    content = _found(call, DAG_SOURCE_JSON, _NO_SOURCE)["content"]
    if not isinstance(content, str):
        raise _NO_SOURCE.refusal(404, "NotFound", call)
    match chosen(call.accept, (_TEXT, JSON)):
        case "text/plain":
            return Answer(content, media_type=_TEXT)
        case "application/json":
            return Answer({"content": content})
    return Answer("Not Allowed Accept Header", 406, "text/html")


def _parse(call: Call) -> Answer:
    """Ask for a file to be parsed ahead of its turn."""
    dag_id = str(_found(call, _FILE_JSON, _NO_FILE)["dag_id"])
    asked = call.change(reparse, {"dag_id": dag_id})
    return Answer("" if asked.is_new else "Duplicate request", 201, "text/html")


def _found(call: Call, codec_: Selection, missing: Words) -> dict[str, object]:
    """Return what is read of the file that a token names; it must be theirs who ask, with all of its DAGs."""
    guard = codec_.entity.guard
    call.session.admit(guard)
    place = read_file_token(call.session.service, call.path["file_token"])
    if place is None:
        raise missing.refusal(404, "NotFound", call)
    page = listing(codec_, "files", _in_file(place), Order(("dag_id",)), Window(1), total=None)
    found = call.session.read(page).written()[0]["files"]
    if found:
        told: dict[str, object] = found[0]
        return told
    if isinstance(call.session.scopes.of(guard), frozenset):
        # Said of files without DAGs, too: who may not see those of a file is not told that there are any.
        raise Forbidden(f"{call.session.actor.name} may not see all DAGs of this file.")
    raise missing.refusal(404, "NotFound", call)


def _in_file(place: str | tuple[str, str]) -> Filter:
    if isinstance(place, str):
        return (Match("fileloc", Operator.EQUALS, place),)
    bundle, path = place
    return (Match("bundle_name", Operator.EQUALS, bundle), Match("relative_fileloc", Operator.EQUALS, path))


ROWS: tuple[Row, ...] = (
    Custom("GET", "/dagSources/{file_token}", _source),
    Custom("PUT", "/parseDagFile/{file_token}", _parse),
)
