"""What the experimental API prints of the objects that Airflow has for what is stored of a task."""

from typing import Any

import pytest

from tests.rest.early import Early, early_of
from tests.world import simple_dag

AT = "/api/experimental"


def told_of(early: Early, **stored: Any) -> Any:
    """Return what is told of a task of which this is stored."""
    dag = simple_dag(early.world.generation, "objects", {"gen": ["work"], "work": []})
    dag["dag"]["tasks"][1]["__var"] |= stored
    early.world.dag("objects", serialized=dag)
    return early.send("GET", f"{AT}/dags/objects/tasks/work").json()


def mapped(name: str, over: object) -> dict[str, Any]:
    return {
        "_is_mapped": True,
        "_expand_input_attr": name,
        name: over,
        "template_fields": ["op_args", "op_kwargs"],
        "retries": 3,
    }


GEN = {"__type": "xcomref", "__var": {"task_id": "gen", "key": "return_value"}}
ONE = {"__type": "xcomref", "__var": {"task_id": "gen", "key": "one"}}


@pytest.mark.parametrize(
    ("over", "told"),
    [
        (
            {"type": "dict-of-lists", "value": {"__type": "dict", "__var": {"x": GEN, "password": ["hush"]}}},
            "DictOfListsExpandInput(value={'x': XComArg(<Task(EmptyOperator): gen>), 'password': ['***']})",
        ),
        (
            {"type": "list-of-dicts", "value": ONE},
            "ListOfDictsExpandInput(value=XComArg(<Task(EmptyOperator): gen>, 'one'))",
        ),
    ],
)
def test_of_a_mapped_task_its_templates_are_told_and_what_it_is_mapped_over(
    one_early: Early, over: object, told: str
) -> None:
    assert told_of(one_early, **mapped("op_kwargs_expand_input", over)) == {
        "op_args": "None",
        "op_kwargs": "None",
        "op_kwargs_expand_input": told,
    }


def test_as_documented_a_mapped_task_is_told_as_any_other(request: pytest.FixtureRequest) -> None:
    with early_of(request, "2.11-sqlite", experimental_answers="documented") as early:
        told = told_of(early, **mapped("expand_input", {"type": "dict-of-lists", "value": {}}))

    assert (told["retries"], told["task_id"]) == ("3", "work")


def test_datasets_are_told_without_the_secrets_in_them(one_early: Early) -> None:
    extra = {"__type": "dict", "__var": {"token": "hush", "n": 1}}
    dataset = {"__type": "dataset", "__var": {"uri": "s3://lake/raw", "extra": extra}}
    alias = {"__type": "dataset_alias", "__var": {"name": "any"}}

    told = told_of(one_early, inlets=[dataset], outlets=[dataset, alias])

    assert told["inlets"] == "[Dataset(uri='s3://lake/raw', extra={'token': '***', 'n': 1})]"
    assert told["outlets"].endswith("), DatasetAlias(name='any')]")


def test_links_and_dependencies_are_told_by_their_classes(one_early: Early) -> None:
    told = told_of(
        one_early,
        _operator_extra_links=[{"airflow.operators.trigger_dagrun.TriggerDagRunLink": {}}],
        deps=["airflow.ti_deps.deps.trigger_rule_dep.TriggerRuleDep", "its.own.Dep"],
    )

    assert told["operator_extra_links"] == "[TriggerDagRunLink()]"
    assert told["deps"] == "{<TIDep(Trigger Rule)>, <TIDep(Dep)>}"
    assert one_early.send("GET", f"{AT}/dags/demo_etl/tasks/load").json()["operator_extra_links"] == "()"


def test_what_a_deferred_task_goes_on_with_is_unwrapped(one_early: Early) -> None:
    stored = {"__type": "dict", "__var": {"a": 1, "password": "hush"}}
    one_early.world.task_instance("demo_etl", "r1", "load", "deferred", next_kwargs=stored)

    told = one_early.send("GET", f"{AT}/dags/demo_etl/dag_runs/2021-05-01/tasks/load").json()

    assert told["next_kwargs"] == "{'a': 1, 'password': '***'}"
