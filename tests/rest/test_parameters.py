"""Every parameter of every list is taken, by every Airflow and database: narrowing, order, page."""

import pytest

from graph.rest.params import Kind, Parameter
from graph.rest.rows import Row
from graph.rest.stable import STABLE
from tests.rest.api import Api

SAMPLES = {
    Kind.LIST: "queued",
    Kind.MOMENT: "2026-03-02T00:00:00Z",
    Kind.NUMBER: "1.5",
    Kind.INTEGER: "1",
    Kind.BOOLEAN: "true",
    Kind.TEXT: "e",
}
NAMES = {"{dag_id}": "mapped", "{dag_run_id}": "m", "{task_id}": "double", "{map_index:int}": "1"}
LISTS = [row for row in STABLE.rows if row.method == "GET" and any(one.name == "limit" for one in row.query)]
TAKEN = [(row, parameter) for row in LISTS for parameter in row.query if parameter.name not in ("order_by", "fields")]


def address(row: Row) -> str:
    path = row.path
    for name, value in NAMES.items():
        path = path.replace(name, value)
    return path


@pytest.mark.parametrize(("row", "parameter"), TAKEN, ids=[f"{row.path}?{one.name}" for row, one in TAKEN])
def test_a_parameter_is_taken(furnished: Api, row: Row, parameter: Parameter) -> None:
    told = furnished.get(address(row), **{parameter.name: SAMPLES[parameter.kind]})

    assert isinstance(told["total_entries"], int)


ORDERS = {
    "/dags": "dag_id",
    "/dags/~/dagRuns": "id dag_id dag_run_id state execution_date start_date end_date updated_at external_trigger conf",
    "/dags/mapped/dagRuns/m/taskInstances/double/listMapped": "state duration start_date end_date",
    "/pools": "id name slots",
    "/variables": "id key value",
    "/dags/mapped/tasks": "task_id owner pool start_date retries retry_delay",
}


@pytest.mark.parametrize(("path", "name"), [(path, name) for path, names in ORDERS.items() for name in names.split()])
def test_an_order_turns_round(furnished: Api, path: str, name: str) -> None:
    up = furnished.get(path, order_by=name)
    down = furnished.get(path, order_by=f"-{name}")

    (into,) = (key for key in up if key != "total_entries")
    assert len(up[into]) == len(down[into]) == up["total_entries"] > 0
    shown = [row.get(name) for row in up[into]]
    if all(isinstance(value, str | int) for value in shown):
        assert shown == sorted(shown)
        assert [row.get(name) for row in down[into]] == sorted(shown, reverse=True)
