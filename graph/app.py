"""The application: the one place that wires everything."""

import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from graph.documents import Documents
from graph.http.direct import Direct
from graph.http.endpoint import Endpoint
from graph.http.gate import Gate
from graph.http.graphiql import Console, graphiql_routes
from graph.http.headers import HEADERS, SafeHeaders
from graph.http.health import Health
from graph.http.log import RequestLog
from graph.http.tokens import token_routes
from graph.http.workers import Workers
from graph.problems import incident
from graph.rest.routes import rest_routes
from graph.schema import the_schema
from resolvers.service import Service
from resolvers.settings import Settings, load_settings
from resolvers.setup import open_service

log = logging.getLogger("airflow_graph")


def create_app(service: Service, console: Console | None = None) -> Starlette:
    """Return the application over an opened service.

    `console` says what GraphiQL shows; without one, a plain GraphiQL where the settings offer it.
    """
    schema = the_schema()
    settings = service.settings
    workers, gate, health = Workers(settings), Gate.of(service), Health(service)
    endpoint = Endpoint(service, schema, Documents(schema, settings), workers, gate)
    # In the order in which a request is compared with them: GraphQL has a way of its own.
    routes: list[BaseRoute] = [
        *rest_routes(service, workers=workers, gate=gate),
        Route("/graphql", endpoint, methods=["GET", "POST"]),
        Route("/health", health.answer),
        *token_routes(service, workers, gate),
    ]
    if settings.graphiql:
        routes += graphiql_routes(console or _console(service))
        routes.append(Route("/", lambda _: RedirectResponse("graphiql")))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        workers.close()
        health.close()
        service.close()

    return Starlette(
        routes=routes,
        lifespan=lifespan,
        exception_handlers={Exception: _fault},
        middleware=[
            Middleware(RequestLog),
            Middleware(SafeHeaders),
            *gate.origins.middleware,
            # Routing, and catching what routes raise, took a sixth of what a small query costs.
            Middleware(Direct, path="/graphql", endpoint=endpoint, methods=("GET", "POST")),
        ],
    )


def from_environment() -> Starlette:
    """Return the application that the environment describes; what each worker process calls."""
    settings: Settings = load_settings()
    app = create_app(open_service(settings).service)
    settle()
    return app


def settle() -> None:
    """Take what the application consists of, the schema above all, out of the collector's sight: it stays anyway.

    And let the collector look less often: an answer is thousands of dictionaries, all of which are gone with it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)


def _console(service: Service) -> Console:
    version = service.generation.minor
    return Console(title=f"Airflow {version}", asks_token=service.callers.anonymous() is None)


async def _fault(_request: Request, error: Exception) -> Response:
    """Answer a fault of ours: an id for the client, the rest for the log."""
    told = {"errors": [incident(error)]}
    return Response(orjson.dumps(told), 500, HEADERS, media_type="application/json")
