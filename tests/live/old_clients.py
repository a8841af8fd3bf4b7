"""Airflow's own clients of its experimental API, as they were released: what 1.10.15 and 2.11.2 send."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from .configuration import PASSWORD, USER
from .installing import install, install_sources

# Of 1.10.15 that needs Python 3.8 the client alone is loaded, which does not: its packages without what they start.
_CLIENT_1 = """
import sys, types
for name in ("airflow", "airflow.api", "airflow.api.client"):
    package = types.ModuleType(name)
    package.__path__ = [f"{sys.argv[1]}/{name.replace('.', '/')}"]
    sys.modules[name] = package
from airflow.api.client.json_client import Client
"""
_CLIENT_2 = "import sys\nfrom airflow.api.client.json_client import Client\n"
_CALL = """
import json
client = Client(sys.argv[2], None)
try:
    told = getattr(client, sys.argv[3])(**json.loads(sys.argv[4]))
except OSError as error:
    told = {"error": str(error)}
print(json.dumps(told))
"""


class OldClient:
    """The class `airflow.api.client.json_client.Client` of a release, in a process of its own for each call.

    Name and password are in its address, as one can configure them: `[cli] endpoint_url`.
    """

    def __init__(self, release: str, url: str, home: Path) -> None:
        self._url = url.replace("://", f"://{USER}:{PASSWORD}@")
        self._environment = {"AIRFLOW_HOME": str(home / f"client-{release}"), "NO_PROXY": "127.0.0.1"}
        if release.startswith("1."):
            self._place = install_sources(release)
            self._python, self._script = sys.executable, _CLIENT_1 + _CALL
            self._environment["PYTHONPATH"] = str(self._place)
        else:
            self._place = install(release)
            self._python, self._script = str(self._place / "bin" / "python"), _CLIENT_2 + _CALL

    def call(self, method: str, **arguments: object) -> Any:
        """Return what a method returns; where it raises what clients catch, `{"error": what it says}`."""
        told = [str(self._place), self._url, method, json.dumps(arguments)]
        done = subprocess.run(
            [self._python, "-c", self._script, *told],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert not done.returncode, done.stderr
        return json.loads(done.stdout.splitlines()[-1])
