"""The GraphQL endpoint, by the GraphQL-over-HTTP specification."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import orjson
from graphql import GraphQLError, GraphQLSchema, OperationType
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from graph.answering import Answer, answer
from graph.documents import Documents
from graph.http.auth import actor_of
from graph.http.body import read_body
from graph.problems import formatted, problem_extensions
from resolvers.errors import Forbidden, Invalid, Problem, Unauthenticated, Unavailable
from resolvers.service import Service

GRAPHQL = "application/graphql-response+json"
_JSON = "application/json"

# The statuses of refusals that come before anything is executed.
_STATUS: dict[type[Problem], int] = {Unauthenticated: 401, Forbidden: 403, Unavailable: 503}


@dataclass(frozen=True)
class GraphQLRequest:
    """What a client asks: a document, which of its operations, and the variables."""

    query: str
    operation_name: str | None
    variables: Mapping[str, object] | None


@dataclass(frozen=True)
class Endpoint:
    """Answers GraphQL requests over one service."""

    service: Service
    schema: GraphQLSchema
    documents: Documents

    async def answer(self, request: Request) -> Response:
        """Answer a request: JSON by POST, or a query in the address by GET."""
        accepted = request.headers.get("accept", "")
        media_type = GRAPHQL if GRAPHQL in accepted else _JSON
        if request.method == "GET" and "query" not in request.query_params and "text/html" in accepted:
            # Somebody typed the address into a browser.
            return RedirectResponse("graphiql")
        try:
            asked = await self._asked(request)
            return await run_in_threadpool(self._answer, request, asked, media_type)
        except Problem as problem:
            status = next((code for kind, code in _STATUS.items() if isinstance(problem, kind)), 400)
            headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
            told = {"errors": [{"message": problem.detail, "extensions": problem_extensions(problem)}]}
            return Response(orjson.dumps(told), status, headers, media_type)

    def _answer(self, request: Request, asked: GraphQLRequest, media_type: str) -> Response:
        """Execute an operation, in a thread of its own from the first row to the last byte."""
        actor = actor_of(self.service, request)
        request.state.actor = actor.name
        prepared = self.documents.prepare(asked.query)
        if prepared.errors or prepared.document is None:
            return _refusal(prepared.errors, media_type)
        operation = prepared.operation(asked.operation_name)
        request.state.operation = operation.name.value if operation.name else operation.operation.value
        if request.method != "POST" and operation.operation is not OperationType.QUERY:
            raise Invalid("A mutation cannot be asked for by GET.", hint="Send it by POST.")
        with self.service.session(actor) as session:
            result = answer(self.schema, prepared, operation, asked.variables, session)
        return _response(result, media_type)

    async def _asked(self, request: Request) -> GraphQLRequest:
        # HEAD is GET without the answer.
        if request.method != "POST":
            variables = request.query_params.get("variables")
            told: dict[str, object] = {**request.query_params, "variables": _parsed(variables) if variables else None}
        else:
            content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if content_type != _JSON:
                # Also what keeps a page of another site from posting here with a browser's own forms.
                raise Invalid(
                    f"The body must be JSON; its Content-Type is {content_type or 'missing'!r}.",
                    hint="Send the header 'Content-Type: application/json'.",
                )
            body = _parsed(await read_body(request, self.service.settings.max_body_bytes))
            if not isinstance(body, dict):
                raise Invalid("The body must be a JSON object.", hint='Send {"query": "...", "variables": {...}}.')
            told = body
        return _request(told)


def _parsed(text: str | bytes) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Invalid(f"This is not JSON: {error}.") from None


def _request(told: Mapping[str, object]) -> GraphQLRequest:
    query, name, variables = told.get("query"), told.get("operationName"), told.get("variables")
    if not isinstance(query, str) or not query.strip():
        raise Invalid("The request has no query.", field="query", hint='Send {"query": "{ viewer { name } }"}.')
    if name is not None and not isinstance(name, str):
        raise Invalid("operationName must be a string.", field="operationName")
    if variables is not None and not isinstance(variables, dict):
        raise Invalid("variables must be an object.", field="variables")
    return GraphQLRequest(query, name or None, variables)


def _refusal(errors: tuple[GraphQLError, ...], media_type: str) -> Response:
    told = {"errors": [formatted(error) for error in errors]}
    # Clients of the older media type read errors from answers of status 200 alone.
    return Response(_written(told), 400 if media_type == GRAPHQL else 200, media_type=media_type)


def _response(result: Answer, media_type: str) -> Response:
    if not result.executed:
        return _refusal(tuple(result.errors), media_type)
    errors = [formatted(error) for error in result.errors or ()]
    told = {"data": result.data, "errors": errors} if errors else {"data": result.data}
    return Response(_written(told), media_type=media_type)


def _written(told: object) -> bytes:
    try:
        return orjson.dumps(told, option=orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError:
        # What Airflow keeps may be a number of more than 64 bits, half of a surrogate pair, or nested very deeply.
        return json.dumps(told).encode()
