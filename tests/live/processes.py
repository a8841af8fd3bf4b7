"""Long-running processes of a test: started with a log of their own, ended with all that they started."""

import signal
import socket
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import psutil


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


def stop(daemons: Iterable[Daemon], *, mark: tuple[str, str], grace: float = 0.0) -> None:
    """End these processes, and whatever of their making carries the mark in its environment.

    With seconds of grace they are asked first, which lets them write what they hold.
    """
    daemons = list(daemons)
    families = [process for daemon in daemons for process in daemon.family()]
    if grace:
        _signal(families, signal.SIGTERM)
        psutil.wait_procs(families, timeout=grace)
    _signal(families, signal.SIGKILL)
    while orphans := _marked(*mark):
        _signal(orphans, signal.SIGKILL)
        psutil.wait_procs(orphans, timeout=1)
    for daemon in daemons:
        daemon.reap()


def _signal(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)


def _marked(variable: str, value: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if process.environ().get(variable) == value and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def free_port() -> int:
    """Find a TCP port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
