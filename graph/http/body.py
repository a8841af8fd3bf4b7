"""Reading a request's body, up to a limit."""

import asyncio

from starlette.requests import ClientDisconnect, Request

from resolvers.errors import Invalid, TooExpensive


async def read_body(request: Request, limit: int, until: float) -> bytes:
    """Return the body; `TooExpensive`, without reading on, where it is longer than the limit.

    Raises `Invalid` where it is not there by `until`, on the loop's clock.
    """
    parts: list[bytes] = []
    length = 0
    try:
        async with asyncio.timeout_at(until):
            async for part in request.stream():
                length += len(part)
                if length > limit:
                    raise TooExpensive(f"The body is longer than {limit:,} bytes.", hint="Send less at once.")
                parts.append(part)
    except ClientDisconnect:
        raise Invalid("The body ended early.") from None
    except TimeoutError:
        raise Invalid("The body did not arrive in time.", hint="Send it at once.") from None
    return b"".join(parts)
