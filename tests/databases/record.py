"""Records what real Airflows store: their database after a migration, and our DAGs as they read them.

Run it from the checkout: `python -m tests.databases.record --help`.
"""

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.databases.dump import postgresql_dump, sqlite_dump
from tests.databases.real_airflow import RealAirflow
from tests.databases.stored import compressed_dags, import_errors, serialized_dags
from tests.live.installing import cache, known_versions
from tests.live.postgres import Postgres

FOLDER = Path(__file__).parent
DAGS = FOLDER / "dags"
PARTS = ("sqlite", "postgresql", "dags")
COMPRESSED = ("line", "mapped")
"""The DAGs whose compressed form is kept as well."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Record the chosen parts of the chosen versions, in place."""
    options = _options(arguments)
    if options.cache:
        os.environ["AIRFLOW_GRAPH_TEST_CACHE"] = str(options.cache)
    for version in options.version or known_versions():
        target: Path = options.output / ".".join(version.split(".")[:2])
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache(), ignore_cleanup_errors=True) as folder:
            _say(version, "install")
            airflow = RealAirflow(version, Path(folder))
            for part in options.part or PARTS:
                _say(version, f"record {part}")
                RECORDERS[part](airflow, target)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.databases.record", description=__doc__)
    parser.add_argument("--version", action="append", choices=known_versions(), help="may be repeated; all by default")
    parser.add_argument("--part", action="append", choices=PARTS, help="may be repeated; all by default")
    parser.add_argument("--cache", type=Path, help=f"where the Airflows are installed; by default {cache()}")
    parser.add_argument(
        "--output",
        type=Path,
        default=FOLDER,
        help="gets a folder for each minor version; by default this one",
    )
    return parser.parse_args(arguments)


def _record_sqlite(airflow: RealAirflow, target: Path) -> None:
    database = airflow.home / "empty.db"
    airflow.migrate(f"sqlite:///{database}")
    _write(target / "sqlite.sql", sqlite_dump(database))


def _record_postgresql(airflow: RealAirflow, target: Path) -> None:
    server = Postgres(airflow.home / "postgresql")
    try:
        airflow.migrate(server.url.replace("postgresql:", "postgresql+psycopg2:"))
        _write(target / "postgresql.sql", postgresql_dump(server.url))
    finally:
        server.stop()


def _record_dags(airflow: RealAirflow, target: Path) -> None:
    shutil.copytree(DAGS, airflow.dags, ignore=shutil.ignore_patterns("__pycache__"))
    plain, compressed = airflow.home / "plain.db", airflow.home / "compressed.db"
    airflow.migrate(f"sqlite:///{plain}")
    shutil.copy(plain, compressed)

    airflow.run("airflow", "dags", "reserialize", database=f"sqlite:///{plain}")
    if errors := import_errors(plain):
        raise RuntimeError("\n".join(errors))
    _write(target / "serialized.json", serialized_dags(plain, home=airflow.home))

    airflow.run("airflow", "dags", "reserialize", database=f"sqlite:///{compressed}", compress=True)
    _write(target / "compressed.json", compressed_dags(compressed, COMPRESSED, home=airflow.home))

    for script, read, written in (
        ("probe.py", target / "serialized.json", target / "facts.json"),
        ("trigger.py", plain, target / "runs.json"),
    ):
        airflow.run("python", str(FOLDER / script), str(read), str(written), database=f"sqlite:///{plain}")
        _written(written)


RECORDERS = {"sqlite": _record_sqlite, "postgresql": _record_postgresql, "dags": _record_dags}


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    _written(path)


def _written(path: Path) -> None:
    print(f"    {path} {path.stat().st_size / 1000:.0f} kB", flush=True)


def _say(version: str, step: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {version}: {step}", flush=True)


if __name__ == "__main__":
    main()
