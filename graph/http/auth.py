"""Who sends a request, from its headers."""

from starlette.requests import Request

from resolvers.access.actor import Actor
from resolvers.errors import Problem, Unauthenticated
from resolvers.service import Service


def actor_of(service: Service, request: Request) -> Actor:
    """Return who sends a request; `Unauthenticated` where nobody known does."""
    client = request.client
    return service.authenticate(request.headers, client.host if client else None)


def challenged(problem: Problem) -> dict[str, str]:
    """Return the header that tells how to become known, where a request was refused because nobody known sent it."""
    if not isinstance(problem, Unauthenticated) or not problem.challenges:
        return {}
    return {"WWW-Authenticate": ", ".join(problem.challenges)}
