"""What Airflow's own Python client 2.10.0 reads of the stable API, on both generations."""

from datetime import timedelta

import pytest
from airflow_client.client.exceptions import NotFoundException  # type: ignore[import-untyped]
from airflow_client.client.model.list_dag_runs_form import ListDagRunsForm  # type: ignore[import-untyped]
from airflow_client.client.model.list_task_instance_form import ListTaskInstanceForm  # type: ignore[import-untyped]

from tests.graph.furnishing import STATES, at
from tests.rest.api import Api


def test_the_home_page_of_a_script_lists_the_dags(furnished: Api) -> None:
    page = furnished.dags.get_dags(limit=3)

    assert page.total_entries == 5
    assert [dag.dag_id for dag in page.dags] == ["described", "etl", "idle"]
    described = page.dags[0]
    assert described.is_paused
    assert described.is_active
    assert sorted(tag.name for tag in described.tags) == ["attribute", "été"]
    assert described.owners == ["data", " someone"]
    assert described.next_dagrun == at(30)
    assert described.next_dagrun_create_after == at(31)


def test_dags_are_narrowed_by_tag_pattern_and_pause(furnished: Api) -> None:
    def found(**query: object) -> list[str]:
        return [dag.dag_id for dag in furnished.dags.get_dags(**query).dags]

    assert found(tags=["daily", "été"]) == ["described", "etl"]
    assert found(dag_id_pattern="M%ED") == ["mapped"]
    assert found(paused=True) == ["described"]
    assert "gone" in found(only_active=False)
    assert found(order_by="-dag_id", offset=4) == ["described"]


def test_a_dag_tells_its_details(furnished: Api) -> None:
    details = furnished.dags.get_dag_details("described")

    assert details.dag_id == "described"
    assert details.concurrency == details.max_active_tasks == 7
    assert details.is_subdag is False
    assert details.default_view == "grid"
    with pytest.raises(NotFoundException):
        furnished.dags.get_dag_details("nope")


def test_details_tell_the_zone_of_the_installation(api: Api) -> None:
    api.world.recorded_dag("when_cron_in_paris")

    assert api.get("/dags/when_cron_in_paris/details")["timezone"] == "UTC"


def test_a_dag_tells_its_tasks(furnished: Api) -> None:
    tasks = furnished.dags.get_tasks("mapped").tasks
    double = next(task for task in tasks if task.is_mapped)

    assert furnished.dags.get_task("mapped", double.task_id).task_id == double.task_id
    assert double.retry_delay.seconds > 0
    assert double.class_ref.class_name
    assert [task.task_id for task in tasks] == sorted(task.task_id for task in tasks)


def test_runs_are_listed_of_one_dag_and_of_all(furnished: Api) -> None:
    of_etl = furnished.runs.get_dag_runs("etl", order_by="-execution_date", limit=2)
    of_all = furnished.runs.get_dag_runs("~")
    failed = furnished.runs.get_dag_runs("~", state=["failed"])
    late = furnished.runs.get_dag_runs("etl", execution_date_gte=at(3))

    assert [run.dag_run_id for run in of_etl.dag_runs] == ["r4", "r3"]
    assert of_etl.total_entries == 5
    assert of_all.total_entries == 8
    assert [run.dag_run_id for run in failed.dag_runs] == ["r2"]
    assert [run.dag_run_id for run in late.dag_runs] == ["r3", "r4"]


def test_a_run_tells_all_that_it_did_before_airflow_3(furnished: Api) -> None:
    run = furnished.runs.get_dag_run("etl", "r2")

    assert run.execution_date == run.logical_date == at(2)
    assert run.end_date == at(2) + timedelta(minutes=5)
    assert run.conf == {"day": 2, "nested": {"list": [1, None, "x"]}}
    assert run.external_trigger is True
    assert str(run.run_type) == "manual"
    assert run.note == "looked into it"


