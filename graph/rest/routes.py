"""The REST dialects, as routes."""

from functools import partial

from starlette.routing import BaseRoute

from graph.http.auth import actor_of
from graph.rest.router import Authenticate, mounted
from graph.rest.stable import STABLE
from resolvers.service import Service

DIALECTS = (STABLE,)


def rest_routes(service: Service, authenticate: Authenticate | None = None) -> list[BaseRoute]:
    """Return the routes of every dialect; `authenticate` says who sends a request."""
    known = authenticate or partial(actor_of, service)
    return [mounted(dialect, service, known) for dialect in DIALECTS]
