"""One connection that is kept alive, as a caller's pool keeps it."""

import http.client
from collections.abc import Mapping
from urllib.parse import urlsplit

import orjson


class RefusedError(Exception):
    """A server answered with something else than success."""


class Client:
    """Asks one server; answers are parsed JSON. What it costs itself is not measured."""

    def __init__(self, address: str, headers: Mapping[str, str] | None = None) -> None:
        split = urlsplit(address)
        self.address = address
        self.headers = dict(headers or {})
        self._connection = http.client.HTTPConnection(split.hostname or "127.0.0.1", split.port or 80, timeout=600)

    def get(self, path: str) -> object:
        """Return the JSON at a path."""
        return self._ask("GET", path, None)

    def post(self, path: str, body: object) -> object:
        """Return the JSON that a JSON body, or bytes of one, is answered with."""
        return self._ask("POST", path, body if isinstance(body, bytes) else orjson.dumps(body))

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def _ask(self, method: str, path: str, body: bytes | None) -> object:
        headers = {"Accept": "application/json", **self.headers}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
        except (http.client.HTTPException, ConnectionError):
            # A server may hang up on a connection that waited too long for its turn: once is no failure.
            self._connection.close()
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
        content = response.read()
        if response.status != 200:
            raise RefusedError(
                f"{method} {self.address}{path}: {response.status} {content[:2000].decode(errors='replace')}"
            )
        return orjson.loads(content)
