"""Real Airflows: how one is installed, and how its REST server is started on a seeded database."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import httpx

from tests.bench.launching import free_port, launch, wait_for
from tests.bench.peers.preparing import prepare
from tests.bench.subject import Place, Running
from tests.live.configuration import PASSWORD, USER, Layout, environment
from tests.live.installing import install

EVERYBODY_IS_ADMIN = """\
from flask_appbuilder.const import AUTH_DB

AUTH_TYPE = AUTH_DB
AUTH_ROLE_PUBLIC = "Admin"
"""
"""What 2.x reads beside its settings. It is measured at its best: basic authentication would check a password's
hash with every request, for several times what a list of runs costs."""

START_SECONDS = 180.0
"""How long a slow machine may take to import an Airflow and to write its permissions into the database."""


@dataclass(frozen=True)
class AirflowServer:
    """One version with one worker, started by its own command and with its own settings, but for who may ask."""

    version: str

    def missing(self) -> str | None:
        """Install it unless it is there; say why that did not work."""
        return _missing(self.version)

    def start(self, place: Place) -> Running:
        """Start it on a database of its own minor release."""
        # A process id that an earlier server left here may be somebody else's by now, and it would not start.
        shutil.rmtree(place.folder, ignore_errors=True)
        layout = Layout(home=place.folder, database=place.url, server_port=free_port(), log_port=free_port())
        for folder in (layout.home, layout.dags, layout.logs):
            folder.mkdir(parents=True, exist_ok=True)
        command, healthy = "api-server", "api/v2/monitor/health"
        options = {"--host": "127.0.0.1", "--port": str(layout.server_port), "--workers": "1"}
        more = {"HOME": str(layout.home)}
        if self._is_two:
            (layout.home / "webserver_config.py").write_text(EVERYBODY_IS_ADMIN)
            command, healthy = "webserver", "health"
            options["--hostname"] = options.pop("--host")
            more["AIRFLOW__API__AUTH_BACKENDS"] = "airflow.api.auth.backend.default"
        venv = install(self.version)
        process = launch(
            [str(venv / "bin" / "airflow"), command, *(word for option in options.items() for word in option)],
            layout.home,
            env=environment(layout, major=2 if self._is_two else 3, venv=venv) | more,
        )
        address = f"http://127.0.0.1:{layout.server_port}"
        wait_for(f"{address}/{healthy}", process, layout.home / "server.log", seconds=START_SECONDS)
        return Running(address, (process,), {} if self._is_two else _token(address))

    @property
    def _is_two(self) -> bool:
        return self.version.startswith("2.")


@cache
def _missing(version: str) -> str | None:
    return prepare(f"Airflow {version}", lambda: install(version))


def _token(address: str) -> Mapping[str, str]:
    """Log in beforehand: what a request then costs is the check of a signature."""
    answer = httpx.post(f"{address}/auth/token", json={"username": USER, "password": PASSWORD}, trust_env=False)
    answer.raise_for_status()
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}
