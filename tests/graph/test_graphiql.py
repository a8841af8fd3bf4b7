import contextlib
import html
import json
import re
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest
import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from graph.http.graphiql import THEIRS, Console, OfferedToken, Tab, graphiql_routes

from .chromium import Page

NESTED = """query HomePage {
  dags {
    dagId
    runs(first: 2) {
      runId
    }
  }
}
"""
COUNTED = """query FewDags($first: Int!) {
  dags(first: $first) {
    dagId
  }
}
"""
EXAMPLES = (
    Tab("DAGs with their runs", NESTED),
    Tab("A few DAGs", COUNTED, variables={"first": 3}),
)


@pytest.fixture
def fetched(tmp_path: Path) -> Path:
    """Stand in for what the build fetches: files of the expected names."""
    static = tmp_path / "static"
    static.mkdir()
    for name in THEIRS:
        (static / name).write_text(f"// {name}")
    return static


@contextlib.contextmanager
def served(routes: Sequence[BaseRoute]) -> Iterator[str]:
    """Run a real server on loopback and give its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_level="warning", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


@contextlib.contextmanager
def client_of(routes: Sequence[BaseRoute]) -> Iterator[httpx.Client]:
    with served(routes) as address, httpx.Client(base_url=address) as client:
        yield client


def settings_in(page: str) -> dict[str, object]:
    found = re.search(r'data-settings="([^"]*)"', page)
    assert found
    settings: dict[str, object] = json.loads(html.unescape(found[1]))
    return settings


def test_the_page_carries_its_examples_and_where_to_ask(fetched: Path) -> None:
    console = Console("airflow-graph", EXAMPLES, notice="Airflow 2.11")

    with client_of(graphiql_routes(console, static=fetched)) as client:
        page = client.get("/graphiql")

    settings = settings_in(page.text)
    assert page.status_code == 200
    assert "<title>airflow-graph · GraphiQL</title>" in page.text
    assert "Airflow 2.11" in page.text
    assert settings["endpoint"] == "graphql"
    assert settings["tabs"] == [
        {"name": "DAGs with their runs", "query": NESTED, "variables": None, "headers": None},
        {"name": "A few DAGs", "query": COUNTED, "variables": '{\n  "first": 3\n}', "headers": None},
    ]


@pytest.mark.parametrize("prefix", ["", "/behind/a/proxy"])
def test_everything_the_page_names_is_served_by_this_server_and_may_be_kept(fetched: Path, prefix: str) -> None:
    routes = graphiql_routes(Console("airflow-graph"), static=fetched)

    with client_of([Mount(prefix, routes=routes)]) as client:
        page = client.get(f"{prefix}/graphiql").text
        named = {urljoin(f"{prefix}/graphiql", name) for name in re.findall(r'(?:src|href)="([^"]+)"', page)}
        answers = {name.rsplit("/", 1)[1]: client.get(name) for name in named}

    assert set(answers) >= {
        "graphiql.js",
        "graphiql.css",
        "explorer.js",
        "react.js",
        "react-dom.js",
        "start.js",
    }
    types = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
    for name, answer in answers.items():
        assert answer.status_code == 200, name
        assert answer.headers["content-type"].partition(";")[0] == types[Path(name).suffix]
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_policy_allows_what_bears_the_nonce_and_nothing_foreign(fetched: Path) -> None:
    with client_of(graphiql_routes(Console("airflow-graph"), static=fetched)) as client:
        page, again = client.get("/graphiql"), client.get("/graphiql")

    policy = dict(rule.split(" ", 1) for rule in page.headers["content-security-policy"].split("; "))
    nonces = set(re.findall(r'nonce="([^"]+)"', page.text))
    assert policy["default-src"] == "'none'"
    assert {policy["script-src"], policy["style-src"]} == {f"'nonce-{nonce}'" for nonce in nonces}
    assert not re.search(r"unsafe|https?:|\*", page.headers["content-security-policy"])
    assert all("nonce=" in element for element in re.findall(r"<(?:script|link rel=.stylesheet)[^>]*>", page.text))
    assert nonces.isdisjoint(re.findall(r'nonce="([^"]+)"', again.text))
    assert page.headers["cache-control"] == "no-store"


def test_no_text_can_break_out_of_the_page(fetched: Path) -> None:
    hostile = """</script><script>alert("1")</script>'&$title"""
    console = Console(hostile, [Tab(hostile, f"query A {{ a }} # {hostile}")], notice=hostile)

    with client_of(graphiql_routes(console, static=fetched)) as client:
        page = client.get("/graphiql").text

    assert "<script>" not in page
    tabs = settings_in(page)["tabs"]
    assert isinstance(tabs, list)
    assert tabs[0]["name"] == hostile


