"""What Airflow's audit log tells of changes through the stable API: what was sent, under Airflow's own names."""

import json

from tests.rest.api import Api


def audited(api: Api) -> dict[str, object]:
    """Return the last row of the audit log, what was sent beside the columns."""
    row = api.world.rows("log", "event extra dag_id run_id task_id map_index owner")[-1]
    extra = json.loads(row.pop("extra"))
    extra.pop("method", None)
    assert row.pop("owner") == "ada"
    return {**row, "extra": extra}


def test_a_change_tells_the_address_and_the_body(api: Api) -> None:
    old = api.world.generation.number == 2
    api.send("PATCH", "/pools/narrow?update_mask=slots", json={"name": "narrow", "slots": 9})

    assert audited(api) == {
        "event": "api.patch_pool" if old else "patch_pool",
        "extra": {"update_mask": "slots", "pool_name": "narrow", "name": "narrow", "slots": 9},
        "dag_id": None,
        "run_id": None,
        "task_id": None,
        "map_index": None,
    }


def test_parameters_are_told_as_they_came(api: Api) -> None:
    api.send("PATCH", "/dags?dag_id_pattern=etl&limit=%201&only_active=True", json={"is_paused": True})

    assert audited(api)["extra"] == {"dag_id_pattern": "etl", "limit": " 1", "only_active": "True", "is_paused": True}


def test_what_names_a_run_goes_to_columns_of_its_own(api: Api) -> None:
    old = api.world.generation.number == 2
    api.send("PATCH", "/dags/mapped/dagRuns/m/taskInstances/double/1", json={"new_state": "failed", "dry_run": False})

    told = audited(api)
    assert told["event"] == ("api.patch_task_instance" if old else "patch_task_instance")
    assert (told["dag_id"], told["run_id"], told["task_id"]) == ("mapped", "m", "double")
    assert told["extra"] == {"map_index": 1, "new_state": "failed", "dry_run": False}


def test_the_value_of_a_secret_is_not_told(api: Api) -> None:
    api.send("PATCH", "/variables/plain", json={"key": "plain", "value": "told"})
    # Airflow 3 tells no value of any variable.
    told = {2: "told", 3: "***"}[api.world.generation.number]
    assert audited(api)["extra"] == {"key": "plain", "value": told}

    api.send("POST", "/variables", json={"key": "db_password", "value": "hunter2"})
    assert audited(api)["extra"] == {"key": "db_password", "value": "***"}
    assert "hunter2" not in str(api.world.rows("log", "extra"))


def test_what_is_refused_is_told_too(api: Api) -> None:
    for path, body in (
        ("/dags/nope/dagRuns", {"dag_run_id": "x"}),
        ("/dags/etl/dagRuns", {"conf": {"a": 1}}),
        ("/dags/gone/dagRuns", {}),
    ):
        before = len(api.world.rows("log", "id"))
        assert api.send("POST", path, json=body).status_code in (400, 404)
        assert len(api.world.rows("log", "id")) == before + 1
        assert audited(api)["dag_id"] == path.split("/")[2]
        assert audited(api)["extra"] == body


def test_reading_is_not_told(api: Api) -> None:
    before = api.world.rows("log", "id")

    api.get("/dags")
    api.send("POST", "/dags/~/dagRuns/list", json={})

    assert api.world.rows("log", "id") == before
