"""The GraphQL endpoint, by the GraphQL-over-HTTP specification."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from time import perf_counter

import orjson
from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode, OperationType
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from graph.answering import answer
from graph.documents import Documents, Prepared
from graph.http.auth import actor_of, answer_headers
from graph.http.body import read_body
from graph.http.errand import Errand
from graph.http.explanation import NAME, explanation
from graph.http.gate import Gate
from graph.http.headers import said
from graph.http.reply import refuse_longer, reply
from graph.http.workers import HungUpError, Workers
from graph.keeping import Kept
from graph.problems import errors_told, problem_extensions, problem_headers, without_suggestions
from graph.reckoning import Cost
from resolvers.access.actor import Actor, may_introspect
from resolvers.errors import Forbidden, Invalid, Problem, TooExpensive, TooMany, Unauthenticated, Unavailable
from resolvers.service import Service, Session

GRAPHQL = "application/graphql-response+json"
_JSON = "application/json"

# How many bodies are kept as they were read, and of how many bytes each at most.
_KEPT = 200
_LONGEST_KEPT = 4_000

# The statuses of refusals that come before anything is executed.
_STATUS: dict[type[Problem], int] = {Unauthenticated: 401, Forbidden: 403, TooMany: 429, Unavailable: 503}


@dataclass(frozen=True)
class GraphQLRequest:
    """What a client asks: a document, which of its operations, the variables, and whether to explain the answer."""

    query: str
    operation_name: str | None
    variables: Mapping[str, object] | None
    explain: bool = False


@dataclass(frozen=True)
class Executed:
    """The JSON of an answer but for its extensions, and whether it was refused before anything was executed."""

    body: bytes
    refused: bool = False
    cost: Cost | None = None

    def with_extensions(self, **more: object) -> bytes:
        """Return the whole answer: with what it costs, as soon as that was known, and what else is told."""
        told = {**({"cost": self.cost.told()} if self.cost else {}), **more}
        # The body is an object, which has members: data, errors or both.
        return b'%s,"extensions":%s}' % (memoryview(self.body)[:-1], orjson.dumps(told)) if told else self.body


@dataclass(frozen=True)
class Endpoint:
    """Answers GraphQL requests over one service: the event loop moves bytes, a worker thread does the rest."""

    service: Service
    schema: GraphQLSchema
    documents: Documents
    workers: Workers
    gate: Gate
    # Who asks again every few seconds sends the same bytes each time. Documents are kept, and weighed, elsewhere.
    _kept: Kept[bytes, GraphQLRequest] = field(
        default_factory=lambda: Kept(_asked, most=_KEPT, heaviest=_KEPT * _LONGEST_KEPT), repr=False, compare=False
    )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, unless nobody waits for the answer any more."""
        try:
            response = await self._response(Request(scope, receive))
        except HungUpError:
            return
        if told := answer_headers(scope):
            response.headers.update(told)
        await response(scope, receive, send)

    async def _response(self, request: Request) -> Response:
        """Return the answer: JSON by POST, or a query in the address by GET."""
        accepted = said(request.scope, b"accept")
        media_type = GRAPHQL if GRAPHQL in accepted else _JSON
        posted = request.scope["method"] == "POST"
        if not posted and "query" not in request.query_params and "text/html" in accepted:
            # Somebody typed the address into a browser.
            return RedirectResponse("graphiql")
        until = self.workers.deadline()
        try:
            with self.gate.rates.admitted(request.scope):
                if not posted:
                    self.gate.origins.refuse_foreign(request.headers)
                # HEAD is GET without the answer.
                content = await self._content(request, until) if posted else None
                work = partial(self._answer, request, content, media_type)
                return await self.workers.answer(work, request.receive, until=until, late=self.workers.late)
        except Problem as problem:
            status = next((code for kind, code in _STATUS.items() if isinstance(problem, kind)), 400)
            return Response(orjson.dumps({"errors": [_told(problem)]}), status, problem_headers(problem), media_type)

    async def _content(self, request: Request, until: float) -> bytes:
        content_type = said(request.scope, b"content-type")
        if content_type != _JSON and (content_type := content_type.partition(";")[0].strip().lower()) != _JSON:
            # Also what keeps a page of another site from posting here with a browser's own forms.
            raise Invalid(
                f"The body must be JSON; its Content-Type is {content_type or 'missing'!r}.",
                hint="Send the header 'Content-Type: application/json'.",
            )
        return await read_body(request.receive, self.service.settings.max_body_bytes, until)

    def _answer(self, request: Request, content: bytes | None, media_type: str, errand: Errand[Response]) -> Response:
        """Answer what is asked, in a worker thread, from its JSON to the last byte of the answer."""
        asked = self._asked(content) if content is not None else _asked_by_address(request.query_params)
        actor = actor_of(self.service, request)
        # What the log says of the request.
        state = request.scope["state"]
        state["actor"] = actor.name
        started = perf_counter()
        prepared = self.documents.prepare(asked.query)
        if prepared.errors:
            return self._reply(self._refused(prepared.errors, actor), request, media_type)
        operation = prepared.operation(asked.operation_name)
        state["operation"] = operation.name.value if operation.name else operation.operation.value
        if content is None and operation.operation is not OperationType.QUERY:
            raise Invalid("A mutation cannot be asked for by GET.", hint="Send it by POST.")
        with self.service.session(actor) as session:
            errand.works_in(session)
            prepared_at = perf_counter()
            executed = self._executed(session, prepared, operation, asked)
            try:
                refuse_longer(executed.body, self.service.settings.max_answer_bytes, session)
            except TooExpensive as problem:
                executed = replace(executed, body=orjson.dumps({"data": None, "errors": [_told(problem)]}))
            if asked.explain:
                preparing, answering = prepared_at - started, perf_counter() - prepared_at
                told = explanation(session, preparing=preparing, answering=answering)
                return self._reply(executed, request, media_type, **{NAME: told})
        return self._reply(executed, request, media_type)

    def _asked(self, content: bytes) -> GraphQLRequest:
        return self._kept.of(content) if len(content) <= _LONGEST_KEPT else _asked(content)

    def _executed(
        self, session: Session, prepared: Prepared, operation: OperationDefinitionNode, asked: GraphQLRequest
    ) -> Executed:
        """Answer an operation, and write the answer."""
        told = answer(self.schema, prepared, operation, asked.variables, session)
        if not told.executed:
            return replace(self._refused(told.errors, session.actor), cost=told.cost)
        data = {"data": told.data}
        body = _written({**data, "errors": errors_told(told.errors)} if told.errors else data)
        return Executed(body, cost=told.cost)

    def _refused(self, errors: Sequence[GraphQLError], actor: Actor) -> Executed:
        knows = may_introspect(self.service.settings, actor)
        told = errors_told(errors if knows else [without_suggestions(error) for error in errors])
        return Executed(_written({"errors": told}), refused=True)

    @staticmethod
    def _reply(executed: Executed, request: Request, media_type: str, **extensions: object) -> Response:
        # Clients of the older media type read errors from answers of status 200 alone. What was executed has it in
        # both, even if it was cut short: it has `data`, and the specification keeps 4xx and 5xx for what has none.
        status = 400 if executed.refused and media_type == GRAPHQL else 200
        return reply(executed.with_extensions(**extensions), request.headers, media_type, status)


