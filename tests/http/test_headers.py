"""What answers say to browsers, and which pages' requests are answered at all."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from graph.http.origins import Origins
from tests.http.server import ADMIN, TOKENS, VIEWER, Served, served
from tests.stores import SQLiteStore
from tests.world import World

QUERY = {"query": "{ viewer { name } }"}
FOREIGN = "https://elsewhere.example"
APPS = "https://apps.example"

Serving = Callable[..., Served]


@pytest.fixture
def serving(sqlite_store: SQLiteStore) -> Iterator[Serving]:
    """Return what serves an empty world under settings, and under a configuration of Airflow's."""
    opened = []

    def serve(airflow: dict[str, str] | None = None, **settings: object) -> Served:
        world = World.configured(sqlite_store.database("3.3"), "3.3", airflow or {}, tokens=TOKENS, **settings)
        server = served(world)
        opened.append((server, world))
        return server.__enter__()

    yield serve
    for server, world in opened:
        server.__exit__(None, None, None)
        world.close()


def preflight(server: Served, origin: str, method: str = "POST", path: str = "/graphql") -> httpx.Response:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization, content-type",
    }
    return httpx.options(f"{server.address}{path}", headers=headers)


@pytest.mark.parametrize("path", ["/graphql", "/api/v1/dags", "/api/v1/nope", "/health", "/nope", "/"])
def test_every_answer_is_for_its_caller_alone_and_framed_nowhere(one_server: Served, path: str) -> None:
    told = httpx.get(f"{one_server.address}{path}", params=QUERY, headers={"Authorization": f"Bearer {ADMIN}"}).headers

    assert told["x-content-type-options"] == "nosniff"
    assert told["referrer-policy"] == "no-referrer"
    assert told["cache-control"] == "no-store"
    assert told["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert "server" not in told
    assert "strict-transport-security" not in told


def test_refusals_have_the_same_headers(one_server: Served) -> None:
    for answer in (one_server.post(QUERY, token=None), one_server.post(b"{"), one_server.post(b"x" * 3_000_000)):
        assert answer.status_code >= 400
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_graphiql_keeps_the_headers_of_its_own(one_server: Served) -> None:
    page = httpx.get(f"{one_server.address}/graphiql").headers

    assert page.get_list("content-security-policy") == [page["content-security-policy"]]
    assert "script-src 'nonce-" in page["content-security-policy"]
    assert "frame-ancestors 'none'" in page["content-security-policy"]
    assert page.get_list("x-content-type-options") == ["nosniff"]
    asset = httpx.get(next_asset(one_server)).headers
    assert asset["cache-control"] == "public, max-age=31536000, immutable"


def next_asset(server: Served) -> str:
    """Return the address of one of the files that the page names."""
    page = httpx.get(f"{server.address}/graphiql").text
    name = page.split('href="')[1].split('"')[0]
    return f"{server.address}/{name}"


def test_no_page_of_another_origin_may_call_unless_told(serving: Serving) -> None:
    server = serving()
    answer = server.post(QUERY, Origin=FOREIGN)

    assert "access-control-allow-origin" not in answer.headers
    assert "access-control-allow-origin" not in preflight(server, FOREIGN).headers


def test_pages_of_the_origins_in_our_setting_may_call(serving: Serving) -> None:
    server = serving(cors_origins=APPS, airflow={"AIRFLOW__API__ACCESS_CONTROL_ALLOW_ORIGINS": FOREIGN})
    told = server.post(QUERY, Origin=APPS)

    assert told.headers["access-control-allow-origin"] == APPS
    assert "Retry-After" in told.headers["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in told.headers
    assert preflight(server, APPS).status_code == 200
    assert preflight(server, APPS, "PATCH", "/api/v1/dags/x").status_code == 200
    # Our setting wins over Airflow's.
    assert preflight(server, FOREIGN).status_code == 400
    assert "access-control-allow-origin" not in server.post(QUERY, Origin=FOREIGN).headers


@pytest.mark.parametrize("listed", [f"{APPS} {FOREIGN}", f"{APPS}, {FOREIGN}"])
def test_what_airflow_says_of_origins_is_believed(serving: Serving, listed: str) -> None:
    server = serving(
        airflow={
            "AIRFLOW__API__ACCESS_CONTROL_ALLOW_ORIGINS": listed,
            "AIRFLOW__API__ACCESS_CONTROL_ALLOW_METHODS": "POST, GET",
            "AIRFLOW__API__ACCESS_CONTROL_ALLOW_HEADERS": "authorization, content-type, x-trace",
        }
    )

    for origin in (APPS, FOREIGN):
        assert preflight(server, origin).headers["access-control-allow-origin"] == origin
    assert preflight(server, APPS).headers["access-control-allow-methods"] == "POST, GET"
    assert preflight(server, APPS, "DELETE").status_code == 400
    assert preflight(server, "https://nobody.example").status_code == 400


def test_our_setting_can_say_that_no_page_may_call(serving: Serving) -> None:
    server = serving(cors_origins="none", airflow={"AIRFLOW__API__ACCESS_CONTROL_ALLOW_ORIGINS": APPS})

    assert Origins.of(server.world.service).allowed == ()
    assert "access-control-allow-origin" not in server.post(QUERY, Origin=APPS).headers


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_a_page_of_another_site_may_send_unasked_is_not_answered(serving: Serving, site: str) -> None:
    server = serving(cors_origins=APPS)
    headers = {"Authorization": f"Bearer {ADMIN}", "Sec-Fetch-Site": site}

    query = httpx.get(f"{server.address}/graphql", params=QUERY, headers=headers)
    change = httpx.delete(f"{server.address}/api/v1/pools/x", headers=headers)
    form = httpx.post(f"{server.address}/graphql", data=QUERY, headers=headers)
    listed = httpx.get(f"{server.address}/graphql", params=QUERY, headers={**headers, "Origin": APPS})

    assert (query.status_code, query.json()["errors"][0]["extensions"]["code"]) == (403, "FORBIDDEN")
    assert change.status_code == 403
    assert form.status_code == 400
    assert listed.status_code == 200


@pytest.mark.parametrize("site", ["same-origin", "none", None])
def test_our_own_page_and_other_clients_may_ask_by_get(one_server: Served, site: str | None) -> None:
    headers = {"Authorization": f"Bearer {ADMIN}"} | ({"Sec-Fetch-Site": site} if site else {})

    assert httpx.get(f"{one_server.address}/graphql", params=QUERY, headers=headers).status_code == 200


SCHEMA_QUERY = {"query": "{ __schema { queryType { name } } }"}
MISTAKEN = {"query": "{ viewer { nam } }"}


def test_callers_who_present_nothing_learn_nothing_of_the_schema(serving: Serving) -> None:
    server = serving(anonymous_role="viewer")
    asked = server.post(SCHEMA_QUERY, token=None)
    mistaken = server.post(MISTAKEN, token=None)
    variable = {"query": "query ($s: [DagRunState!]) { dagRuns(filter: {state: $s}) { totalCount } }"}
    meant = server.post({**variable, "variables": {"s": ["SUCCES"]}}, token=None)

    assert [error["extensions"]["code"] for error in asked.json()["errors"]] == ["FORBIDDEN"]
    assert "data" not in asked.json()
    assert [error["message"] for error in mistaken.json()["errors"]] == ["Cannot query field 'nam' on type 'Viewer'."]
    assert "Did you mean" not in meant.text
    assert server.post({"query": "{ __typename }"}, token=None).json()["data"] == {"__typename": "Query"}


def test_callers_who_are_known_learn_the_schema(serving: Serving) -> None:
    server = serving(anonymous_role="viewer")

    for token in (ADMIN, VIEWER):
        assert server.post(SCHEMA_QUERY, token=token).json()["data"] == {"__schema": {"queryType": {"name": "Query"}}}
        assert "Did you mean 'name'?" in server.post(MISTAKEN, token=token).text


@pytest.mark.parametrize(("introspection", "known", "unknown"), [("everyone", 200, 200), ("nobody", 400, 400)])
def test_who_may_ask_about_the_schema_is_a_setting(
    serving: Serving, introspection: str, known: int, unknown: int
) -> None:
    server = serving(anonymous_role="viewer", introspection=introspection)
    accept = "application/graphql-response+json"

    assert server.post(SCHEMA_QUERY, Accept=accept).status_code == known
    assert server.post(SCHEMA_QUERY, token=None, Accept=accept).status_code == unknown


def test_the_page_of_graphiql_is_a_setting(serving: Serving) -> None:
    server = serving(graphiql=False)

    assert httpx.get(f"{server.address}/graphiql").status_code == 404
