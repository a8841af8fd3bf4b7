"""How Airflow's early APIs read a request: JSON whatever it is called, and nothing refused for being unknown."""

import json

from starlette.requests import Request

from graph.rest.body import Body, holds_null_character
from graph.rest.dialect import Given, RefusedError
from graph.rest.rows import Row

ANYTHING = Body(())
"""A body of which the row itself says what it takes."""


class MalformedError(RefusedError):
    """A body that is no JSON object, of which the early APIs' web framework said so itself."""


def leniently(row: Row, request: Request, content: bytes) -> Given:
    """Return what a request says to a row: the first value of each parameter that the row knows, and a JSON object.

    What is null was not given.
    """
    known = {parameter.name for parameter in row.query}
    query: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in known:
            query.setdefault(name, value)
    return Given(query, {} if row.body is None else _object(content), texts=query)


def _object(content: bytes) -> dict[str, object]:
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        raise MalformedError(400, "The body is no JSON.") from None
    if told == []:
        return {}
    if not isinstance(told, dict):
        raise MalformedError(400, "The body is no JSON object.")
    if holds_null_character(told):
        raise MalformedError(400, "The body holds a character of code 0, which no database keeps.")
    return {name: value for name, value in told.items() if value is not None}
