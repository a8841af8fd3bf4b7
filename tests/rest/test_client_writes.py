"""What Airflow's own Python client 2.10.0 changes through the stable API, on both generations."""

import pytest
from airflow_client.client.exceptions import (  # type: ignore[import-untyped]
    ApiException,
    ForbiddenException,
    NotFoundException,
)
from airflow_client.client.model.clear_dag_run import ClearDagRun  # type: ignore[import-untyped]
from airflow_client.client.model.clear_task_instances import ClearTaskInstances  # type: ignore[import-untyped]
from airflow_client.client.model.dag import DAG  # type: ignore[import-untyped]
from airflow_client.client.model.dag_run import DAGRun  # type: ignore[import-untyped]
from airflow_client.client.model.pool import Pool  # type: ignore[import-untyped]
from airflow_client.client.model.set_dag_run_note import SetDagRunNote  # type: ignore[import-untyped]
from airflow_client.client.model.set_task_instance_note import SetTaskInstanceNote  # type: ignore[import-untyped]
from airflow_client.client.model.update_dag_run_state import UpdateDagRunState  # type: ignore[import-untyped]
from airflow_client.client.model.update_task_instance import UpdateTaskInstance  # type: ignore[import-untyped]
from airflow_client.client.model.update_task_instances_state import (  # type: ignore[import-untyped]
    UpdateTaskInstancesState,
)
from airflow_client.client.model.update_task_state import UpdateTaskState  # type: ignore[import-untyped]
from airflow_client.client.model.variable import Variable  # type: ignore[import-untyped]

from tests.graph.furnishing import at
from tests.rest.api import Api

pytestmark = pytest.mark.mysql


def states(api: Api, dag_id: str, run_id: str) -> dict[str, object]:
    rows = api.world.rows("task_instance", "task_id state", dag_id=dag_id, run_id=run_id)
    return {row["task_id"]: row["state"] for row in rows}


def test_a_dag_is_paused_and_so_are_many(api: Api) -> None:
    assert api.dags.patch_dag("idle", DAG(is_paused=True)).is_paused is True
    assert [dag.dag_id for dag in api.dags.patch_dags("%te%", DAG(is_paused=True)).dags] == ["nested_groups"]

    paused = api.world.rows("dag", "dag_id", is_paused=True)
    assert {row["dag_id"] for row in paused} == {"described", "idle", "nested_groups"}


def test_a_run_is_triggered_and_read_back(api: Api) -> None:
    run = api.runs.post_dag_run("idle", DAGRun(dag_run_id="mine", conf={"a": 1}, logical_date=at(9), note="by hand"))

    assert (run.dag_run_id, str(run.state), run.conf, run.note) == ("mine", "queued", {"a": 1}, "by hand")
    assert run.execution_date == at(9)
    assert run.external_trigger is True
    assert states(api, "idle", "mine") == {"work": None}


def test_a_run_without_a_date_is_about_now(api: Api) -> None:
    run = api.runs.post_dag_run("idle", DAGRun())

    assert run.dag_run_id.startswith("manual__")
    assert run.execution_date is not None
    assert api.world.rows("dag_run", "logical_date", dag_id="idle")[0]["logical_date"] == run.execution_date


def test_a_run_id_that_is_taken_is_a_conflict(api: Api) -> None:
    with pytest.raises(ApiException) as refused:
        api.runs.post_dag_run("etl_of_nobody", DAGRun())
    assert refused.value.status == 404

    api.runs.post_dag_run("idle", DAGRun(dag_run_id="twice", logical_date=at(1)))
    with pytest.raises(ApiException, match="DAGRun ID: 'twice'") as refused:
        api.runs.post_dag_run("idle", DAGRun(dag_run_id="twice", logical_date=at(2)))
    assert refused.value.status == 409


def test_a_dag_with_import_errors_is_not_triggered(api: Api) -> None:
    with pytest.raises(ApiException, match="has import errors") as refused:
        api.runs.post_dag_run("etl", DAGRun())

    assert refused.value.status == 400
    assert len(api.world.rows("dag_run", "run_id", dag_id="etl")) == 5


def test_the_state_of_a_run_is_set(api: Api) -> None:
    run = api.runs.update_dag_run_state("etl", "r3", UpdateDagRunState(state="failed"))

    assert str(run.state) == "failed"
    assert api.world.rows("dag_run", "state", dag_id="etl", run_id="r3") == [{"state": "failed"}]


def test_a_run_is_noted_on_and_deleted(api: Api) -> None:
    assert api.runs.set_dag_run_note("etl", "r0", SetDagRunNote(note="odd")).note == "odd"

    api.runs.delete_dag_run("etl", "r0")
    with pytest.raises(NotFoundException):
        api.runs.get_dag_run("etl", "r0")
    assert states(api, "etl", "r0") == {}


