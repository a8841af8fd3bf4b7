"""Long-running processes of a test: started with a log of their own, ended with all that they started."""

import os
import socket
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

import psutil

GRACE = 5.0
"""Seconds between asking a process to end and ending it."""


class Daemon:
    """One process in the background, its output in a file."""

    def __init__(
        self, command: list[str], *, environment: Mapping[str, str], log: Path, folder: Path | None = None
    ) -> None:
        self.name = log.stem
        self.log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                env=dict(environment),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def text(self) -> str:
        return self.log.read_text(errors="replace")

    def tail(self, lines: int = 40) -> str:
        return "\n".join(self.text().splitlines()[-lines:])

    def family(self) -> list[psutil.Process]:
        """List the process and all its descendants, as far as they live."""
        try:
            parent = psutil.Process(self._process.pid)
            return [parent, *parent.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def reap(self) -> None:
        self._process.wait()


def stop(daemons: Iterable[Daemon], *, mark: tuple[str, str]) -> None:
    """End these processes, their descendants, and the orphans that carry the mark in their environment."""
    daemons = list(daemons)
    for daemon in daemons:
        if daemon.exit_code is None:
            psutil.Process(daemon.family()[0].pid).terminate()
    families = [process for daemon in daemons for process in daemon.family()]
    _, stubborn = psutil.wait_procs(families, timeout=GRACE)
    for process in [*stubborn, *_marked(*mark)]:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    for daemon in daemons:
        daemon.reap()


def _marked(variable: str, value: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(variable) == value:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def free_port() -> int:
    """Find a TCP port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
