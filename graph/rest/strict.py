"""How the stable API reads a request: what it does not know, it refuses."""

from starlette.requests import Request

from graph.rest.body import check_body, parse_body
from graph.rest.dialect import Given
from graph.rest.params import read_query
from graph.rest.rows import Row


def strictly(row: Row, request: Request, content: bytes) -> Given:
    """Return what a request says to a row; `RefusedError` where the row does not take it.

    Where neither the path nor the query string of a row has a parameter, Airflow does not look for any.
    """
    body = {} if row.body is None else check_body(row.body, parse_body(request.headers.get("content-type"), content))
    looks = row.query or "{" in row.path
    query = read_query(row.query, request.query_params) if looks else {}
    # Of a body that only ends in JSON, Airflow's audit log tells nothing.
    audited = "application/json" in request.headers.get("content-type", "").lower()
    return Given(query, body, row.body, dict(request.query_params), audited)
