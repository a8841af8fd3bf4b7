"""Servers of Clairvoyant's plugin: for each test one of its own, for most commands change something."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.conftest import KINDS
from tests.rest.clairvoyant.plugin import Plugin, plugin_of

Serve = Callable[..., Plugin]


@pytest.fixture(params=KINDS)
def plugin(request: pytest.FixtureRequest) -> Iterator[Plugin]:
    """Serve the plugin as it is by default."""
    with plugin_of(request.getfixturevalue(f"{request.param.split('-')[1]}_store"), request.param) as served:
        yield served


@pytest.fixture
def serve(request: pytest.FixtureRequest) -> Iterator[Serve]:
    """Serve the plugin with settings of the test, on a database that does not matter to it."""
    with ExitStack() as stack:

        def served(kind: str = "3.3-sqlite", **settings: Any) -> Plugin:
            store = request.getfixturevalue(f"{kind.split('-')[1]}_store")
            return stack.enter_context(plugin_of(store, kind, **settings))

        yield served
