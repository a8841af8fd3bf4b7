"""What each Airflow stores, recorded from the real one: its database after a migration, and our DAGs as it reads them.

Run it from the checkout: `python -m tests.databases.record --help`.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.databases.dump import postgresql_dump, sqlite_dump
from tests.live.installing import cache, install, known_versions
from tests.live.postgres import Postgres

FOLDER = Path(__file__).parent
DAGS = FOLDER / "dags"
PARTS = ("sqlite", "postgresql", "dags")


def main(arguments: Sequence[str] | None = None) -> None:
    """Record the chosen parts of the chosen versions, in place."""
    options = _options(arguments)
    if options.cache:
        os.environ["AIRFLOW_GRAPH_TEST_CACHE"] = str(options.cache)
    for version in options.version or known_versions():
        target: Path = options.output / ".".join(version.split(".")[:2])
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache(), ignore_cleanup_errors=True) as folder:
            _record(version, options.part or PARTS, target, Path(folder))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.databases.record", description=__doc__.splitlines()[0]
    )
    parser.add_argument(
        "--version", action="append", choices=known_versions(), help="again for more; default: all"
    )
    parser.add_argument("--part", action="append", choices=PARTS, help="again for more; default: all")
    parser.add_argument("--cache", type=Path, help=f"where the Airflows are installed; default: {cache()}")
    parser.add_argument(
        "--output", type=Path, default=FOLDER, help="gets a folder per minor version; default: here"
    )
    return parser.parse_args(arguments)


def _record(version: str, parts: Sequence[str], target: Path, home: Path) -> None:
    _say(version, "install")
    airflow = RealAirflow(install(version), home)
    if "sqlite" in parts or "dags" in parts:
        _say(version, "migrate SQLite")
        airflow.run("airflow", "db", "migrate", database=f"sqlite:///{home / 'airflow.db'}")
    if "sqlite" in parts:
        _write(target / "sqlite.sql", sqlite_dump(home / "airflow.db"))
    if "dags" in parts:
        _say(version, "read the DAGs")
        airflow.run(
            "python",
            str(FOLDER / "probe.py"),
            str(DAGS),
            str(target),
            database=f"sqlite:///{home / 'airflow.db'}",
        )
    if "postgresql" in parts:
        _say(version, "migrate PostgreSQL")
        server = Postgres(home / "postgresql")
        try:
            airflow.run(
                "airflow", "db", "migrate", database=server.url.replace("postgresql:", "postgresql+psycopg2:")
            )
            _write(target / "postgresql.sql", postgresql_dump(server.url))
        finally:
            server.stop()


class RealAirflow:
    """An installed Airflow with a home of its own and no settings but stock ones."""

    def __init__(self, venv: Path, home: Path) -> None:
        self._programs = venv / "bin"
        self._home = home

    def run(self, program: str, *arguments: str, database: str) -> None:
        """Run a program of the installation; its output is shown only when it fails, and then RuntimeError raised."""
        done = subprocess.run(
            [str(self._programs / program), *arguments],
            env=self._environment(database),
            cwd=self._home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{program} {' '.join(arguments)} failed:\n{done.stdout}")

    def _environment(self, database: str) -> dict[str, str]:
        return {
            "PATH": f"{self._programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "HOME": str(self._home),
            "LANG": "C.UTF-8",
            "AIRFLOW_HOME": str(self._home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__DATABASE__LOAD_DEFAULT_CONNECTIONS": "False",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database,
        }


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    print(f"    {path} {len(text) / 1000:.0f} kB", flush=True)


def _say(version: str, step: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {version}: {step}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
