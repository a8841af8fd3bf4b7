"""The threads that answer: how many there are, and what becomes of those who wait for one."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from graph.http import workers as module
from graph.http.errand import Errand
from graph.http.workers import HungUpError, Workers
from resolvers.errors import Unavailable
from resolvers.settings import load_settings


async def listening() -> dict[str, str]:
    """Receive nothing more, ever."""
    await asyncio.Event().wait()
    raise AssertionError


def test_there_are_no_more_threads_than_connections_and_each_errand_has_its_own_answer() -> None:
    workers = Workers(load_settings(pool_size=3))
    threads = set()

    def squared(number: int) -> Callable[[Errand[int]], int]:
        def work(_errand: Errand[int]) -> int:
            threads.add(threading.current_thread())
            return number * number

        return work

    async def many() -> list[int]:
        ask = [
            workers.answer(squared(number), listening, until=workers.deadline(), late=workers.late)
            for number in range(50)
        ]
        return await asyncio.gather(*ask)

    assert asyncio.run(many()) == [number * number for number in range(50)]
    assert 1 <= len(threads) <= 3
    workers.close()
    assert not any(thread.is_alive() for thread in threads)


def test_who_gets_no_thread_in_time_is_told_to_try_again_and_nothing_is_done_for_them() -> None:
    workers = Workers(load_settings(pool_size=1, request_timeout=0.3))
    free, done = threading.Event(), []

    def hold(_errand: Errand[None]) -> None:
        free.wait(20)

    async def two() -> None:
        loop = asyncio.get_running_loop()
        first = asyncio.create_task(workers.answer(hold, listening, until=loop.time() + 20, late=workers.late))
        await asyncio.sleep(0.01)
        with pytest.raises(Unavailable, match="No worker was free"):
            await workers.answer(lambda _: done.append(1), listening, until=workers.deadline(), late=workers.late)
        free.set()
        await first

    asyncio.run(two())
    workers.close()
    assert done == []


def test_what_cannot_be_called_off_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GRACE", 0.5)
    workers = Workers(load_settings(pool_size=1, request_timeout=0.1))
    free = threading.Event()

    async def stuck() -> None:
        with pytest.raises(Unavailable, match="nor does it give up"):
            await workers.answer(lambda _: free.wait(20), listening, until=workers.deadline(), late=workers.late)
        free.set()
        # The thread is the next one's again.
        assert await workers.answer(lambda _: 5, listening, until=workers.deadline() + 20, late=workers.late) == 5

    asyncio.run(stuck())
    workers.close()


def test_what_goes_wrong_in_a_thread_is_raised_where_it_is_waited_for() -> None:
    workers = Workers(load_settings(pool_size=1))

    async def wrong() -> None:
        with pytest.raises(ZeroDivisionError):
            await workers.answer(lambda _: 1 // 0, listening, until=workers.deadline(), late=workers.late)

    asyncio.run(wrong())
    workers.close()


def test_an_errand_that_waits_for_a_thread_is_not_begun_for_who_hung_up() -> None:
    workers = Workers(load_settings(pool_size=1))
    free, done = threading.Event(), []

    async def gone() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def two() -> None:
        until = workers.deadline()
        first = asyncio.create_task(workers.answer(lambda _: free.wait(20), listening, until=until, late=workers.late))
        await asyncio.sleep(0.01)
        with pytest.raises(HungUpError):
            await workers.answer(lambda _: done.append(1), gone, until=until, late=workers.late)
        free.set()
        await first

    asyncio.run(two())
    workers.close()
    assert done == []
