"""The demo as somebody meets it: one command, a browser, a nested query, a run that is triggered and carried out."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from graph.examples import EXAMPLES
from tests.graph.chromium import Page
from tests.graph.test_graphiql import ANSWER, RUN, TITLES
from tests.live.processes import free_port

pytestmark = pytest.mark.slow

HERE = Path(__file__).parents[2]


@dataclass
class RunningDemo:
    """A demo that answers: its address, and how to ask it as its administrator."""

    address: str
    log: Path

    def ask(self, document: str) -> dict[str, dict[str, object]]:
        answer = httpx.post(
            f"{self.address}/graphql",
            json={"query": document},
            headers={"Authorization": "Bearer demo-admin"},
            timeout=30,
            trust_env=False,
        ).json()
        assert "errors" not in answer
        data: dict[str, dict[str, object]] = answer["data"]
        return data


@pytest.fixture(scope="module", params=["2", "3"])
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    folder = tmp_path_factory.mktemp("demo")
    port = free_port()
    log = folder / "log"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    command = [sys.executable, "-m", "graph", "demo", "--airflow", request.param, "--port", str(port)]
    with log.open("w") as output:
        server = subprocess.Popen(command, env=environment, stdout=output, stderr=output, cwd=HERE)
    running = RunningDemo(f"http://127.0.0.1:{port}", log)
    try:
        started = time.monotonic()
        while True:
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < started + 60, "the demo did not answer within a minute"
            try:
                if httpx.get(f"{running.address}/health", trust_env=False).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.2)
        yield running
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def test_it_says_what_it_is_and_how_to_look_at_it(demo: RunningDemo) -> None:
    told = demo.log.read_text()

    assert "no Airflow" in told
    assert f"{demo.address}/" in told
    assert "demo-admin" in told


def test_the_browser_shows_a_nested_answer_and_asks_nobody_else(demo: RunningDemo, page: Page, tmp_path: Path) -> None:
    page.open(f"{demo.address}/")
    page.wait("document.querySelector('.graphiql-query-editor').innerText.includes('HomePage')")
    titles = page.value(TITLES)
    page.click(RUN)
    page.wait(f"{ANSWER}.includes('taskStateCounts')")
    page.screenshot(tmp_path / "demo.png")

    assert len(titles) == len(EXAMPLES)
    assert page.hosts == {"127.0.0.1"}
    assert page.complaints == []


def test_a_triggered_run_is_carried_out(demo: RunningDemo) -> None:
    dags = demo.ask(
        "{ dags(first: 50, filter: {isPaused: false, isStale: false}) { nodes { dagId tasks { taskId } } } }"
    )
    nodes: list[dict[str, object]] = dags["dags"]["nodes"]  # type: ignore[assignment]
    smallest = min((node for node in nodes if node["tasks"]), key=lambda node: len(node["tasks"]))  # type: ignore[arg-type]
    triggered = demo.ask(
        f'mutation {{ triggerDag(input: {{dagId: "{smallest["dagId"]}"}}) {{ dagRun {{ id state }} }} }}'
    )
    run: dict[str, object] = triggered["triggerDag"]["dagRun"]  # type: ignore[assignment]
    assert run["state"] == "QUEUED"

    state = None
    until = time.monotonic() + 90
    while time.monotonic() < until:
        state = demo.ask(f'{{ node(id: "{run["id"]}") {{ ... on DagRun {{ state }} }} }}')["node"]["state"]
        if state in ("SUCCESS", "FAILED"):
            return
        time.sleep(1)
    raise AssertionError(f"after a minute and a half the run is {state}")


def test_a_viewer_may_look_and_not_touch(demo: RunningDemo) -> None:
    answer = httpx.post(
        f"{demo.address}/graphql",
        json={"query": 'mutation { pauseDag(dagId: "any") { dagId } }'},
        headers={"Authorization": "Bearer demo-viewer"},
        trust_env=False,
    ).json()

    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