def test_a_run_is_cleared_only_when_that_is_meant(api: Api) -> None:
    dry = api.runs.clear_dag_run("etl", "r2", ClearDagRun())
    assert sorted(one["task_id"] for one in dry["task_instances"]) == ["extract", "load"]
    assert states(api, "etl", "r2") == {"extract": "success", "load": "failed"}

    run = api.runs.clear_dag_run("etl", "r2", ClearDagRun(dry_run=False))
    assert run["state"] == "queued"
    assert states(api, "etl", "r2") == {"extract": None, "load": None}


def test_what_failed_is_cleared_with_what_is_downstream(api: Api) -> None:
    form = ClearTaskInstances(
        dry_run=False, task_ids=["extract"], include_downstream=True, dag_run_id="r2", reset_dag_runs=True
    )
    cleared = api.dags.post_clear_task_instances("etl", form)

    assert [(one.dag_run_id, one.task_id) for one in cleared.task_instances] == [("r2", "load")]
    assert states(api, "etl", "r2") == {"extract": "success", "load": None}


def test_the_states_of_task_instances_are_set(api: Api) -> None:
    form = UpdateTaskInstancesState(
        dry_run=False,
        task_id="load",
        dag_run_id="r2",
        include_upstream=False,
        include_downstream=False,
        include_future=False,
        include_past=False,
        new_state=UpdateTaskState("success"),
    )
    changed = api.dags.post_set_task_instances_state("etl", form)

    assert [one.task_id for one in changed.task_instances] == ["load"]
    assert states(api, "etl", "r2")["load"] == "success"


def test_the_state_of_one_task_instance_is_set_unless_it_is_a_dry_run(api: Api) -> None:
    skipped = UpdateTaskState("skipped")
    would = api.instances.patch_task_instance(
        "etl", "r1", "load", update_task_instance=UpdateTaskInstance(new_state=skipped)
    )
    assert would.task_id == "load"
    assert states(api, "etl", "r1")["load"] == "success"

    form = UpdateTaskInstance(new_state=skipped, dry_run=False)
    api.instances.patch_task_instance("etl", "r1", "load", update_task_instance=form)
    assert states(api, "etl", "r1")["load"] == "skipped"


def test_a_task_instance_is_noted_on(api: Api) -> None:
    told = api.instances.set_task_instance_note("etl", "r1", "load", SetTaskInstanceNote(note="slow disk"))
    assert told.note == "slow disk"

    mapped = api.instances.set_mapped_task_instance_note("mapped", "m", "double", 1, SetTaskInstanceNote(note="odd"))
    assert (mapped.map_index, mapped.note) == (1, "odd")
    notes = [one.note for one in api.instances.get_mapped_task_instances("mapped", "m", "double").task_instances]
    assert notes == [None, "odd", None]


def test_pools_are_made_changed_and_deleted(api: Api) -> None:
    made = api.pools.post_pool(Pool(name="new", slots=3, description="d", include_deferred=True))
    assert (made.slots, made.open_slots, made.include_deferred) == (3, 3, True)

    changed = api.pools.patch_pool("new", Pool(name="new", slots=9), update_mask=["slots"])
    assert (changed.slots, changed.description) == (9, "d")

    api.pools.delete_pool("new")
    with pytest.raises(NotFoundException):
        api.pools.get_pool("new")
    with pytest.raises(ApiException, match="Default Pool can't be deleted"):
        api.pools.delete_pool("default_pool")


def test_variables_are_set_changed_and_deleted(api: Api) -> None:
    key = "a/key with ünicode"
    api.variables.post_variables(Variable(key=key, value="v", description="d"))
    assert api.variables.get_variable(key).value == "v"
    assert api.world.rows("variable", "is_encrypted", key=key) == [{"is_encrypted": True}]

    changed = api.variables.patch_variable(key, Variable(key=key, value="w"))
    assert (changed.value, changed.description) == ("w", "d")

    api.variables.delete_variable(key)
    with pytest.raises(NotFoundException):
        api.variables.get_variable(key)


def test_a_viewer_changes_nothing(api: Api) -> None:
    api.client.set_default_header("Authorization", "Bearer viewers-token")

    assert api.dags.get_dag("idle").dag_id == "idle"
    with pytest.raises(ForbiddenException):
        api.dags.patch_dag("idle", DAG(is_paused=True))
    with pytest.raises(ForbiddenException):
        api.runs.post_dag_run("idle", DAGRun())
    with pytest.raises(ForbiddenException):
        api.pools.post_pool(Pool(name="new", slots=3))
    with pytest.raises(ForbiddenException):
        api.variables.get_variables()

    assert api.world.rows("dag_run", "run_id", dag_id="idle") == []
    assert api.world.rows("pool", "pool", pool="new") == []
