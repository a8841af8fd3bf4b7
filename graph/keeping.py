"""The latest things made of texts or of bytes, kept as long as they do not weigh too much together."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")
K = TypeVar("K", bound=str | bytes)


class Kept(Generic[K, T]):
    """Makes a thing of a text once, and keeps it: `most` things, which weigh as much as their texts are long.

    What is made of a thing later on weighs as much again: `grew` says so.
    """

    def __init__(self, make: Callable[[K], T], *, most: int, heaviest: int) -> None:
        self._make = make
        self._most = most
        self._heaviest = heaviest
        self._found: OrderedDict[K, T] = OrderedDict()
        self._weights: dict[K, int] = {}
        self._weight = 0
        self._lock = Lock()

    def of(self, text: K) -> T:
        """Return what was made of a text."""
        found = self._found.get(text)
        if found is None:
            # Two threads may make the same at once, which takes no longer than waiting.
            found = self._make(text)
            with self._lock:
                self._found[text] = found
                self._add(text)
        else:
            try:
                self._found.move_to_end(text)
            except KeyError:
                # Another thread has dropped it meanwhile.
                return found
        return found

    def grew(self, text: K) -> None:
        """Let what was made of a text weigh its length more; the oldest are dropped for it."""
        with self._lock:
            if text in self._found:
                self._add(text)

    def _add(self, text: K) -> None:
        self._weights[text] = self._weights.get(text, 0) + len(text)
        self._weight += len(text)
        while len(self._found) > self._most or (self._weight > self._heaviest and len(self._found) > 1):
            dropped, _ = self._found.popitem(last=False)
            self._weight -= self._weights.pop(dropped)
