"""Reading a request's body, up to a limit."""

import asyncio
from collections.abc import Coroutine
from typing import Any, cast

from starlette.types import Message, Receive

from resolvers.errors import Invalid, TooExpensive


async def read_body(receive: Receive, limit: int, until: float) -> bytes:
    """Return the body; `TooExpensive`, without reading on, where it is longer than the limit.

    Raises `Invalid` where it is not there by `until`, on the loop's clock.
    """
    first = _arrived(receive)
    # Nearly all bodies come with the head: nobody has to watch the clock.
    if first is not None and not first.get("more_body", False):
        return _part(first, 0, limit)
    parts = [] if first is None else [_part(first, 0, limit)]
    length = sum(map(len, parts))
    try:
        async with asyncio.timeout_at(until):
            more = True
            while more:
                message = await receive()
                parts.append(_part(message, length, limit))
                length += len(parts[-1])
                more = message.get("more_body", False)
    except TimeoutError:
        raise Invalid("The body did not arrive in time.", hint="Send it at once.") from None
    return b"".join(parts)


def _part(message: Message, before: int, limit: int) -> bytes:
    """Return what a message brings of a body, of which so many bytes came before."""
    if message["type"] == "http.disconnect":
        raise Invalid("The body ended early.")
    part: bytes = message.get("body", b"")
    if before + len(part) > limit:
        raise TooExpensive(
            f"The body is longer than the {limit:,} bytes that are allowed.",
            hint="Send less at once; or raise AIRFLOW_GRAPH_MAX_BODY_BYTES.",
        )
    return part


def _arrived(receive: Receive) -> Message | None:
    """Return the next message where it is there already, without waiting for it."""
    receiving = cast("Coroutine[Any, Any, Message]", receive())
    try:
        receiving.send(None)
    except StopIteration as told:
        return cast("Message", told.value)
    # It waits for what has not come, and has taken nothing.
    receiving.close()
    return None
