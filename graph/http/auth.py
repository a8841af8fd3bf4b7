"""Who sends a request, from its headers."""

from starlette.requests import Request

from resolvers.access.actor import Actor
from resolvers.service import Service


def actor_of(service: Service, request: Request) -> Actor:
    """Return who sends a request; `Unauthenticated` where nobody known does."""
    client = request.client
    return service.authenticate(request.headers, client.host if client else None)
