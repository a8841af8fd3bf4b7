"""Whatever a caller can put a secret into, the process that serves tells it to no log, no audit row and no error."""

import base64
import json
import os
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import make_url

from resolvers.metadata.engine import write_transaction
from tests.commands.test_serve import HERE, wait_for
from tests.conftest import open_world
from tests.graph.furnishing import furnish
from tests.live.processes import Daemon, free_port, stop
from tests.world import FERNET_KEY, World

MARK = ("AIRFLOW_GRAPH_TEST_SECRETS", "1")
# Each secret is of its own, so that what tells one says which.
TOKEN, DATABASE, VARIABLE, CONF, EXTRA, WRONG, PASSWORD, DESCRIPTION = (
    f"hush-{name}" for name in ("token", "database", "variable", "conf", "extra", "wrong", "password", "description")
)
SECRETS = (TOKEN, DATABASE, VARIABLE, CONF, EXTRA, WRONG, PASSWORD, DESCRIPTION, FERNET_KEY)
CONNECTION = json.dumps({"conn_type": "http", "password": EXTRA, "extra": {"nested": [{"api_key": EXTRA}]}})

SET = "mutation Set($key: String!, $value: String!) { setVariable(input: {key: $key, value: $value}) { key } }"
TRIGGER = """mutation ($conf: JSON, $key: String) {
  triggerDag(input: {dagId: "idle", conf: $conf, idempotencyKey: $key}) { runId conf }
}"""


@dataclass
class Serving:
    """A process that serves a world, and all that it answered with an error."""

    world: World
    client: httpx.Client
    daemon: Daemon
    errors: list[str] = field(default_factory=list)

    def graph(self, query: str, *, token: str = TOKEN, explain: bool = False, **variables: object) -> dict[str, Any]:
        """Ask a GraphQL document."""
        told: dict[str, Any] = self.kept(
            self.client.post(
                "/graphql",
                json={"query": query, "variables": variables, "extensions": {"explain": explain}},
                headers={"Authorization": f"Bearer {token}"},
            )
        ).json()
        return told

    def send(self, method: str, path: str, *, token: str = TOKEN, **how: Any) -> httpx.Response:
        """Send a request below the stable API."""
        return self.kept(
            self.client.request(method, f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"}, **how)
        )

    def kept(self, answer: httpx.Response) -> httpx.Response:
        """Keep what an answer says of an error."""
        if answer.status_code >= 400:
            self.errors.append(answer.text)
        elif "errors" in answer.json():
            self.errors.append(json.dumps(answer.json()["errors"]))
        return answer


@pytest.fixture(params=["2.11-sqlite", "3.3-postgresql"])
def serving(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Serving]:
    """Serve a furnished world by a process of its own, with a password in the address of its database."""
    world = furnish(open_world(request, request.param))
    url = make_url(world.url)
    if url.get_backend_name() == "postgresql":
        url = url.set(password=DATABASE)
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")},
        "AIRFLOW_GRAPH_TOKENS": f"ada:admin:{TOKEN} vic:viewer:viewers-token",
        "AIRFLOW_GRAPH_DATABASE": url.render_as_string(hide_password=False),
        "AIRFLOW_GRAPH_FERNET_KEY": FERNET_KEY,
        "AIRFLOW_HOME": str(tmp_path),
        MARK[0]: MARK[1],
    }
    command = [sys.executable, "-m", "graph", "serve", "--port", str(port)]
    daemon = Daemon(command, environment=environment, log=tmp_path / "serve.log", folder=HERE)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as client, closing(world):
        try:
            wait_for(client, lambda: daemon.exit_code)
            yield Serving(world, client, daemon)
        finally:
            stop([daemon], mark=MARK, grace=5)


def break_database(world: World) -> None:
    """Let reading pools fail, and setting the variable `refused_token`."""
    with write_transaction(world.service.engine) as connection:
        connection.exec_driver_sql("ALTER TABLE slot_pool RENAME TO lost")
        if world.service.engine.dialect.name == "postgresql":
            connection.exec_driver_sql("ALTER TABLE variable ADD CHECK (key <> 'refused_token')")


@pytest.mark.slow
def test_no_secret_leaves_the_process_but_in_the_answer_to_who_may_see_it(serving: Serving) -> None:
    basic = base64.b64encode(f"ada:{PASSWORD}".encode()).decode()
    authorizations = (f"Bearer {WRONG}", f"Basic {basic}", f"Nonsense {WRONG}", WRONG)

    for authorization in authorizations:
        for path in ("/graphql", "/api/v1/dags"):
            method = "POST" if path == "/graphql" else "GET"
            answer = serving.client.request(
                method, path, headers={"Authorization": authorization}, json={"query": "{ viewer { name } }"}
            )
            assert serving.kept(answer).status_code == 401
    for token in (TOKEN, "viewers-token"):
        serving.graph(SET, token=token, explain=True, key="db_password", value=VARIABLE)
        serving.graph(SET, token=token, explain=True, key="a_connection", value=CONNECTION)
        serving.graph(TRIGGER, token=token, explain=True, conf={"deep": [{"password": CONF}]}, key="once")
        serving.graph(TRIGGER, token=token, conf={"deep": [{"password": f"{CONF} other"}]}, key="once")
        serving.send("POST", "/variables", token=token, json={"key": "a_token", "value": VARIABLE})
        serving.send("POST", "/variables", token=token, json={"key": "a_connection", "value": CONNECTION})
        serving.send("PATCH", "/variables/a_token", token=token, json={"key": "a_token", "value": VARIABLE})
        serving.send("POST", "/dags/idle/dagRuns", token=token, json={"conf": {"secret": {"of": CONF}}})
        serving.send("POST", "/dags/none/dagRuns", token=token, json={"conf": {"secret": {"of": CONF}}})
    query = {"query": "query ($v: String!) { variable(key: $v) { key } }", "variables": json.dumps({"v": VARIABLE})}
    serving.kept(serving.client.get("/graphql", params=query, headers={"Authorization": f"Bearer {TOKEN}"}))
    explained = serving.graph("{ variables { nodes { key value } } dagRuns { nodes { conf } } }", explain=True)
    assert VARIABLE in json.dumps(explained["data"])
    assert CONF in json.dumps(explained["data"])

    break_database(serving.world)
    assert serving.graph("{ pools { nodes { name } } }")["errors"]
    assert serving.send("GET", "/pools").status_code == 500
    for key in ("refused_token", "token" * 60):
        serving.send("POST", "/variables", json={"key": key, "value": VARIABLE, "description": DESCRIPTION})

    log = serving.daemon.text()
    assert "Traceback" in log
    assert "operation=Set" in log
    audit = json.dumps(serving.world.rows("log", "event extra owner"))
    assert "***" in audit
    explanation = json.dumps(explained["extensions"])
    assert "SELECT" in explanation
    for secret in SECRETS:
        assert secret not in log
        assert secret not in explanation
        # What is sent in a field that no name calls secret is no secret to the audit log.
        assert secret not in audit or secret == DESCRIPTION
    for error in serving.errors:
        assert not [secret for secret in SECRETS if secret in error], error


def test_representations_hold_no_secret(world: World) -> None:
    opened = world.service
    assert FERNET_KEY not in repr(opened)
    assert FERNET_KEY not in repr(opened.settings) + str(opened.settings) + str(opened.settings.model_dump())
