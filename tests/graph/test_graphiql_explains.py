"""GraphiQL's button Explain, in a real browser and over a real world."""

from pathlib import Path

import pytest

from tests.graph.chromium import Page
from tests.graph.furnishing import furnish
from tests.http.server import ADMIN, TOKENS, VIEWER, served
from tests.stores import SQLiteStore
from tests.world import World

RUN = ".graphiql-execute-button"
RESULT = "document.querySelector('.result-window').innerText"
EDITOR = "document.querySelector('.graphiql-query-editor .CodeMirror')"
EXPLANATION = "document.querySelector('.explanation').innerText"
QUERY = "query Runs { dagRuns(first: 3) { nodes { runId dag { tags } } } }"


def act_as(page: Page, token: str) -> None:
    page.wait("!document.querySelector('#sign-in').hidden && document.querySelector('.graphiql-query-editor')")
    page.click("#token")
    page.value("document.querySelector('#token').select()")
    page.type(token)
    page.press_enter()


def ask(page: Page) -> None:
    page.wait(EDITOR)
    page.value(f"{EDITOR}.CodeMirror.setValue('{QUERY}')")
    page.click(RUN)


@pytest.mark.slow
def test_an_explanation_is_asked_for_by_a_button_and_shown_below_the_answer(
    page: Page, sqlite_store: SQLiteStore, tmp_path: Path
) -> None:
    world = furnish(World.open(sqlite_store.database("3.3"), "3.3", tokens=TOKENS))
    with served(world) as server:
        page.open(f"{server.address}/graphiql")
        act_as(page, ADMIN)
        ask(page)
        page.wait(f"{RESULT}.includes('runId')")
        assert not page.value("document.querySelector('.explanation')")

        page.click(".explain")
        page.wait(f"{EXPLANATION} === 'The next query is explained here.'")
        page.click(RUN)
        page.wait("document.querySelectorAll('.explanation tr').length === 2")
        page.click(".explanation tr:nth-child(2) summary")
        page.screenshot(tmp_path / "explained.png")
        told, result = page.value(EXPLANATION), page.value(RESULT)

        # The schema is asked for anew, which is not explained; neither is a viewer told.
        act_as(page, VIEWER)
        page.click(RUN)
        page.wait(f"{EXPLANATION}.includes('This takes the permission')")
        assert "runId" in page.value(RESULT)

        page.click(".explain")
        page.wait("!document.querySelector('.explanation')")
    world.close()

    assert "2 statements" in told
    assert "FROM" in told
    assert "█" in told
    assert "explain" not in result
    assert not [complaint for complaint in page.complaints if "401" not in complaint]
