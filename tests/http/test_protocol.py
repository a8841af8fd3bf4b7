"""GraphQL over HTTP, by its specification: methods, media types, statuses, and what is refused before it is run."""

import json
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.http.server import ADMIN, VIEWER, Served, answered

GRAPHQL = "application/graphql-response+json"
QUERY = {"query": "{ viewer { name role } }"}
ADA = {"data": {"viewer": {"name": "ada", "role": "admin"}}}


def codes(answer: httpx.Response) -> list[str]:
    """Return the codes of an answer's errors, after checking that nothing was executed."""
    told = answer.json()
    assert "data" not in told
    assert all(error["message"] for error in told["errors"])
    assert "Traceback" not in answer.text
    return [error["extensions"]["code"] for error in told["errors"]]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}; charset=utf-8, application/json; q=0.9", GRAPHQL),
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("text/html", "application/json"),
    ],
)
def test_the_answer_has_the_media_type_that_was_asked_for(one_server: Served, accept: str, media_type: str) -> None:
    answer = one_server.post(QUERY, Accept=accept)

    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert answered(answer) == ADA


def test_a_query_can_be_asked_for_by_get(one_server: Served) -> None:
    plain = one_server.get(query="{ viewer { name role } }")
    named = one_server.get(
        query="query A { viewer { name } } query B($n: Int!) { dags(first: $n) { nodes { dagId } } }",
        operationName="B",
        variables='{"n": 2}',
        accept=GRAPHQL,
    )

    assert (plain.status_code, answered(plain)) == (200, ADA)
    assert (named.status_code, answered(named)) == (200, {"data": {"dags": {"nodes": []}}})
    assert named.headers["content-type"] == GRAPHQL


def test_a_mutation_cannot_be_asked_for_by_get(one_server: Served) -> None:
    answer = one_server.get(query='mutation { createPool(input: {name: "p", slots: 1}) { name } }')

    assert answer.status_code in (400, 405)
    assert codes(answer) == ["INVALID"]
    assert "p" not in [pool["name"] for pool in one_server.ask("{ pools { nodes { name } } }")["pools"]["nodes"]]
    query = 'query Q { viewer { name } } mutation M { deletePool(name: "default_pool") }'
    assert codes(one_server.get(query=query, operationName="M")) == ["INVALID"]
    assert one_server.get(query=query, operationName="Q").status_code == 200


def test_a_mutation_cannot_be_asked_for_by_head(one_server: Served) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {ADMIN}"}
    body = {"query": 'mutation { createPool(input: {name: "headlong", slots: 1}) { name } }'}
    for content in ({"json": body}, {"params": body}):
        answer = httpx.request("HEAD", f"{one_server.address}/graphql", headers=headers, **content)  # type: ignore[arg-type]
        assert (answer.status_code, answer.content) == (400, b"")
    assert one_server.ask('{ pool(name: "headlong") { name } }') == {"pool": None}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_not_allowed(one_server: Served, method: str) -> None:
    answer = httpx.request(method, f"{one_server.address}/graphql", json=QUERY)

    assert answer.status_code == 405


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer nope", "Basic YTpi", "admins-token", "é"])
def test_who_is_not_known_is_told_how_to_be(one_server: Served, authorization: str | None) -> None:
    headers = {} if authorization is None else {b"Authorization": authorization.encode("latin-1")}
    for answer in (
        httpx.post(f"{one_server.address}/graphql", json=QUERY, headers=headers),
        httpx.get(f"{one_server.address}/graphql", params=QUERY, headers=headers),
    ):
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert codes(answer) == ["UNAUTHENTICATED"]


def test_the_scheme_is_read_in_any_case(one_server: Served) -> None:
    assert one_server.post(QUERY, token=None, Authorization=f"bEARER {VIEWER}").status_code == 200


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/graphql", ""],
)
def test_a_body_that_is_not_called_json_is_refused(one_server: Served, content_type: str) -> None:
    answer = one_server.post(json.dumps(QUERY).encode(), Content_Type=content_type)

    assert 400 <= answer.status_code < 500
    assert codes(answer) == ["INVALID"]


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
def test_a_body_that_is_called_json_is_read(one_server: Served, content_type: str) -> None:
    assert answered(one_server.post(json.dumps(QUERY).encode(), Content_Type=content_type)) == ADA


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"query"',
        b"5",
        b'[{"query": "{ viewer { name } }"}]',
        b"{}",
        b'{"query": null}',
        b'{"query": ""}',
        b'{"query": 5}',
        b'{"query": ["{ viewer { name } }"]}',
        b'{"query": "{ viewer { name } }", "variables": []}',
        b'{"query": "{ viewer { name } }", "variables": "x"}',
        b'{"query": "{ viewer { name } }", "operationName": 5}',
        b'{"query": "{ viewer { name } }", "operationName": "Nope"}',
        b'{"query": "query A { viewer { name } } query B { viewer { name } }"}',
        b'{"query": "fragment f on DAG { dagId }"}',
        b'{"query": "{ viewer { name } }", "variables": {"x": NaN}}',
        b"\xff\xfe{",
        b'{"query": "\\ud800"}',
        b'{"query": "{ dag(dagId: \\"\xff\\") { dagId } }"}',
        b"[" * 100_000,
        b'{"query": "{ viewer { name } }", "variables": {"x": ' + b"[" * 5_000 + b"]" * 5_000 + b"}}",
    ],
    ids=range(24),
)
def test_what_is_no_request_is_refused(one_server: Served, body: bytes) -> None:
    answer = one_server.post(body, Accept=GRAPHQL)

    assert answer.status_code == 400
    assert set(codes(answer)) <= {"INVALID", "BAD_REQUEST"}


