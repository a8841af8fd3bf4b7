"""The server: `python -m tests.bench.ordinary URL PORT`."""

import sys
from typing import Any

import uvicorn
from sqlalchemy import Engine, create_engine, make_url
from strawberry.asgi import GraphQL

from tests.bench.ordinary.loaders import Loaders
from tests.bench.ordinary.schema import SCHEMA


class Application(GraphQL[Loaders, None]):
    """Strawberry's integration, with the loaders of a request as its context."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(SCHEMA)
        self._engine = engine

    async def get_context(self, request: Any, response: Any) -> Loaders:
        """Return loaders that no other request sees."""
        del request, response
        return Loaders(self._engine)


if __name__ == "__main__":
    url = make_url(sys.argv[1])
    engine = create_engine(url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url)
    uvicorn.run(Application(engine), port=int(sys.argv[2]), loop="uvloop", http="httptools", access_log=False)
