"""What was read a moment ago, for those who ask again within seconds."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Fresh(Generic[K, V]):
    """Values by key, each read again when it is older than so many seconds; what is none is not kept.

    At most `most` are kept: the one that was asked for longest ago goes. Threads that ask at once may each read.
    """

    def __init__(
        self,
        seconds: float,
        read: Callable[[K], V | None],
        *,
        most: int = 10_000,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._clock = clock
        self._seconds = seconds
        self._read = read
        self._most = most
        self._kept: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: K) -> V | None:
        """Return the value, which may be as old as the seconds say."""
        now = self._clock()
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and now - kept[0] < self._seconds:
                self._kept.move_to_end(key)
                return kept[1]
        return self.renew(key)

    def renew(self, key: K) -> V | None:
        """Return the value as it is now."""
        # Its age counts from before it is read: what changes meanwhile may or may not be in it.
        now = self._clock()
        value = self._read(key)
        with self._lock:
            if value is None:
                self._kept.pop(key, None)
                return None
            self._kept[key] = (now, value)
            self._kept.move_to_end(key)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return value
