"""Whether the database answers, told to anybody however busy the server is."""

import asyncio

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from graph.http.errand import Errand
from graph.http.workers import HungUpError, Workers
from resolvers.errors import Problem, Unavailable
from resolvers.service import Service

# Seconds for which an answer of the database is believed, and seconds that it is waited for.
_BELIEVED = 1.0
_PATIENCE = 5.0

_LATE = Unavailable("The database does not answer.")


class Health:
    """Asks the database in a thread and on a connection of its own, once for all who want to know at that moment."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._workers = Workers(service.settings.model_copy(update={"pool_size": 1}))
        self._asked: asyncio.Task[bool] | None = None
        self._until = 0.0

    async def answer(self, _request: Request) -> Response:
        """Return whether the database answers: 200 or 503."""
        loop = asyncio.get_running_loop()
        if self._asked is None or (self._asked.done() and loop.time() > self._until):
            self._asked = loop.create_task(self._ask())
        # Who hangs up does not take the answer from the others.
        healthy = await asyncio.shield(self._asked)
        told = {"status": "healthy" if healthy else "unhealthy"}
        return Response(orjson.dumps(told), 200 if healthy else 503, media_type="application/json")

    def close(self) -> None:
        """Let the thread end."""
        self._workers.close()

    async def _ask(self) -> bool:
        def reachable(_errand: Errand[bool]) -> bool:
            return self._service.is_reachable()

        loop = asyncio.get_running_loop()
        try:
            return await self._workers.answer(reachable, _nobody, until=loop.time() + _PATIENCE, late=_LATE)
        except (Problem, HungUpError):
            return False
        finally:
            self._until = loop.time() + _BELIEVED


async def _nobody() -> Message:
    """Wait for a caller who never hangs up."""
    never: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
    return await never
