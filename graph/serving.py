"""Running the server, and what it says of itself when it starts."""

import logging
import math
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

import click
import uvicorn
from starlette.applications import Starlette

from graph import __version__
from graph.app import settle
from graph.http.log import FieldFormatter
from graph.http.workers import GRACE
from graph.rest.routes import dialects_of
from resolvers.service import Service
from resolvers.settings import Settings
from resolvers.setup import callers

# What is said of each REST dialect, by its prefix.
_DIALECTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "/api/v1": (("/api/v1", "Airflow's stable REST API"),),
    "/api/experimental": (("/api/experimental", "Airflow's experimental REST API"),),
    "/astronomer/api/v1": (
        ("/api/v1/dag_runs", "the API of Astronomer's plugin, where it was"),
        ("/astronomer/api/v1", "the same, with its list of DAGs"),
    ),
    "/admin/rest_api": (("/admin/rest_api/", "Clairvoyant's plugin: its page, for a browser"),),
}


def announcement(settings: Settings, service: Service, database: str, *, notice: str = "") -> str:
    """Return what the server serves, from what, and how callers authenticate."""
    generation = service.generation
    base = f"http://{'[' + settings.host + ']' if ':' in settings.host else settings.host}:{settings.port}"
    known = "" if generation.known else ", not known here: writes are refused"
    endpoints = [(f"{base}/graphql", "GraphQL")]
    if settings.graphiql:
        endpoints.append((f"{base}/graphiql", "GraphiQL, for a browser"))
    endpoints += [
        (f"{base}{address}", what)
        for dialect in dialects_of(service)
        for address, what in _DIALECTS.get(dialect.prefix, ())
        if not dialect.guest
    ]
    if service.issuer is not None:
        endpoints.append((f"{base}/auth/token", "tokens, for clients that log in as Airflow 3's do"))
    endpoints.append((f"{base}/health", "whether the database answers; open to all"))
    lines = [
        click.style(f"airflow-graph {__version__}", bold=True),
        *([f"  {notice}"] if notice else []),
        f"  Airflow    {generation.minor} (migration {generation.migration}{known})",
        f"  database   {database}",
        f"  callers    {callers(service)}",
    ]
    for at, (address, what) in enumerate(endpoints):
        lines.append(f"  {'endpoints' if at == 0 else '':9}  {click.style(address, fg='cyan'):45} {what}")
    if missing():
        slow = f"{' and '.join(missing())} not installed: each request costs more"
        lines.append(f"  {'slow':9}  {click.style(slow, fg='yellow')}")
    return "\n".join(lines)


def run(settings: Settings, app: Starlette | str) -> None:
    """Serve until stopped; a string names the factory that each of several workers calls."""
    handler = logging.StreamHandler()
    handler.setFormatter(FieldFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    # Our lines tell neither: then it need not be looked up for each.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    if not isinstance(app, str):
        settle()
    uvicorn.run(app, factory=isinstance(app, str), **server_options(settings))


def server_options(settings: Settings) -> dict[str, Any]:
    """Return how uvicorn serves."""
    return {
        "host": settings.host,
        "port": settings.port,
        "workers": settings.workers,
        "http": "h11" if "httptools" in missing() else "graph.http.connection:Connection",
        "loop": "asyncio" if "uvloop" in missing() else "uvloop",
        "ws": "none",
        "lifespan": "on",
        # The request log is ours, with who asked; uvicorn's own would say each request twice.
        "access_log": False,
        "log_config": None,
        "server_header": False,
        # Who is connected is who is connected, and not what X-Forwarded-For says: proxies are trusted by their address.
        "proxy_headers": False,
        # Longer than load balancers keep theirs, mostly 60 s: closed by us, a request may be under way.
        "timeout_keep_alive": 75,
        # Below the usual 1,024 open files, which the database connections share: more callers are told 503 at once,
        # where they would otherwise wait for a file that never becomes free.
        "limit_concurrency": 900,
        # What has begun is answered, which takes no longer than this.
        "timeout_graceful_shutdown": math.ceil(settings.request_timeout + GRACE),
    }


def missing() -> list[str]:
    """Return which of the packages that make a request cheap are not installed."""
    return [name for name in ("uvloop", "httptools") if find_spec(name) is None]
