"""A way to prove who one is, and what such ways are made over."""

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Engine

from resolvers.access.actor import Actor
from resolvers.access.credentials import Credentials
from resolvers.airflow_config import AirflowConfig
from resolvers.metadata.generation import Generation
from resolvers.settings import Settings


@dataclass(frozen=True)
class Installation:
    """The Airflow that is served: its configuration, its database, and what we were told of it."""

    settings: Settings
    config: AirflowConfig
    engine: Engine
    generation: Generation


class Method(Protocol):
    """A way to prove who one is. It is asked by many threads at once."""

    @property
    def challenge(self) -> str | None:
        """What `WWW-Authenticate` says of it, such as `Basic realm="Airflow"`; none where there is no word for it."""

    def actor(self, credentials: Credentials) -> Actor | None:
        """Return who is asking; none where this method has no opinion, and the next one is asked.

        Raises `Unauthenticated` where the credentials can only be this method's, and are wrong.
        """
