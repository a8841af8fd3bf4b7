"""The page at `/admin/rest_api/`, in a real browser: a form for each command, and nothing from elsewhere."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.rest.clairvoyant import COMMANDS
from tests.graph.chromium import Page, chromium
from tests.rest.clairvoyant.conftest import Serve

PAGE = "/admin/rest_api/"


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Page]:
    """Return a page of a real browser."""
    with chromium(tmp_path) as page:
        yield page


def test_the_page_may_load_and_run_only_what_it_holds(serve: Serve) -> None:
    answer = serve().send("GET", PAGE, token=None)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "http://" not in answer.text
    assert "https://" not in answer.text
    assert all(f'data-api="{name}"' in answer.text for name in COMMANDS.by_name)


def test_the_form_triggers_a_dag(serve: Serve, browser: Page, tmp_path: Path) -> None:
    plugin = serve("2.11-sqlite")

    def fill(name: str, value: str) -> None:
        place = f"document.getElementById({json.dumps(name)})"
        browser.wait(place)
        browser.value(f"{place}.value = {json.dumps(value)}")

    def run(api: str) -> str:
        form = f'form[data-api="{api}"]'
        browser.value(f"document.querySelector('{form} button').scrollIntoView({{block: 'center'}})")
        browser.click(f"{form} button")
        browser.wait(f"!document.querySelector('{form} + pre').hidden")
        return str(browser.value(f"document.querySelector('{form} + pre').textContent"))

    browser.open(f"{plugin.address}{PAGE}")
    fill("trigger_dag.dag_id", "demo_etl")
    assert "ERROR 403\nToken Authentication Failed" in run("trigger_dag")

    fill("token", "admins-token")
    fill("trigger_dag.run_id", "<b>by hand</b>")
    browser.value("document.querySelector('form[data-api=trigger_dag] + pre').hidden = true")
    assert "does not match [scheduler] allowed_run_id_pattern" in run("trigger_dag")

    fill("trigger_dag.run_id", "by-hand")
    browser.value("document.querySelector('form[data-api=trigger_dag] + pre').hidden = true")
    told = run("trigger_dag")
    browser.screenshot(tmp_path / "admin-page.png")
    assert told.startswith("OK 200\n$ airflow trigger_dag --run_id by-hand demo_etl\nCreated <DagRun demo_etl @ ")
    assert plugin.world.rows("dag_run", "run_id state") == [{"run_id": "by-hand", "state": "queued"}]

    fill("token", "changeme")
    fill("way", "header")
    assert run("list_dags").startswith("OK 200\n$ airflow list_dags\n")
    assert browser.hosts == {"127.0.0.1"}
    # The browser itself notes the refusal that was to come.
    assert [told for told in browser.complaints if "403" not in told] == []