def test_only_the_assets_are_served(fetched: Path) -> None:
    with client_of(graphiql_routes(Console("airflow-graph"), static=fetched)) as client:
        found = re.search(r'src="([^"]+)/start.js"', client.get("/graphiql").text)
        assert found
        folder = f"/{found[1]}"

        assert client.get(f"{folder}/start.js").status_code == 200
        for name in ("graphiql.html", "graphiql.lock.json", "..%2fgraphiql.py", "nothing.js", "%2e%2e", ""):
            assert client.get(f"{folder}/{name}").status_code == 404, name
        assert client.get("/graphiql/000000000000/start.js").status_code == 404


def test_where_any_asset_is_missing_the_page_says_what_to_do(fetched: Path) -> None:
    with client_of(graphiql_routes(Console("airflow-graph"), static=fetched)) as client:
        for missing in sorted(THEIRS):
            content = (fetched / missing).read_bytes()
            (fetched / missing).unlink()
            page = client.get("/graphiql")
            (fetched / missing).write_bytes(content)

            assert page.status_code == 503, missing
            assert "pip install --force-reinstall --no-deps" in page.text
            assert f"curl {client.base_url}/graphql" in page.text
            assert "Authorization: Bearer" in page.text
            assert "<script" not in page.text

        assert client.get("/graphiql").status_code == 200


def test_an_example_without_a_name_for_its_tab_is_refused() -> None:
    with pytest.raises(ValueError, match="'All DAGs' needs an operation with a name"):
        Tab("All DAGs", "{ dags { dagId } }")


# The rest is a real browser.


@strawberry.type
class Run:
    run_id: str


@strawberry.type
class Dag:
    """A workflow, as `<b>markup</b>` and ![an image](https://example.com/a.png) must not be taken."""

    dag_id: str

    @strawberry.field
    def runs(self, first: int = 3) -> list[Run]:
        return [Run(run_id=f"{self.dag_id} run {number}") for number in range(first)]


@strawberry.type
class Query:
    @strawberry.field
    def dags(self, first: int = 2) -> list[Dag]:
        return [Dag(dag_id=f"dag_{number}") for number in range(first)]


SCHEMA = strawberry.Schema(Query)


async def graphql(request: Request) -> Response:
    if request.headers.get("authorization") != "Bearer secret-of-op":
        return JSONResponse({"title": "No valid token", "status": 401, "detail": "Send one."}, 401)
    asked = await request.json()
    result = SCHEMA.execute_sync(asked["query"], asked.get("variables"), operation_name=asked.get("operationName"))
    return JSONResponse({"data": result.data, "errors": [error.formatted for error in result.errors or ()]})


async def broken(_: Request) -> Response:
    return PlainTextResponse("upstream timed out", 502)


def product(console: Console) -> list[BaseRoute]:
    return [
        *graphiql_routes(console),
        Route("/graphql", graphql, methods=["POST"]),
        Route("/broken", broken, methods=["POST"]),
    ]


ANSWER = "document.querySelector('.result-window').innerText"
TITLES = "[...document.querySelectorAll('.graphiql-tab')].map((tab) => tab.innerText.trim())"
STANDING = "document.querySelector('#standing').innerText"
RUN = ".graphiql-execute-button"


@pytest.mark.slow
def test_the_first_tab_answers_a_nested_query_and_nothing_leaves_loopback(page: Page, tmp_path: Path) -> None:
    console = Console("airflow-graph demo", EXAMPLES, tokens=[OfferedToken("op", "secret-of-op")])
    with served(product(console)) as address:
        page.open(f"{address}/graphiql")
        page.wait("document.querySelector('.graphiql-query-editor').innerText.includes('HomePage')")
        titles = page.value(TITLES)
        page.click(RUN)
        page.wait(f"{ANSWER}.includes('dag_1 run 1')")
        page.screenshot(tmp_path / "graphiql.png")

    assert titles == ["HomePage", "FewDags"]
    assert page.hosts == {"127.0.0.1"}
    assert page.complaints == []


