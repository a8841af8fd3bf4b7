"""What a mutation changes, and what it leaves in the audit log."""

from resolvers.settings import Role
from tests.world import World


def test_pausing_changes_one_column_and_writes_the_audit_row(world: World) -> None:
    world.dag("etl")

    data = world.data('mutation { pauseDag(dagId: "etl") { dagId isPaused } }')

    assert data["pauseDag"] == {"dagId": "etl", "isPaused": True}
    audit = world.rows("log", "event dag_id owner")
    event = "patch_dag" if world.generation.number == 3 else "api.patch_dag"
    assert audit == [{"event": event, "dag_id": "etl", "owner": "tester"}]


def test_a_refused_change_leaves_the_audit_row_alone(world: World) -> None:
    world.dag("etl")

    answer = world.graph('mutation { pauseDag(dagId: "etl") { isPaused } }', actor=world.actor(Role.VIEWER))

    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert world.rows("dag", "is_paused") == [{"is_paused": False}]
    assert len(world.rows("log", "event")) == 1


def test_pausing_many_gives_a_result_for_each(world: World) -> None:
    world.dag("a")
    world.dag("b")

    data = world.data(
        "mutation ($input: SetDagsPausedInput!) { setDagsPaused(input: $input) "
        "{ results { dagId dag { isPaused } refusal { code } } } }",
        input={"dagIds": ["a", "nope", "b"], "isPaused": True},
    )

    results = data["setDagsPaused"]["results"]
    assert [one["dagId"] for one in results] == ["a", "nope", "b"]
    assert [one["dag"] and one["dag"]["isPaused"] for one in results] == [True, None, True]
    assert [one["refusal"] and one["refusal"]["code"] for one in results] == [None, "NOT_FOUND", None]


def test_a_variable_is_stored_encrypted_and_read_in_the_clear(world: World) -> None:
    data = world.data('mutation { setVariable(input: {key: "k", value: "clear"}) { key value isEncrypted } }')

    assert data["setVariable"] == {"key": "k", "value": "clear", "isEncrypted": True}
    assert world.rows("variable", "val")[0]["val"] != "clear"


def test_a_pool_can_be_made_changed_and_deleted(world: World) -> None:
    made = world.data('mutation { createPool(input: {name: "p", slots: 3}) { id name openSlots } }')["createPool"]
    assert (made["name"], made["openSlots"]) == ("p", 3)

    changed = world.data('mutation { updatePool(input: {name: "p", slots: 5}) { slots } }')["updatePool"]
    assert changed["slots"] == 5

    assert world.data('mutation { deletePool(name: "p") }')["deletePool"] == made["id"]
    assert world.data('{ pool(name: "p") { name } }')["pool"] is None
