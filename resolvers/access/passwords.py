"""Verifying passwords: the hash that it costs, and the memory that spares it."""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from threading import BoundedSemaphore, Lock
from time import monotonic

from werkzeug.security import check_password_hash

from resolvers.errors import TooMany

# What werkzeug hashes with unless it is told otherwise, as Airflow does not.
_USUAL = "scrypt:32768:8:1"


class PasswordMemory:
    """Which password of whom matched which hash: by a keyed digest, whose key only this process knows.

    What was not asked for in so many seconds is forgotten, and so is what was asked for longest ago when there are too
    many.
    """

    def __init__(self, seconds: float, *, most: int = 10_000, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._seconds = seconds
        self._most = most
        self._key = secrets.token_bytes(32)
        self._matched: OrderedDict[bytes, tuple[float, str]] = OrderedDict()
        self._lock = Lock()

    def digest(self, name: str, password: str) -> bytes:
        """Return what stands for a name and a password here."""
        # The length tells where the one ends and the other begins.
        return blake2b(f"{len(name)}:{name}{password}".encode(), key=self._key, digest_size=32).digest()

    def matched(self, digest: bytes) -> str | None:
        """Return the hash that this matched when it was verified; none where it is not remembered."""
        now = self._clock()
        with self._lock:
            kept = self._matched.get(digest)
            if kept is None or now - kept[0] > self._seconds:
                return None
            self._matched[digest] = (now, kept[1])
            self._matched.move_to_end(digest)
            return kept[1]

    def remember(self, digest: bytes, password_hash: str) -> None:
        """Keep in mind that this matches that hash."""
        with self._lock:
            self._matched[digest] = (self._clock(), password_hash)
            self._matched.move_to_end(digest)
            if len(self._matched) > self._most:
                self._matched.popitem(last=False)


class Hashing:
    """Password hashes, a few at once: each costs a sixth of a second of a processor, and tens of megabytes.

    `computed` says how many there have been.
    """

    def __init__(self, *, most: int = 2, waiting: int = 4, seconds: float = 2.0) -> None:
        self._seconds = seconds
        self._rooms = BoundedSemaphore(most)
        # Those inside included. Whoever waits has a thread that others could use.
        self._places = BoundedSemaphore(most + waiting)
        self.computed = 0

    def matches(self, password_hash: str, password: str) -> bool:
        """Say whether the password matches the hash; `TooMany` where too many others are being verified."""
        if not self._places.acquire(blocking=False):
            raise self._busy()
        try:
            if not self._rooms.acquire(timeout=self._seconds):
                raise self._busy()
            try:
                self.computed += 1
                return check_password_hash(password_hash, password)
            except ValueError:
                # Of a kind that is not known here, or that this processor cannot afford: it matches nothing.
                return False
            finally:
                self._rooms.release()
        finally:
            self._places.release()

    @staticmethod
    def _busy() -> TooMany:
        return TooMany("Too many passwords are being verified.", retry_after=1, hint="Send the same again in a moment.")


def imitation(password_hash: str | None) -> str:
    """Return a hash of the same kind that nothing matches; comparing with it takes as long."""
    kind = (password_hash or "").partition("$")[0] or _USUAL
    return f"{kind}${secrets.token_hex(8)}${'0' * 128}"
