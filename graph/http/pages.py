"""Pages for browsers: their files, what they may do, and what stands in where a build lacks the files."""

import hashlib
import html
import json
import posixpath
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
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
LOCK = HERE / "pages.lock.json"

MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
"""By suffix, and not by `mimetypes`, which believes what the machine's registry says of scripts."""

Written = Callable[[Request, str], str]
"""A page for a request, whose scripts and styles bear this nonce."""


def fetched(*packages: str) -> frozenset[str]:
    """Return what `hatch_build.py` fetches of these packages when ours is built, licences included."""
    told = {package["name"]: package["files"] for package in json.loads(LOCK.read_bytes())["packages"]}
    return frozenset(name for package in packages for name in told[package])


@dataclass(frozen=True)
class Assets:
    """The files of the page at a path: `ours`, and `theirs` in the folder where the build put what it fetched."""

    ours: frozenset[str]
    theirs: frozenset[str]
    path: str
    static: Path = STATIC

    @cached_property
    def folder(self) -> str:
        """The path below which the files are, with a version: a browser may keep them while their address stays."""
        contents = [LOCK.read_bytes(), *((PAGE / name).read_bytes() for name in sorted(self.ours))]
        version = hashlib.sha256(b"".join(contents)).hexdigest()[:12]
        return f"{self.path.rstrip('/')}/{version}"

    @property
    def seen(self) -> str:
        """The folder as the page names it."""
        return relative(self.folder, self.path)

    def routes(self, page: Written, missing: Written) -> list[BaseRoute]:
        """Give the page, or what stands in for it where a file is missing; and the files."""
        files = {name: PAGE / name for name in self.ours} | {name: self.static / name for name in self.theirs}

        def shown(request: Request) -> Response:
            nonce = secrets.token_urlsafe(16)
            headers = {
                "Cache-Control": "no-store",
                "Content-Security-Policy": content_security_policy(nonce),
                "Referrer-Policy": "no-referrer",
                "X-Content-Type-Options": "nosniff",
            }
            whole = all(file.is_file() for file in files.values())
            text = page(request, nonce) if whole else missing(request, nonce)
            return HTMLResponse(text, status_code=200 if whole else 503, headers=headers)

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
        return [Route(self.path, shown), Route(f"{self.folder}/{{name}}", asset, middleware=[packing])]


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
