"""`/connections` of the stable API: what Airflow's own answers, of both generations."""

import pytest

from tests.rest.api import Api

BARE = {
    "connection_id": "bare",
    "conn_type": "http",
    "description": None,
    "host": None,
    "login": None,
    "schema": None,
    "port": None,
}


def test_a_list_leaves_extra_out_and_one_shows_it_masked(furnished: Api) -> None:
    told = furnished.get("/connections", order_by="connection_id")

    assert told["total_entries"] == 3
    assert told["connections"][0] == BARE
    assert furnished.get("/connections/warehouse")["extra"] == '{"sslmode": "require", "token": "***"}'
    assert furnished.get("/connections/prose")["extra"] == "no JSON at all"
    assert furnished.get("/connections/bare") == {**BARE, "extra": None}


def test_making_one_answers_what_was_made(api: Api) -> None:
    body = {"connection_id": "new", "conn_type": "ftp", "port": 21, "password": "hunter2", "extra": '{"a":1}'}

    answer = api.send("POST", "/connections", json=body)

    assert answer.status_code == 200
    assert answer.json() == {**BARE, "connection_id": "new", "conn_type": "ftp", "port": 21, "extra": '{"a": 1}'}
    again = api.send("POST", "/connections", json=body)
    assert (again.status_code, again.json()["detail"]) == (409, "Connection already exist. ID: new")


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (
            {},
            str({name: ["Missing data for required field."] for name in ("connection_id", "conn_type")}),
        ),
        ({"connection_id": "a", "conn_type": "x", "no": 1}, "{'no': ['Unknown field.']}"),
        ({"connection_id": None, "conn_type": "x"}, "None is not of type 'string' - 'connection_id'"),
        ({"connection_id": "a", "conn_type": "x", "port": "1"}, "'1' is not of type 'integer' - 'port'"),
        ({"connection_id": "a" * 201, "conn_type": "x"}, "The key has to be less than 200 characters"),
        (
            {"connection_id": "{a b}", "conn_type": "x"},
            "The key '{a b}' has to be made of alphanumeric characters, dashes, dots and underscores exclusively",
        ),
        ({"connection_id": "a", "conn_type": "x", "port": 2**40}, f"{2**40} is no port."),
        ({"connection_id": "a", "conn_type": "x" * 501}, "{'conn_type': ['Longer than maximum length 500.']}"),
    ],
)
def test_what_is_no_connection_is_refused(api: Api, body: object, detail: str) -> None:
    answer = api.send("POST", "/connections", json=body)

    assert (answer.status_code, answer.json()["detail"]) == (400, detail)


def test_a_change_touches_what_the_mask_names(api: Api) -> None:
    changed = api.send("PATCH", "/connections/warehouse?update_mask=host", json={"host": "h", "login": "other"}).json()

    assert (changed["host"], changed["login"]) == ("h", "loader")


@pytest.mark.parametrize(
    ("query", "body", "status", "detail"),
    [
        ("", {"connection_id": "other"}, 400, "The connection_id cannot be updated."),
        (
            "?update_mask=connection_id",
            {"connection_id": "bare"},
            400,
            "'connection_id' is unknown or cannot be updated.",
        ),
        ("?update_mask=host", {"login": "l"}, 400, "'host' is unknown or cannot be updated."),
        ("?update_mask=", {"login": "l"}, 400, "'' is unknown or cannot be updated."),
    ],
)
def test_what_cannot_be_changed_is_refused(api: Api, query: str, body: object, status: int, detail: str) -> None:
    answer = api.send("PATCH", f"/connections/bare{query}", json=body)

    assert (answer.status_code, answer.json()["detail"]) == (status, detail)


@pytest.mark.parametrize(("method", "body"), [("GET", None), ("PATCH", {"host": "h"}), ("DELETE", None)])
def test_one_that_is_not_there_is_not_found(api: Api, method: str, body: object) -> None:
    answer = api.send(method, "/connections/nope", json=body)

    assert answer.status_code == 404
    assert answer.json()["title"] == "Connection not found"
    assert answer.json()["detail"] == "The Connection with connection_id: `nope` was not found"


def test_one_is_deleted(api: Api) -> None:
    answer = api.send("DELETE", "/connections/bare")

    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (204, b"", "application/json")
    assert api.send("GET", "/connections/bare").status_code == 404


def test_settings_are_tested_by_airflow_s_command(one_api: Api) -> None:
    tested = one_api.send("POST", "/connections/test", json={"connection_id": "x", "conn_type": "sqlite"})
    assert tested.json() == {"status": True, "message": "Connection successfully tested"}

    failed = one_api.send("POST", "/connections/test", json={"connection_id": "x", "conn_type": "http"})
    assert failed.json() == {"status": False, "message": "nobody is there"}

    partial = one_api.send("POST", "/connections/test", json={"conn_type": "http"})
    assert partial.json()["detail"] == "{'connection_id': ['Missing data for required field.']}"
