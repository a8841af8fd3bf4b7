"""The stable API over real HTTP: as Airflow's own Python client meets it, and as anybody with curl does."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from airflow_client.client import ApiClient, Configuration  # type: ignore[import-untyped]
from airflow_client.client.api.dag_api import DAGApi  # type: ignore[import-untyped]
from airflow_client.client.api.dag_run_api import DAGRunApi  # type: ignore[import-untyped]
from airflow_client.client.api.monitoring_api import MonitoringApi  # type: ignore[import-untyped]
from airflow_client.client.api.pool_api import PoolApi  # type: ignore[import-untyped]
from airflow_client.client.api.task_instance_api import TaskInstanceApi  # type: ignore[import-untyped]
from airflow_client.client.api.variable_api import VariableApi  # type: ignore[import-untyped]

from tests.http.server import ADMIN, TOKENS, served
from tests.people import make_tables
from tests.rest.strict_client import parse
from tests.world import World


@dataclass(frozen=True)
class Api:
    """A world whose stable API is served, and the ways to ask it."""

    world: World
    address: str
    client: ApiClient

    @property
    def dags(self) -> Any:
        return DAGApi(self.client)

    @property
    def runs(self) -> Any:
        return DAGRunApi(self.client)

    @property
    def instances(self) -> Any:
        return TaskInstanceApi(self.client)

    @property
    def pools(self) -> Any:
        return PoolApi(self.client)

    @property
    def variables(self) -> Any:
        return VariableApi(self.client)

    @property
    def monitoring(self) -> Any:
        return MonitoringApi(self.client)

    def send(self, method: str, path: str, *, token: str | None = ADMIN, **how: Any) -> httpx.Response:
        """Send a request below `/api/v1`."""
        headers = {**({"Authorization": f"Bearer {token}"} if token else {}), **how.pop("headers", {})}
        return httpx.request(method, f"{self.address}{path}", headers=headers, timeout=30, **how)

    def get(self, path: str, *, token: str | None = ADMIN, **query: object) -> Any:
        """Return the JSON of what must be there, which strict clients can parse."""
        answer = self.send("GET", path, token=token, **({"params": query} if query else {}))
        assert answer.status_code == 200, answer.text
        # Parsing takes an answer apart.
        parse("GET", path, answer.json())
        return answer.json()


@contextmanager
def api_of(world: World) -> Iterator[Api]:
    """Serve a world as the product does, until the end of the block."""
    with served(world) as told:
        address = f"{told.address}/api/v1"
        configuration = Configuration(host=address)
        client = ApiClient(configuration, header_name="Authorization", header_value=f"Bearer {ADMIN}")
        with client:
            yield Api(world, address, client)


def world_of(store: Any, kind: str, **settings: object) -> World:
    """Return an empty world of a kind such as `3.3-sqlite`, in which tokens are known."""
    minor, _ = kind.split("-")
    url = store.database(minor)
    make_tables(url, minor)
    return World.open(url, minor, tokens=TOKENS, **settings).lent_by(store)
