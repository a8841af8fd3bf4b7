"""`/xcomEntries`: the values by which tasks of a run tell each other what they found."""

from graph.rest.call import Call, Words
from graph.rest.codec import Json, beside, codec, stored
from graph.rest.dialect import Answer, RefusedError
from graph.rest.paging import Sorting, narrow
from graph.rest.params import Kind, Parameter, held
from graph.rest.printed import printed, readable
from graph.rest.rows import Custom, Page, Row
from graph.types.guards import XCOMS
from graph.types.xcom import XCom
from resolvers.binding import Operator, Order

XCOM_JSON = codec(
    XCom,
    "key",
    "map_index",
    "task_id",
    "dag_id",
    timestamp="left_at",
    execution_date=stored("nominal_date"),
)
ENTRY_JSON = beside(XCOM_JSON, value=stored("value"))

_ENTRIES = "/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/xcomEntries"
_MISSING = Words("XCom entry not found")


def _entry(call: Call) -> Answer:
    """Return an XCom with its value: printed, unless it is to be as it is stored."""
    call.admit(XCOMS)
    config = call.session.service.config
    if call.query.get("deserialize") and not config.flag("api", "enable_xcom_deserialize_support", default=False):
        raise RefusedError(400, "XCom deserialization is disabled in configuration.")
    call.session.read_once()
    found: Json | None = call.find(ENTRY_JSON, **call.columns(), map_index=held(call.query.get("map_index")))
    if found is None:
        raise _MISSING.refusal(404, "NotFound", call)
    # Classes are not loaded here, whatever the client asks for: a wrapped object is told by a text about it.
    as_text = call.query.get("stringify", True) or config.flag("core", "enable_xcom_pickling", default=False)
    found["value"] = printed(found["value"]) if as_text else readable(found["value"])
    return Answer(found)


ROWS: tuple[Row, ...] = (
    Page(
        _ENTRIES,
        XCOM_JSON,
        "xcom_entries",
        Sorting(Order(("dag_id", "task_id", "run_id", "map_index", "key"))),
        (
            narrow("map_index", "map_index", Operator.EQUALS, kind=Kind.INTEGER),
            narrow("xcom_key", "key", Operator.EQUALS, kind=Kind.TEXT),
        ),
    ),
    Custom(
        "GET",
        f"{_ENTRIES}/{{xcom_key:path}}",
        _entry,
        query=(
            Parameter("map_index", Kind.INTEGER),
            Parameter("deserialize", Kind.BOOLEAN),
            Parameter("stringify", Kind.BOOLEAN),
        ),
    ),
)
