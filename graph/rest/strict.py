"""How the stable API reads a request: what it does not know, it refuses."""

from starlette.requests import Request

from graph.rest.body import check_body, parse_body
from graph.rest.dialect import Given
from graph.rest.params import read_query
from graph.rest.rows import Row


def strictly(row: Row, request: Request, content: bytes) -> Given:
    """Return what a request says to a row; `RefusedError` where the row does not take it."""
    if row.body is None:
        return Given(read_query(row.query, request.query_params))
    body = check_body(row.body, parse_body(request.headers.get("content-type"), content))
    return Given(read_query(row.query, request.query_params), body, row.body)
