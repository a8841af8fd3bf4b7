"""Reading a request's body, up to a limit."""

import asyncio
from collections.abc import Coroutine
from typing import Any, cast

from starlette.requests import Request
from starlette.types import Message

from resolvers.errors import Invalid, TooExpensive


async def read_body(request: Request, limit: int, until: float) -> bytes:
    """Return the body; `TooExpensive`, without reading on, where it is longer than the limit.

    Raises `Invalid` where it is not there by `until`, on the loop's clock.
    """
    body = _Body(limit)
    first = _arrived(request)
    # Nearly all bodies come with the head: nobody has to watch the clock.
    if first is not None and body.ends_with(first):
        return body.content
    try:
        async with asyncio.timeout_at(until):
            while not body.ends_with(await request.receive()):
                pass
    except TimeoutError:
        raise Invalid("The body did not arrive in time.", hint="Send it at once.") from None
    return body.content


class _Body:
    """The parts of a body that have come so far."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._length = 0

    @property
    def content(self) -> bytes:
        """The parts put together."""
        return b"".join(self._parts)

    def ends_with(self, message: Message) -> bool:
        """Add what a message brings; say whether it was the last."""
        if message["type"] == "http.disconnect":
            raise Invalid("The body ended early.")
        part = message.get("body", b"")
        self._length += len(part)
        if self._length > self._limit:
            raise TooExpensive(
                f"The body is longer than the {self._limit:,} bytes that are allowed.",
                hint="Send less at once; or raise AIRFLOW_GRAPH_MAX_BODY_BYTES.",
            )
        self._parts.append(part)
        return not message.get("more_body", False)


def _arrived(request: Request) -> Message | None:
    """Return the next message where it is there already, without waiting for it."""
    receiving = cast("Coroutine[Any, Any, Message]", request.receive())
    try:
        receiving.send(None)
    except StopIteration as told:
        return cast("Message", told.value)
    # It waits for what has not come, and has taken nothing.
    receiving.close()
    return None
