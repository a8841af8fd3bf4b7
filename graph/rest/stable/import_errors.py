"""`/importErrors`: files that Airflow could not make DAGs of."""

from graph.rest.call import Call, Words
from graph.rest.codec import codec
from graph.rest.dialect import Answer, RefusedError
from graph.rest.paging import Sorting
from graph.rest.rows import Custom, Page, Row
from graph.types.guards import IMPORT_ERRORS
from graph.types.import_error import ParseImportError
from resolvers.binding import Order

IMPORT_ERROR_JSON = codec(ParseImportError, "import_error_id", "timestamp", "filename", "stack_trace")

_MISSING = Words("Import error not found", "The ImportError with import_error_id: `{import_error_id}` was not found")


def _import_error(call: Call) -> Answer:
    """Return an import error; one of a file without any DAG that the caller may read is not theirs."""
    found = call.find(IMPORT_ERROR_JSON)
    if found is not None:
        return Answer(found)
    if isinstance(call.session.scopes.of(IMPORT_ERRORS), frozenset):
        # Said of those that there are not, too: who may not read an error is not told that there is one.
        raise RefusedError(
            403,
            "You do not have read permission on any of the DAGs in the file",
            title="Forbidden",
            section="PermissionDenied",
        )
    raise _MISSING.refusal(404, "NotFound", call)


ROWS: tuple[Row, ...] = (
    Page(
        "/importErrors",
        IMPORT_ERROR_JSON,
        "import_errors",
        Sorting(Order(("id",)), {"import_error_id": "id", "timestamp": "timestamp", "filename": "filename"}),
    ),
    Custom("GET", "/importErrors/{import_error_id:int}", _import_error),
)
