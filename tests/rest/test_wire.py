"""What goes over the wire of the stable API: problem details, in the words and statuses that Airflow uses."""

import json
from typing import Any

import pytest

from tests.rest.api import Api

DOCUMENTATION = "https://airflow.apache.org/docs/apache-airflow/2.11.2/stable-rest-api-ref.html#section/Errors/"


def problem(api: Api, method: str, path: str, status: int, **how: Any) -> dict[str, object]:
    answer = api.send(method, path, **how)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, object] = answer.json()
    assert sorted(told) == ["detail", "status", "title", "type"]
    assert told["status"] == status
    return told


@pytest.mark.parametrize(
    ("query", "title", "detail"),
    [
        ("zzz=1", None, "Extra query parameter(s) zzz not in spec"),
        ("limit=-1", "Page limit must be a positive integer", None),
        ("limit=x", "Bad Request", "Wrong type, expected 'integer' for query parameter 'limit'"),
        ("limit=", "Bad Request", "Wrong type, expected 'integer' for query parameter 'limit'"),
        ("paused=0", "Bad Request", "Wrong type, expected 'boolean' for query parameter 'paused'"),
        (
            "order_by=owners",
            "Bad Request",
            "Ordering with 'owners' is disallowed or the attribute does not exist on the model",
        ),
        (
            "fields=bogus",
            "DAGCollectionSchema error",
            "Invalid fields for <DAGSchema(many=False)>: OrderedSet(['bogus']).",
        ),
    ],
)
def test_a_query_string_is_refused_in_airflows_words(
    one_api: Api, query: str, title: str | None, detail: str | None
) -> None:
    told = problem(one_api, "GET", f"/dags?{query}", 400)

    assert (told["title"], told["detail"]) == (title, detail)
    assert told["type"] == f"{DOCUMENTATION}BadRequest"


def test_a_negative_offset_is_told_with_its_schema(one_api: Api) -> None:
    detail = str(problem(one_api, "GET", "/dags?offset=-1", 400)["detail"])

    assert detail.startswith("-1 is less than the minimum of 0\n\nFailed validating 'minimum' in schema:")


def test_an_instant_needs_time_and_offset(one_api: Api) -> None:
    for text in ("2026-01-01", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00+00:00"):
        detail = problem(one_api, "GET", f"/dags/etl/dagRuns?execution_date_gte={text}", 400)["detail"]
        assert str(detail).startswith(f"{text.replace('+', ' ')!r} is not a 'date-time'\n\n")
    assert one_api.get("/dags/etl/dagRuns?execution_date_gte=2026-01-01T00:00:00Z")["total_entries"] == 5


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "Request body must not be empty"),
        (b'{"a": ', "Request body is not valid JSON"),
        (b"null", "Request body is not valid JSON"),
        (b"[]", "[] is not of type 'object'"),
        (b"{}", "Missing required property(ies): ['name', 'slots']"),
        (b'{"name": 1, "slots": 1}', "1 is not of type 'string' - 'name'"),
        (b'{"name": "n", "slots": true}', "True is not of type 'integer' - 'slots'"),
        (b'{"name": "n", "slots": NaN}', "nan is not of type 'integer' - 'slots'"),
        (b'{"name": "n", "slots": 1, "open_slots": 1}', "Property is read-only - 'open_slots'"),
        (b'{"name": "n", "slots": 1, "zzz": 1}', "{'zzz': ['Unknown field.']}"),
    ],
)
def test_a_body_is_refused_in_airflows_words(one_api: Api, body: bytes, detail: str) -> None:
    headers = {"Content-Type": "application/json"}
    told = problem(one_api, "POST", "/pools", 400, content=body, headers=headers)

    assert told["detail"] == detail
    assert one_api.get("/pools")["total_entries"] == 3


