"""What FAB's permissions let somebody do."""

import pytest

from resolvers.access.actor import EVERYTHING, Actor
from resolvers.access.fab_grants import Pair, grants_of
from resolvers.access.permissions import Permission

READER_OF_ONE: list[Pair] = [
    ("can_read", "DAG:etl"),
    ("can_read", "DAG Runs"),
    ("can_read", "Task Instances"),
]


def actor(*pairs: Pair, generation: int = 2) -> Actor:
    return Actor("somebody", "test", grants_of(pairs, generation))


@pytest.mark.parametrize("generation", [2, 3])
def test_every_permission_can_be_granted(generation: int) -> None:
    actions = ("can_read", "can_create", "can_edit", "can_delete")
    dags = ["DAGs", "DAG Runs", "Task Instances", "DAG Code", "DAG Warnings", "DAG Dependencies", "Task Logs", "XComs"]
    others = ["Audit Logs", "ImportError", "Datasets", "Assets", "Pools", "Variables", "Connections", "Configurations"]
    rest = ["Jobs", "Plugins", "Providers", "Users", "Roles", "Permissions"]
    resources = [*dags, *others, *rest]

    everything = grants_of([(action, resource) for action in actions for resource in resources], generation)

    assert everything == dict.fromkeys(Permission, EVERYTHING)


def test_nothing_is_granted_by_nothing() -> None:
    assert grants_of([], 2) == {}
    assert grants_of([("menu_access", "DAGs"), ("can_read", "Website")], 3) == {}


@pytest.mark.parametrize("generation", [2, 3])
def test_a_reader_of_one_dag_reads_what_belongs_to_it_and_nothing_else(generation: int) -> None:
    reader = actor(*READER_OF_ONE, generation=generation)

    for permission in (Permission.DAG_READ, Permission.RUN_READ, Permission.TASK_READ, Permission.TASK_INSTANCE_READ):
        assert reader.scope(permission) == frozenset({"etl"})
    assert set(reader.grants) == {
        Permission.DAG_READ,
        Permission.RUN_READ,
        Permission.TASK_READ,
        Permission.TASK_INSTANCE_READ,
    }


def test_reading_task_instances_takes_runs_and_task_instances() -> None:
    assert not actor(("can_read", "DAGs"), ("can_read", "Task Instances")).may(Permission.TASK_INSTANCE_READ)
    assert not actor(("can_read", "DAGs"), ("can_read", "DAG Runs")).may(Permission.TASK_INSTANCE_READ)
    assert actor(("can_read", "DAGs"), ("can_read", "DAG Runs"), ("can_read", "Task Instances")).may(
        Permission.TASK_INSTANCE_READ
    )


def test_reading_what_belongs_to_a_dag_takes_reading_the_dag() -> None:
    nobody = actor(("can_read", "DAG Runs"), ("can_read", "XComs"), ("can_read", "Task Logs"))

    assert nobody.grants == dict.fromkeys(
        (Permission.RUN_READ, Permission.XCOM_READ, Permission.TASK_LOG_READ), frozenset()
    )


@pytest.mark.parametrize(
    ("action", "permission"),
    [
        ("can_create", Permission.RUN_CREATE),
        ("can_edit", Permission.RUN_EDIT),
        ("can_delete", Permission.RUN_DELETE),
    ],
)
def test_changing_what_belongs_to_a_dag_takes_editing_the_dag(action: str, permission: Permission) -> None:
    assert not actor(("can_read", "DAGs"), (action, "DAG Runs")).grants.get(permission)
    # Not even deleting a run takes deleting the DAG.
    assert actor(("can_edit", "DAG:etl"), (action, "DAG Runs")).scope(permission) == frozenset({"etl"})
    assert actor(("can_edit", "DAGs"), (action, "DAG Runs")).scope(permission) is EVERYTHING


def test_runs_may_be_permitted_for_one_dag() -> None:
    some = actor(
        ("can_read", "DAG:etl"), ("can_read", "DAG:other"), ("can_read", "DAG Run:etl"), ("can_read", "DAG Run:third")
    )

    assert some.scope(Permission.DAG_READ) == frozenset({"etl", "other"})
    assert some.scope(Permission.RUN_READ) == frozenset({"etl"})


def test_runs_of_one_dag_bring_its_task_instances_in_airflow_2_alone() -> None:
    pairs = (("can_read", "DAG:etl"), ("can_read", "DAG Run:etl"), ("can_read", "Task Instances"))

    assert actor(*pairs, generation=2).scope(Permission.TASK_INSTANCE_READ) == frozenset({"etl"})
    assert actor(*pairs, generation=3).scope(Permission.TASK_INSTANCE_READ) == frozenset()
    assert actor(*pairs, generation=3).scope(Permission.RUN_READ) == frozenset({"etl"})


def test_dags_of_a_name_like_that_of_a_resource_bring_nothing_but_themselves() -> None:
    odd = actor(("can_read", "DAG:Pools"), ("can_read", "DAG:DAGs"))

    assert odd.grants == {Permission.DAG_READ: frozenset({"Pools", "DAGs"})}


def test_the_audit_log_is_whole_in_airflow_2_and_by_dag_in_airflow_3() -> None:
    pairs = (("can_read", "DAG:etl"), ("can_read", "Audit Logs"))

    assert actor(*pairs, generation=2).scope(Permission.EVENT_LOG_READ) is EVERYTHING
    assert actor(*pairs, generation=3).scope(Permission.EVENT_LOG_READ) == frozenset({"etl"})


def test_assets_have_the_name_that_the_generation_has_for_them() -> None:
    assert actor(("can_read", "Datasets"), generation=2).may(Permission.ASSET_READ)
    assert not actor(("can_read", "Datasets"), generation=3).may(Permission.ASSET_READ)
    assert actor(("can_read", "Assets"), generation=3).may(Permission.ASSET_READ)


def test_who_may_change_roles_is_told_how_queries_are_answered() -> None:
    assert actor(("can_edit", "Roles")).may(Permission.PLAN_READ)
    assert not actor(("can_read", "Roles"), ("can_edit", "DAGs")).may(Permission.PLAN_READ)
