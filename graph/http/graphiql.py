"""GraphiQL as this server offers it: one page, its assets, and what stands in when they are missing."""

import hashlib
import html
import json
import posixpath
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from string import Template

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from graph.http.reply import PACKING, WORTH_PACKING

HERE = Path(__file__).parent
PAGE = HERE / "page"
STATIC = HERE / "static"
LOCK = HERE / "graphiql.lock.json"

OURS = frozenset({"icon.svg", "page.css", "explain.js", "start.js"})
THEIRS = frozenset(name for package in json.loads(LOCK.read_bytes())["packages"] for name in package["files"])
"""What `hatch_build.py` fetches when the package is built, licences included."""

MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
"""By suffix, and not by `mimetypes`, which believes what the machine's registry says of scripts."""

OPERATION = re.compile(r"^\s*(?:query|mutation|subscription)\s+\w", re.MULTILINE)


@dataclass(frozen=True)
class Tab:
    """An example that waits in a tab of its own.

    The list of examples shows `name`; the tab shows the name of its operation, as GraphiQL has it.
    """

    name: str
    query: str
    variables: Mapping[str, object] | None = None
    headers: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        if not OPERATION.search(self.query):
            raise ValueError(f"The example {self.name!r} needs an operation with a name: GraphiQL's tab shows it")


@dataclass(frozen=True)
class OfferedToken:
    """A token that the page hands to whoever opens it, such as one of the demo's roles."""

    name: str
    token: str


@dataclass(frozen=True)
class Console:
    """What GraphiQL shows: `endpoint` and `path` as the application routes them."""

    title: str
    tabs: Sequence[Tab] = ()
    notice: str = ""
    asks_token: bool = True
    tokens: Sequence[OfferedToken] = ()
    endpoint: str = "/graphql"
    path: str = "/graphiql"

    @property
    def settings(self) -> dict[str, object]:
        """What `start.js` reads from the page."""
        return {
            "endpoint": relative(self.endpoint, self.path),
            "storage": f"airflow-graph:{self.title}",
            "asksToken": self.asks_token,
            "tokens": [asdict(token) for token in self.tokens],
            "tabs": [
                {
                    "name": tab.name,
                    "query": tab.query,
                    "variables": tab.variables and json.dumps(tab.variables, indent=2),
                    "headers": tab.headers and json.dumps(tab.headers, indent=2),
                }
                for tab in self.tabs
            ],
        }


def graphiql_routes(console: Console, *, static: Path = STATIC) -> list[BaseRoute]:
    """Give the page at the console's path, and its assets below it under a version of their content.

    `static` is where the build put what it fetched; where a part of that is missing, the page says so.
    """
    files = {name: PAGE / name for name in OURS} | {name: static / name for name in THEIRS}
    assets = f"{console.path}/{version()}"
    seen = relative(assets, console.path)

    def page(request: Request) -> Response:
        nonce = secrets.token_urlsafe(16)
        headers = {
            "Cache-Control": "no-store",
            "Content-Security-Policy": content_security_policy(nonce),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
        if all(file.is_file() for file in files.values()):
            return HTMLResponse(graphiql_page(console, assets=seen, nonce=nonce), headers=headers)
        url = str(request.base_url).rstrip("/") + console.endpoint
        text = missing_page(console, assets=seen, nonce=nonce, url=url)
        return HTMLResponse(text, status_code=503, headers=headers)

    def asset(request: Request) -> Response:
        file = files.get(request.path_params["name"])
        if file is None or not file.is_file():
            return Response(status_code=404)
        return FileResponse(
            file,
            media_type=MEDIA_TYPES.get(file.suffix, "text/plain"),
            headers={
                "Cache-Control": "public, max-age=31536000, immutable",
                "X-Content-Type-Options": "nosniff",
            },
        )

    packing = Middleware(GZipMiddleware, minimum_size=WORTH_PACKING, compresslevel=PACKING)
    return [Route(console.path, page), Route(f"{assets}/{{name}}", asset, middleware=[packing])]


def graphiql_page(console: Console, *, assets: str, nonce: str) -> str:
    """Write the page that starts GraphiQL; `assets` is the address of their folder as the page sees it."""
    shown = {"title": console.title, "notice": console.notice, "endpoint": console.endpoint}
    settings = json.dumps(console.settings)
    return filled("graphiql.html", **shown, settings=settings, assets=assets, nonce=nonce)


def missing_page(console: Console, *, assets: str, nonce: str, url: str) -> str:
    """Write the page that says how to get GraphiQL, and how to ask `url` without it."""
    sign_in = [" -H 'Authorization: Bearer TOKEN'"] if console.asks_token else []
    curl = " \\\n ".join(
        [
            f"curl {url}",
            *sign_in,
            " -H 'Content-Type: application/json'",
            """ -d '{"query": "{ __typename }"}'""",
        ]
    )
    return filled("missing.html", title=console.title, notice=console.notice, assets=assets, nonce=nonce, curl=curl)


def filled(template: str, **texts: str) -> str:
    """Fill a page's places with texts, escaped."""
    escaped = {place: html.escape(text) for place, text in texts.items()}
    return Template((PAGE / template).read_text(encoding="utf-8")).substitute(escaped)


def content_security_policy(nonce: str) -> str:
    """Allow what the page names, and requests to this server: no other origin, nothing inline, no eval."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'nonce-{nonce}'",
            f"style-src 'nonce-{nonce}'",
            "connect-src 'self'",
            "img-src 'self' data:",
            "font-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    )


def relative(target: str, page: str) -> str:
    """Name one path as seen from another, so that the page works behind a proxy that adds a prefix."""
    return posixpath.relpath(target, posixpath.dirname(page))


def version() -> str:
    """Digest what the assets are: a browser may keep them for as long as their address stays."""
    contents = [LOCK.read_bytes(), *((PAGE / name).read_bytes() for name in sorted(OURS))]
    return hashlib.sha256(b"".join(contents)).hexdigest()[:12]
