"""Airflow's Go client of 2.2 can parse every answer that there is to the operations that it knows."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import KINDS
from tests.graph.furnishing import furnish
from tests.rest.api import Api, api_of, world_of
from tests.rest.documents import Document, client_of, filled, places
from tests.rest.go_client import AGENTS, failures

HEADERS = {"User-Agent": AGENTS[-1]}

# What came after 2.2, of which that client knows nothing.
LATER = re.compile(r"dataset|Dataset|dagWarnings|dagStats|listMapped|map_index|/tries|/dependencies|/option/")


CONF = {"state": "restarting", "schedule_interval": "x", "steps": [{"trigger_rule": "always"}]}


@pytest.fixture(scope="module", params=KINDS)
def varied(request: pytest.FixtureRequest) -> Iterator[Api]:
    """Serve a world that has every rule and state, which nobody may change."""
    yield from _varied(request, request.param)


@pytest.fixture(scope="module")
def one_varied(request: pytest.FixtureRequest) -> Iterator[Api]:
    """Serve such a world, for what does not depend on the database."""
    yield from _varied(request, "2.11-sqlite")


def _varied(request: pytest.FixtureRequest, kind: str) -> Iterator[Api]:
    world = furnish(world_of(request.getfixturevalue(f"{kind.split('-')[1]}_store"), kind))
    stored = (
        ("schedule_interval", '"0 3 * * *"') if world.generation.number == 2 else ("timetable_summary", "0 3 * * *")
    )
    world.recorded_dag("trigger_rules")
    world.recorded_dag("line", **dict([stored]))
    world.task_instance("etl", "r3", "again", "restarting")
    world.run("idle", "given", conf=CONF)
    try:
        with api_of(world) as told:
            yield told
    finally:
        world.close()


def read(api: Api, client: httpx.Client) -> Iterator[tuple[str, Any]]:
    """Return what is answered to each GET that the Go client has: the address and the JSON."""
    everything = [{}, *places(client)]
    for method, path in Document.of(api).operations:
        if method == "GET" and not LATER.search(path):
            wanted = set(re.findall(r"{(\w+)}", path))
            for address in {filled(path, names) for names in everything if set(names) >= wanted}:
                answer = client.get(address)
                if answer.status_code == 200 and answer.headers["content-type"] == "application/json":
                    yield address, answer.json()


def test_it_parses_every_answer_and_would_not_parse_what_others_get(varied: Api) -> None:
    with client_of(varied) as client:
        others = {fault for _, answer in read(varied, client) for fault in failures(answer)}
        client.headers.update(HEADERS)
        told = {address: list(failures(answer)) for address, answer in read(varied, client)}

    assert {fault.partition(":")[0] for fault in others} == {"schedule_interval", "state", "trigger_rule"}
    assert "state: 'restarting'" in others
    assert "trigger_rule: 'always'" in others
    assert {address: faults for address, faults in told.items() if faults} == {}
    assert len(told) > 60


@pytest.mark.parametrize("agent", AGENTS)
def test_it_is_told_what_its_words_can_say(one_varied: Api, agent: str) -> None:
    def get(path: str) -> Any:
        return one_varied.send("GET", path, headers={"User-Agent": agent}).json()

    assert get("/dags/line")["schedule_interval"] is None
    assert {dag["schedule_interval"] for dag in get("/dags")["dags"]} == {None}
    assert get("/dags/line/details")["schedule_interval"] is None
    assert get("/dags/etl/dagRuns/r3/taskInstances/again")["state"] == "running"
    rules = {task["task_id"]: task["trigger_rule"] for task in get("/dags/trigger_rules/tasks")["tasks"]}
    assert (rules["always"], rules["one_done"], rules["all_done"]) == ("dummy", None, "all_done")
    narrow = get("/pools/narrow")
    assert narrow["used_slots"] == narrow["running_slots"] == 4
    assert [pool["used_slots"] for pool in get("/pools")["pools"] if pool["name"] == "narrow"] == [4]


def test_what_is_within_an_object_is_told_as_it_is(one_varied: Api) -> None:
    assert one_varied.send("GET", "/dags/idle/dagRuns/given", headers=HEADERS).json()["conf"] == CONF
    assert one_varied.send("GET", "/dags/idle/dagRuns", headers=HEADERS).json()["dag_runs"][0]["conf"] == CONF


@pytest.mark.parametrize("agent", ["OpenAPI-Generator/2.10.0/python", "Go-http-client/1.1", "curl/8.0", ""])
def test_nobody_else_is_told_less(one_varied: Api, agent: str) -> None:
    def get(path: str) -> Any:
        return one_varied.send("GET", path, headers={"User-Agent": agent}).json()

    assert get("/dags/line")["schedule_interval"] == {"__type": "CronExpression", "value": "0 3 * * *"}
    assert get("/dags/etl/dagRuns/r3/taskInstances/again")["state"] == "restarting"
    assert "used_slots" not in get("/pools/narrow")


def test_it_is_refused_as_everybody_is(one_varied: Api) -> None:
    refused = one_varied.send("GET", "/dags/nope", headers=HEADERS)

    assert (refused.status_code, refused.json()["title"]) == (404, "DAG not found")
    assert refused.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("api", ["3.3-sqlite"], indirect=True)
def test_what_it_changes_is_told_as_what_it_reads(api: Api) -> None:
    api.world.recorded_dag("line", timetable_summary="0 3 * * *")
    changed = api.send("PATCH", "/dags/line", headers=HEADERS, json={"is_paused": True})
    made = api.send("POST", "/pools", headers=HEADERS, json={"name": "new", "slots": 1})
    deleted = api.send("DELETE", "/pools/new", headers=HEADERS)

    assert (changed.status_code, list(failures(changed.json()))) == (200, [])
    assert changed.json()["schedule_interval"] is None
    assert (made.status_code, made.json()["used_slots"]) == (200, 0)
    assert (deleted.status_code, deleted.content) == (204, b"")
