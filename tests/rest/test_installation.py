"""`/config`, `/providers`, `/plugins`: what no row tells."""

import pytest

from tests.rest.api import Api
from tests.rest.test_permissions import ask
from tests.stores import SQLiteStore
from tests.world import World

JSON, TEXT = {"Accept": "application/json"}, {"Accept": "text/plain"}


def test_an_option_is_told_under_the_names_that_the_client_has_for_it(one_api: Api) -> None:
    told = one_api.send("GET", "/config/section/CORE/option/Parallelism", headers=JSON)
    assert told.json() == {"sections": [{"name": "CORE", "options": [{"key": "Parallelism", "value": "16"}]}]}

    text = one_api.send("GET", "/config/section/smtp/option/smtp_password", headers=TEXT)
    assert (text.text, text.headers["content-type"].split(";")[0]) == (
        "[smtp]\nsmtp_password = < hidden >\n",
        "text/plain",
    )


def test_the_whole_of_it_is_told_in_either_form(one_api: Api) -> None:
    told = one_api.send("GET", "/config", headers=JSON).json()["sections"]
    assert [section["name"] for section in told] == ["api", "core", "smtp", "webserver"]

    text = one_api.send("GET", "/config", headers=TEXT).text
    assert text.startswith("[api]\nexpose_config = True\n\n[core]\nparallelism = 16\n")


@pytest.mark.parametrize(
    ("path", "title", "detail"),
    [
        ("/config?section=core", "section not found.", "section=core not found."),
        ("/config/section/core/option/nope", "Config not found.", "The option [core/nope] is not found in config."),
    ],
)
def test_what_nobody_says_is_not_found(one_api: Api, path: str, title: str, detail: str) -> None:
    answer = one_api.send("GET", path, headers=JSON)

    assert (answer.status_code, answer.json()["title"], answer.json()["detail"]) == (404, title, detail)


@pytest.mark.parametrize("accept", ["", "text/html"])
def test_a_form_that_there_is_not_is_not_acceptable(one_api: Api, accept: str) -> None:
    answer = one_api.send("GET", "/config", headers={"Accept": accept})

    assert (answer.status_code, answer.text) == (406, "")


def test_providers_and_plugins_are_what_airflow_s_command_says(one_api: Api) -> None:
    assert one_api.get("/providers") == {
        "providers": [
            {
                "package_name": "apache-airflow-providers-http",
                "version": "5.1.0",
                "description": "Hypertext Transfer Protocol",
            }
        ],
        "total_entries": 1,
    }
    told = one_api.get("/plugins")
    assert told["total_entries"] == 1
    assert told["plugins"][0]["macros"] == ["lights.dim"]
    assert one_api.get("/plugins", offset=1) == {"plugins": [], "total_entries": 1}


def test_without_airflow_s_command_what_only_it_knows_is_refused(sqlite_store: SQLiteStore) -> None:
    world = World.open(sqlite_store.database("2.11"), "2.11", airflow_command=None)
    body = {"connection_id": "x", "conn_type": "sqlite"}
    tested = ask(world, world.actor(), "POST", "/api/v1/connections/test", body)
    refused = [ask(world, world.actor(), "GET", f"/api/v1/{what}", None) for what in ("providers", "plugins")]
    world.close()

    assert tested.status_code == 200
    assert tested.json()["status"] is False
    assert "AIRFLOW_GRAPH_AIRFLOW_COMMAND" in tested.json()["message"]
    assert [answer.status_code for answer in refused] == [501, 501]
