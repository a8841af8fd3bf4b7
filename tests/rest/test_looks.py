"""What the stable API looks at, and in which order: of several faults it tells the one that Airflow tells."""

import json
from typing import Any

import pytest

from tests.rest.api import Api

CLEAR = "/dags/etl/clearTaskInstances"
SET = "/dags/etl/updateTaskInstancesState"
RELATIVES = dict.fromkeys(("include_upstream", "include_downstream", "include_future", "include_past"), False)
JSON = {"Content-Type": "application/json"}
DAY = "2026-01-01T00:00:00+00:00"


def refused(api: Api, method: str, path: str, body: object = None, **how: Any) -> tuple[int, str, str | None]:
    """Return status, title and detail of a refusal."""
    if body is not None:
        how["json"] = body
    answer = api.send(method, path, **how)
    told = answer.json()
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, told["title"], told["detail"]


@pytest.mark.parametrize(
    ("method", "path", "body", "title"),
    [
        ("PATCH", "/dags/etl/dagRuns/nope/setNote", {"note": "n", "zzz": 1}, "Dag Run id nope not found in dag etl"),
        ("PATCH", "/dags/etl/dagRuns/nope", {"state": "failed", "zzz": 1}, "Dag Run id nope not found in dag etl"),
        ("PATCH", "/dags/etl/dagRuns/nope/setNote", {}, "Dag Run id nope not found in dag etl"),
        ("PATCH", "/dags/etl/dagRuns/nope", {}, "Dag Run id nope not found in dag etl"),
        ("POST", "/dags/etl/dagRuns/nope/clear", {"zzz": 1}, "Dag Run id nope not found in dag   etl"),
        ("POST", "/dags/gone/dagRuns", {"zzz": 1}, "DAG not found"),
        ("PATCH", "/variables/nope?update_mask=bogus", {"key": "nope", "value": "v"}, "Variable not found"),
    ],
)
def test_what_is_not_there_comes_before_what_the_body_lacks(
    one_api: Api, method: str, path: str, body: object, title: str
) -> None:
    assert refused(one_api, method, path, body)[:2] == (404, title)


def test_that_a_dag_cannot_be_triggered_comes_before_what_the_body_lacks(one_api: Api) -> None:
    told = (400, "DAG cannot be triggered", "DAG with dag_id: 'etl' has import errors")
    assert refused(one_api, "POST", "/dags/etl/dagRuns", {"zzz": 1}) == told


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"only_running": True}, "only_failed and only_running both are set to True"),
        ({"start_date": DAY, "end_date": "2025-01-01T00:00:00Z"}, "end_date is sooner than start_date"),
        (
            {"start_date": DAY, "end_date": DAY, "dag_run_id": "r0"},
            "Exactly one of dag_run_id or (start_date and end_date) must be provided",
        ),
        ({"start_date": DAY, "dag_run_id": "r0"}, "Exactly one of dag_run_id or start_date must be provided"),
        ({"end_date": DAY, "dag_run_id": "r0"}, "Exactly one of dag_run_id or end_date must be provided"),
    ],
)
def test_what_does_not_go_together_is_told(one_api: Api, body: object, detail: str) -> None:
    assert refused(one_api, "POST", CLEAR, body) == (400, "Bad Request", str({"_schema": [detail]}))


def test_no_tasks_are_not_all_tasks(one_api: Api) -> None:
    told = refused(one_api, "POST", CLEAR, {"task_ids": []})

    assert told == (400, "Bad Request", "[] should be non-empty - 'task_ids'")


@pytest.mark.parametrize("date", ["2026-1-2 3:4Z", "2026-01-02T03:04:00+0530", "2026-01-02T03:04:00+05"])
def test_dates_of_which_the_form_is_looked_at_late_may_leave_out_figures(one_api: Api, date: str) -> None:
    assert one_api.send("POST", CLEAR, json={"start_date": date}).status_code == 200


