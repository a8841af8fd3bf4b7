"""Schemathesis against served worlds: requests made of what the API says of itself, and all of its checks."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.graph.furnishing import furnish
from tests.http.server import ADMIN, served
from tests.people import staff
from tests.rest.api import world_of

ROOT = Path(__file__).parents[2]
REST = Path(__file__).parent / "schemathesis.toml"
SECONDS = 480

# No caller is held back: the tests ask more often than any client.
FREE = {"rate": 0, "max_cost": 0}


def run(*words: str, hooks: str = "") -> None:
    """Run Schemathesis; fail with what it says, which has a command for each request that went wrong."""
    command = [sys.executable, "-m", "schemathesis.cli", *words]
    environment = {
        **os.environ,
        "API_TOKEN": ADMIN,
        "NO_COLOR": "1",
        **({"SCHEMATHESIS_HOOKS": hooks} if hooks else {}),
    }
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=SECONDS, check=False, env=environment, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["2.11-postgresql", "3.3-sqlite"])
def test_requests_made_of_the_document_are_answered_as_it_says(request: pytest.FixtureRequest, kind: str) -> None:
    world = staff(furnish(world_of(request.getfixturevalue(f"{kind.split('-')[1]}_store"), kind, **FREE)))
    try:
        with served(world) as api:
            run("--config-file", str(REST), "run", f"{api.address}/api/v1/openapi.json")
    finally:
        world.close()


@pytest.mark.slow
def test_no_document_made_of_the_graphql_schema_is_a_fault_of_the_server(sqlite_store: Any) -> None:
    world = furnish(world_of(sqlite_store, "3.3-sqlite", **FREE))
    try:
        with served(world) as api:
            token = f"Authorization: Bearer {ADMIN}"
            checks = ("--checks", "no_incident", "--suppress-health-check", "all")
            examples = ("--max-examples", "10", "--generation-deterministic", "--continue-on-failure")
            run("run", f"{api.address}/graphql", "--header", token, *checks, *examples, hooks="tests.rest.incidents")
    finally:
        world.close()
