"""Global ids: every object has one, and is found again by it."""

import base64
import json

import pytest

from tests.world import World

OBJECTS = """{
  dag(dagId: "etl") { id }
  dagRun(dagId: "etl", runId: "r2") { id }
  taskInstance(dagId: "mapped", runId: "m", taskId: "double", mapIndex: 2) { id }
  pool(name: "narrow") { id }
  variable(key: "plain") { id }
  described: dag(dagId: "nested_groups") { tasks { id taskId } }
}"""


def ids(world: World) -> dict[str, str]:
    """Return the id of an object of each type that has them."""
    told = world.data(OBJECTS)
    task = next(task for task in told["described"]["tasks"] if task["taskId"] == "outer.before")
    return {
        "DAG": told["dag"]["id"],
        "DagRun": told["dagRun"]["id"],
        "TaskInstance": told["taskInstance"]["id"],
        "Pool": told["pool"]["id"],
        "Variable": told["variable"]["id"],
        "Task": task["id"],
    }


def made_up(*parts: object) -> str:
    """Return an id as the server writes it."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).rstrip(b"=").decode()


def test_every_object_is_found_again_by_its_id(furnished: World) -> None:
    for name, text in ids(furnished).items():
        told = furnished.data("query ($id: ID!) { node(id: $id) { __typename id } }", id=text)

        assert told["node"] == {"__typename": name, "id": text}


def test_objects_of_all_types_are_found_in_their_order(furnished: World) -> None:
    known = ids(furnished)
    asked = [known["Pool"], made_up("DAG", "nope"), *known.values(), known["Pool"]]

    told = furnished.graph(
        """query ($ids: [ID!]!) { nodes(ids: $ids) {
          __typename id
          ... on DAG { dagId } ... on DagRun { runId note } ... on TaskInstance { mapIndex renderedMapIndex }
          ... on Task { label taskGroupId } ... on Pool { name slots } ... on Variable { value }
        } }""",
        ids=asked,
    )

    assert told["errors"] == []
    found = told["data"]["nodes"]
    assert [one and one["id"] for one in found] == [asked[0], None, *asked[2:]]
    assert {"dagId": "etl"}.items() <= found[2].items()
    assert {"runId": "r2", "note": "looked into it"}.items() <= found[3].items()
    assert {"mapIndex": 2, "renderedMapIndex": "number 2"}.items() <= found[4].items()
    # One statement per type; a task is read out of its DAG's.
    assert len(told["statements"]) == 6


def test_an_object_of_which_nothing_is_asked_is_still_an_object(furnished: World) -> None:
    told = furnished.data("query ($id: ID!) { node(id: $id) { ... on DagRun { runId } } }", id=ids(furnished)["DAG"])

    assert told == {"node": {}}


def test_no_alias_can_pass_for_the_type(furnished: World) -> None:
    told = furnished.data("query ($id: ID!) { node(id: $id) { __typename: id } }", id=ids(furnished)["Pool"])

    assert told == {"node": {"__typename": ids(furnished)["Pool"]}}


def test_an_alias_of_the_type_is_answered(furnished: World) -> None:
    told = furnished.data("query ($id: ID!) { node(id: $id) { kind: __typename } }", id=ids(furnished)["Pool"])

    assert told == {"node": {"kind": "Pool"}}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nope",
        "%%%%",
        "é",
        "A" * 10_000,
        made_up(),
        made_up("DAG"),
        made_up("DAG", "a", "b"),
        made_up("DAG", 1),
        made_up("DAG", None),
        made_up("DAG", ["etl"]),
        made_up("DAG", {"dag_id": "etl"}),
        made_up("Nope", "etl"),
        made_up("TaskInstanceTry", "etl"),
        made_up("DAGConnection", "etl"),
        made_up("Node", "etl"),
        made_up("String", "etl"),
        made_up("__Type", "etl"),
        made_up(["DAG"], "etl"),
        made_up("TaskInstance", "etl", "r4", "t1", "-1"),
        made_up("TaskInstance", "etl", "r4", "t1", True),
        made_up("TaskInstance", "etl", "r4", "t1", 1.5),
        made_up("TaskInstance", "etl", "r4", "t1", 2**31),
        made_up("TaskInstance", "etl", "r4", "t1", 2**63),
        made_up("TaskInstance", "etl", "r4", "t1", 10**30),
    ],
)
def test_text_that_is_no_id_is_refused(furnished: World, text: str) -> None:
    for document in ("query ($id: ID!) { node(id: $id) { id } }", "query ($id: ID!) { nodes(ids: [$id]) { id } }"):
        told = furnished.graph(document, id=text)

        assert [error["extensions"]["code"] for error in told["errors"]] == ["INVALID"]


def test_at_most_a_hundred_objects_are_found_at_once(furnished: World) -> None:
    pool = ids(furnished)["Pool"]
    document = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"

    assert len(furnished.data(document, ids=[pool] * 100)["nodes"]) == 100
    assert furnished.graph(document, ids=[pool] * 101)["errors"][0]["extensions"]["code"] == "INVALID"