@pytest.mark.parametrize("date", ["", "2026-01-02", "2026-01-02t03:04:00Z", "2026-02-30T0:00Z", "0001-01-01 0:0+23"])
def test_dates_of_which_the_form_is_looked_at_late_are_refused_in_other_words(one_api: Api, date: str) -> None:
    told = (400, "Bad Request", "{'%s': ['Not a valid datetime.']}")
    body = {"execution_date": date, "task_id": "load", "new_state": "success", **RELATIVES}

    assert refused(one_api, "POST", CLEAR, {"start_date": date}) == (*told[:2], told[2] % "start_date")
    assert refused(one_api, "POST", SET, body) == (*told[:2], told[2] % "execution_date")


def test_a_date_without_a_zone_is_refused(one_api: Api) -> None:
    told = refused(one_api, "POST", CLEAR, {"start_date": "2026-01-02T03:04:00"})

    assert told == (400, "Invalid datetime format", "Naive datetime is disallowed")


def test_small_letters_are_a_date_in_an_address_alone(one_api: Api) -> None:
    assert one_api.get("/dags/~/dagRuns", start_date_gte="2026-01-01t00:00:00z")["dag_runs"]
    told = refused(one_api, "POST", "/dags/~/dagRuns/list", {"start_date_gte": "2026-01-01t00:00:00z"})
    assert told[2] == "{'start_date_gte': ['Not a valid datetime.']}"


def test_what_is_no_number_is_more_than_any(one_api: Api) -> None:
    instances = "/dags/etl/dagRuns/~/taskInstances"
    lasting = one_api.get(instances, duration_gte=0)["total_entries"]

    assert one_api.get(instances, duration_gte="nan")["total_entries"] == 0
    assert one_api.get(instances, duration_lte="inf")["total_entries"] == lasting > 0


def test_a_body_counts_whole_seconds(one_api: Api) -> None:
    def lasting(**bounds: float) -> int:
        answer = one_api.send("POST", "/dags/~/dagRuns/~/taskInstances/list", content=json.dumps(bounds), headers=JSON)
        return int(answer.json()["total_entries"])

    assert lasting(duration_gte=60.9) == lasting(duration_gte=60) > 0
    told = refused(
        one_api, "POST", "/dags/~/dagRuns/~/taskInstances/list", content='{"duration_lte": NaN}', headers=JSON
    )
    assert told == (400, "Bad Request", "{'duration_lte': ['Not a valid integer.']}")


def test_the_dates_of_a_new_run_are_told_in_the_zone_that_was_sent(api: Api) -> None:
    dates = {"logical_date": "2026-05-01T05:30:00.000001+05:30"}
    dates |= {"data_interval_start": "2026-04-30T05:30:00+05:30", "data_interval_end": "2026-05-01T00:00:00Z"}
    told = api.send("POST", "/dags/idle/dagRuns", json={"dag_run_id": "zoned", **dates}).json()

    assert {name: told[name] for name in dates} == {**dates, "data_interval_end": "2026-05-01T00:00:00+00:00"}
    assert told["execution_date"] == told["logical_date"]
    alone = api.send("POST", "/dags/idle/dagRuns", json={"execution_date": "2026-05-02T05:30:00+05:30"}).json()
    assert {alone[name] for name in dates} == {"2026-05-02T05:30:00+05:30"}
    assert api.get("/dags/idle/dagRuns/zoned")["logical_date"] == "2026-05-01T00:00:00.000001+00:00"


def test_half_a_data_interval_and_two_dates_are_refused_in_airflows_words(one_api: Api) -> None:
    half = refused(one_api, "POST", "/dags/idle/dagRuns", {"data_interval_start": DAY})
    both = "Both 'data_interval_start' and 'data_interval_end' must be specified together"
    assert half == (400, "Bad Request", str({"_schema": [both]}))

    same = "2026-01-01T00:00:00Z"
    two = refused(one_api, "POST", "/dags/idle/dagRuns", {"logical_date": DAY, "execution_date": same})
    assert two == (400, "logical_date conflicts with execution_date", f"{DAY!r} != {same!r}")


def test_what_is_not_mapped_comes_before_the_order_of_its_instances(one_api: Api) -> None:
    etl, mapped = "/dags/etl/dagRuns/r4/taskInstances/load", "/dags/mapped/dagRuns/m/taskInstances/double"

    assert refused(one_api, "GET", f"{etl}/listMapped?order_by=nope")[:2] == (404, "Task id load is not mapped")
    assert refused(one_api, "GET", f"{mapped}/listMapped?order_by=-nope")[2] == "Ordering with '-nope' is not supported"
    assert refused(one_api, "GET", f"{mapped}/listMapped?order_by=map_index")[0] == 400


