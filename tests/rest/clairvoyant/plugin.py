"""Clairvoyant's plugin over real HTTP, as a script with curl meets it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.http.server import ADMIN, served
from tests.world import World

TOKENS = "ada:admin:admins-token vic:viewer:viewers-token uma:user:users-token eve:user@another:eves-token"
PLACE = "/admin/rest_api/api"

# What the configuration says where the plugin was installed.
CONFIGURED = {"AIRFLOW__REST_API_PLUGIN__REST_API_PLUGIN_EXPECTED_HTTP_TOKEN": "changeme"}


@dataclass(frozen=True)
class Plugin:
    """A world whose plugin is served, and the ways to ask it."""

    world: World
    address: str

    def send(
        self,
        method: str,
        place: str = PLACE,
        *,
        token: str | None = ADMIN,
        headers: Mapping[str, str] | None = None,
        **how: Any,
    ) -> httpx.Response:
        """Send a request with a bearer token."""
        told = {**({"Authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
        return httpx.request(method, f"{self.address}{place}", headers=told, timeout=30, **how)

    def ask(self, api: str, *, token: str | None = ADMIN, **parameters: str) -> dict[str, Any]:
        """Return the envelope of an answer to a GET."""
        answer = self.send("GET", token=token, params={"api": api, **parameters})
        told: dict[str, Any] = answer.json()
        assert told["http_response_code"] == answer.status_code
        return told

    def post(self, api: str, *, token: str | None = ADMIN, **parameters: str) -> dict[str, Any]:
        """Return the envelope of an answer to a form."""
        told: dict[str, Any] = self.send("POST", token=token, data={"api": api, **parameters}).json()
        return told

    def stdout(self, api: str, **parameters: str) -> str:
        """Return what a command prints that must not fail."""
        told = self.ask(api, **parameters)
        assert told["status"] == "OK"
        assert told["output"]["stderr"] == ""
        printed: str = told["output"]["stdout"]
        return printed

    def stderr(self, api: str, **parameters: str) -> str:
        """Return why a command fails, which is answered as a success all the same."""
        told = self.ask(api, **parameters)
        assert told["status"] == "OK"
        assert told["output"]["stdout"] == ""
        reason: str = told["output"]["stderr"]
        return reason

    def deploy(self, name: str, content: bytes | str, **form: str) -> httpx.Response:
        """Upload a DAG file."""
        files = {"dag_file": (name, content if isinstance(content, bytes) else content.encode(), "text/x-python")}
        return self.send("POST", f"{PLACE}?api=deploy_dag", files=files, data=form)


@contextmanager
def plugin_of(store: Any, kind: str, **settings: object) -> Iterator[Plugin]:
    """Serve a world with the DAGs of the captures: `demo_etl`, of four tasks, and `another`."""
    minor, _ = kind.split("-")
    told_here: Any = settings.pop("airflow", {})
    environment = {name: value for name, value in {**CONFIGURED, **told_here}.items() if value is not None}
    told = {"tokens": TOKENS, "dialects": "clairvoyant", **settings}
    world = World.configured(store.database(minor), minor, environment, **told)
    try:
        world.dag(
            "demo_etl", {"extract": ["transform"], "transform": ["load", "notify"], "load": ["notify"], "notify": []}
        )
        world.dag("another", {"only": []})
        with served(world) as told_at:
            yield Plugin(world, told_at.address)
    finally:
        world.close()


def folder_of(tmp_path: Path) -> Path:
    """Return an empty folder for DAG files."""
    folder = tmp_path / "dags"
    folder.mkdir()
    return folder
