"""However a document says what it wants - aliases, fragments, directives - each field is answered once, as asked."""

import pytest

from tests.world import World

pytestmark = pytest.mark.mysql


def test_the_same_field_is_answered_for_each_alias_with_its_arguments(furnished: World) -> None:
    told = furnished.data(
        """query ($one: Int! = 1) { dag(dagId: "etl") {
          last: runs(first: $one) { nodes { runId } }
          failed: runs(filter: {state: [FAILED]}) { nodes { name: runId } totalCount }
          a: dagId b: dagId
        } other: dag(dagId: "idle") { dagId } }"""
    )

    assert told == {
        "dag": {
            "last": {"nodes": [{"runId": "r4"}]},
            "failed": {"nodes": [{"name": "r2"}], "totalCount": 1},
            "a": "etl",
            "b": "etl",
        },
        "other": {"dagId": "idle"},
    }


def test_equal_fields_are_merged(furnished: World) -> None:
    told = furnished.graph(
        """{ dag(dagId: "etl") { runs(first: 1) { nodes { runId dag { dagId } } } }
             dag(dagId: "etl") { displayName runs(first: 1) { nodes { state dag { isPaused } } totalCount } }
             ...more }
           fragment more on Query { dag(dagId: "etl") { runs(first: 1) { nodes { dag { tags } } } } }"""
    )

    assert told["data"] == {
        "dag": {
            "runs": {
                "nodes": [
                    {
                        "runId": "r4",
                        "dag": {"dagId": "etl", "isPaused": False, "tags": ["attribute", "daily"]},
                        "state": "QUEUED",
                    }
                ],
                "totalCount": 5,
            },
            "displayName": "etl",
        }
    }
    assert list(told["data"]["dag"]) == ["runs", "displayName"]
    assert len(told["statements"]) == 4


def test_equal_lists_under_two_names_are_read_once(furnished: World) -> None:
    told = furnished.graph(
        '{ dag(dagId: "etl") { a: runs { nodes { runId } } b: runs { nodes { runId } } c: tags d: tags } }'
    )

    assert told["data"]["dag"]["a"] == told["data"]["dag"]["b"]
    assert len(told["statements"]) == 3


def test_fragments_on_types_and_interfaces_are_followed(furnished: World) -> None:
    told = furnished.data(
        """query { dag(dagId: "etl") { ...named ... on Node { id } ... { isStale } } }
           fragment named on DAG { dagId ...more }
           fragment more on Node { ... on DAG { displayName } ... on Pool { slots } }"""
    )["dag"]

    assert told == {"dagId": "etl", "displayName": "etl", "id": told["id"], "isStale": False}


def test_directives_decide_with_variables(furnished: World) -> None:
    document = """query ($yes: Boolean!, $no: Boolean! = false) {
      dag(dagId: "etl") {
        dagId @include(if: $yes) displayName @skip(if: $yes) isPaused @include(if: $no)
        runs(first: 1) @include(if: $yes) { nodes { runId @skip(if: true) state } totalCount @include(if: $no) }
        ... @skip(if: $yes) { tags } ...more @include(if: $no)
      }
    } fragment more on DAG { latestRun { runId } }"""

    yes = furnished.graph(document, yes=True)
    no = furnished.graph(document, yes=False, no=True)

    assert yes["data"] == {"dag": {"dagId": "etl", "runs": {"nodes": [{"state": "QUEUED"}]}}}
    # The DAG and its runs alone: one statement where the database can read a list along with its object.
    assert len(yes["statements"]) == (1 if furnished.reads_along else 2)
    assert no["data"] == {
        "dag": {
            "displayName": "etl",
            "isPaused": False,
            "tags": ["attribute", "daily"],
            "latestRun": {"runId": "r4"},
        }
    }
    assert len(no["statements"]) == 3


def test_a_selection_that_leaves_nothing_is_an_empty_object(furnished: World) -> None:
    told = furnished.data(
        """{ dag(dagId: "etl") { runs(first: 1) { nodes { runId @skip(if: true) } edges { cursor @skip(if: true) } }
             latestRun { state @skip(if: true) } definition { timezone @skip(if: true) } } }"""
    )

    assert told == {"dag": {"runs": {"nodes": [{}], "edges": [{}]}, "latestRun": {}, "definition": {}}}


