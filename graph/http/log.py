"""The request log: one line per request, a constant message and fields."""

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("airflow_graph.request")


class RequestLog:
    """Writes one line per request. Neither addresses' queries nor bodies: both may hold secrets."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and write down what became of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        started = time.perf_counter()
        status = 499

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            fields = {
                "method": scope["method"],
                "path": scope["path"],
                "status": status,
                "ms": round((time.perf_counter() - started) * 1000, 1),
                "actor": state.get("actor"),
                "operation": state.get("operation"),
            }
            log.info("request", extra={"fields": {name: value for name, value in fields.items() if value is not None}})


class FieldFormatter(logging.Formatter):
    """Writes a line's fields behind its message, as name=value."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = super().format(record)
        fields: dict[str, object] = getattr(record, "fields", {})
        return " ".join([line, *(f"{name}={_told(value)}" for name, value in fields.items())])


def _told(value: object) -> str:
    text = str(value)
    return repr(text) if any(not char.isprintable() or char in ' "=' for char in text) else text
