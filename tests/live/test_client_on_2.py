"""Airflow's own Python client meets here what it meets at a real 2.11, whichever of its methods is called."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from airflow_client.client import ApiClient, Configuration  # type: ignore[import-untyped]

from tests.rest.client_calls import CALLS, MADE, Asked, Told, ask, ask_all, methods

from .airflow import PATIENCE, Airflow
from .clients import PLACE, Ours, served_beside
from .configuration import PASSWORD, USER

pytestmark = [pytest.mark.live, pytest.mark.timeout(PATIENCE)]
VERSIONS = "2.11."

GETS = {name for name, (verb, _) in methods().items() if verb == "GET"}
VOLATILE = re.compile(r"^last_parsed|^file_token$|^next_dagrun|_on$|^last_login$|^user_id$|login_count$")
"""Members that change by themselves, or hold a signature."""

TOLD_OTHERWISE = {
    "ConfigApi.get_config": "without defaults",
    "PluginApi.get_plugins": "asks the command line, which is not named here",
    "ProviderApi.get_providers": "asks the command line, which is not named here",
    "MonitoringApi.get_version": "the patch and git_version are in no database",
    "MonitoringApi.get_health": "of another moment",
}


@pytest.fixture(scope="module")
def ours(lived: Airflow) -> Iterator[Ours]:
    """Start our server, and a client of it."""
    with served_beside(lived) as told:
        yield told


def test_every_method_comes_to_the_same_as_at_a_real_one(history: Airflow, ours: Ours) -> None:
    with ApiClient(Configuration(f"{history.server_url}/api/v1", username=USER, password=PASSWORD)) as theirs:
        here, there = Asked(ours.client, PLACE), Asked(theirs, PLACE)
        read = {name: (ask(here, name, CALLS[name]), ask(there, name, CALLS[name])) for name in GETS}
        after = dict(ask_all(theirs, PLACE))
    changed = {name: (told, after[name]) for name, told in ask_all(ours.client, PLACE) if name not in GETS}
    both = {**read, **changed}

    differing = {name: [gist(one), gist(other)] for name, (one, other) in both.items() if gist(one) != gist(other)}
    assert {name: told for name, told in differing.items() if name not in TOLD_OTHERWISE} == {}
    assert sum(one.status < 300 for one, _ in read.values()) > 35
    assert sum(one.status < 300 for one, _ in changed.values()) > 25


def gist(told: Told) -> tuple[int, Any]:
    """Return what a call came to, but for what changes by itself."""
    return told.status, words(told.reason or "") if told.status >= 300 else plain(told.value)


def words(reason: str) -> Any:
    """Return a refusal, which the two write with other spaces."""
    try:
        return json.loads(reason)
    except ValueError:
        return reason


def plain(value: Any) -> Any:
    """Return a value that the client parsed, lists in an order of their own."""
    match value:
        case dict():
            lasting = {name: plain(inner) for name, inner in value.items() if not VOLATILE.search(name)}
            # It ended when each of the two ended it.
            return {**lasting, "end_date": None} if value.get("dag_run_id") == MADE else lasting
        case list():
            return sorted(
                (plain(inner) for inner in value), key=lambda one: json.dumps(one, sort_keys=True, default=str)
            )
        case _:
            return plain(value.to_dict()) if hasattr(value, "to_dict") else value
