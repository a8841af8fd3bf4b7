"""What was found out about secrets that callers present, so that it need not be found out for every request."""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """Facts about secrets until they are too old, the least used ones forgotten first.

    A secret is known by a keyed digest alone: who reads this memory learns none.
    """

    def __init__(self, most: int = 4096, clock: Callable[[], float] = time.time) -> None:
        self._most = most
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._facts: OrderedDict[bytes, tuple[T, float]] = OrderedDict()

    def get(self, secret: str) -> T | None:
        """Return what is known about a secret, and still holds."""
        digest = self._digest(secret)
        with self._lock:
            known = self._facts.get(digest)
            if known is None:
                return None
            fact, until = known
            if self._clock() >= until:
                del self._facts[digest]
                return None
            self._facts.move_to_end(digest)
            return fact

    def put(self, secret: str, fact: T, *, until: float) -> None:
        """Remember a fact until then, by the clock."""
        digest = self._digest(secret)
        with self._lock:
            self._facts[digest] = (fact, until)
            self._facts.move_to_end(digest)
            if len(self._facts) > self._most:
                self._facts.popitem(last=False)

    def __len__(self) -> int:
        return len(self._facts)

    def _digest(self, secret: str) -> bytes:
        return blake2b(secret.encode(errors="surrogatepass"), key=self._key, digest_size=32).digest()