@pytest.mark.parametrize("sent", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_only_json_is_taken(one_api: Api, sent: str) -> None:
    body = b'{"name": "n", "slots": 1}'
    told = problem(one_api, "POST", "/pools", 415, content=body, headers={"Content-Type": sent} if sent else {})

    assert told["detail"] == f"Invalid Content-type ({sent}), expected JSON data"
    assert told["type"] == "about:blank"


def test_what_is_not_there_is_told_by_name(one_api: Api) -> None:
    dag = problem(one_api, "GET", "/dags/nope", 404)
    run = problem(one_api, "GET", "/dags/etl/dagRuns/nope", 404)
    pool = problem(one_api, "DELETE", "/pools/nope", 404)
    variable = problem(one_api, "GET", "/variables/nope", 404)
    changed = problem(one_api, "PATCH", "/dags/etl/dagRuns/nope", 404, json={"state": "failed"})

    assert (dag["title"], dag["detail"]) == ("DAG not found", "The DAG with dag_id: nope was not found")
    assert run["detail"] == "DAGRun with DAG ID: 'etl' and DagRun ID: 'nope' not found"
    assert pool["detail"] == "Pool with name:'nope' not found"
    assert (variable["title"], variable["detail"]) == ("Variable not found", "Variable does not exist")
    assert (changed["title"], changed["detail"]) == ("Dag Run id nope not found in dag etl", None)


@pytest.mark.parametrize(
    "path", ["", "/", "/nope", "/dags/", "/dags/etl/", "/dags/etl/dagRuns/r0/taskInstances/load/x"]
)
def test_an_address_of_nothing_is_told_so(one_api: Api, path: str) -> None:
    told = problem(one_api, "GET", path, 404)

    assert (told["title"], told["type"]) == ("Not Found", "about:blank")


def test_methods_are_told(one_api: Api) -> None:
    assert problem(one_api, "PUT", "/pools", 405)["title"] == "Method Not Allowed"
    assert one_api.send("TRACE", "/pools").headers["allow"] == "GET, POST, HEAD, OPTIONS"
    assert one_api.send("OPTIONS", "/pools").headers["allow"] == "GET, POST, HEAD, OPTIONS"
    head = one_api.send("HEAD", "/pools")
    assert (head.status_code, head.content) == (200, b"")
    assert one_api.send("GET", "/dags//details").headers["location"].endswith("/api/v1/dags/details")


def test_nobody_known_gets_401_and_no_reason(one_api: Api) -> None:
    for token in (None, "made-up"):
        told = problem(one_api, "GET", "/dags", 401, token=token)
        assert (told["title"], told["detail"]) == ("Unauthorized", None)
    # As Airflow, which tells it only where the last of its ways to authenticate does.
    assert "www-authenticate" not in one_api.send("GET", "/dags", token=None).headers


@pytest.mark.parametrize(
    "name", ["a%00b", "%2e%2e%2fetc", "x'; DROP TABLE dag; --", 'q"uote', "e\u0301\U0001f4a5", "n" * 10_000]
)
def test_hostile_ids_find_nothing_and_break_nothing(furnished: Api, name: str) -> None:
    for path in (f"/dags/{name}", f"/dags/etl/dagRuns/{name}", f"/pools/{name}", f"/variables/{name}"):
        answer = furnished.send("GET", path)
        assert answer.status_code in (400, 404), path
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "n" * 10_000])
def test_hostile_values_are_refused(api: Api, text: str) -> None:
    sent = json.dumps({"name": text, "slots": 1}).encode()
    problem_of_pool = api.send("POST", "/pools", content=sent, headers={"Content-Type": "application/json"})
    sent = json.dumps({"key": text, "value": "v"}).encode()
    problem_of_variable = api.send("POST", "/variables", content=sent, headers={"Content-Type": "application/json"})

    assert problem_of_pool.status_code == 400, problem_of_pool.text
    assert problem_of_variable.status_code == 400, problem_of_variable.text
    assert len(api.world.rows("pool", "pool")) == 3


def test_a_body_that_is_too_long_is_refused(one_api: Api) -> None:
    told = problem(one_api, "POST", "/variables", 400, json={"key": "k", "value": "v" * 3_000_000})

    assert "longer than" in str(told["detail"])


def test_fields_choose_what_is_told(one_api: Api) -> None:
    assert one_api.get("/dags?fields=dag_id,is_paused&limit=1")["dags"] == [{"dag_id": "described", "is_paused": True}]
    assert one_api.get("/dags/etl?fields=dag_id&fields=is_active") == {"dag_id": "etl", "is_active": True}