def test_many_runs_are_asked_for_in_a_body(furnished: Api) -> None:
    form = ListDagRunsForm(dag_ids=["etl"], states=["success", "failed"], order_by="-start_date", page_limit=2)
    page = furnished.runs.get_dag_runs_batch(form)

    assert [run.dag_run_id for run in page.dag_runs] == ["r2", "r1"]
    assert page.total_entries == 3


def test_task_instances_are_listed_by_wildcards_and_state(furnished: Api) -> None:
    of_run = furnished.instances.get_task_instances("etl", "r4")
    of_all = furnished.instances.get_task_instances("~", "~", limit=2)
    deferred = furnished.instances.get_task_instances("~", "~", state=["deferred"])
    no_state = furnished.instances.get_task_instances("etl", "r4", state=["none"])

    assert of_run.total_entries == len(STATES)
    assert len(of_all.task_instances) == 2
    assert of_all.total_entries > 20
    assert {str(one.state) for one in deferred.task_instances} == {"deferred"}
    assert [one.state for one in no_state.task_instances] == [None]


def test_a_task_instance_tells_what_became_of_it(furnished: Api) -> None:
    load = furnished.instances.get_task_instance("etl", "r2", "load")

    assert str(load.state) == "failed"
    assert load.execution_date == at(2).isoformat()
    assert load.duration == 90.5
    assert load.operator == "EmptyOperator"
    assert load.executor_config == "{}"
    assert load.note == "the disk was full"
    assert load.rendered_fields == {}
    assert load.sla_miss is None
    assert load.trigger is None


def test_instances_of_a_mapped_task_need_their_index(furnished: Api) -> None:
    mapped = furnished.instances.get_mapped_task_instances("mapped", "m", "double")
    second = furnished.instances.get_mapped_task_instance("mapped", "m", "double", 1)

    assert [one.map_index for one in mapped.task_instances] == [0, 1, 2]
    assert second.rendered_map_index == "number 1"
    with pytest.raises(NotFoundException, match="add the map_index value"):
        furnished.instances.get_task_instance("mapped", "m", "double")


def test_many_task_instances_are_asked_for_in_a_body(furnished: Api) -> None:
    form = ListTaskInstanceForm(dag_ids=["etl"], dag_run_ids=["r4"], pool=["narrow"], page_limit=100)
    page = furnished.instances.get_task_instances_batch(form)

    assert page.total_entries == len(STATES)
    assert {one.pool for one in page.task_instances} == {"narrow"}


def test_pools_tell_who_has_their_slots(furnished: Api) -> None:
    pools = {pool.name: pool for pool in furnished.pools.get_pools().pools}
    narrow = pools["narrow"]

    # t2 is queued, t3 runs, t7 is deferred; each takes one slot more than its number.
    assert (narrow.queued_slots, narrow.running_slots, narrow.deferred_slots) == (3, 4, 8)
    assert narrow.occupied_slots == 15
    assert narrow.open_slots == 15
    assert pools["endless"].slots == pools["endless"].open_slots == -1
    assert furnished.pools.get_pool("default_pool").slots == 128


def test_variables_read_in_the_clear(furnished: Api) -> None:
    variables = {one.key: one for one in furnished.variables.get_variables().variables}

    assert variables["plain"].value == "in the clear"
    assert furnished.variables.get_variable("encrypted").value == "s3cret"
    # Which strict clients cannot parse, here and of Airflow.
    assert furnished.send("GET", "/variables/unreadable").json()["value"] is None


def test_anybody_may_know_the_health_and_the_version(furnished: Api) -> None:
    health = furnished.monitoring.get_health()

    assert str(health.metadatabase.status) == "healthy"
    assert furnished.get("/health", token=None)["scheduler"]["status"] == "healthy"
    assert furnished.get("/health", token=None)["triggerer"]["status"] == "unhealthy"
    assert furnished.monitoring.get_version().version == furnished.world.generation.minor
