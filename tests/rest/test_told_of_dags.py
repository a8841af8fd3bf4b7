"""What the stable API tells of DAGs and their files: events, errors, warnings, counts, sources."""

from typing import Any

import httpx
import pytest

from graph.rest.stable.signing import UnsignedError, sign, unsign
from resolvers.access.actor import EVERYTHING, Actor, Scope
from resolvers.access.permissions import Permission
from tests.graph.furnishing import furnish
from tests.rest.api import Api
from tests.rest.test_permissions import ask
from tests.world import World


def events(api: Api, **query: Any) -> list[str]:
    return [event["event"] for event in api.get("/eventLogs", **query)["event_logs"]]


def test_events_come_in_their_order_with_airflow_2_s_names(furnished: Api) -> None:
    told = furnished.get("/eventLogs", limit=3)

    assert told["total_entries"] == 5
    assert {**told["event_logs"][2], "try_number": 1, "event_log_id": 3} == {
        "event_log_id": 3,
        "when": "2026-03-03T00:00:00+00:00",
        "dag_id": "etl",
        "task_id": "load",
        "run_id": "r2",
        "map_index": -1,
        "try_number": 1,
        "event": "running",
        "execution_date": "2026-03-03T00:00:00+00:00",
        "owner": "airflow",
        "extra": None,
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"order_by": "-when"}, ["paused", "failed", "running", "trigger", "cli_scheduler"]),
        ({"dag_id": "etl", "task_id": "load"}, ["running", "failed"]),
        ({"included_events": "trigger,paused"}, ["trigger", "paused"]),
        ({"excluded_events": "trigger,paused", "dag_id": "etl"}, ["running", "failed"]),
        ({"included_events": "trigger", "excluded_events": "trigger"}, []),
        # What Python takes for false, Airflow takes for nothing said.
        ({"map_index": 0, "owner": "", "included_events": "", "limit": 1}, ["cli_scheduler"]),
        ({"map_index": -1}, ["running", "failed"]),
        ({"after": "2026-03-04T00:00:00Z"}, ["paused"]),
        ({"before": "2026-03-02T00:00:00Z"}, ["cli_scheduler"]),
        ({"dag_id": "nope"}, []),
    ],
)
def test_events_are_narrowed(furnished: Api, query: dict[str, object], found: list[str]) -> None:
    assert events(furnished, **query) == found


@pytest.mark.parametrize(
    ("path", "title", "detail"),
    [
        ("/eventLogs/99999", "Event Log not found", None),
        (
            "/importErrors/99999",
            "Import error not found",
            "The ImportError with import_error_id: `99999` was not found",
        ),
        ("/dagSources/bogus", "Dag source not found", None),
    ],
)
def test_what_is_not_there_is_not_found(furnished: Api, path: str, title: str, detail: str | None) -> None:
    answer = furnished.send("GET", path)

    assert answer.status_code == 404
    assert (answer.json()["title"], answer.json()["detail"]) == (title, detail)


def test_a_number_that_no_event_can_have_is_nowhere(furnished: Api) -> None:
    assert furnished.send("GET", "/eventLogs/99999999999999999999").status_code == 404


def test_import_errors_and_warnings_are_listed(furnished: Api) -> None:
    errors = furnished.get("/importErrors", order_by="-import_error_id")
    assert [error["stack_trace"] for error in errors["import_errors"]] == [
        "of_no_dag: SyntaxError",
        "etl: SyntaxError",
    ]
    assert furnished.get(f"/importErrors/{errors['import_errors'][0]['import_error_id']}") == errors["import_errors"][0]

    warnings = furnished.get("/dagWarnings", dag_id="mapped", warning_type="non-existent pool")
    assert warnings == {
        "dag_warnings": [
            {
                "dag_id": "mapped",
                "warning_type": "non-existent pool",
                "message": "Dag 'mapped' references non-existent pools: ['nope']",
                "timestamp": "2026-03-04T00:00:00+00:00",
            }
        ],
        "total_entries": 1,
    }


def test_the_runs_of_dags_are_counted_by_state(furnished: Api) -> None:
    told = furnished.get("/dagStats", dag_ids="etl,idle,nope")

    assert told["total_entries"] == 2
    counts = {dag["dag_id"]: [(one["state"], one["count"]) for one in dag["stats"]] for dag in told["dags"]}
    assert counts == {
        "etl": [("queued", 1), ("running", 1), ("success", 2), ("failed", 1)],
        "idle": [("queued", 0), ("running", 0), ("success", 0), ("failed", 0)],
    }


