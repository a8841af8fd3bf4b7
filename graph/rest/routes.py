"""The REST dialects, as routes."""

from collections.abc import Mapping

from starlette.routing import BaseRoute

from graph.http.workers import Workers
from graph.rest.clairvoyant import CLAIRVOYANT
from graph.rest.dialect import Authenticate, Dialect
from graph.rest.router import routes_of
from graph.rest.stable import STABLE
from resolvers.service import Service

# By the names that the settings use.
DIALECTS: Mapping[str, Dialect] = {"stable": STABLE, "clairvoyant": CLAIRVOYANT}


def rest_routes(
    service: Service, authenticate: Authenticate | None = None, workers: Workers | None = None
) -> list[BaseRoute]:
    """Return the routes of the dialects that the settings name; `authenticate` says who sends a request."""
    threads = workers or Workers(service.settings)
    dialects = [DIALECTS[name] for name in service.settings.dialects]
    return [
        route
        for dialect in dialects
        for route in routes_of(dialect, service, authenticate or dialect.callers(service), threads)
    ]
