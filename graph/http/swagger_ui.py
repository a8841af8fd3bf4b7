"""Swagger UI as this server offers it: one page that shows an OpenAPI document and sends what it describes."""

import json
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Route

from graph.http.pages import STATIC, Assets, fetched, filled, relative

OURS = frozenset({"icon.svg", "page.css", "swagger-ui-ours.css", "swagger-ui-start.js"})
THEIRS = fetched("swagger-ui-dist")


@dataclass(frozen=True)
class Reference:
    """What Swagger UI shows: a document, and the API that it is of, as the application routes them."""

    title: str
    document: str
    api: str
    path: str

    @property
    def settings(self) -> dict[str, str]:
        """What `swagger-ui-start.js` reads from the page, each address as the page sees it."""
        return {"document": relative(self.document, self.path), "api": relative(self.api, self.path)}


def swagger_ui_routes(reference: Reference, *, static: Path = STATIC) -> list[BaseRoute]:
    """Give the page at the reference's path, which ends in a slash, and its assets below it."""
    assets = Assets(OURS, THEIRS, reference.path, static)

    def page(_request: Request, nonce: str) -> str:
        shown = {"title": reference.title, "document": reference.settings["document"]}
        settings = json.dumps(reference.settings)
        return filled("swagger-ui.html", **shown, settings=settings, assets=assets.seen, nonce=nonce)

    def missing(request: Request, nonce: str) -> str:
        curl = f"curl {str(request.base_url).rstrip('/')}{reference.document}"
        shown = {"page": "Swagger UI", "title": reference.title, "notice": "", "curl": curl}
        return filled("missing.html", **shown, assets=assets.seen, nonce=nonce)

    name = reference.path.rstrip("/")
    to_page = relative(reference.path, name) + "/"
    return [Route(name, lambda _: RedirectResponse(to_page, 308)), *assets.routes(page, missing)]