@pytest.mark.parametrize(
    ("accept", "status", "media"),
    [
        ("text/plain", 200, "text/plain"),
        ("*/*", 200, "text/plain"),
        ("application/json, text/plain;q=0.5", 200, "application/json"),
        ("text/html", 406, "text/html"),
        ("", 406, "text/html"),
    ],
)
def test_a_file_is_told_in_the_form_that_is_taken(furnished: Api, accept: str, status: int, media: str) -> None:
    token = furnished.get("/dags/etl")["file_token"]

    answer = furnished.send("GET", f"/dagSources/{token}", headers={"Accept": accept})

    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (status, media)
    if status == 200:
        text = answer.json()["content"] if media == "application/json" else answer.text
        assert text == "# The file of etl.\n"


def test_a_file_is_parsed_once_however_often_it_is_asked_for(api: Api) -> None:
    token = api.get("/dags/etl")["file_token"]

    asked = [api.send("PUT", f"/parseDagFile/{token}") for _ in range(2)]

    assert [(answer.status_code, answer.text) for answer in asked] == [(201, ""), (201, "Duplicate request")]
    assert len(api.world.rows("parsing_request", "id")) == 1
    assert api.send("PUT", "/parseDagFile/bogus").json()["title"] == "File not found"


def test_a_token_holds_what_was_signed_and_nothing_else_passes_for_one() -> None:
    for value in ("/dags/etl.py", {"bundle_name": "b", "relative_fileloc": "x" * 500}):
        token = sign(value, "key")
        assert unsign(token, "key") == value
        for text, key in ((token, "other"), (token[:-1], "key"), (token.rpartition(".")[0], "key")):
            with pytest.raises(UnsignedError):
                unsign(text, key)
    for text in ("", ".", "..", "é.é"):
        with pytest.raises(UnsignedError):
            unsign(text, "key")


def limited(**scopes: Scope) -> Actor:
    return Actor("limited", "test", {Permission[name]: scope for name, scope in scopes.items()})


def answers(world: World, actor: Actor, *paths: str) -> list[httpx.Response]:
    return [ask(world, actor, "GET", f"/api/v1{path}", None) for path in paths]


def test_whoever_may_read_all_events_still_asks_for_those_of_a_dag(world: World) -> None:
    actor = limited(EVENT_LOG_READ=EVERYTHING, DAG_READ=frozenset({"etl"}))

    told = answers(furnish(world), actor, "/eventLogs", "/eventLogs?dag_id=etl", "/eventLogs?dag_id=mapped")

    assert [answer.status_code for answer in told] == [200, 200, 403]
    assert [answer.json()["total_entries"] for answer in told[:2]] == [5, 3]


def test_a_file_with_dags_of_others_is_refused(world: World) -> None:
    mine = frozenset({"etl"})
    actor = limited(DAG_READ=mine, DAG_EDIT=mine, DAG_SOURCE_READ=EVERYTHING)
    furnish(world)
    everybody = world.actor()
    own, foreign = (
        ask(world, everybody, "GET", f"/api/v1/dags/{dag_id}", None).json()["file_token"]
        for dag_id in ("etl", "mapped")
    )

    sources = [ask(world, actor, "GET", f"/api/v1/dagSources/{token}", None) for token in (own, foreign, "bogus")]
    assert [answer.status_code for answer in sources] == [200, 403, 404]
    parsed = [ask(world, actor, "PUT", f"/api/v1/parseDagFile/{token}", None) for token in (own, foreign, "bogus")]
    assert [answer.status_code for answer in parsed] == [201, 403, 404]


def test_a_dag_is_deleted_unless_its_tasks_run(api: Api) -> None:
    deleted, running, gone = (api.send("DELETE", f"/dags/{dag_id}") for dag_id in ("idle", "etl", "nope"))

    assert (deleted.status_code, deleted.headers["content-type"]) == (204, "application/json")
    assert running.json()["detail"] == "Task instances of dag with id: 'etl' are still running"
    assert (gone.status_code, gone.json()["title"]) == (404, "Dag with id: 'nope' not found")
    assert api.send("GET", "/dags/idle").status_code == 404
