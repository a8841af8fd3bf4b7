"""What is wrong with a request is said with a code; nothing that a client sends is a fault of ours."""

import base64
import json
from typing import Any

import pytest

from tests.world import World

pytestmark = pytest.mark.mysql

HOSTILE = [
    "",
    " ",
    "a/b",
    "../../etc/passwd",
    "'; DROP TABLE dag; --",
    '"quoted"',
    "back\\slash",
    "%",
    "_",
    "\u202eright to left",
    "日本語 ✓ 🛩",
    "line\nbreak",
    "$1",
    ":name",
    "%(name)s",
    "{}",
    "x" * 10_000,
]
NUL = "nul\x00inside"


def codes(told: dict[str, Any]) -> list[str]:
    """Return the codes of an answer's errors."""
    return [error["extensions"]["code"] for error in told["errors"]]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_strange_id_names_nothing(furnished: World, text: str) -> None:
    told = furnished.data(
        """query ($text: String!) {
          dag(dagId: $text) { dagId } dagRun(dagId: $text, runId: $text) { runId }
          taskInstance(dagId: "etl", runId: $text, taskId: $text) { taskId }
          pool(name: $text) { name } variable(key: $text) { key }
          dags(filter: {dagId: [$text], tags: [$text]}) { nodes { dagId } }
        }""",
        text=text,
    )

    assert told == {
        "dag": None,
        "dagRun": None,
        "taskInstance": None,
        "pool": None,
        "variable": None,
        "dags": {"nodes": []},
    }


def test_a_nul_names_nothing_or_is_refused_as_invalid(furnished: World) -> None:
    told = furnished.graph(
        """query ($text: String!) {
          dag(dagId: $text) { dagId } dags(filter: {dagIdContains: $text}) { nodes { dagId } }
          after: dag(dagId: "etl") { dagId }
        }""",
        text=NUL,
    )

    if furnished.service.engine.dialect.name == "postgresql":
        assert codes(told) == ["INVALID", "INVALID"]
    # What else was asked is answered all the same.
    assert told["data"] == {
        "dag": None,
        "dags": told["data"]["dags"],
        "after": {"dagId": "etl"},
    }
    assert not (told["data"]["dags"] or {}).get("nodes")


@pytest.mark.parametrize("text", HOSTILE[3:], ids=range(len(HOSTILE) - 3))
def test_a_strange_text_is_looked_for_as_it_is(furnished: World, text: str) -> None:
    told = furnished.graph(
        "query ($text: String!) { dags(filter: {dagIdContains: $text}) { nodes { dagId } } }", text=text
    )

    if furnished.service.engine.dialect.name == "mysql" and max(text) > "\uffff":
        assert codes(told) == ["INVALID"]
    else:
        assert told["errors"] == []
        assert told["data"]["dags"]["nodes"] == ([{"dagId": "nested_groups"}] if text == "_" else [])


@pytest.mark.parametrize("first", [-1, 0, 1001, 2**31 - 1])
def test_a_page_has_one_to_a_thousand_rows(furnished: World, first: int) -> None:
    for document in (
        "query ($first: Int!) { dags(first: $first) { nodes { dagId } } }",
        "query ($first: Int!) { dags { nodes { runs(first: $first) { nodes { runId } } } } }",
    ):
        told = furnished.graph(document, first=first)

        assert codes(told) == ["INVALID"]
        assert told["errors"][0]["extensions"]["field"] == "first"


@pytest.mark.parametrize("up_to", [-1, 0, 1_000_001])
def test_counting_stops_between_one_and_a_million(furnished: World, up_to: int) -> None:
    told = furnished.graph("query ($n: Int!) { dags { totalCount(upTo: $n) } }", n=up_to)

    assert codes(told) == ["INVALID"]


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        ("2026-03-01", "BAD_REQUEST"),
        ("2026-03-01T00:00:00", "BAD_REQUEST"),
        ("yesterday", "BAD_REQUEST"),
        ("", "BAD_REQUEST"),
        (5, "BAD_REQUEST"),
        ("0001-01-01T00:00:00+14:00", "BAD_REQUEST"),
        ("9999-12-31T23:59:59-14:00", "BAD_REQUEST"),
        ("2026-03-01T25:00:00Z", "BAD_REQUEST"),
        (["2026-03-01T00:00:00Z"], "BAD_REQUEST"),
    ],
)
def test_an_instant_needs_a_zone_and_a_place_in_the_calendar(furnished: World, moment: object, code: str) -> None:
    told = furnished.graph(
        "query ($moment: DateTime!) { dagRuns(filter: {runAfterFrom: $moment}) { nodes { runId } } }", moment=moment
    )

    assert codes(told) == [code]
    literal = furnished.graph(f"{{ dagRuns(filter: {{runAfterFrom: {json.dumps(moment)}}}) {{ nodes {{ runId }} }} }}")
    assert codes(literal) == [code]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"])
