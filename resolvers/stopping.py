"""How a session that works in one thread is stopped by another."""

import copy
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from resolvers.errors import Problem
from resolvers.metadata.wire import Wire

log = logging.getLogger("airflow_graph")


class Stop:
    """Whether a session was stopped, and by which refusal; what is running then is interrupted."""

    def __init__(self) -> None:
        # Held while the database is told: the connection must not serve anybody else meanwhile.
        self._lock = threading.Lock()
        self._running: Callable[[], None] | None = None
        self._reason: Problem | None = None

    def stop(self, reason: Problem) -> None:
        """Interrupt what is running, and let nothing else begin."""
        with self._lock:
            self._reason = reason
            if self._running is not None:
                self._running()

    def check(self, so: str = "") -> None:
        """Raise what the session ends by, where it was stopped, and say what is `so` all the same."""
        if self._reason is not None:
            # An error of its own each time: where it was raised is part of it.
            reason = copy.copy(self._reason)
            reason.detail = " ".join(filter(None, (reason.detail, so)))
            raise reason

    def reach(self, interrupting: Callable[[], None] | None) -> None:
        """Have what runs from here on interrupted by this; by nothing, where it is none."""
        with self._lock:
            if interrupting is not None:
                self.check()
            self._running = interrupting

    @contextmanager
    def reaches(self, interrupting: Callable[[], None]) -> Iterator[None]:
        """Let what runs within the block, and nothing after it, be interrupted by this."""
        self.reach(interrupting)
        try:
            yield
        finally:
            self.reach(None)


@dataclass(frozen=True)
class Stoppable:
    """A block that is refused by what the session was stopped by, where it was, whatever that made go wrong.

    `so` is what is so all the same.
    """

    stop: Stop
    so: str = ""

    def __enter__(self) -> None:
        self.stop.check(self.so)

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        if isinstance(error, Problem):
            self.stop.check(self.so)


def interrupt(wire: Wire, engine: Engine) -> None:
    """Have the database give up what runs on a connection."""
    try:
        wire.cancel(engine)
    except (DBAPIError, engine.dialect.loaded_dbapi.Error) as error:
        # Its own timeout ends it.
        log.warning("statement not cancelled", extra={"fields": {"error": type(error).__name__}})
