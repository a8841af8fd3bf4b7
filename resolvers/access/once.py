"""Work that several threads want done at the same moment, done by one of them."""

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Once(Generic[K, V]):
    """Work by key: who asks for what is under way waits for it, and gets what comes of it."""

    def __init__(self) -> None:
        self._under_way: dict[K, Future[V]] = {}
        self._lock = Lock()

    def get(self, key: K, work: Callable[[], V]) -> V:
        """Return what the work returns, here or in the thread that began it; raises what it raises."""
        with self._lock:
            theirs = self._under_way.get(key)
            mine: Future[V] = Future()
            if theirs is None:
                self._under_way[key] = mine
        if theirs is not None:
            return theirs.result()
        try:
            value = work()
        except BaseException as error:
            mine.set_exception(error)
            raise
        else:
            mine.set_result(value)
            return value
        finally:
            with self._lock:
                del self._under_way[key]
