"""Our own server over the metadata of a real Airflow, and the two ways in which clients talk to it."""

import os
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import httpx
from gql import Client, gql
from gql.transport.httpx import HTTPXTransport

from .configuration import FERNET_KEY, Layout
from .processes import Daemon, free_port, stop
from .rest import Rest

TOKEN = "the-judge-may-do-everything"
START_SECONDS = 60.0


class Installed(Protocol):
    """An Airflow beside which our server runs."""

    @property
    def database_url(self) -> str:
        """Its metadata."""

    @property
    def layout(self) -> Layout:
        """Its folders."""


class Service:
    """One server process, from its construction to `stop`. GraphQL is asked by the client library gql, over HTTP."""

    def __init__(self, airflow: Installed, *, settings: Mapping[str, str] | None = None) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        headers = {"Authorization": f"Bearer {TOKEN}"}
        self._mark = ("AIRFLOW_GRAPH_LIVE_SERVICE", self.url)
        self._daemon = Daemon(
            [sys.executable, "-m", "graph", "serve", "--db", airflow.database_url, "--port", str(port)],
            environment={
                **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")},
                "AIRFLOW_GRAPH_TOKENS": f"admin:admin:{TOKEN}",
                "AIRFLOW_GRAPH_FERNET_KEY": FERNET_KEY,
                **(settings or {}),
                self._mark[0]: self._mark[1],
            },
            log=airflow.layout.home / f"service-{port}.log",
            folder=Path(__file__).parents[2],
        )
        self._http = httpx.Client(base_url=self.url, headers=headers, timeout=60, trust_env=False)
        self.rest = Rest(self._http, major=2)
        """Our /api/v1."""
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise
        transport = HTTPXTransport(url=f"{self.url}/graphql", headers=headers, timeout=60, trust_env=False)
        self._graphql = Client(transport=transport, fetch_schema_from_transport=True)

    def graphql(self, document: str, **variables: Any) -> dict[str, Any]:
        """Return the data of an operation; an answer with errors raises gql's TransportQueryError."""
        request = gql(document)
        request.variable_values = variables
        return self._graphql.execute(request)

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """Return the JSON of an answer that has to be a good one; options are httpx's."""
        answer = self._http.request(method, path, **options)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def client(self) -> httpx.Client:
        """Return a client of our server's whole address, for whoever does everything; the caller closes it."""
        return httpx.Client(base_url=self.url, headers=self._http.headers, timeout=60, trust_env=False)

    def log(self) -> str:
        """Read all that the process has said."""
        return self._daemon.text()

    def stop(self) -> None:
        """End the process."""
        self._http.close()
        stop([self._daemon], mark=self._mark, grace=5)

    def _wait(self) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            assert self._daemon.exit_code is None, f"The service ended:\n{self._daemon.tail()}"
            with suppress(httpx.TransportError):
                self._http.get("/health")
                return
            time.sleep(0.1)
        raise AssertionError(f"The service does not answer:\n{self._daemon.tail()}")
