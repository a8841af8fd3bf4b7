"""From the rows of a dialect to an application that answers them, one worker thread per request."""

import json
import re
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import orjson
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketClose

from graph.http.auth import answer_headers
from graph.http.body import read_body
from graph.http.errand import Errand
from graph.http.gate import Gate
from graph.http.reply import refuse_longer, reply
from graph.http.workers import HungUpError, Workers
from graph.problems import incident
from graph.rest.call import Call, Limits
from graph.rest.dialect import JSON, Answer, Authenticate, Dialect, RefusedError, Stream
from graph.rest.document.routes import document_routes
from graph.rest.places import Places
from graph.rest.rows import Row
from resolvers.access.actor import NOBODY, Actor
from resolvers.errors import Invalid, Problem, Unauthenticated, Unavailable
from resolvers.service import Service

_NOWHERE = RefusedError(
    404,
    "The requested URL was not found on the server. If you entered the URL manually please check your spelling "
    "and try again.",
    title="Not Found",
    section=None,
)
_NO_METHOD = RefusedError(
    405, "The method is not allowed for the requested URL.", title="Method Not Allowed", section=None
)


@dataclass(frozen=True)
class Endpoint:
    """Answers the requests to one dialect."""

    dialect: Dialect
    service: Service
    authenticate: Authenticate
    workers: Workers
    gate: Gate
    limits: Limits
    places: Places

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; nothing here speaks WebSocket."""
        if scope["type"] != "http":
            await WebSocketClose()(scope, receive, send)
            return
        try:
            response = await self.response(Request(scope, receive))
        except HungUpError:
            return
        if told := answer_headers(scope):
            response.headers.update(told)
        await response(scope, receive, send)

    async def response(self, request: Request) -> Response:
        """Return the answer, or the dialect's rendering of the refusal."""
        path: str = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        found = self.places.rows(path)
        method = "GET" if request.method == "HEAD" else request.method
        if not found and "//" in path:
            found = self.places.rows(re.sub("/{2,}", "/", path))
            if any(row.method == method for row, _ in found):
                # Without the host: a proxy in front may be spoken to by another name, and by TLS.
                address = request.url.replace(scheme="", netloc="", path=re.sub("/{2,}", "/", request.scope["path"]))
                return RedirectResponse(str(address), 308, {"Content-Type": "text/html"})
        if found and method == "OPTIONS":
            allowed = {"Allow": ", ".join(self._allowed(found)), **self.dialect.headers}
            return Response(headers=allowed, media_type="text/html")
        row, names = next(((row, names) for row, names in found if row.method == method), (None, {}))
        if row is None:
            refused = _response(self.dialect.render(_NO_METHOD if found else _NOWHERE))
            if found:
                refused.headers["Allow"] = ", ".join(self._allowed(found))
            return refused
        try:
            # Whether all is well may be asked by anybody, ever so often.
            with nullcontext() if row.open else self.gate.rates.admitted(request.scope):
                if row.method != "GET" or self.dialect.changes_by_get:
                    self.gate.origins.refuse_foreign(request.headers)
                response = await self._answer(request, row, names)
        except (Problem, RefusedError) as refusal:
            response = _response(self.dialect.render(refusal))
        except HungUpError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the client gets an id and the log the rest
            message = str(incident(error)["message"])
            fault = RefusedError(500, message, title="Internal Server Error", section="Unknown")
            response = _response(self.dialect.render(fault))
        response.headers.update(self.dialect.headers)
        return response

    async def _answer(self, request: Request, row: Row, names: dict[str, Any]) -> Response:
        """Read the request, then answer it in a thread of its own, from the first row to the last byte."""
        request.state.operation = f"{row.method} {row.path}"
        if any("\0" in value for value in (*names.values(), *request.query_params.values()) if isinstance(value, str)):
            raise Invalid("The address holds a character of code 0, which no name in Airflow can.")
        until = self.workers.deadline()
        content = b""
        if row.body is not None:
            content = await read_body(request.receive, self.service.settings.max_body_bytes, until)
        given = self.dialect.read(row, request, content)

        accept, quirk = request.headers.get("accept", ""), self.dialect.quirk

        def answer(errand: Errand[Response]) -> Response:
            actor = NOBODY if row.open else self._caller(request)
            request.state.actor = actor.name
            with self.service.session(actor) as session:
                errand.works_in(session)
                told = row.answer(Call.of(session, names, given, self.limits, accept))
                if isinstance(told.body, Stream):
                    pieces = iter(()) if request.method == "HEAD" else told.body.pieces
                    return StreamingResponse(pieces, told.status, dict(told.headers), told.media_type)
                content = _content(told)
                if quirk and content and told.media_type == JSON and quirk.is_for(request.headers):
                    content = _written(quirk.retold(json.loads(content)))
                refuse_longer(content, self.service.settings.max_answer_bytes, session)
            response = reply(content, request.headers, told.media_type, told.status)
            response.headers.update(told.headers)
            return response

        return await self.workers.answer(answer, request.receive, until=until, late=self._late)

    @cached_property
    def _late(self) -> Problem:
        # 503, and not 408, upon which clients may send the same again unasked. Dialects tell no hints of their own.
        return Unavailable(f"{self.workers.late.detail} {self.workers.late.hint}")

    def _caller(self, request: Request) -> Actor:
        """Return who is calling, in the dialect's view of those whose credentials are wrong."""
        try:
            return self.authenticate(request)
        except Unauthenticated:
            anonymous = self.service.callers.anonymous() if self.dialect.mistaken_are_anonymous else None
            if anonymous is None:
                raise
            return anonymous

    @staticmethod
    def _allowed(found: list[tuple[Row, dict[str, Any]]]) -> list[str]:
        methods = [row.method for row, _ in found]
        return [*methods, *(["HEAD"] if "GET" in methods else []), "OPTIONS"]