def _asked(content: bytes) -> GraphQLRequest:
    body = _parsed(content)
    if isinstance(body, list):
        raise Invalid(
            f"Batches are not answered: the body is an array of {len(body):,} requests.",
            hint="Send each by itself; or ask for several root fields in one document, by aliases.",
        )
    if not isinstance(body, dict):
        raise Invalid("The body must be a JSON object.", hint='Send {"query": "...", "variables": {...}}.')
    return _request(body)


def _asked_by_address(query: Mapping[str, str]) -> GraphQLRequest:
    parsed = {name: _parsed(query[name]) for name in ("variables", "extensions") if query.get(name)}
    return _request({**query, "variables": None, "extensions": None, **parsed})


def _parsed(text: str | bytes) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Invalid(f"This is not JSON: {error}.") from None


def _request(told: Mapping[str, object]) -> GraphQLRequest:
    query, name, variables = told.get("query"), told.get("operationName"), told.get("variables")
    extensions = told.get("extensions")
    if not isinstance(query, str) or not query.strip():
        raise Invalid("The request has no query.", field="query", hint='Send {"query": "{ viewer { name } }"}.')
    if name is not None and not isinstance(name, str):
        raise Invalid("operationName must be a string.", field="operationName")
    if variables is not None and not isinstance(variables, dict):
        raise Invalid("variables must be an object.", field="variables")
    if extensions is not None and not isinstance(extensions, dict):
        raise Invalid("extensions must be an object.", field="extensions")
    # Extensions that are not known here mean nothing here, as the specification has it.
    return GraphQLRequest(query, name or None, variables, explain=(extensions or {}).get(NAME) is True)


def _told(problem: Problem) -> dict[str, object]:
    return {"message": problem.detail, "extensions": problem_extensions(problem)}


def _written(told: object) -> bytes:
    try:
        return orjson.dumps(told)
    except orjson.JSONEncodeError:
        # What Airflow keeps may be a number of more than 64 bits, half of a surrogate pair, or nested very deeply.
        return json.dumps(told, default=datetime.isoformat).encode()
