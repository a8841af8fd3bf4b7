"""`/auth/token`: where scripts that log in as Airflow 3's do get their tokens, in the words of Airflow's own server."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from graph.http.body import read_body
from graph.http.errand import Errand
from graph.http.gate import Gate
from graph.http.workers import HungUpError, Workers
from graph.problems import incident
from resolvers.access.issuing import Issuer
from resolvers.errors import Forbidden, Invalid, Problem, TooExpensive, TooMany, Unauthenticated, Unavailable
from resolvers.service import Service

_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
_STATUS: Mapping[type[Problem], int] = {
    Invalid: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    TooExpensive: 413,
    TooMany: 429,
    Unavailable: 503,
}
_MEMBERS = ("username", "password")

Fault = Mapping[str, object]


@dataclass(frozen=True)
class RefusedError(Exception):
    """A refusal as FastAPI, which Airflow 3 is written with, words it: a text, or the list of what is wrong where."""

    status: int
    detail: object


@dataclass(frozen=True)
class Login:
    """A name and a password."""

    name: str
    password: str


@dataclass(frozen=True)
class TokenEndpoint:
    """Issues tokens that are valid for so many seconds.

    Where forms are taken, GET is known too: by the ordinary road of SimpleAuthManager, and by no other.
    """

    service: Service
    issuer: Issuer
    workers: Workers
    gate: Gate
    seconds: int
    takes_forms: bool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, unless nobody waits for the answer any more."""
        request = Request(scope, receive)
        request.state.operation = "issue a token"
        try:
            with self.gate.rates.admitted(scope):
                self.gate.origins.refuse_foreign(request.headers)
                response = await self._response(request)
        except HungUpError:
            return
        except RefusedError as refusal:
            response = _response(refusal.status, {"detail": refusal.detail})
        except Problem as problem:
            status = next((code for kind, code in _STATUS.items() if isinstance(problem, kind)), 400)
            response = _response(status, {"detail": problem.detail})
            if isinstance(problem, TooMany):
                response.headers["Retry-After"] = str(problem.retry_after)
        except Exception as error:  # noqa: BLE001 - whatever it is, the client gets an id and the log the rest
            response = _response(500, {"detail": incident(error)["message"]})
        await response(scope, receive, send)

    async def _response(self, request: Request) -> Response:
        until = self.workers.deadline()
        if request.method == "GET" and self.takes_forms:
            if not self.issuer.is_open:
                raise RefusedError(403, "Only where [core] simple_auth_manager_all_admins is True.")
            login = Login("", "")
        elif request.method == "POST":
            login = await self._login(request, until)
        else:
            raise RefusedError(405, "Method Not Allowed")
        peer = request.client.host if request.client else None
        work = partial(self._issued, login, peer)
        token = await self.workers.answer(work, request.receive, until=until, late=self.workers.late)
        response = _response(201, {"access_token": token})
        response.headers["Cache-Control"] = "no-store"
        return response

    def _issued(self, login: Login, peer: str | None, _errand: Errand[str]) -> str:
        # Where everybody is let in, nobody has to say who they are.
        if not self.issuer.is_open and not (login.name and login.password):
            raise RefusedError(400, "Username and password must be provided")
        return self.issuer.token(login.name, login.password, peer=peer, seconds=self.seconds)

    async def _login(self, request: Request, until: float) -> Login:
        content_type = request.headers.get("content-type", _JSON).partition(";")[0].strip().lower() or _JSON
        if content_type not in (_JSON, _FORM) and self.takes_forms:
            raise RefusedError(415, f"Only {_JSON} or {_FORM} is taken here.")
        if content_type != _JSON and not self.takes_forms:
            raise RefusedError(422, [self._no_object()])
        content = await read_body(request.receive, self.service.settings.max_body_bytes, until)
        if content_type == _FORM:
            form = dict(parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True))
            return Login(form.get("username", ""), form.get("password", ""))
        return self._told(_parsed(content))

    def _told(self, body: object) -> Login:
        """Return what a JSON body says. What was sent is told to nobody again: it holds a password."""
        if not isinstance(body, dict):
            raise RefusedError(422, [self._no_object()])
        if self.issuer.takes_anything:
            # FAB lets a body say more, and asks for both only together.
            body = {**dict.fromkeys(_MEMBERS, ""), **{name: body[name] for name in _MEMBERS if body.get(name)}}
        faults = [
            _fault("missing", "Field required", "body", name)
            if name not in body
            else _fault("string_type", "Input should be a valid string", "body", name)
            for name in _MEMBERS
            if not isinstance(body.get(name), str)
        ]
        faults += [
            _fault("extra_forbidden", "Extra inputs are not permitted", "body", name)
            for name in body
            if name not in _MEMBERS
        ]
        if faults:
            raise RefusedError(422, faults)
        return Login(body["username"], body["password"])

    def _no_object(self) -> Fault:
        if self.issuer.takes_anything:
            return _fault("dict_type", "Input should be a valid dictionary", "body")
        told = "Input should be a valid dictionary or object to extract fields from"
        return _fault("model_attributes_type", told, "body")


def token_routes(service: Service, workers: Workers, gate: Gate) -> list[BaseRoute]:
    """Return the roads by which tokens are got; none where none are issued."""
    issuer = service.issuer
    if issuer is None:
        return []
    ordinary = TokenEndpoint(service, issuer, workers, gate, issuer.lifetime, takes_forms=not issuer.takes_anything)
    command_line = TokenEndpoint(service, issuer, workers, gate, issuer.cli_lifetime, takes_forms=False)
    return [Route("/auth/token", ordinary), Route("/auth/token/cli", command_line)]


def _parsed(content: bytes) -> object:
    if not content:
        raise RefusedError(422, [_fault("missing", "Field required", "body")])
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        fault = {**_fault("json_invalid", "JSON decode error", "body", error.pos), "ctx": {"error": error.msg}}
        raise RefusedError(422, [fault]) from None


def _fault(kind: str, message: str, *where: str | int) -> Fault:
    return {"type": kind, "loc": list(where), "msg": message}


def _response(status: int, told: object) -> Response:
    return Response(orjson.dumps(told), status, media_type=_JSON)
