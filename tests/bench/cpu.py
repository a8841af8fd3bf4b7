"""What processes have spent: CPU time, user and system, as exactly as the system tells it."""

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import psutil

from tests.bench.launching import family
from tests.bench.subject import Running


@dataclass(frozen=True)
class Spent:
    """Nanoseconds of processes by their ids, at one moment."""

    server: dict[int, int]
    database: dict[int, int]


@dataclass(frozen=True)
class Cost:
    """CPU milliseconds of one request, in the server's processes and in its database backends."""

    server: float
    database: float

    @property
    def total(self) -> float:
        """Both."""
        return self.server + self.database


class LostError(Exception):
    """A process ended while it was measured: nobody knows what it had spent."""


@dataclass(frozen=True)
class Meter:
    """Reads what one subject has spent so far."""

    running: Running
    backends: Callable[[], list[int]]

    def read(self) -> Spent:
        """Return what its processes have spent, those that it has started since included."""
        # What is left to do when the answer is there (a line of a log, the end of a transaction) is part of it.
        time.sleep(0.004)
        server = [member.pid for member in family(process.pid for process in self.running.processes)]
        return Spent(_spent(server), _spent(self.backends()))

    @staticmethod
    def cost(before: Spent, after: Spent, requests: int) -> Cost:
        """Return what a request cost between two readings; raise LostError where that is not known."""
        return Cost(
            _difference(before.server, after.server) / requests, _difference(before.database, after.database) / requests
        )


def _difference(before: dict[int, int], after: dict[int, int]) -> float:
    if before.keys() - after.keys():
        raise LostError
    return sum(spent - before.get(pid, 0) for pid, spent in after.items()) / 1e6


def _spent(pids: list[int]) -> dict[int, int]:
    found = {}
    for pid in pids:
        with suppress(OSError, psutil.Error):
            found[pid] = _nanoseconds(pid)
    return found


def _nanoseconds(pid: int) -> int:
    if sys.platform == "linux":
        # The clock of another process, all its threads included, to the nanosecond: /proc counts in hundredths of a
        # second. The number is made as clock_getcpuclockid(3) does.
        return time.clock_gettime_ns(~pid << 3 | 2)
    times = psutil.Process(pid).cpu_times()
    return int((times.user + times.system) * 1e9)
