"""Awkward requests, each by the name of what is awkward about it: answered as graphql-core answers them."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type

from graph.types.node import global_id
from tests.conftest import KINDS, open_world
from tests.graph.comparing import Told, answered, same
from tests.graph.documents import Asked
from tests.graph.furnishing import furnish
from tests.world import SCHEMA, World


def case(name: str, document: str, *variables: Mapping[str, Any], operation: str | None = None) -> Any:
    """Return a request, or several for one document, under the name of what is awkward about it."""
    return pytest.param(Asked(document, variables or ({},), operation), id=name)


QUERIES = [
    case(
        "conditions at every level, each way",
        """query ($a: Boolean!, $b: Boolean! = true, $c: Boolean = false) { dags @include(if: $a) { nodes { dagId
           @skip(if: $c) ...more @include(if: $b) runs(first: 1) @include(if: $a) @skip(if: $c) { edges @skip(if:
           $b) { cursor } nodes { ... on DagRun @include(if: $b) { runId } ... @skip(if: $a) { state } } } } }
           viewer @skip(if: $a) { name } } fragment more on DAG { tags @include(if: $a) isPaused @skip(if: $b) }""",
        *({"a": a, "b": b, "c": c} for a in (True, False) for b in (True, False) for c in (True, False)),
        {"a": True},
    ),
    case(
        "nothing is left of a selection",
        """{ dags { nodes @skip(if: true) { dagId } } dag(dagId: "etl") { id @include(if: false) } }""",
    ),
    case(
        "nothing is left of a document",
        "query ($no: Boolean!) { dags @include(if: $no) { totalCount } }",
        {"no": False},
        {"no": True},
    ),
    case(
        "a name in the answer that is another field's",
        """{ dag(dagId: "etl") { dagId: displayName id: dagId tags: owners owners: tags nodes: runs(first: 1) {
           totalCount: edges { node: cursor cursor: node { state: runId runId: state } } edges: totalCount } } }""",
    ),
    case(
        "a page under other names where a null ends it",
        """{ rows: dagRuns { all: edges { at: cursor run: node { n: clearNumber } } info: pageInfo { more:
           hasNextPage } count: totalCount type: __typename } }""",
    ),
    case(
        "a field merged of three, each with a selection of its own",
        """{ dag(dagId: "etl") { runs(first: 2) { nodes { runId dag { dagId } } } runs(first: 2) { totalCount nodes
           { state dag { tags dagId } } } ...f } } fragment f on DAG { runs(first: 2) { edges { cursor } nodes {
           conf } } }""",
    ),
    case(
        "the same list under two names, and another",
        """{ dag(dagId: "etl") { a: runs(first: 2) { nodes { runId } } b: runs(first: 2) { nodes { state } } c:
           runs(first: 1) { nodes { runId } } d: runs(filter: {state: [FAILED]}) { nodes { runId } totalCount } } }""",
    ),
    case(
        "lists of equal arguments, one by variables",
        """query ($n: Int! = 2, $f: DagRunFilter) { dag(dagId: "etl") { a: runs(first: $n, filter: $f) { nodes {
           runId } } b: runs(first: 2) { nodes { runId } } c: runs(first: $n) { totalCount(upTo: $n) all:
           totalCount } } }""",
        {},
        {"n": 3, "f": None},
        {"n": 2, "f": {"state": ["FAILED", "SUCCESS"]}},
        {"f": {}},
    ),
    case(
        "fragments on the interface within a type, and on types within that",
        """{ dags(first: 3) { nodes { ...n ... on Node { ... on DAG { a: dagId } ... on DagRun { b: state } } } }
           dagRuns(first: 3) { nodes { ...n } } } fragment n on Node { id __typename ... on DAG { c: isPaused
           latestRun { ...m } } ... on DagRun { d: runType } } fragment m on Node { ... on DagRun { e: runId } ...
           on DAG { f: dagId } }""",
    ),
    case(
        "objects of many types, some of none, one twice",
        """query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on DAG { a: dagId r: runs(first: 1) {
           totalCount } } ... on Node { ... on Pool { b: openSlots } } ... on Variable { c: value } ... on
           TaskInstance { d: state pool { name } } } }""",
        {
            "ids": [
                global_id("DAG", "etl"),
                global_id("Variable", "unreadable"),
                global_id("DAG", "none"),
                global_id("DAG", "etl"),
            ]
        },
        {"ids": [global_id("Pool", "holes"), global_id("Pool", "narrow")]},
        {"ids": []},
        {"ids": [global_id("Nope", "x")]},
        {"ids": [global_id("DAG", 1)]},
    ),
    case(
        "objects of which some lack what they must have: null in their places",
        """query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Pool { slots } ... on DagRun { clearNumber state }
           ... on DAG { maxActiveTasks } } }""",
        {"ids": [global_id("Pool", "holes"), global_id("Pool", "narrow"), global_id("DagRun", "spoiled", "bad4")]},
        {"ids": [global_id("DAG", "spoiled"), global_id("DAG", "etl"), global_id("DagRun", "spoiled", "bad0")]},
    ),
    case(
        "what an earlier request selected of another type must not matter",
        """query ($ids: [ID!]!, $n: Int! = 1) { nodes(ids: $ids) { ... on DAG { runs(first: $n) { totalCount } }
           ... on Pool { name } } }""",
        {"ids": [global_id("DAG", "etl"), global_id("Pool", "narrow")]},
        {"ids": [global_id("Pool", "narrow")], "n": 0},
        {"ids": [global_id("Pool", "narrow"), global_id("DAG", "etl")], "n": 0},
    ),
    case(
        "variables left out, null, and with defaults",
        """query ($first: Int! = 2, $after: String, $f: DagRunFilter = {state: [SUCCESS]}, $o: DagRunOrder, $one:
           [DagRunState!] = QUEUED) { dagRuns(first: $first, after: $after, filter: $f, orderBy: $o) { nodes {
           runId } } other: dagRuns(filter: {state: $one}) { nodes { runId } } }""",
        {},
        {"after": None, "f": None, "o": None, "one": None},
        {"first": 1, "f": {"state": None}, "o": "ID_ASC", "one": ["FAILED", "SUCCESS"]},
        {"first": None},
        {"f": {"state": [None]}},
        {"one": "FAILED"},
    ),
    case(
        "null by a variable where a default would have stood",
        "query ($n: Int = 3) { dags(first: $n) { totalCount } pools { totalCount } }",
        {},
        {"n": 1},
        {"n": None},
    ),
    case(
        "null by a variable far within",
        """query ($n: Int = 3) { pools { totalCount } dag(dagId: "etl") { runs(first: $n) { nodes { runId } } } }""",
        {},
        {"n": None},
    ),
    case(
        "pages of no rows, too many, and no page",
        "query ($n: Int!) { dags(first: $n) { nodes { dagId } pageInfo { endCursor } } }",
        {"n": 0},
        {"n": 1001},
        {"n": -1},
    ),
    case(
        "text that is no cursor",
        "query ($a: String) { pools(after: $a) { nodes { name } } }",
        {"a": "x"},
        {"a": ""},
        {"a": None},
    ),
    case(
        "several operations, one of which is meant",
        """query One { ...q } query Other($n: Int!) { dags(first: $n) { totalCount } } fragment q on Query { pools
           { totalCount } }""",
        {"n": 1},
        operation="Other",
    ),
    case(
        "questions about the schema among others, in their order",
        """query ($no: Boolean! = false, $name: String! = "DAG") { z: __type(name: $name) { name ...t } dags(first:
           1) { nodes { dagId } } __schema @skip(if: $no) { queryType { name } } a: __typename ... on Query { z:
           __type(name: $name) { kind } } } fragment t on __Type { kind fields @include(if: $no) { name } }""",
        {},
        {"no": True, "name": "Nope"},
    ),
    case(
        "a question about the schema that goes wrong beside an answer",
        """query ($name: String = "DAG") { __type(name: $name) { name } pools { totalCount } }""",
        {"name": None},
    ),
    case(
        "a question about the schema beside what ends in null",
        """{ __type(name: "DAG") { name } nodes(ids: ["x"]) { id } }""",
    ),
    case(
        "a null that ends all, after errors that do not",
        """{ variables { nodes { value } } nodes(ids: ["x"]) { id } viewer { name } }""",
    ),
    case(
        "secrets that cannot be read, in lists and alone",
        """{ variables { edges { node { key v: value } } nodes { value key } } variable(key: "unreadable") { value
           key } }""",
    ),
    case(
        "nulls in items of lists that must be there",
        "{ dagRuns { nodes { runId clearNumber } } pools { edges { node { slots } } } }",
    ),
    case(
        "nulls in what may be missing",
        """{ taskInstances(first: 100) { nodes { taskId dagRun { state } dag { maxActiveTasks } pool { slots } } }
           }""",
    ),
    case(
        "several nulls in one list: the first of them is told",
        "{ taskInstances(first: 100) { nodes { poolSlots poolName dagRun { clearNumber } } } }",
    ),
    case(
        "words that nobody knows",
        """{ taskInstances(first: 100) { nodes { state tries { state } } } dags { nodes { runStateCounts { state
           count } } } dagRuns { nodes { taskStateCounts { state } runType } } }""",
    ),
    case(
        "numbers that are none",
        "{ taskInstances(first: 100) { nodes { taskId duration tries { duration } } } }",
    ),
    case(
        "texts that are none",
        "{ dags { nodes { dagId description } } }",
    ),
    case(
        "integers beyond all bounds",
        """{ dagRuns { nodes { clearNumber } } dagRun(dagId: "gone", runId: "g") { clearNumber } }""",
    ),
    case(
        "configurations as deep, as large and as odd as they come",
        "{ dagRuns(first: 100, orderBy: ID_ASC) { nodes { runId conf startedAt } } }",
    ),
    case(
        "what a DAG file says wrongly",
        """{ dags { nodes { dagId tasks { taskId retries queue triggerRule owner priorityWeight retryDelay
           templateFields params poolName } } } }""",
    ),
    case(
        "a DAG whose form cannot be read",
        """{ dag(dagId: "unread") { dagId tasks { taskId } taskGroups { groupId } definition { __typename } } }""",
    ),
    case(
        "cursors of rows without what they are ordered by",
        "{ dagRuns(first: 100) { edges { cursor node { runId runAfter } } pageInfo { startCursor endCursor } } }",
    ),
    case(
        "ids of rows without parts of their key",
        "{ variables { nodes { id } } taskInstances(first: 100) { nodes { id } } }",
    ),
    case(
        "a name told at every level",
        """{ __typename dags(first: 1) { __typename edges { __typename node { __typename latestRun { __typename
           dataInterval { __typename } } } } pageInfo { __typename } } viewer { __typename permissions { __typename
           } } }""",
    ),
    case(
        "lists in lists in lists",
        """{ dags { nodes { runs(first: 2) { nodes { taskInstances(first: 2) { nodes { tries { tryNumber } task {
           upstream { taskId downstream { taskId } } } } pageInfo { hasNextPage } } } } } } }""",
    ),
    case(
        "an object read by each of many rows",
        """{ taskInstances(first: 100) { nodes { dag { owners tags runStateCounts { count } latestRun { runId dag {
           dagId } } } } } }""",
    ),
]


@pytest.mark.parametrize("asked", QUERIES)
def test_it_is_answered_alike(furnished: World, asked: Asked) -> None:
    same(furnished, asked)


@pytest.mark.parametrize("asked", QUERIES)
def test_it_is_answered_alike_over_rows_that_break_the_rules(spoiled: World, asked: Asked) -> None:
    same(spoiled, asked)


# Where objects of a type stand: in lists, in edges, and joined to others that may do without them.
PLACES = {
    "DAG": ["dags { nodes %s }", "dags { edges { cursor node %s } }", "taskInstances { nodes { dag %s } }"],
    "DagRun": [
        "dagRuns { nodes %s }",
        "dags { nodes { dagId runs { edges { node %s } } } }",
        "dags { nodes { dagId latestRun %s } }",
        "taskInstances(first: 100) { edges { node { taskId dagRun %s } } }",
    ],
    "TaskInstance": [
        "taskInstances(first: 100) { nodes %s }",
        "dagRuns { nodes { runId taskInstances { nodes %s } } }",
        "pools { edges { node { taskInstances { edges { node %s } } } } }",
    ],
    "TaskInstanceTry": ["taskInstances(first: 100) { nodes { taskId tries %s } }"],
    "Pool": ["pools { nodes %s }", "taskInstances(first: 100) { nodes { taskId pool %s } }"],
    "Variable": ["variables { nodes %s }", "variables { edges { node %s } }"],
    "Task": ["dags { nodes { dagId tasks %s } }", "taskInstances(first: 100) { nodes { taskId task %s } }"],
    "TaskGroup": ["dags { nodes { dagId taskGroups %s } }"],
    "DagDefinition": ["dags { nodes { dagId definition %s } }"],
}
# Of which types the world has rows that lack what the schema says that they have.
LACKING = {"DAG", "DagRun", "TaskInstance", "TaskInstanceTry", "Pool"}


@pytest.mark.parametrize("spoiled", ["2.11-sqlite", "3.3-postgresql"], indirect=True)
@pytest.mark.parametrize("name", PLACES)
def test_each_value_alone_is_answered_alike_wherever_it_stands(spoiled: World, name: str) -> None:
    type_ = SCHEMA.type_map[name]
    assert isinstance(type_, GraphQLObjectType)
    told: list[Told] = []
    for at, field in type_.fields.items():
        if is_leaf_type(get_named_type(field.type)):
            for place in PLACES[name]:
                told += same(spoiled, Asked(f"{{ {place % f'{{ {at} }}'} }}"))

    lacking = any(fault.message.startswith("Cannot return null") for one in told for fault in one.faults)
    assert lacking == (name in LACKING)


MUTATIONS = [
    case(
        "an object by a variable",
        """mutation ($i: TriggerDagInput!) { triggerDag(input: $i) { run: dagRun { r: runId dag { dagId } conf
           state } } }""",
        {"i": {"dagId": "described", "runId": "new", "conf": {"day": 1}}},
    ),
    case(
        "two changes, each seen by what is read after it",
        """mutation { a: pauseDag(dagId: "etl") { isPaused } b: unpauseDag(dagId: "etl") { isPaused ...d } }
           fragment d on DAG { runs(first: 1) { nodes { runId } } }""",
    ),
    case(
        "a change that is refused ends those after it",
        """mutation { a: pauseDag(dagId: "etl") { isPaused } b: pauseDag(dagId: "none") { isPaused } c:
           unpauseDag(dagId: "etl") { isPaused } }""",
    ),
    case(
        "many at once, some of which are refused",
        """mutation { setDagsPaused(input: {dagIds: ["etl", "none", "idle"], isPaused: true}) { results { dagId d:
           dag { isPaused owners } refusal { code message hint } } } }""",
    ),
    case(
        "the same results under two names",
        """mutation { setDagsPaused(input: {dagIds: ["etl"], isPaused: true}) { a: results { dag { tags } } b:
           results { dag { isPaused } dagId } } }""",
    ),
    case(
        "a page that cannot be, and nothing is changed",
        """mutation ($n: Int!) { pauseDag(dagId: "etl") { isPaused runs(first: $n) { totalCount } } }""",
        {"n": 0},
        {"n": 1},
    ),
    case(
        "what is selected by conditions",
        """mutation ($yes: Boolean!) { clearDagRun(input: {dagId: "etl", runId: "r2", dryRun: $yes}) { dryRun
           taskInstances @include(if: $yes) { taskId state } dagRuns @skip(if: $yes) { runId state } } }""",
        {"yes": True},
        {"yes": False},
    ),
    case("nothing but a name", 'mutation { __typename pauseDag(dagId: "etl") { __typename } }'),
    case(
        "an id and nothing below",
        """mutation { deletePool(name: "narrow") again: deletePool(name: "narrow") }""",
    ),
    case(
        "a secret that was just written",
        """mutation { setVariable(input: {key: "fresh", value: "s"}) { id key value isEncrypted } }""",
    ),
    case(
        "input that is none",
        "mutation ($i: CreatePoolInput!) { createPool(input: $i) { name } }",
        {"i": {"name": "p"}},
        {},
        {"i": None},
        {"i": {"name": "p", "slots": "many"}},
    ),
    case(
        "input with parts by variables",
        """mutation ($n: String!, $s: Int = 4, $d: String) { createPool(input: {name: $n, slots: $s, description:
           $d}) { name slots description } }""",
        {"n": "p", "s": 3},
        {"n": "q", "s": 2, "d": None},
        {"n": "r"},
        {"n": "t", "s": None},
    ),
]


@pytest.fixture(params=KINDS)
def changed(request: pytest.FixtureRequest) -> Iterator[World]:
    made = furnish(open_world(request, request.param))
    yield made
    made.close()


def test_changes_are_answered_alike(changed: World) -> None:
    for told in MUTATIONS:
        (asked,) = told.values
        assert isinstance(asked, Asked)
        same(changed, asked)


def test_a_condition_that_is_null_refuses_the_request_as_a_whole(furnished: World) -> None:
    for document in (
        "query ($a: Boolean = true) { dags @include(if: $a) { totalCount } pools { totalCount } }",
        "query ($a: Boolean = true) { dags { totalCount @include(if: $a) } pools { totalCount } }",
    ):
        left_out, null = answered(furnished, Asked(document, ({}, {"a": None})))

        assert left_out.faults == ()
        assert null.data == "null"
        (fault,) = null.faults
        assert "'$a'" in fault.message
        assert fault.path is None
        assert "BAD_REQUEST" in fault.extensions
