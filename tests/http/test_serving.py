"""How the server serves, and how it stops."""

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from graph.serving import announcement, server_options
from tests.graph.furnishing import furnish
from tests.http.server import TOKENS, Served, answered, served
from tests.stores import PostgreSQLStore
from tests.world import World


def test_the_fast_loop_and_parser_are_chosen_and_said_to_be_missing_where_they_are(
    one_server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = one_server.world.service
    options = server_options(service.settings)
    assert (options["loop"], options["http"]) == ("uvloop", "graph.http.connection:Connection")
    assert "not installed" not in announcement(service.settings, service, "here")

    monkeypatch.setitem(sys.modules, "uvloop", None)
    monkeypatch.setitem(sys.modules, "httptools", None)
    options = server_options(service.settings)
    assert (options["loop"], options["http"]) == ("asyncio", "h11")
    assert "uvloop and httptools not installed" in announcement(service.settings, service, "here")


def test_a_request_that_runs_when_the_server_is_stopped_is_answered(postgresql_store: PostgreSQLStore) -> None:
    world = furnish(World.open(postgresql_store.database("3.3"), "3.3", tokens=TOKENS))
    with ThreadPoolExecutor(1) as asking, psycopg.connect(world.url) as holding:
        holding.execute("LOCK TABLE dag IN ACCESS EXCLUSIVE MODE")
        with served(world) as server:
            asked = asking.submit(server.post, {"query": '{ dag(dagId: "etl") { dagId } }'})
            time.sleep(0.5)
            # By then the server has been told to stop.
            threading.Timer(0.5, holding.rollback).start()
        answer = asked.result()
    world.close()

    assert answered(answer) == {"data": {"dag": {"dagId": "etl"}}}