def test_the_ends_of_the_calendar_are_instants_too(furnished: World, moment: str) -> None:
    told = furnished.data(
        "query ($moment: DateTime!) { dagRuns(filter: {runAfterFrom: $moment, startedBefore: $moment}) "
        "{ nodes { runId } } }",
        moment=moment,
    )

    assert told == {"dagRuns": {"nodes": []}}


@pytest.mark.parametrize(
    "document",
    [
        "{ dags(first: 1.5) { nodes { dagId } } }",
        '{ dags(first: "1") { nodes { dagId } } }',
        "{ dags(first: null) { nodes { dagId } } }",
        "{ dags(first: 99999999999) { nodes { dagId } } }",
        "{ dags(filter: 5) { nodes { dagId } } }",
        "{ dags(filter: {nope: 1}) { nodes { dagId } } }",
        '{ dags(filter: {isPaused: "yes"}) { nodes { dagId } } }',
        '{ dags(orderBy: "dag_id") { nodes { dagId } } }',
        "{ dags(orderBy: NOPE) { nodes { dagId } } }",
        "{ dag { dagId } }",
        "{ dag(dagId: 5) { dagId } }",
        "{ dag(dagId: null) { dagId } }",
        "{ dag(dagId: {}) { dagId } }",
        "{ nope }",
        "{ dags }",
        "{ viewer { name { first } } }",
        "{ taskInstances(filter: {mapIndex: [2147483648]}) { nodes { taskId } } }",
        "{ dagRuns(filter: {state: [null]}) { nodes { runId } } }",
        "{ dagRuns(filter: {state: [success]}) { nodes { runId } } }",
        "query ($x: Nope) { viewer { name } }",
        "query ($x: Int!) { dags(first: $x) { nodes { dagId } } }",
        "{ dags { ...f } } fragment f on Pool { name }",
        "{ dags { nodes { ...f } } } fragment f on DAG { runs { nodes { dag { ...f } } } }",
        "mutation { pauseDag { dagId } }",
        'mutation { pauseDag(dagId: ["etl"]) { dagId } }',
        'mutation { createPool(input: {name: "p"}) { name } }',
        'mutation { createPool(input: {name: "p", slots: "many"}) { name } }',
        "subscription { dags { dagId } }",
        "{",
        "",
        "\x00",
        "{ viewer { name } } }",
    ],
)
def test_what_is_no_valid_document_is_told_so(furnished: World, document: str) -> None:
    told = furnished.graph(document)

    assert not told["data"]
    assert set(codes(told)) == {"BAD_REQUEST"}
    assert told["statements"] == []


