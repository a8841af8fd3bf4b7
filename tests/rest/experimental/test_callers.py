"""Who may ask the experimental API, and how they are told that they may not."""

import pytest

from graph.rest.routes import rest_routes
from resolvers.errors import Invalid
from tests.http.server import TOKENS, VIEWER
from tests.rest.early import Early, early_of
from tests.world import World

AT = "/api/experimental"
DEPRECATED = (
    "<https://airflow.apache.org/docs/apache-airflow/2.11.2/upgrading-to-2.html"
    '#migration-guide-from-experimental-api-to-stable-api-v1>; rel="deprecation"; type="text/html"'
)


@pytest.mark.parametrize("authorization", [None, "Bearer wrong", "Basic YTpi", "wrong"])
def test_who_is_not_known_is_told_so_as_text(one_early: Early, authorization: str | None) -> None:
    answer = one_early.send("GET", f"{AT}/test", authorization=authorization)

    assert (answer.status_code, answer.text) == (401, "Unauthorized")
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_passwords_are_asked_for_by_the_name_of_the_scheme_alone(request: pytest.FixtureRequest) -> None:
    backend = {"AIRFLOW__API__AUTH_BACKEND": "airflow.contrib.auth.backends.password_auth"}
    with early_of(request, "2.11-sqlite", backend, authentication=("airflow", "tokens")) as early:
        answer = early.send("GET", f"{AT}/test", authorization="Basic YTpi")

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Basic, Bearer")


def test_a_backend_that_denies_denies_everybody(request: pytest.FixtureRequest) -> None:
    backend = {"AIRFLOW__API__AUTH_BACKEND": "airflow.api.auth.backend.deny_all"}
    with early_of(request, "2.11-sqlite", backend) as early:
        answer = early.send("GET", f"{AT}/test")

    assert (answer.status_code, answer.text) == (403, "Forbidden")


def test_who_may_not_is_told_so_as_text_and_changes_nothing(early: Early) -> None:
    viewer = f"Bearer {VIEWER}"
    refused = [
        early.send("POST", f"{AT}/dags/demo_etl/dag_runs", authorization=viewer, json={}),
        early.send("GET", f"{AT}/dags/demo_etl/paused/true", authorization=viewer),
        early.send("DELETE", f"{AT}/dags/demo_etl", authorization=viewer),
        early.send("POST", f"{AT}/pools", authorization=viewer, json={"name": "x", "slots": 1}),
        early.send("DELETE", f"{AT}/pools/default_pool", authorization=viewer),
    ]

    assert {(answer.status_code, answer.text) for answer in refused} == {(403, "Forbidden")}
    assert early.world.rows("dag", "is_paused", dag_id="demo_etl") == [{"is_paused": False}]
    assert len(early.world.rows("dag_run", "run_id")) == 2
    assert len(early.world.rows("pool", "pool")) == 1


def test_a_link_changes_nothing_for_who_presents_nothing(request: pytest.FixtureRequest) -> None:
    with early_of(request, "2.11-sqlite", anonymous_role="admin") as early:
        by_link = early.send("GET", f"{AT}/dags/demo_etl/paused/true", authorization=None)
        asked = early.send("GET", f"{AT}/dags/demo_etl/paused", authorization=None)

    assert by_link.status_code == 403
    assert asked.json() == {"is_paused": False}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_page_of_another_site_changes_nothing(one_early: Early, method: str) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Content-Type": "text/plain"}
    path = "/dags/demo_etl/paused/true" if method == "GET" else "/dags/demo_etl/dag_runs"

    assert one_early.send(method, f"{AT}{path}", headers=headers, content=b"{}").status_code == 403
    assert one_early.world.rows("dag", "is_paused", dag_id="demo_etl") == [{"is_paused": False}]


@pytest.mark.parametrize(("path", "told"), [("/test", DEPRECATED), ("/pools/nope", DEPRECATED), ("/nope", None)])
def test_all_answers_but_those_of_no_place_say_that_the_api_is_old(
    one_early: Early, path: str, told: str | None
) -> None:
    for authorization in ({}, {"authorization": None}):
        answer = one_early.send("GET", f"{AT}{path}", **authorization)
        assert answer.headers.get("link") == told
        assert answer.headers.get("deprecation") == (told and "true")


def test_it_is_off_unless_it_is_named(request: pytest.FixtureRequest) -> None:
    with early_of(request, "2.11-sqlite", dialects=("stable",)) as early:
        assert early.send("GET", f"{AT}/test").status_code == 404
        assert early.send("GET", "/api/v1/dag_runs").status_code == 404
        assert early.send("GET", "/astronomer/api/v1/dags").status_code == 404


def test_airflow_s_configuration_turns_it_off(request: pytest.FixtureRequest) -> None:
    off = {"AIRFLOW__API__ENABLE_EXPERIMENTAL_API": "False"}
    url = request.getfixturevalue("sqlite_store").database("2.11")
    world = World.configured(url, "2.11", off, tokens=TOKENS, dialects=("experimental",))

    with pytest.raises(Invalid, match="turns the experimental API off"):
        rest_routes(world.service)
    world.close()


def test_the_same_secrets_of_other_dialects_mean_nothing_here(request: pytest.FixtureRequest) -> None:
    secret = {"AIRFLOW__AIRFLOW_API_PLUGIN__AIRFLOW_API_AUTH": "s3cret"}
    with early_of(request, "2.11-sqlite", secret) as early:
        assert early.send("GET", f"{AT}/test", authorization="s3cret").status_code == 401
        assert early.send("GET", "/api/v1/dags", authorization="s3cret").status_code == 401
        assert early.send("GET", "/api/v1/dag_runs", authorization="s3cret").status_code == 200
