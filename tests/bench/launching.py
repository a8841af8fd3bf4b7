"""How a server is started, how it is seen to answer, and how it is ended with all that it started."""

import http.client
import os
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from tests.live.processes import free_port

__all__ = ["NotStartedError", "environment", "free_port", "launch", "stop", "wait_for"]

CHECKOUT = Path(__file__).parents[2]
START_SECONDS = 120.0


class NotStartedError(Exception):
    """A server that ended, or stayed silent, instead of answering."""


def environment(**more: str) -> dict[str, str]:
    """Return our environment without what anybody has told Airflow or this project, and with these variables."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")} | more


def launch(
    command: Sequence[str], folder: Path, *, env: Mapping[str, str] | None = None, log: str = "server.log"
) -> subprocess.Popen[bytes]:
    """Start a process from the checkout; all that it says goes to a file of the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / log).open("wb") as output:
        return subprocess.Popen(  # commands of our own
            list(command),
            env=dict(environment() if env is None else env),
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path, *, seconds: float = START_SECONDS) -> None:
    """Return once anything is answered at an address; raise NotStartedError with the end of the log otherwise."""
    split = urlsplit(url)
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        connection = http.client.HTTPConnection(split.hostname or "127.0.0.1", split.port or 80, timeout=5)
        with suppress(OSError, http.client.HTTPException), closing(connection):
            connection.request("GET", split.path or "/")
            connection.getresponse().read()
            return
        time.sleep(0.05)
    said = "\n".join(log.read_text(errors="replace").splitlines()[-30:])
    raise NotStartedError(f"Nothing answers at {url}. Its log, {log}, ends so:\n{said}")


def stop(processes: Iterable[subprocess.Popen[bytes]]) -> None:
    """End processes and all their descendants: asked first, then without asking."""
    processes = list(processes)
    families = family(process.pid for process in processes)
    for member in families:
        with suppress(psutil.NoSuchProcess):
            member.terminate()
    _, alive = psutil.wait_procs(families, timeout=5)
    for member in alive:
        with suppress(psutil.NoSuchProcess):
            member.kill()
    psutil.wait_procs(alive, timeout=5)
    for process in processes:
        process.wait()


def family(pids: Iterable[int]) -> list[psutil.Process]:
    """List processes with all their descendants, as far as they live."""
    found = []
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            parent = psutil.Process(pid)
            found += [parent, *parent.children(recursive=True)]
    return found
