"""Where each pinned Airflow is installed, and how it gets there."""

import fcntl
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uv

REQUIREMENTS = Path(__file__).parent / "requirements"
DEFAULT_VERSIONS = ("2.11.2", "3.3.2")
PYTHON = "3.11"
"""The Python that the requirement files were resolved for: every Airflow from 2.9 to 3.3 runs on it."""


def known_versions() -> tuple[str, ...]:
    """List the versions that have a requirements file, oldest first."""
    names = (path.stem.removeprefix("airflow-") for path in REQUIREMENTS.glob("airflow-*.txt"))
    return tuple(sorted(names, key=lambda name: tuple(map(int, name.split(".")))))


def chosen_versions(names: list[str]) -> tuple[str, ...]:
    """Read the words of a flag or of AIRFLOW_GRAPH_LIVE: versions, 'all', or none for the default.

    Raises ValueError for a version without a requirements file.
    """
    if not names:
        return DEFAULT_VERSIONS
    known = known_versions()
    if "all" in names:
        return known
    for name in names:
        if name not in known:
            raise ValueError(f"No requirements file for Airflow {name}; there are {', '.join(known)}.")
    return tuple(dict.fromkeys(names))


def cache() -> Path:
    """Find the folder that keeps the environments: $AIRFLOW_GRAPH_TEST_CACHE or a temporary one."""
    named = os.environ.get("AIRFLOW_GRAPH_TEST_CACHE")
    folder = Path(named) if named else Path(tempfile.gettempdir()) / "airflow-graph"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def install(version: str, *, kind: str = "airflow") -> Path:
    """Return the virtual environment of this Airflow, made where it is missing.

    The kind `fab` has the FAB auth manager as well, which Airflow 2 always has.

    Its name carries a digest of the requirements, so that changed pins make a new one. One process installs,
    the others wait; what a killed install left behind is replaced.
    """
    requirements = REQUIREMENTS / f"{kind}-{version}.txt"
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:8]
    venv = cache() / f"{kind}-{version}-{digest}"
    whole = venv / ".complete"
    with locked(cache() / f"{kind}-{version}.lock"):
        if not whole.exists():
            running = f"{sys.version_info.major}.{sys.version_info.minor}"
            _uv("venv", "--clear", "--python", sys.executable if running == PYTHON else PYTHON, str(venv))
            python = str(venv / "bin" / "python")
            _uv("pip", "install", "--python", python, "--requirement", str(requirements))
            whole.touch()
    return venv


def install_sources(version: str) -> Path:
    """Return the folder of an Airflow that no Python of today runs, for the few of its modules that one can load."""
    requirements = REQUIREMENTS / f"client-{version}.txt"
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:8]
    folder = cache() / f"client-{version}-{digest}"
    whole = folder / ".complete"
    with locked(cache() / f"client-{version}.lock"):
        if not whole.exists():
            told = ("--no-deps", "--python-version", "3.8", "--target", str(folder), "--requirement", str(requirements))
            _uv("pip", "install", *told)
            whole.touch()
    return folder


def _uv(*arguments: str) -> None:
    environment = {"UV_CACHE_DIR": str(cache() / "uv-cache"), **os.environ}
    done = subprocess.run([uv.find_uv_bin(), *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"uv {' '.join(arguments)} failed:\n{done.stderr}")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file, whoever else runs on this machine."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
