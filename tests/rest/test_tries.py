"""Tries, links and dependencies of task instances by the stable API."""

from tests.rest.api import Api

SHOWN = "/dags/described/dagRuns/d/taskInstances/shown"
DOUBLE = "/dags/mapped/dagRuns/m/taskInstances/double"


def test_all_tries_are_listed_the_latest_last(furnished: Api) -> None:
    told = furnished.get(f"{SHOWN}/tries?limit=1")

    assert told["total_entries"] == 3
    assert [(one["try_number"], one["state"]) for one in told["task_instances"]] == [
        (1, "failed"),
        (2, "failed"),
        (3, "success"),
    ]
    assert "note" not in told["task_instances"][0]
    assert "execution_date" not in told["task_instances"][2]


def test_a_try_is_found_by_its_number(furnished: Api) -> None:
    assert furnished.get(f"{SHOWN}/tries/2")["hostname"] == "worker2"
    assert furnished.get(f"{SHOWN}/tries/3")["hostname"] == "worker"
    missing = furnished.send("GET", f"{SHOWN}/tries/9")
    assert missing.status_code == 404
    assert missing.json()["detail"] == (
        "Task Instance not found for dag_id=described, run_id=d, task_id=shown, map_index=-1, try_number=9."
    )


def test_a_try_that_will_be_followed_by_another_is_told_once(api: Api) -> None:
    world = api.world
    world.run("etl", "again", 9)
    world.task_instance("etl", "again", "load", "up_for_retry", try_number=2)

    assert api.get("/dags/etl/dagRuns/again/taskInstances/load/tries") == {"task_instances": [], "total_entries": 0}


def test_an_instance_of_a_mapped_task_has_tries_of_its_own(furnished: Api) -> None:
    assert [one["map_index"] for one in furnished.get(f"{DOUBLE}/2/tries")["task_instances"]] == [2]
    assert furnished.get(f"{DOUBLE}/2/tries/1")["map_index"] == 2
    assert furnished.get(f"{DOUBLE}/tries") == {"task_instances": [], "total_entries": 0}


def test_what_a_task_instance_waits_for_is_told(furnished: Api) -> None:
    assert furnished.get(f"{SHOWN}/dependencies") == {"dependencies": []}
    assert furnished.get(f"{DOUBLE}/1/dependencies") == {"dependencies": []}
    missing = furnished.send("GET", f"{DOUBLE}/dependencies")
    assert missing.json()["title"] == "Task Instance not found for dag_id=mapped, run_id=m, task_id=double"


def test_links_are_told_by_name_and_what_is_missing_by_kind(furnished: Api) -> None:
    assert furnished.get("/dags/etl/dagRuns/r0/taskInstances/extract/links") == {}
    titles = {
        path: furnished.send("GET", f"/dags/{path}/links").json()["title"]
        for path in (
            "nope/dagRuns/r0/taskInstances/x",
            "etl/dagRuns/r0/taskInstances/x",
            "etl/dagRuns/x/taskInstances/load",
        )
    }
    assert list(titles.values()) == ["DAG not found", "Task not found", "DAG Run not found"]