def test_a_get_without_a_query_or_with_broken_variables_is_refused(one_server: Served) -> None:
    for query in ({}, {"query": ""}, {"query": "{ viewer { name } }", "variables": "{"}):
        answer = one_server.get(**query)
        assert answer.status_code == 400
        assert codes(answer) == ["INVALID"]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("{ nope }", "BAD_REQUEST"),
        ("{", "BAD_REQUEST"),
        ("{ ...f } fragment f on Query { ...g } fragment g on Query { ...f }", "BAD_REQUEST"),
        ("{ a" * 1_000 + "}" * 1_000, "BAD_REQUEST"),
        ('{ dag(dagId: "x") ' + "{ latestRun { dag " * 30 + "{ dagId }" + "}}" * 30 + "}", "TOO_EXPENSIVE"),
        ("{ viewer { " + " ".join(f"a{at}: name" for at in range(10_000)) + "} }", "TOO_EXPENSIVE"),
        ("{ viewer { " + " ".join(f"a{at}:name" for at in range(6_000)) + "} }", "TOO_EXPENSIVE"),
        ("{ " + " ".join(f"a{at}: viewer {{ name }}" for at in range(60)) + "}", "TOO_EXPENSIVE"),
        ("# " + "x" * 200_000 + "\n{ viewer { name } }", "TOO_EXPENSIVE"),
        ("subscription { dags { dagId } }", "BAD_REQUEST"),
    ],
    ids=range(10),
)
def test_a_document_that_cannot_be_run_is_refused_by_status_only_in_the_newer_media_type(
    one_server: Served, document: str, code: str
) -> None:
    started = time.perf_counter()
    newer = one_server.post({"query": document}, Accept=GRAPHQL)
    older = one_server.post({"query": document}, Accept="application/json")

    assert newer.status_code == 400
    assert older.status_code in (200, 400)
    assert set(codes(newer)) == set(codes(older)) == {code}
    assert time.perf_counter() - started < 30


def test_wrong_variables_are_refused_before_anything_is_run(one_server: Served) -> None:
    document = "query ($n: Int!) { dags(first: $n) { nodes { dagId } } }"
    for variables in ({}, {"n": "x"}, {"n": None}, {"n": 1.5}, {"n": [1, 2]}, {"n": {"a": 1}}, None):
        answer = one_server.post({"query": document, "variables": variables}, Accept=GRAPHQL)
        assert answer.status_code == 400
        assert codes(answer) == ["BAD_REQUEST"]
    assert one_server.post({"query": document, "variables": {"n": 1, "other": 2}}).status_code == 200


def test_a_refusal_while_running_is_an_answer(one_server: Served) -> None:
    answer = one_server.post({"query": "{ dags(first: 0) { nodes { dagId } } viewer { name } }"}, Accept=GRAPHQL)

    assert answer.status_code == 200
    told = answer.json()
    assert told["data"] == {"dags": None, "viewer": {"name": "ada"}}
    assert told["errors"][0]["extensions"]["code"] == "INVALID"


def test_a_body_has_a_limit(one_server: Served) -> None:
    document = "query ($ids: [String!]) { dags(filter: {dagId: $ids}) { nodes { dagId } } }"
    large = one_server.post({"query": document, "variables": {"ids": ["x" * 250] * 4_000}})
    larger = one_server.post({"query": document, "variables": {"ids": ["x" * 250] * 10_000}})

    assert answered(large) == {"data": {"dags": {"nodes": []}}}
    assert 400 <= larger.status_code < 500
    assert codes(larger) == ["TOO_EXPENSIVE"]


def test_a_body_of_unknown_length_has_the_same_limit(one_server: Served) -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(100):
            yield b" " * 100_000

    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {ADMIN}"}
    try:
        answer = httpx.post(f"{one_server.address}/graphql", content=parts(), headers=headers)
    except httpx.TransportError:
        # The server need not listen to the end.
        return
    assert codes(answer) == ["TOO_EXPENSIVE"]


def test_a_lone_surrogate_is_no_json(one_server: Served) -> None:
    body = b'{"query": "query ($t: String!) { dag(dagId: $t) { dagId } }", "variables": {"t": "\\ud800"}}'

    assert codes(one_server.post(body)) == ["INVALID"]


def test_a_large_answer_is_packed_for_who_can_unpack(one_server: Served) -> None:
    document = "{ __schema { types { name description fields { name description } } } }"
    packed = one_server.post({"query": document}, Accept_Encoding="gzip")
    plain = one_server.post({"query": document}, Accept_Encoding="identity")

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()


def test_the_health_is_open_to_all(one_server: Served) -> None:
    answer = httpx.get(f"{one_server.address}/health")

    assert (answer.status_code, answer.json()) == (200, {"status": "healthy"})


def test_what_is_not_there_is_not_found(one_server: Served) -> None:
    assert httpx.get(f"{one_server.address}/nope").status_code == 404
