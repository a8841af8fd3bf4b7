"""The document of a dialect under its address, and the page that shows it."""

from dataclasses import dataclass, field
from hashlib import sha256

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from graph.http.reply import reply
from graph.http.swagger_ui import Reference, swagger_ui_routes
from graph.rest.call import Limits
from graph.rest.described import Descriptions
from graph.rest.dialect import JSON, Dialect
from graph.rest.document.document import document_of
from resolvers.service import Service


@dataclass(frozen=True)
class Served:
    """The document as bytes, made when it is first asked for, once for each prefix under which the server is.

    It tells nothing of the database but which Airflow's it is: whoever can reach the API may read it, as Airflow's.
    """

    dialect: Dialect
    told: Descriptions
    service: Service
    limits: Limits
    _made: dict[str, tuple[bytes, str]] = field(default_factory=dict)

    def answer(self, request: Request) -> Response:
        """Answer with the document, or that it is still the one that the client has."""
        content, tag = self._document(request.scope.get("root_path", ""))
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        answer = reply(content, request.headers, JSON)
        answer.headers.update(headers)
        return answer

    def _document(self, root: str) -> tuple[bytes, str]:
        if root not in self._made:
            server = f"{root}{self.dialect.prefix}"
            content = orjson.dumps(document_of(self.dialect, self.told, self.service, self.limits, server))
            # Weak, for the answer may be packed.
            self._made[root] = content, f'W/"{sha256(content).hexdigest()[:16]}"'
        return self._made[root]


def document_routes(dialect: Dialect, service: Service, limits: Limits) -> list[BaseRoute]:
    """Return the routes of a dialect's document and of its page; none where it has no document."""
    if dialect.described is None:
        return []
    address = f"{dialect.prefix}/openapi.json"
    routes: list[BaseRoute] = [Route(address, Served(dialect, dialect.described, service, limits).answer)]
    if service.config.flag("webserver", "enable_swagger_ui", default=True):
        page = Reference(dialect.described.title, address, dialect.prefix, f"{dialect.prefix}/ui/")
        routes += swagger_ui_routes(page)
    return routes
