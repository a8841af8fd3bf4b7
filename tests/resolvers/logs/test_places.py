"""The path of a log, by Airflow's template of log files."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from resolvers.errors import Unsupported
from resolvers.sources.logs.place import DEFAULT_TEMPLATE, relative_path
from resolvers.sources.logs.subject import Subject

SUBJECT = Subject(
    dag_id="etl",
    run_id="manual__2026-03-01T00:00:00+00:00",
    task_id="group.load",
    map_index=-1,
    number=2,
    latest=2,
    state="success",
    hostname="worker",
    date=datetime(2026, 3, 1, 6, tzinfo=UTC),
    interval_start=datetime(2026, 2, 28, tzinfo=UTC),
    interval_end=None,
    template=None,
)


@pytest.mark.parametrize(
    ("template", "path"),
    [
        (DEFAULT_TEMPLATE, "dag_id=etl/run_id=manual__2026-03-01T00:00:00+00:00/task_id=group.load/attempt=2.log"),
        (
            "{{ ti.dag_id }}/{{ ti.task_id }}/{{ ts }}/{{ try_number }}.log",
            "etl/group.load/2026-03-01T06:00:00+00:00/2.log",
        ),
        ("{dag_id}/{task_id}/{execution_date}/{try_number}.log", "etl/group.load/2026-03-01T06:00:00+00:00/2.log"),
        ("{{ti.dag_id}}/{{ ds_nodash }}/{{ try_number|default(ti.try_number) }}.log", "etl/20260301/2.log"),
        ("{{ dag.dag_id }}/{% if ti.map_index >= 0 %}{{ ti.map_index }}{% else %}whole{% endif %}", "etl/whole"),
        ("{data_interval_start}_{data_interval_end}.log", "2026-02-28T00:00:00+00:00_.log"),
    ],
)
def test_a_template_becomes_the_path_that_airflow_makes_of_it(template: str, path: str) -> None:
    assert relative_path(template, SUBJECT) == path


def test_an_instance_of_a_mapped_task_has_a_folder_of_its_own() -> None:
    path = relative_path(DEFAULT_TEMPLATE, replace(SUBJECT, map_index=3))

    assert path == "dag_id=etl/run_id=manual__2026-03-01T00:00:00+00:00/task_id=group.load/map_index=3/attempt=2.log"


@pytest.mark.parametrize("run_id", ["../../../etc/passwd", "a/../../..", "..", "x\0y"])
def test_no_id_leads_out_of_the_folder(run_id: str) -> None:
    assert relative_path("{{ run_id }}/{{ try_number }}.log", replace(SUBJECT, run_id=run_id)) is None
    assert relative_path("{run_id}", replace(SUBJECT, run_id="/etc/passwd")) is None


@pytest.mark.parametrize(
    "template",
    [
        "{{ ti.start_date }}.log",
        "{{ macros.ds_add(ds, 1) }}.log",
        "{% for x in y %}{{ ts }}{% endfor %}",
        "{nobody}.log",
        "{% if ti.hostname == 'x' %}a{% endif %}{{ ts }}",
    ],
)
def test_a_template_that_says_more_is_refused_with_what_is_known(template: str) -> None:
    with pytest.raises(Unsupported) as refusal:
        relative_path(template, SUBJECT)

    assert "template of log files" in refusal.value.detail
    assert refusal.value.hint
