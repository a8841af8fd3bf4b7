"""Who has failed to prove who they are, and for how long they are refused."""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic

from resolvers.errors import TooMany

_FIRST, _LONGEST = 1.0, 60.0


@dataclass(frozen=True)
class _Failures:
    count: float
    last: float
    until: float


class Slowing:
    """Failures by name or address: after some that are free, each is followed by a time without another attempt.

    The time doubles from a second to a minute. Nobody waits here: who comes too early is refused. Every `fades` seconds
    one failure is forgotten.
    """

    def __init__(self, *, free: int, fades: float, most: int = 10_000, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._free = free
        self._fades = fades
        self._most = most
        self._failures: OrderedDict[str, _Failures] = OrderedDict()
        self._lock = Lock()

    def check(self, key: str) -> None:
        """Raise `TooMany` while this one is refused."""
        with self._lock:
            found = self._failures.get(key)
        seconds = found.until - self._clock() if found else 0
        if seconds > 0:
            raise TooMany(
                "There were too many wrong passwords.",
                retry_after=seconds,
                hint="Wait for as long as Retry-After says, then send the right one.",
            )

    def failed(self, key: str) -> bool:
        """Count a failure; say whether it was a free one."""
        now = self._clock()
        with self._lock:
            found = self._failures.pop(key, None)
            count = 1 + (max(0.0, found.count - (now - found.last) / self._fades) if found else 0.0)
            over = round(count - self._free)
            seconds = min(_FIRST * 2 ** min(over, 10), _LONGEST) if over >= 0 else 0.0
            self._failures[key] = _Failures(count, now, now + seconds)
            if len(self._failures) > self._most:
                self._failures.popitem(last=False)
        return over < 0

    def succeeded(self, key: str) -> None:
        """Forget the failures."""
        with self._lock:
            self._failures.pop(key, None)


def origin_of(address: str) -> str:
    """Return what failures from an address count for: itself, or the /64 of IPv6, all of which one host may have."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return address
    return str(found.ipv4_mapped or ipaddress.IPv6Network((found.packed[:8] + bytes(8), 64)))
