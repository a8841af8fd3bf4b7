"""The REST dialects, as routes."""

from collections.abc import Mapping
from functools import partial

from starlette.routing import BaseRoute

from graph.http.auth import actor_of
from graph.http.gate import Gate
from graph.http.workers import Workers
from graph.rest.dialect import Dialect
from graph.rest.router import Authenticate, routes_of
from graph.rest.stable import STABLE
from resolvers.service import Service

# By the names that the settings use.
DIALECTS: Mapping[str, Dialect] = {"stable": STABLE}


def rest_routes(
    service: Service,
    authenticate: Authenticate | None = None,
    workers: Workers | None = None,
    gate: Gate | None = None,
) -> list[BaseRoute]:
    """Return the routes of the dialects that the settings name; `authenticate` says who sends a request."""
    known = authenticate or partial(actor_of, service)
    threads = workers or Workers(service.settings)
    before = gate or Gate.of(service)
    return [
        route
        for name in service.settings.dialects
        for route in routes_of(DIALECTS[name], service, known, threads, before)
    ]
