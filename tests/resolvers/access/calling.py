"""Callers of an installation that is told things, and what they send."""

from collections.abc import Mapping

import pytest
from starlette.datastructures import Headers

from resolvers.access.actor import Actor
from resolvers.access.callers import Callers
from resolvers.access.credentials import Credentials
from resolvers.access.method import Installation
from resolvers.airflow_config import AirflowConfig
from resolvers.errors import Unauthenticated
from resolvers.settings import load_settings
from tests.world import World


def callers(world: World, environ: Mapping[str, str] | None = None, /, **settings: object) -> Callers:
    """Return the callers of a world's Airflow, where the settings and its environment say this."""
    config = AirflowConfig.discover(environ={"HOME": "/nowhere", **(environ or {})})
    return Callers.of(Installation(load_settings(**settings), config, world.service.engine, world.generation))


def sent(*headers: tuple[str, str], peer: str | None = "127.0.0.1") -> Credentials:
    """Return what a request with these headers presents, as the server hands it on."""
    raw = [(name.lower().encode(), value.encode("utf-8")) for name, value in headers]
    return Credentials(Headers(raw=raw), peer)


def refused(known: Callers, credentials: Credentials) -> Unauthenticated:
    """Return why somebody is not known."""
    with pytest.raises(Unauthenticated) as raised:
        known.actor(credentials)
    return raised.value


def known_as(known: Callers, *headers: tuple[str, str], peer: str | None = "127.0.0.1") -> Actor:
    """Return who sends these headers."""
    return known.actor(sent(*headers, peer=peer))
