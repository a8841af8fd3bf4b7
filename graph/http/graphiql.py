"""GraphiQL as this server offers it: one page, its assets, and what stands in when they are missing."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.routing import BaseRoute

from graph.http.pages import STATIC, Assets, fetched, filled, relative

OURS = frozenset({"icon.svg", "page.css", "explain.js", "start.js"})
THEIRS = fetched("react", "react-dom", "graphiql", "@graphiql/plugin-explorer")

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
    assets = Assets(OURS, THEIRS, console.path, static)

    def page(_request: Request, nonce: str) -> str:
        return graphiql_page(console, assets=assets.seen, nonce=nonce)

    def missing(request: Request, nonce: str) -> str:
        url = str(request.base_url).rstrip("/") + console.endpoint
        return missing_page(console, assets=assets.seen, nonce=nonce, url=url)

    return assets.routes(page, missing)


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
    shown = {"page": "GraphiQL", "title": console.title, "notice": console.notice, "curl": curl}
    return filled("missing.html", **shown, assets=assets, nonce=nonce)