def test_every_object_says_its_type(furnished: World) -> None:
    told = furnished.data(
        """{ __typename
          dags(first: 1, filter: {dagId: ["described"]}) { __typename pageInfo { __typename } edges { __typename node {
            __typename schedule { __typename } nextRun { __typename } definition { __typename }
            tasks { __typename } runStateCounts { __typename }
            latestRun { __typename dataInterval { __typename } taskStateCounts { __typename }
              taskInstances(first: 1) { kind: __typename nodes {
                __typename tries { __typename } pool { __typename }
              } } }
          } } }
          dag(dagId: "nested_groups") { taskGroups { __typename } }
          viewer { __typename permissions { __typename } } deployment { __typename }
          variables(first: 1) { edges { t: __typename } }
        }"""
    )

    assert told["__typename"] == "Query"
    page = told["dags"]
    assert (page["__typename"], page["pageInfo"], page["edges"][0]["__typename"]) == (
        "DAGConnection",
        {"__typename": "PageInfo"},
        "DAGEdge",
    )
    dag = page["edges"][0]["node"]
    assert dag["__typename"] == "DAG"
    assert (dag["schedule"], dag["nextRun"]) == ({"__typename": "Schedule"}, {"__typename": "NextRun"})
    assert dag["definition"] == {"__typename": "DagDefinition"}
    assert dag["tasks"][0] == {"__typename": "Task"}
    assert dag["runStateCounts"] == [{"__typename": "DagRunStateCount"}]
    run = dag["latestRun"]
    assert (run["__typename"], run["dataInterval"]) == ("DagRun", {"__typename": "DataInterval"})
    assert run["taskStateCounts"] == [{"__typename": "TaskInstanceStateCount"}]
    assert run["taskInstances"] == {
        "kind": "TaskInstanceConnection",
        "nodes": [
            {
                "__typename": "TaskInstance",
                "tries": [{"__typename": "TaskInstanceTry"}] * 2,
                "pool": {"__typename": "Pool"},
            }
        ],
    }
    assert told["dag"]["taskGroups"][0] == {"__typename": "TaskGroup"}
    assert told["viewer"]["__typename"] == "Viewer"
    assert told["viewer"]["permissions"][0] == {"__typename": "Grant"}
    assert told["deployment"] == {"__typename": "Deployment"}
    assert told["variables"]["edges"] == [{"t": "VariableEdge"}]


def test_a_nested_query_goes_there_and_back(furnished: World) -> None:
    told = furnished.data(
        """{ taskInstance(dagId: "etl", runId: "r2", taskId: "load") {
          task { upstream { taskId instances(first: 1) { nodes { runId dagRun { dag { runs(first: 1) { nodes {
            runId taskInstances(first: 1) { nodes { pool { name } dag { dagId latestRun { runId } } } }
          } } } } } } } }
        } }"""
    )

    upstream = told["taskInstance"]["task"]["upstream"]
    assert upstream == [
        {
            "taskId": "extract",
            "instances": {
                "nodes": [
                    {
                        "runId": "r0",
                        "dagRun": {
                            "dag": {
                                "runs": {
                                    "nodes": [
                                        {
                                            "runId": "r4",
                                            "taskInstances": {
                                                "nodes": [
                                                    {
                                                        "pool": {"name": "narrow"},
                                                        "dag": {"dagId": "etl", "latestRun": {"runId": "r4"}},
                                                    }
                                                ]
                                            },
                                        }
                                    ]
                                }
                            }
                        },
                    }
                ]
            },
        }
    ]


def test_one_field_that_fails_leaves_the_others(furnished: World) -> None:
    told = furnished.graph('{ bad: dags(first: 0) { totalCount } good: dag(dagId: "etl") { dagId } }')

    assert told["data"] == {"bad": None, "good": {"dagId": "etl"}}
    assert [error["path"] for error in told["errors"]] == [["bad"]]
