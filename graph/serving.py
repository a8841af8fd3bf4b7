"""Running the server, and what it says of itself when it starts."""

import logging

import click
import uvicorn
from starlette.applications import Starlette

from graph import __version__
from graph.http.log import FieldFormatter
from resolvers.service import Service
from resolvers.settings import Settings
from resolvers.setup import callers


def announcement(settings: Settings, service: Service, database: str, *, notice: str = "") -> str:
    """Return what the server serves, from what, and how callers authenticate."""
    generation = service.generation
    base = f"http://{'[' + settings.host + ']' if ':' in settings.host else settings.host}:{settings.port}"
    known = "" if generation.known else ", not known here: writes are refused"
    endpoints = [(f"{base}/graphql", "GraphQL")]
    if settings.graphiql:
        endpoints.append((f"{base}/graphiql", "GraphiQL, for a browser"))
    if "stable" in settings.dialects:
        endpoints.append((f"{base}/api/v1", "Airflow's stable REST API"))
    endpoints.append((f"{base}/health", "whether the database answers; open to all"))
    lines = [
        click.style(f"airflow-graph {__version__}", bold=True),
        *([f"  {notice}"] if notice else []),
        f"  Airflow    {generation.minor} (migration {generation.migration}{known})",
        f"  database   {database}",
        f"  callers    {callers(settings)}",
    ]
    for at, (address, what) in enumerate(endpoints):
        lines.append(f"  {'endpoints' if at == 0 else '':9}  {click.style(address, fg='cyan'):45} {what}")
    return "\n".join(lines)


def run(settings: Settings, app: Starlette | str) -> None:
    """Serve until stopped; a string names the factory that each of several workers calls."""
    handler = logging.StreamHandler()
    handler.setFormatter(FieldFormatter("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        factory=isinstance(app, str),
        # The request log is ours, with who asked; uvicorn's own would say each request twice.
        access_log=False,
        log_config=None,
        server_header=False,
    )
