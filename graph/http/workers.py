"""The threads that answer requests, and the watch over those that take long."""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any, TypeVar

from starlette.types import Receive

from graph.http.errand import Errand
from resolvers.errors import Problem, TooExpensive, Unavailable
from resolvers.settings import Settings

log = logging.getLogger("airflow_graph")

R = TypeVar("R")

# Seconds after which a request is watched. Nearly all are answered before, and do not pay for it.
_UNWATCHED = 0.05

# A statement may begin just after it was cancelled: it is cancelled again after so many seconds.
_AGAIN = 0.25

GRACE = 5.0
"""Seconds that a request which was called off is waited for: only it knows whether a change was carried out."""

_HUNG_UP = Unavailable("The caller hung up.")


class HungUpError(Exception):
    """Nobody waits for the answer any more."""


class Workers:
    """Threads of our own, of which each request takes one, once.

    A hop to them and back costs about half of one to the threads of asyncio or anyio, whose futures know locks and
    contexts that nothing here needs. They start as they are needed, one per database connection at most.
    """

    def __init__(self, settings: Settings) -> None:
        # More threads than connections would only wait for each other.
        self._most = settings.pool_size
        self._seconds = settings.request_timeout
        self.late = TooExpensive(
            f"This request took longer than the {settings.request_timeout:g} seconds that request_timeout allows.",
            hint="Ask for less at once; or raise AIRFLOW_GRAPH_REQUEST_TIMEOUT.",
        )
        self._waiting: queue.SimpleQueue[Errand[Any] | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        # Changed in the event loop alone.
        self._errands = 0

    def deadline(self) -> float:
        """Return when a request that begins now is given up, on the loop's clock."""
        return asyncio.get_running_loop().time() + self._seconds

    async def answer(self, work: Callable[[Errand[R]], R], receive: Receive, *, until: float, late: Problem) -> R:
        """Return what `work` returns, done in a thread; where it is not by `until`, on the loop's clock, raise `late`.

        Raises `HungUpError`, and ends the work, when the caller no longer waits; `Unavailable` when no thread was free
        in time, or when the database does not let go.
        """
        errand = Errand(work)
        self._give(errand)
        watch: asyncio.Task[None] | None = None

        def begin_watch() -> None:
            nonlocal watch
            watch = errand.loop.create_task(_watch(errand, receive, until, late))

        timer = errand.loop.call_later(_UNWATCHED, begin_watch)
        try:
            return await errand.answer
        finally:
            timer.cancel()
            if watch is not None:
                watch.cancel()
            if errand.is_abandoned:
                raise HungUpError

    def close(self) -> None:
        """Let the threads end when they have done what waits; wait for no thread that hangs."""
        for _ in self._threads:
            self._waiting.put(None)
        until = monotonic() + GRACE
        for thread in self._threads:
            thread.join(max(0.0, until - monotonic()))
        self._threads.clear()

    def _give(self, errand: Errand[R]) -> None:
        self._waiting.put(errand)
        self._errands += 1
        if len(self._threads) < min(self._errands, self._most):
            # A daemon: no database that fell silent keeps the server from stopping.
            thread = threading.Thread(target=self._work, name=f"worker-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        while (errand := self._waiting.get()) is not None:
            self._carry_out(errand)
            # An answer is gone when it is sent, not when the thread has its next errand.
            del errand

    def _carry_out(self, errand: Errand[R]) -> None:
        answer: R | None = None
        error: BaseException | None = None
        if errand.claim():
            try:
                answer = errand.carry_out()
            except BaseException as raised:  # noqa: BLE001 - raised where the answer is awaited
                error = raised
        # The loop is closed where a server was stopped without waiting for its requests.
        with suppress(RuntimeError):
            errand.loop.call_soon_threadsafe(self._settle, errand, answer, error)

    def _settle(self, errand: Errand[Any], answer: object, error: BaseException | None) -> None:
        self._errands -= 1
        if errand.answer.done():
            return
        if error is not None:
            errand.answer.set_exception(error)
        else:
            errand.answer.set_result(answer)


async def _watch(errand: Errand[R], receive: Receive, until: float, late: Problem) -> None:
    """Call an errand off when its caller hangs up, or has waited as long as allowed."""
    caller = errand.loop.create_task(_hang_up(receive))
    left = until - errand.loop.time()
    try:
        await asyncio.wait((errand.answer, caller), timeout=left, return_when=asyncio.FIRST_COMPLETED)
        errand.is_abandoned = caller.done() and not errand.answer.done()
    finally:
        caller.cancel()
    if errand.claim():
        busy = Unavailable("No worker was free in time.", hint="Try again; or raise AIRFLOW_GRAPH_POOL_SIZE.")
        errand.answer.set_exception(busy)
    end = errand.loop.time() + GRACE
    while not errand.answer.done():
        if errand.loop.time() >= end:
            errand.answer.set_exception(
                Unavailable(
                    "The database does not answer, nor does it give up the statement.",
                    hint="Try again; after a change, look first whether it was carried out.",
                )
            )
            return
        try:
            await asyncio.to_thread(errand.call_off, _HUNG_UP if errand.is_abandoned else late)
        except Exception:
            # Whoever waits is answered all the same.
            log.exception("request not called off")
        await asyncio.wait((errand.answer,), timeout=_AGAIN)


async def _hang_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
