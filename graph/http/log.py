"""The request log: one line per request, a constant message and fields."""

import logging
import re
import time
from functools import lru_cache
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from resolvers.traces import fit_for_log

log = logging.getLogger("airflow_graph.request")

# What needs no quotes; of other characters it is looked up one by one.
_PLAIN = re.compile(r"[!#-<>-~]*")

# Characters of texts that may well come again.
_OFTEN = 200


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
            if log.isEnabledFor(logging.INFO):
                fields = {
                    "method": scope["method"],
                    "path": scope["path"],
                    "status": status,
                    "ms": round((time.perf_counter() - started) * 1000, 1),
                }
                fields |= {name: told for name in ("actor", "operation") if (told := state.get(name)) is not None}
                log.handle(_record(fields))


# What all records of requests have in common. To make one anew, logging asks for thread, process, task and file.
_RECORD = vars(log.makeRecord(log.name, logging.INFO, __file__, 0, "request", (), None))


def _record(fields: dict[str, object]) -> logging.LogRecord:
    """Return the record of a request that has just been answered."""
    record = logging.LogRecord.__new__(logging.LogRecord)
    now = time.time()
    record.__dict__ = {**_RECORD, "created": now, "msecs": now % 1 * 1000, "fields": fields}
    return record


class FieldFormatter(logging.Formatter):
    """Writes a line's time, level and message, and its fields behind them, as name=value."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")
        self._second = 0
        self._time = ""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        if record.args or record.exc_info or record.stack_info:
            line = super().format(record)
        else:
            line = f"{self.formatTime(record)} {record.levelname} {record.msg}"
        fields: dict[str, object] = getattr(record, "fields", {})
        return " ".join([line, *[f"{name}={_told(value)}" for name, value in fields.items()]])

    def formatException(self, ei: Any) -> str:  # noqa: N802, ANN401 - logging's own
        """Return a trace as the log may hold it, also of what the server itself caught."""
        error = ei[1]
        return super().formatException(ei if error is None else (type(told := fit_for_log(error)), told, ei[2]))

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's own
        """Return the time as logging writes it; many lines fall into one second, which is written out once."""
        if datefmt is not None:
            return super().formatTime(record, datefmt)
        second = int(record.created)
        if second != self._second:
            self._second, self._time = second, time.strftime(self.default_time_format, self.converter(second))
        return f"{self._time},{int(record.msecs):03}"


def _told(value: object) -> str:
    if not isinstance(value, str):
        return str(value)
    return _quoted_before(value) if len(value) < _OFTEN else _quoted(value)


def _quoted(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    return repr(text) if any(not char.isprintable() or char in ' "=' for char in text) else text


# The same few names stand in nearly all lines.
_quoted_before = lru_cache(maxsize=500)(_quoted)
