"""What headers say: of a request; and to browsers, of each answer: believe its type, frame it nowhere, keep it not."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
"""Unless an answer has its own, as GraphiQL's page and its files do. HSTS is for whoever ends TLS.

No more than these: uvicorn looks at each with two regular expressions, a microsecond per header and answer.
"""

_RAW = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]


def said(scope: Scope, name: bytes) -> str:
    """Return what the first header of this name, in small letters, says of a request; nothing where there is none."""
    for header, value in scope["headers"]:
        if header == name:
            told: bytes = value
            return told.decode("latin-1")
    return ""


class SafeHeaders:
    """Adds these headers to the answers of an application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer with the headers."""

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = message["headers"]
                own = dict(told)
                message["headers"] = [*told, *[header for header in _RAW if header[0] not in own]]
            await send(message)

        await self.app(scope, receive, completed if scope["type"] == "http" else send)