class Guest(BaseRoute):
    """The rows of a dialect below the prefix of another one, which gets whatever is none of theirs."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Say whether a request is for one of the rows."""
        dialect, path = self.endpoint.dialect, scope.get("path", "").removeprefix(scope.get("root_path", ""))
        inside = path.removeprefix(dialect.prefix)
        if inside == path or not self.endpoint.places.rows(inside):
            return Match.NONE, {}
        if dialect.is_for is not None and not dialect.is_for(Headers(scope=scope)):
            return Match.NONE, {}
        return Match.FULL, {"root_path": scope.get("root_path", "") + dialect.prefix}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer such a request."""
        await self.endpoint(scope, receive, send)


def routes_of(
    dialect: Dialect, service: Service, authenticate: Authenticate, workers: Workers, gate: Gate
) -> list[BaseRoute]:
    """Return the routes of a dialect: its document, all below its prefix, and that; of a guest, those of its rows."""
    limits = Limits(
        most=_limit(service, "maximum_page_limit", 100),
        usual=_limit(service, "fallback_page_limit", service.settings.default_page_size),
    )
    endpoint = Endpoint(dialect, service, authenticate, workers, gate, limits, Places(dialect.rows))
    if dialect.guest:
        return [Guest(endpoint)]
    documented = document_routes(dialect, service, limits)
    below = Mount(dialect.prefix, app=endpoint)
    below.path_regex = re.compile(below.path_regex.pattern, re.DOTALL)
    return [*documented, Route(dialect.prefix, endpoint), below]


def _limit(service: Service, option: str, otherwise: int) -> int:
    """Return one of Airflow's limits of a page, where its configuration says any."""
    told = service.config.value("api", option) or ""
    return int(told) if told.isdecimal() and int(told) else otherwise


def _response(answer: Answer) -> Response:
    return Response(_content(answer), answer.status, dict(answer.headers), answer.media_type)


def _content(answer: Answer) -> bytes:
    match answer.body:
        case bytes(content):
            return content
        case str(text):
            return text.encode()
        case value:
            return _written(value)


def _written(value: object) -> bytes:
    try:
        return orjson.dumps(value, default=_plain, option=orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError:
        # Numbers of more than 64 bits and halves of surrogate pairs, which a run's conf may hold.
        return json.dumps(value, default=_plain).encode()


def _plain(value: object) -> object:
    """Return what JSON can say of a value that it has no word for: null for what cannot be read."""
    if isinstance(value, Problem):
        return None
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, set | frozenset) else str(value)
