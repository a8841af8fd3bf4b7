"""An installed Airflow with a home of its own and stock settings, whose programs can be run."""

import os
import subprocess
from pathlib import Path

from tests.live.installing import install


class RealAirflow:
    """One version; nothing of it outlives its home."""

    def __init__(self, version: str, home: Path, *, kind: str = "airflow", **settings: str) -> None:
        self.version = version
        self.home = home
        self.dags = home / "dags"
        self._programs = install(version, kind=kind) / "bin"
        self._settings = settings

    def migrate(self, database: str) -> None:
        """Make an empty database Airflow's own."""
        self.run("airflow", "db", "migrate", database=database)

    def run(self, program: str, *arguments: str, database: str, compress: bool = False) -> None:
        """Run a program of the installation; RuntimeError with all its output when it fails."""
        done = subprocess.run(
            [str(self._programs / program), *arguments],
            env={**self._environment(database), "AIRFLOW__CORE__COMPRESS_SERIALIZED_DAGS": str(compress)},
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{program} {' '.join(arguments)} of Airflow {self.version} failed:\n{done.stdout}")

    def _environment(self, database: str) -> dict[str, str]:
        return {
            "PATH": f"{self._programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "PYTHONHASHSEED": "0",
            # The DAG files import each other, and the command line of 3.0 does not see to that.
            "PYTHONPATH": str(self.dags),
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.dags),
            # Our DAG files name Airflow in one place only, so that the search for its name would skip them.
            "AIRFLOW__CORE__DAG_DISCOVERY_SAFE_MODE": "False",
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__DATABASE__LOAD_DEFAULT_CONNECTIONS": "False",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database,
            **self._settings,
        }
