"""The REST dialects, as routes."""

from collections.abc import Mapping

from starlette.routing import BaseRoute

from graph.http.gate import Gate
from graph.http.workers import Workers
from graph.rest.astronomer import ASTRONOMER
from graph.rest.clairvoyant import CLAIRVOYANT
from graph.rest.dialect import Authenticate, Dialect
from graph.rest.experimental import EXPERIMENTAL
from graph.rest.router import routes_of
from graph.rest.stable import STABLE
from resolvers.service import Service

# By the names that the settings use. One that lives in several places is as many dialects.
DIALECTS: Mapping[str, tuple[Dialect, ...]] = {
    "stable": (STABLE,),
    "experimental": (EXPERIMENTAL,),
    "astronomer": ASTRONOMER,
    "clairvoyant": (CLAIRVOYANT,),
}


def dialects_of(service: Service) -> tuple[Dialect, ...]:
    """Return the dialects that the settings name, guests before those whose prefix they share."""
    named = [dialect for name in service.settings.dialects for dialect in DIALECTS[name]]
    served = [dialect for dialect in named if dialect.is_served is None or dialect.is_served(service)]
    return tuple(sorted(served, key=lambda dialect: not dialect.guest))


def rest_routes(
    service: Service,
    authenticate: Authenticate | None = None,
    workers: Workers | None = None,
    gate: Gate | None = None,
) -> list[BaseRoute]:
    """Return the routes of the dialects that the settings name; `authenticate` says who sends a request."""
    threads = workers or Workers(service.settings)
    before = gate or Gate.of(service)
    return [
        route
        for dialect in dialects_of(service)
        for route in routes_of(dialect, service, authenticate or dialect.callers(service), threads, before)
    ]