def test_masks_are_looked_through_in_airflows_order(one_api: Api) -> None:
    pool, default = {"name": "narrow", "slots": 1}, {"name": "other", "slots": 1}
    body = {"key": "plain", "value": "v"}

    assert refused(one_api, "PATCH", "/pools/narrow?update_mask=open_slots,zzz", pool)[2] == (
        "Invalid field: zzz in update mask"
    )
    assert refused(one_api, "PATCH", "/pools/default_pool?update_mask=slots,zzz", default)[2] == (
        "Default Pool's name can't be modified"
    )
    assert refused(one_api, "PATCH", "/variables/plain?update_mask=value", body)[2] == (
        "'value' is unknown or cannot be updated."
    )


def test_a_mask_calls_the_value_of_a_variable_as_its_table_does(api: Api) -> None:
    body = {"key": "plain", "value": "masked", "description": "new"}
    told = api.send("PATCH", "/variables/plain?update_mask=val", json=body).json()

    assert (told["value"], told["description"]) == ("masked", api.get("/variables/plain")["description"])
    assert told["description"] != "new"


def test_the_details_call_one_field_otherwise_than_they_tell_it(one_api: Api) -> None:
    assert list(one_api.get("/dags/described/details", fields="last_loaded")) == ["last_parsed"]
    assert refused(one_api, "GET", "/dags/described/details?fields=last_parsed")[2] == (
        "Invalid fields for <DAGDetailSchema(many=False)>: OrderedSet(['last_parsed'])."
    )


def test_a_pool_counts_what_is_deferred_only_while_that_is_said(api: Api) -> None:
    def counts(query: str, **further: bool) -> bool:
        told = api.send("PATCH", f"/pools/narrow{query}", json={"name": "narrow", "slots": 3, **further}).json()
        return bool(told["include_deferred"])

    assert counts("", include_deferred=True)
    assert counts("?update_mask=slots")
    assert not counts("?update_mask=slots,include_deferred")
    assert counts("", include_deferred=True)
    assert not counts("")


def test_a_pool_without_a_limit_is_refused(one_api: Api) -> None:
    for method, path in (("POST", "/pools"), ("PATCH", "/pools/narrow"), ("PATCH", "/pools/narrow?update_mask=slots")):
        assert refused(one_api, method, path, {"name": "narrow", "slots": -1})[0] == 400


@pytest.mark.parametrize("extra", ["[1]", "null", '"text"', "5"])
def test_json_that_is_no_object_is_no_extra(one_api: Api, extra: str) -> None:
    body = {"connection_id": "odd", "conn_type": "http", "extra": extra}

    assert refused(one_api, "POST", "/connections", body)[0] == 400


def test_an_unknown_order_of_tasks_is_blamed_on_the_first(one_api: Api) -> None:
    for dag_id, kind in (("etl", "SerializedBaseOperator"), ("described", "SerializedBaseOperator")):
        told = refused(one_api, "GET", f"/dags/{dag_id}/tasks?order_by=-nope")
        assert told[2] == f"'{kind}' object has no attribute 'nope'"


def test_a_body_that_only_ends_in_json_is_not_in_the_audit_log(api: Api) -> None:
    merge = {"Content-Type": "application/merge-patch+json"}
    api.send("PATCH", "/pools/narrow?update_mask=slots", content=b'{"name": "narrow", "slots": 3}', headers=merge)

    extra = api.world.rows("log", "extra")[-1]["extra"]
    assert "slots" in extra
    assert '"name"' not in extra


@pytest.mark.parametrize(
    "path",
    [
        "/dags/~/dagRuns/~/taskInstances?state=success,no_status",
        "/dags/etl/dagRuns/r4/taskInstances?state=nope",
        "/dags/mapped/dagRuns/m/taskInstances/double/listMapped?state=nope",
    ],
)
def test_a_state_that_no_task_instance_has_is_refused_where_airflow_crashes(one_api: Api, path: str) -> None:
    status, title, detail = refused(one_api, "GET", path)
    assert (status, title) == (400, "Bad Request")
    assert "is no state of a task instance" in str(detail)