@pytest.mark.slow
def test_a_token_is_asked_for_then_sent_and_kept_until_the_tab_is_closed(page: Page) -> None:
    with served(product(Console("airflow-graph", EXAMPLES))) as address:
        page.open(f"{address}/graphiql")
        page.wait(f"{STANDING} === 'A token is needed'")
        page.click(RUN)
        page.wait(f"{ANSWER}.includes('No valid token')")

        page.click("#token")
        page.type("nonsense")
        page.press_enter()
        page.wait(f"{STANDING} === 'Token not accepted'")

        page.value("document.querySelector('#token').select()")
        page.type("Bearer secret-of-op")
        page.press_enter()
        page.wait(f"{STANDING} === ''")
        page.click(RUN)
        page.wait(f"{ANSWER}.includes('dag_0 run 0')")

        page.open(f"{address}/graphiql")
        page.wait("document.querySelector('#token').value === 'secret-of-op'")
        page.click(RUN)
        page.wait(f"{ANSWER}.includes('dag_0 run 0')")

    assert "secret-of-op" not in page.value("JSON.stringify(localStorage)")


@pytest.mark.slow
def test_tabs_that_another_graphiql_left_on_this_port_do_not_hide_the_examples(page: Page) -> None:
    left = {"id": "1", "title": "Other", "query": "query Other { a }", "variables": None, "headers": None}
    state = {"activeTabIndex": 0, "tabs": [left | {"operationName": None, "response": None}]}
    with served(product(Console("airflow-graph", EXAMPLES))) as address:
        page.open(f"{address}/nothing-here")
        page.wait("document.body")
        page.value(f"localStorage.setItem('graphiql:tabState', {json.dumps(json.dumps(state))})")

        page.open(f"{address}/graphiql")
        page.wait("document.querySelector('.graphiql-tab')")

        assert page.value(TITLES) == ["HomePage", "FewDags"]


@pytest.mark.slow
def test_an_example_whose_tab_was_closed_opens_again_with_its_variables(page: Page) -> None:
    console = Console("airflow-graph demo", EXAMPLES, tokens=[OfferedToken("op", "secret-of-op")])
    with served(product(console)) as address:
        page.open(f"{address}/graphiql")
        page.wait("document.querySelectorAll('.graphiql-tab').length === 2")
        page.click(".graphiql-tab:nth-child(2) button")
        page.click(".graphiql-tab:nth-child(2) .graphiql-tab-close")
        page.wait("document.querySelectorAll('.graphiql-tab').length === 1")
        time.sleep(0.3)  # GraphiQL looks for the operation's name a tenth of a second after a change

        page.click("[aria-label='Show Examples']")
        page.click(".examples li:nth-child(2) button")
        page.wait(f"{TITLES}.join() === 'HomePage,FewDags'")
        page.click(RUN)
        page.wait(f"{ANSWER}.includes('dag_2')")


@pytest.mark.slow
def test_an_answer_that_is_no_json_and_a_server_that_is_gone_are_told_in_words(page: Page) -> None:
    with served(product(Console("airflow-graph", EXAMPLES, endpoint="/broken", asks_token=False))) as address:
        page.open(f"{address}/graphiql")
        page.click(RUN)
        page.wait(f"{ANSWER}.includes('The answer is not JSON: 502 Bad Gateway')")
        page.wait(f"{ANSWER}.includes('upstream timed out')")
    page.click(RUN)
    page.wait(f"{ANSWER}.includes('No answer from {address}/broken')")


@pytest.mark.slow
def test_dialogs_documentation_and_explorer_obey_the_policy(page: Page) -> None:
    console = Console("airflow-graph demo", EXAMPLES, tokens=[OfferedToken("op", "secret-of-op")])
    with served(product(console)) as address:
        page.open(f"{address}/graphiql")
        page.click("[aria-label='Show GraphiQL Explorer']")
        page.wait("document.querySelector('.graphiql-plugin').innerText.includes('dags')")
        page.click("[aria-label='Show Documentation Explorer']")
        page.wait("[...document.querySelectorAll('.graphiql-plugin a')].some((link) => link.innerText === 'Query')")
        page.click("[aria-label='Open settings dialog']")
        page.wait("document.querySelector('.graphiql-dialog')")

    assert not [complaint for complaint in page.complaints if "Content Security Policy" in complaint]
    assert page.hosts == {"127.0.0.1"}
