"""`/variables`: values that DAGs look up by key."""

from graph.rest.body import Body, Property
from graph.rest.call import Call, Words
from graph.rest.codec import codec
from graph.rest.dialect import Answer, RefusedError
from graph.rest.paging import Sorting
from graph.rest.params import MASK
from graph.rest.rows import Custom, Page, Read, Row, Write
from graph.types.variable import Variable
from resolvers.binding import Decrypted, Order
from resolvers.errors import NotFound
from resolvers.operations.variables import delete_variable, set_variable, update_variable

# Airflow's own API of this version shows the values of all variables in the clear.
VARIABLE_JSON = codec(Variable, "key", value=Decrypted("val", "is_encrypted"), description="description")

_BODY = Body(
    (
        Property("key", required=True),
        Property("value", required=True),
        Property("description", nullable=True, refuses_null=True),
    ),
    title="Invalid Variable schema",
)
_MISSING = Words("Variable not found", "Variable does not exist")


def _set(call: Call) -> Answer:
    """Make or replace a variable; the answer is what was sent, secrets and all."""
    call.change(set_variable, {}, lambda: {name: str(value) for name, value in call.body.items()})
    return Answer(dict(call.body))


_MASKED = {"val": "value", "description": "description"}


def _masked(call: Call) -> frozenset[str] | None:
    """Return the names in `update_mask`, each of which must be in the body; a key never changes.

    Airflow's mask calls the value as its table does.
    """
    if call.body["key"] != call.path["variable_key"]:
        raise RefusedError(400, "key from request body doesn't match uri parameter", title="Invalid post body")
    mask = call.query.get("update_mask")
    # That there is no such variable comes before what is wrong with the mask, but not before all else.
    if not isinstance(mask, tuple) or call.find(VARIABLE_JSON) is None:
        return None
    names = [name.strip() for name in mask]
    for name in names:
        if _MASKED.get(name) not in call.body:
            raise RefusedError(400, f"'{name}' is unknown or cannot be updated.")
    return frozenset(_MASKED[name] for name in names)


ROWS: tuple[Row, ...] = (
    Page(
        "/variables",
        VARIABLE_JSON,
        "variables",
        Sorting(Order(("id",)), {"id": "id", "key": "key", "value": "val"}),
    ),
    Custom("POST", "/variables", _set, body=_BODY),
    Read("/variables/{variable_key:path}", VARIABLE_JSON, _MISSING),
    Write(
        "PATCH",
        "/variables/{variable_key:path}",
        update_variable,
        VARIABLE_JSON,
        path_as={"variable_key": "key"},
        body=_BODY,
        body_as={"value": "value", "description": "description"},
        query=(MASK,),
        check=_masked,
        words={NotFound: _MISSING},
    ),
    Write(
        "DELETE",
        "/variables/{variable_key:path}",
        delete_variable,
        path_as={"variable_key": "key"},
        words={NotFound: Words("Variable not found")},
        nothing="text/html",
    ),
)
