"""What a mutation changes, and what it leaves in the audit log."""

import pytest

from resolvers.settings import Role
from tests.world import World

pytestmark = pytest.mark.mysql


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


def test_a_triggered_run_is_queued_with_its_task_instances(world: World) -> None:
    world.dag("etl", {"extract": ["load"], "load": []})

    data = world.data(
        "mutation ($input: TriggerDagInput!) { triggerDag(input: $input) "
        "{ dagRun { runId state conf note taskInstances { nodes { taskId state } } } } }",
        input={"dagId": "etl", "conf": {"day": 1}, "note": "by hand"},
    )

    run = data["triggerDag"]["dagRun"]
    assert (run["state"], run["conf"], run["note"]) == ("QUEUED", {"day": 1}, "by hand")
    assert run["runId"].startswith("manual__")
    assert run["taskInstances"]["nodes"] == [{"taskId": "extract", "state": None}, {"taskId": "load", "state": None}]


def test_the_same_idempotency_key_names_the_same_run(world: World) -> None:
    world.dag("etl")
    document = 'mutation { triggerDag(input: {dagId: "etl", idempotencyKey: "k1"}) { dagRun { runId } } }'

    assert world.data(document) == world.data(document)
    assert len(world.rows("dag_run", "run_id")) == 1


def test_clearing_tells_what_it_reaches_and_queues_the_run_again(world: World) -> None:
    world.dag("etl", {"extract": ["load"], "load": []})
    world.run("etl", "r", state="failed")
    world.task_instance("etl", "r", "extract", "failed")
    world.task_instance("etl", "r", "load", "upstream_failed")
    document = """mutation ($dry: Boolean!) {
      clearTaskInstances(input: {dagId: "etl", runId: "r", dryRun: $dry}) {
        dryRun taskInstances { taskId state } dagRuns { runId state }
      }
    }"""

    dry = world.data(document, dry=True)["clearTaskInstances"]
    assert [one["taskId"] for one in dry["taskInstances"]] == ["extract", "load"]
    assert {one["state"] for one in world.rows("task_instance", "state")} == {"failed", "upstream_failed"}

    wet = world.data(document, dry=False)["clearTaskInstances"]
    assert [one["state"] for one in wet["taskInstances"]] == [None, None]
    assert wet["dagRuns"] == [{"runId": "r", "state": "QUEUED"}]


def test_states_and_notes_are_set_and_a_run_deleted(world: World) -> None:
    world.dag("etl", {"work": []})
    world.run("etl", "r", state="running", end_date=None)
    world.task_instance("etl", "r", "work", "running")

    state = world.data(
        'mutation { setTaskInstanceState(input: {dagId: "etl", runId: "r", taskId: "work", state: SUCCESS}) '
        "{ taskInstances { taskId state } } }"
    )
    assert state["setTaskInstanceState"]["taskInstances"] == [{"taskId": "work", "state": "SUCCESS"}]
    run = world.data('mutation { setDagRunState(input: {dagId: "etl", runId: "r", state: FAILED}) { state } }')
    assert run["setDagRunState"]["state"] == "FAILED"
    note = world.data('mutation { setDagRunNote(input: {dagId: "etl", runId: "r", note: "n"}) { note } }')
    assert note["setDagRunNote"]["note"] == "n"
    task = world.data(
        'mutation { setTaskInstanceNote(input: {dagId: "etl", runId: "r", taskId: "work", note: "t"}) { note } }'
    )
    assert task["setTaskInstanceNote"]["note"] == "t"
    world.data('mutation { deleteDagRun(dagId: "etl", runId: "r") }')
    assert world.rows("dag_run", "run_id") == []
    assert world.rows("task_instance", "task_id") == []


def test_a_wrong_selection_is_refused_before_anything_is_changed(world: World) -> None:
    world.dag("etl")
    pause = 'mutation { pauseDag(dagId: "etl") { runs(first: -1) { nodes { runId } } } }'
    trigger = (
        'mutation { triggerDag(input: {dagId: "etl"}) { dagRun { taskInstances(first: 0) { nodes { taskId } } } } }'
    )

    for document in (pause, trigger):
        assert world.graph(document)["errors"][0]["extensions"]["code"] == "INVALID"

    assert world.rows("dag", "is_paused") == [{"is_paused": False}]
    assert world.rows("dag_run", "run_id") == []


def test_a_series_of_runs_is_told_by_its_dates(world: World) -> None:
    world.recorded_dag("when_daily")
    world.run("when_daily", "there", 1)

    told = world.data(
        """mutation ($input: TriggerDagSeriesInput!) {
          triggerDagSeries(input: $input) { dagRuns { runId state logicalDate conf } }
        }""",
        input={
            "dagId": "when_daily",
            "fromDate": "2026-03-01T00:00:00Z",
            "toDate": "2026-03-03T00:00:00Z",
            "prefix": "again",
            "conf": {"a": 1},
        },
    )

    assert [run["runId"] for run in told["triggerDagSeries"]["dagRuns"]] == [
        "again_2026-03-01T00:00:00",
        "again_2026-03-03T00:00:00",
    ]
    assert {(run["state"], run["conf"]["a"]) for run in told["triggerDagSeries"]["dagRuns"]} == {("QUEUED", 1)}
