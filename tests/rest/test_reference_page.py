"""The page that shows the stable API's document: offline, and by a real browser."""

import re
from typing import Any

import httpx
import pytest

from graph.http.swagger_ui import Reference, swagger_ui_routes
from tests.graph.chromium import Page
from tests.graph.test_graphiql import client_of
from tests.http.server import ADMIN
from tests.rest.api import Api, api_of
from tests.world import World

OPERATION = "#operations-DAG-get_dags"
ANSWER = f"{OPERATION} .live-responses-table"
# A text box of React's, which listens to what a hand does.
TYPED = """((box) => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(box, %r);
    box.dispatchEvent(new Event("input", { bubbles: true }));
})(document.querySelector(".auth-container input"))"""


def press(page: Page, selector: str) -> None:
    """Press a button that may be outside of the window."""
    page.wait(f"document.querySelector('{selector}')")
    page.value(f"document.querySelector('{selector}').click()")


@pytest.mark.slow
def test_the_page_shows_the_api_and_sends_what_it_describes_from_this_server_alone(one_api: Api, page: Page) -> None:
    page.open(f"{one_api.address}/ui/")
    page.wait(f"document.querySelector('{OPERATION}')")
    press(page, ".btn.authorize")
    page.wait("document.querySelector('.auth-container input')")
    page.value(TYPED % ADMIN)
    press(page, ".auth-container button.authorize")
    press(page, ".auth-container .btn-done")
    press(page, f"{OPERATION} .opblock-summary-control")
    press(page, f"{OPERATION} .try-out__btn")
    press(page, f"{OPERATION} .execute")

    page.wait(
        f"document.querySelector('{OPERATION} .live-responses-table tbody .response-col_status').innerText == '200'"
    )
    assert "described" in page.value(f"document.querySelector('{OPERATION} .live-responses-table').innerText")
    assert page.hosts == {"127.0.0.1"}
    assert page.complaints == []


def test_the_page_is_where_airflow_has_it(one_api: Api) -> None:
    answer = one_api.send("GET", "/ui", token=None)
    page = one_api.send("GET", "/ui/", token=None)

    assert answer.next_request is not None
    assert str(answer.next_request.url) == f"{one_api.address}/ui/"
    assert page.status_code in (200, 503)
    assert not re.search(r"unsafe|https?:|\*", page.headers["content-security-policy"])
    for name in re.findall(r'(?:src|href)="(\w+/[^"]+\.(?:css|svg))"', page.text):
        if page.status_code == 200:
            assert one_api.send("GET", f"/ui/{name}", token=None).status_code == 200, name


def test_whoever_turned_airflows_page_off_has_none(sqlite_store: Any) -> None:
    off = {"AIRFLOW__WEBSERVER__ENABLE_SWAGGER_UI": "False"}
    world = World.configured(sqlite_store.database("2.11"), "2.11", off)
    try:
        with api_of(world) as api:
            assert httpx.get(f"{api.address}/ui/").status_code == 404
            assert httpx.get(f"{api.address}/openapi.json").status_code == 200
    finally:
        world.close()


def test_a_build_without_the_files_says_how_to_get_them(tmp_path: Any) -> None:
    routes = swagger_ui_routes(Reference("An API", "/v/openapi.json", "/v", "/v/ui/"), static=tmp_path)
    with client_of(routes) as client:
        answer = client.get("/v/ui/")

    assert answer.status_code == 503
    assert "This installation has no Swagger UI" in answer.text
    assert "curl http://127.0.0.1:" in answer.text
