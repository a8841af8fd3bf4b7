"""What one request has a worker thread do, and how that is called off."""

import asyncio
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from resolvers.errors import Problem
from resolvers.service import Session

R = TypeVar("R")


class Errand(Generic[R]):
    """The work of one request: a worker thread carries it out, the event loop waits for its answer."""

    def __init__(self, work: "Callable[[Errand[R]], R]") -> None:
        self.loop = asyncio.get_running_loop()
        self.answer: asyncio.Future[R] = self.loop.create_future()
        self.is_abandoned = False
        self._work = work
        # Taken once: by the thread that carries it out, or by who drops it before one does.
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._reason: Problem | None = None

    def claim(self) -> bool:
        """Take the errand, to carry it out or to drop it; false where somebody else has."""
        return self._turn.acquire(blocking=False)

    def carry_out(self) -> R:
        """Return the answer, in the worker thread."""
        return self._work(self)

    def works_in(self, session: Session) -> None:
        """Let the errand be called off from here on, by cancelling what the session does."""
        with self._lock:
            self._session = session
            if self._reason is not None:
                session.cancel(self._reason)

    def call_off(self, reason: Problem) -> None:
        """End the errand by a refusal, from any thread but the event loop's: the database is told, which may take."""
        with self._lock:
            self._reason = reason
            if self._session is not None:
                self._session.cancel(reason)
