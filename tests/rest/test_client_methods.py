"""Every method of Airflow's own Python client 2.10.0 is answered, on both generations, by what it can parse."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from airflow_client.client import ApiClient, Configuration, models  # type: ignore[import-untyped]
from airflow_client.client.apis import ConfigApi, DAGApi, DAGRunApi  # type: ignore[import-untyped]

from tests.conftest import KINDS
from tests.graph.furnishing import furnish
from tests.http.server import TOKENS, served
from tests.people import add_role, add_user, open_peopled, staff
from tests.rest.api import Api
from tests.rest.client_calls import CALLS, Place, ask_all, methods

PLACE = Place(
    dag_id="etl",
    run_id="r1",
    task_id="load",
    mapped=("mapped", "m", "double"),
    xcom=("etl", "r0", "extract"),
    spare=("idle", "work"),
    doomed="nested_groups",
    uri="s3://bucket/raw",
    waiting="idle",
)


def test_every_method_of_the_client_is_called() -> None:
    assert set(methods()) == set(CALLS)
    assert len(CALLS) == 90


@pytest.mark.parametrize("api", KINDS, indirect=True)
def test_every_method_returns_what_the_client_can_parse(api: Api) -> None:
    staff(api.world)
    told = dict(ask_all(api.client, PLACE))
    assert {name: one for name, one in told.items() if one.status >= 300} == {}


@pytest.fixture(params=KINDS)
def by_password(request: pytest.FixtureRequest) -> Iterator[ApiClient]:
    """Return a client that presents the name and the password of a user of Airflow's, as its documentation shows."""
    world = furnish(open_peopled(request, request.param, tokens=TOKENS, authentication="tokens,basic"))
    reads = ("DAGs", "Task Instances", "Configurations")
    changes = ("can_create on DAG Runs", "can_edit on DAGs")
    add_user(world, "admin", add_role(world, "Caller", *(f"can_read on {what}" for what in reads), *changes))
    try:
        with served(world) as told:
            configuration = Configuration(host=f"{told.address}/api/v1", username="admin", password="right")
            with ApiClient(configuration) as client:
                yield client
    finally:
        world.close()


def test_the_smoke_test_of_its_documentation_goes_well(by_password: ApiClient) -> None:
    assert [dag.dag_id for dag in DAGApi(by_password).get_dags().dags][:2] == ["described", "etl"]
    assert [task.task_id for task in DAGApi(by_password).get_tasks("idle").tasks] == ["work"]

    run_id = f"some_test_run_{uuid4().hex}"
    made = DAGRunApi(by_password).post_dag_run("idle", models.DAGRun(dag_run_id=run_id))
    assert (made.dag_run_id, str(made.state)) == (run_id, "queued")

    assert "core" in [section.name for section in ConfigApi(by_password).get_config().sections]