def cursor(*parts: object) -> str:
    """Return a cursor as the server writes it."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).rstrip(b"=").decode()


def tag_of(text: str) -> str:
    """Return what a cursor says of its list."""
    told: list[str] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return told[0]


@pytest.mark.parametrize(
    "after",
    [
        "nope",
        "é",
        "%%%",
        "A" * 10_000,
        cursor(),
        cursor("x"),
        cursor("x", 1),
        cursor({"a": 1}, 1),
        "[" * 5_000,
        "bnVsbA",
    ],
)
def test_text_that_is_no_cursor_is_refused(furnished: World, after: str) -> None:
    for document in (
        "query ($after: String) { dags(after: $after) { nodes { dagId } } }",
        'query ($after: String) { dag(dagId: "etl") { runs(after: $after) { nodes { runId } } } }',
    ):
        told = furnished.graph(document, after=after)

        assert codes(told) == ["INVALID"]
        assert told["errors"][0]["extensions"]["field"] == "after"


def test_a_cursor_belongs_to_its_list_and_its_order(furnished: World) -> None:
    given = furnished.data(
        """{
          dags(first: 1) { pageInfo { endCursor } }
          dagRuns(first: 1) { pageInfo { endCursor } }
          pools(first: 1) { pageInfo { endCursor } }
          dag(dagId: "etl") { runs(first: 1) { pageInfo { endCursor } } }
        }"""
    )
    cursors = {
        "dags": given["dags"]["pageInfo"]["endCursor"],
        "dagRuns": given["dagRuns"]["pageInfo"]["endCursor"],
        "pools": given["pools"]["pageInfo"]["endCursor"],
        "runs": given["dag"]["runs"]["pageInfo"]["endCursor"],
    }
    for own, after in cursors.items():
        for other, document in {
            "dags": "query ($after: String) { dags(after: $after) { totalCount pageInfo { endCursor } } }",
            "dags down": "query ($after: String) { dags(after: $after, orderBy: DAG_ID_DESC) { nodes { dagId } } }",
            "dagRuns": "query ($after: String) { dagRuns(after: $after) { nodes { runId } } }",
            "dagRuns by id": "query ($after: String) { dagRuns(after: $after, orderBy: ID_ASC) { nodes { runId } } }",
            "pools": "query ($after: String) { pools(after: $after) { nodes { name } } }",
            "runs": 'query ($after: String) { dag(dagId: "etl") { runs(after: $after) { nodes { runId } } } }',
        }.items():
            told = furnished.graph(document, after=after)

            assert codes(told) == ([] if own == other else ["INVALID"]), (own, other)


@pytest.mark.parametrize(
    "parts",
    [
        ("2026-03-01T00:00:00+00:00", "etl", "r1"),
        (["2026-03-01T00:00:00"], "etl", "r1"),
        (["yesterday"], "etl", "r1"),
        (["0001-01-01T00:00:00+14:00"], "etl", "r1"),
        (5, "etl", "r1"),
        (["2026-03-01T00:00:00+00:00"], 5, "r1"),
        (["2026-03-01T00:00:00+00:00"], True, "r1"),
        (["2026-03-01T00:00:00+00:00"], ["2026-03-01T00:00:00+00:00"], "r1"),
        (["2026-03-01T00:00:00+00:00"], "etl", None),
        (["2026-03-01T00:00:00+00:00"], "etl", 1.5),
        (["2026-03-01T00:00:00+00:00"], "etl"),
        (["2026-03-01T00:00:00+00:00"], "etl", "r1", "more"),
    ],
)
def test_a_forged_cursor_is_refused(furnished: World, parts: tuple[object, ...]) -> None:
    tag = tag_of(furnished.data("{ dagRuns(first: 1) { pageInfo { endCursor } } }")["dagRuns"]["pageInfo"]["endCursor"])

    told = furnished.graph(
        "query ($after: String) { dagRuns(after: $after) { nodes { runId } } }", after=cursor(tag, *parts)
    )

    assert codes(told) == ["INVALID"]


@pytest.mark.parametrize("number", ["text", 1.5, True, 10**30, -(2**80)])
def test_a_forged_cursor_of_a_number_is_refused(furnished: World, number: object) -> None:
    page = furnished.data("{ dagRuns(first: 1, orderBy: ID_ASC) { pageInfo { endCursor } } }")["dagRuns"]
    tag = tag_of(page["pageInfo"]["endCursor"])

    told = furnished.graph(
        "query ($after: String) { dagRuns(orderBy: ID_ASC, after: $after) { nodes { runId } } }",
        after=cursor(tag, number, "etl", "r1"),
    )

    assert codes(told) == ["INVALID"]


@pytest.mark.parametrize("number", [2**31, 2**63])
def test_a_forged_cursor_of_a_number_beyond_the_database_finds_nothing(furnished: World, number: int) -> None:
    page = furnished.data("{ dagRuns(first: 1, orderBy: ID_ASC) { pageInfo { endCursor } } }")["dagRuns"]
    tag = tag_of(page["pageInfo"]["endCursor"])

    told = furnished.graph(
        "query ($after: String) { dagRuns(orderBy: ID_ASC, after: $after) { nodes { runId } } }",
        after=cursor(tag, number, "etl", "r1"),
    )

    assert codes(told) in ([], ["INVALID"])
    assert told["data"]["dagRuns"] in (None, {"nodes": []})


def test_one_variable_that_cannot_be_read_hides_no_other(furnished: World) -> None:
    told = furnished.graph("{ variables { nodes { key value isEncrypted } } }")

    assert told["data"]["variables"]["nodes"] == [
        {"key": "encrypted", "value": "s3cret", "isEncrypted": True},
        {"key": "plain", "value": "in the clear", "isEncrypted": False},
        {"key": "unreadable", "value": None, "isEncrypted": True},
    ]
    assert [error["path"] for error in told["errors"]] == [["variables", "nodes", 2, "value"]]
    assert codes(told) != ["INTERNAL"]
