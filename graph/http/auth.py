"""Who sends a request, from its headers, and what the answer's headers tell them of that."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.types import Scope

from resolvers.access.actor import Actor
from resolvers.service import Service


def actor_of(service: Service, request: Request, dialect: str | None = None) -> Actor:
    """Return who sends a request; `Unauthenticated` where nobody known does.

    A `dialect` may know callers of its own, by a header of former times.
    """
    client = request.scope.get("client")
    actor = service.authenticate(request.headers, client[0] if client else None, dialect)
    if actor.answer_headers:
        request.state.answer_headers = actor.answer_headers
    return actor


def answer_headers(scope: Scope) -> Mapping[str, str]:
    """Return what a request's answer tells its caller in return, whatever else it says."""
    told: Mapping[str, str] = scope.get("state", {}).get("answer_headers", {})
    return told
