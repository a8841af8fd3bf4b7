"""A real server on a free port of this machine, over a world."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn
from gql import Client, GraphQLRequest
from gql.transport.httpx import HTTPXTransport

from graph.app import create_app
from graph.serving import server_options
from tests.world import World

TOKENS = "ada:admin:admins-token vic:viewer:viewers-token"
ADMIN, VIEWER = "admins-token", "viewers-token"


def answered(answer: httpx.Response) -> dict[str, Any]:
    """Return the JSON of an answer but for what it cost."""
    told: dict[str, Any] = answer.json()
    extensions = {name: value for name, value in told.pop("extensions", {}).items() if name != "cost"}
    return {**told, "extensions": extensions} if extensions else told


@dataclass(frozen=True)
class Served:
    """A world, and the address at which it is served."""

    world: World
    address: str

    def client(self, token: str = ADMIN, *, validating: bool = False) -> Client:
        """Return a GraphQL client that presents a token; a validating one asks for the schema first."""
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/graphql-response+json"}
        transport = HTTPXTransport(f"{self.address}/graphql", headers=headers, timeout=30)
        return Client(transport=transport, fetch_schema_from_transport=validating)

    def ask(self, document: str, *, token: str = ADMIN, **variables: object) -> dict[str, Any]:
        """Return the data of an answer that has no errors; raise gql's `TransportQueryError` otherwise."""
        data: dict[str, Any] = self.client(token).execute(GraphQLRequest(document, variable_values=variables))
        return data

    def post(self, body: object, *, token: str | None = ADMIN, **headers: str) -> httpx.Response:
        """Send a body as JSON, unless it is bytes, with these headers."""
        sent = {"Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        address = f"{self.address}/graphql"
        if isinstance(body, bytes):
            return httpx.post(address, content=body, headers=sent, timeout=30)
        return httpx.post(address, json=body, headers=sent, timeout=30)

    def get(self, *, token: str | None = ADMIN, accept: str = "*/*", **query: str) -> httpx.Response:
        """Send a query in the address."""
        headers = {"Accept": accept, **({"Authorization": f"Bearer {token}"} if token else {})}
        return httpx.get(f"{self.address}/graphql", params=query, headers=headers, timeout=30)


@contextmanager
def served(world: World) -> Iterator[Served]:
    """Serve a world as the product does, until the end of the block."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(world.service), **server_options(world.service.settings)))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield Served(world, f"http://127.0.0.1:{listening.getsockname()[1]}")
    finally:
        server.should_exit = True
        thread.join(30)
        listening.close()
