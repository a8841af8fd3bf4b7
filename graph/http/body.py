"""Reading a request's body, up to a limit."""

from starlette.requests import ClientDisconnect, Request

from resolvers.errors import Invalid, TooExpensive


async def read_body(request: Request, limit: int) -> bytes:
    """Return the body; `TooExpensive`, without reading on, where it is longer than the limit."""
    parts: list[bytes] = []
    length = 0
    try:
        async for part in request.stream():
            length += len(part)
            if length > limit:
                raise TooExpensive(f"The body is longer than {limit:,} bytes.", hint="Send less at once.")
            parts.append(part)
    except ClientDisconnect:
        raise Invalid("The body ended early.") from None
    return b"".join(parts)
