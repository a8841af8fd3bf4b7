"""What Airflow's own Python client meets here on an Airflow 3.3, which has no `/api/v1`: what its `/api/v2` means."""

import re
from collections.abc import Iterator

import pytest

from tests.rest.client_calls import MADE, ask_all, methods
from tests.rest.client_likeness import LIKENESS

from .airflow import PATIENCE, Airflow
from .clients import PLACE, Ours, served_beside
from .serving import Service
from .translating import apart

pytestmark = [pytest.mark.live, pytest.mark.timeout(PATIENCE)]
VERSIONS = "3.3."

JSON = {"Accept": "application/json"}
QUERIES = {
    "DAGApi.get_dags": "?limit=100",
    "DagStatsApi.get_dag_stats": "?dag_ids=passes",
    # Whatever other tests made of other assets meanwhile.
    "DatasetApi.get_datasets": "?uri_pattern=live/parts",
    "DatasetApi.get_dataset_events": "?source_dag_id=makes",
    "EventLogApi.get_event_logs": "?dag_id=passes&limit=100",
}

WAITING = "DatasetApi.get_dag_dataset_queued_events"
TOLD_AS_BY_2 = {"DAGApi.get_dag_details": [".owners: ours [], theirs ['ada']"]}
"""Airflow 2 finds no owner on the DAG that it loads for the details."""

PEOPLE = {name for name in methods() if name.partition(".")[0] in ("UserApi", "RoleApi", "PermissionApi")}
LISTS = {f"DatasetApi.get_{what}" for what in ("datasets", "dataset_events", "upstream_dataset_events")}
ONE_DATASET = {name for name in methods() if name.startswith("DatasetApi.")} - LISTS
REFUSED = {
    **dict.fromkeys(PEOPLE, 400),
    **dict.fromkeys(ONE_DATASET, 404),
    "ConnectionApi.test_connection": 403,
    "PluginApi.get_plugins": 501,
    "ProviderApi.get_providers": 501,
    "DAGApi.delete_dag": 404,
}
"""What is not here: users, since this Airflow has no FAB; the asset and the DAG; a command line to ask."""


@pytest.fixture(scope="module")
def ours(lived: Airflow) -> Iterator[Ours]:
    """Start our server, and a client of it."""
    with served_beside(lived) as told:
        yield told


@pytest.fixture
def connected(history: Airflow) -> Iterator[Airflow]:
    """Add a connection, for there is none."""
    history.rest.json("POST", "/connections", json={"connection_id": MADE, "conn_type": "http", "host": "h"})
    yield history
    history.rest.json("DELETE", f"/connections/{MADE}")


@pytest.mark.parametrize("name", [name for name, likeness in LIKENESS.items() if likeness.v2 and name != WAITING])
def test_an_answer_means_what_airflow_3_means(connected: Airflow, ours: Ours, name: str) -> None:
    names, query = names_of(name, connected, ours.service), QUERIES.get(name, "")
    told = ours.service.rest.json("GET", filled(methods()[name][1], names) + query, headers=JSON)
    theirs = connected.rest.json("GET", filled(LIKENESS[name].v2 or "", names) + query, headers=JSON)
    if name == "DatasetApi.get_datasets":
        # Airflow 2 counts all, whatever is asked for.
        told["total_entries"] = theirs["total_entries"]

    assert list(apart(told, theirs)) == TOLD_AS_BY_2.get(name, [])


def test_where_nothing_waits_it_is_refused_as_by_airflow_2(history: Airflow, ours: Ours) -> None:
    told = ours.service.rest.request("GET", "/dags/passes/datasets/queuedEvent")
    theirs = history.rest.json("GET", "/dags/passes/assets/queuedEvents")

    assert (told.status_code, theirs["total_entries"]) == (404, 0)


def test_the_client_parses_every_answer(history: Airflow, ours: Ours) -> None:
    told = dict(ask_all(ours.client, PLACE))

    assert {name: one.status for name, one in told.items() if one.status >= 300} == REFUSED


@pytest.mark.parametrize(
    ("path", "key", "made", "changed"),
    [
        ("/pools", "name", {"slots": 3, "description": "d", "include_deferred": True}, {"slots": 4}),
        ("/variables", "key", {"value": "v", "description": "d"}, {"value": "w"}),
        ("/connections", "connection_id", {"conn_type": "http", "password": "p", "extra": '{"a": 1}'}, {"host": "h"}),
    ],
)
def test_what_is_kept_is_kept_as_by_airflow_3(
    history: Airflow, ours: Ours, path: str, key: str, made: dict[str, object], changed: dict[str, object]
) -> None:
    kept = []
    for name, rest in (("by_us", ours.service.rest), ("by_it", history.rest)):
        rest.json("POST", path, json={key: name, **made})
        [mask] = changed
        if (mask, name) == ("value", "by_us"):
            # So the mask of Airflow 2 calls the value of a variable.
            mask = "val"
        rest.json("PATCH", f"{path}/{name}?update_mask={mask}", json={key: name, **made, **changed})
        kept.append(history.rest.json("GET", f"{path}/{name}"))
        rest.json("DELETE", f"{path}/{name}")
        assert history.rest.request("GET", f"{path}/{name}").status_code == 404

    by_us, by_it = kept
    assert {**by_us, key: "by_it"} == by_it
    assert by_it.items() >= changed.items()


def names_of(name: str, airflow: Airflow, service: Service) -> dict[str, object]:
    """Return what stands for the names in the path of a method."""
    mapped = "mapped" in name or name.endswith("mapped_task_instances")
    dag_id, run_id, task_id = (
        PLACE.mapped
        if mapped
        else PLACE.xcom
        if name.startswith("XCom")
        else (PLACE.dag_id, PLACE.run_id, PLACE.task_id)
    )
    return {
        "dag_id": dag_id,
        "dag_run_id": run_id,
        "task_id": task_id,
        "map_index": 0,
        "task_try_number": 1,
        "xcom_key": "return_value",
        "pool_name": "lane",
        "variable_key": "colour",
        "connection_id": MADE,
        "import_error_id": airflow.rest.json("GET", "/importErrors")["import_errors"][0]["import_error_id"],
        "event_log_id": airflow.rest.json("GET", "/eventLogs?dag_id=passes")["event_logs"][0]["event_log_id"],
        "file_token": service.rest.json("GET", "/dags/passes")["file_token"],
    }


def filled(path: str, names: dict[str, object]) -> str:
    return re.sub(r"{(\w+)}", lambda found: str(names[found[1]]), path)
