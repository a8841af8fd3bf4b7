"""What Airflow's own client of the experimental API, `airflow.api.client.json_client`, sends and looks at."""

from tests.rest.early import Early

AT = "/api/experimental"


def test_a_run_is_triggered_with_null_for_what_is_not_given(early: Early) -> None:
    nothing = {"run_id": None, "conf": None, "execution_date": None, "replace_microseconds": True}

    assert (
        early.send("POST", f"{AT}/dags/demo_etl/dag_runs", json=nothing).json()["message"].startswith("Created <DagRun")
    )


def test_a_pool_is_made_with_whether_it_counts_deferred_tasks(early: Early) -> None:
    pool = {"name": "cp", "slots": 3, "description": "d", "include_deferred": True}

    made = early.send("POST", f"{AT}/pools", json=pool).json()

    assert (made["pool"], made["slots"], made["description"], made["include_deferred"]) == ("cp", 3, "d", True)


def test_a_dag_is_deleted_at_the_path_that_the_client_has_for_it(early: Early) -> None:
    answer = early.send("DELETE", f"{AT}/dags/another/delete_dag")

    assert answer.json()["message"] == "Removed 1 record(s)"
    assert early.world.rows("dag", "dag_id", dag_id="another") == []


def test_a_refusal_has_an_error(early: Early) -> None:
    assert early.send("GET", f"{AT}/pools/nope").json() == {"error": "Pool 'nope' doesn't exist"}