def test_a_name_may_hold_a_line_break(one_api: Api) -> None:
    for path in ("/dags/a%0Ab", "/dags/a%0A", "/variables/a%0Ab", "/datasets/a%0Ab", "/dags/a%0Ab/dagRuns/r"):
        problem(one_api, "GET", path, 404)


def test_what_no_database_could_compare_with_is_refused(one_api: Api) -> None:
    told = problem(one_api, "GET", "/dags/~/dagRuns?start_date_gte=0001-01-01T00:00:00%2B23:00", 400)
    offset = problem(one_api, "GET", f"/dags?offset={2**63}", 400)
    batch = problem(one_api, "POST", "/dags/~/dagRuns/list", 400, json={"page_offset": 2**63})

    assert str(told["detail"]).startswith("'0001-01-01T00:00:00+23:00' is not a 'date-time'")
    assert (
        offset["detail"] == batch["detail"] == f"{2**63} is greater than the maximum of {2**63 - 1} rows to leave out"
    )
    problem(one_api, "GET", "/eventLogs/2147483648", 404)


def test_pages_beyond_all_rows_are_empty(furnished: Api) -> None:
    for offset in (1_000, 2**31, 2**63 - 1):
        assert furnished.get("/dags", offset=offset)["dags"] == []
    batch = furnished.send("POST", "/dags/~/dagRuns/list", json={"page_offset": 2**63 - 1})
    assert batch.json()["dag_runs"] == []


def test_nothing_has_a_number_that_no_database_holds(one_api: Api) -> None:
    for number in (2**31, 2**80, -(2**80)):
        assert one_api.get("/datasets/events", dataset_id=number) == {"dataset_events": [], "total_entries": 0}
        problem(one_api, "GET", f"/dags/etl/dagRuns/r4/taskInstances/load/links?map_index={number}", 404)
        problem(one_api, "GET", f"/dags/etl/dagRuns/r4/taskInstances/load/logs/1?map_index={number}", 404)
        problem(
            one_api, "GET", f"/dags/etl/dagRuns/r4/taskInstances/load/xcomEntries/return_value?map_index={number}", 404
        )


def test_an_operation_without_parameters_looks_for_none(one_api: Api) -> None:
    assert one_api.get("/version?zzz=1") == one_api.get("/version")
    problem(one_api, "GET", "/pools/narrow?zzz=1", 400)


def test_slashes_too_many_lead_to_where_something_is(one_api: Api) -> None:
    assert one_api.send("GET", "/dags//etl").headers["location"].endswith("/api/v1/dags/etl")
    problem(one_api, "GET", "/config/section//option/parallelism", 404)
    problem(one_api, "PUT", "/dags//etl", 405)


def test_what_cannot_be_read_is_blamed_on_its_type_where_that_names_a_charset(one_api: Api) -> None:
    typed = {"Content-Type": "application/json; charset=utf-8"}
    told = problem(one_api, "POST", "/pools", 415, content="{", headers=typed)

    assert told["detail"] == "Invalid Content-type (application/json; charset=utf-8), expected JSON data"


def test_unknown_fields_are_refused_of_what_is_there(one_api: Api) -> None:
    problem(one_api, "GET", "/dags/etl?fields=bogus", 400)
    problem(one_api, "GET", "/dags/nope?fields=bogus", 404)
    problem(one_api, "GET", "/dags/etl/dagRuns?fields=bogus", 400)
    assert one_api.get("/dags/nope/dagRuns?fields=bogus") == {"dag_runs": [], "total_entries": 0}


def test_limits_are_airflows(one_api: Api) -> None:
    assert len(one_api.get("/dags/~/dagRuns?limit=100000")["dag_runs"]) == 8
    assert len(one_api.get("/dags/~/dagRuns?limit=0")["dag_runs"]) == 8
    assert one_api.get("/dags/etl/dagRuns/r4/taskInstances?limit=0") == {"task_instances": [], "total_entries": 9}


def test_a_dag_is_not_left_between_paused_and_not(one_api: Api) -> None:
    refused = one_api.send("PATCH", "/dags/etl", json={"is_paused": None})

    assert (refused.status_code, refused.json()["detail"]) == (400, "{'is_paused': ['Field may not be null.']}")
    assert one_api.get("/dags/etl")["is_paused"] is False
