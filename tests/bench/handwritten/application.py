"""The application: an ASGI callable that knows five addresses."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from tests.bench.handwritten.asking import Answer
from tests.bench.handwritten.drivers import Driver


class Application:
    """Answers `/W1` to `/W5`; anything else by an empty answer, so that somebody may see that it runs."""

    def __init__(self, driver: Driver, answers: Mapping[str, Answer]) -> None:
        self._driver = driver
        self._answers = {f"/{name}": answer for name, answer in answers.items()}

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer one request, or open the connections when the server starts."""
        if scope["type"] == "lifespan":
            await receive()
            await self._driver.open()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        answer = self._answers.get(scope["path"])
        body = b"{}"
        if answer is not None:
            body = await self._driver.answer(answer(dict(parse_qsl(scope["query_string"].decode()))))
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
