"""What Airflow tells of DAGs and their files: events, import errors, warnings, sources; and who may see it."""

import json

import pytest

from graph.types.import_error import HIDDEN
from resolvers.access.actor import EVERYTHING, Actor, Scope
from resolvers.access.permissions import Permission
from tests.graph.furnishing import file_error
from tests.world import World

ETL_ALONE: dict[Permission, Scope] = {
    Permission.DAG_READ: frozenset({"etl"}),
    Permission.DAG_SOURCE_READ: EVERYTHING,
    Permission.DAG_WARNING_READ: EVERYTHING,
    Permission.IMPORT_ERROR_READ: EVERYTHING,
    Permission.EVENT_LOG_READ: frozenset({"etl"}),
}


def reader(**more: Scope) -> Actor:
    """Return somebody who may read of one DAG alone, but for `more`."""
    return Actor("reader", "test", {**ETL_ALONE, **{Permission[name]: scope for name, scope in more.items()}})


def move_into_the_file_of_etl(world: World, dag_id: str) -> None:
    """Let a DAG be defined in the same file as `etl`."""
    with world.service.engine.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE dag SET fileloc = '/dags/etl.py' WHERE dag_id = '{dag_id}'"
            if world.generation.number == 2
            else f"UPDATE dag SET fileloc = '/dags/etl.py', relative_fileloc = 'etl.py' WHERE dag_id = '{dag_id}'"
        )


def test_an_event_says_who_did_what_to_which_task(furnished: World) -> None:
    told = furnished.data(
        """{ eventLogs(filter: {event: ["failed"]}) { totalCount nodes {
          event when owner ownerDisplayName dagId runId taskId mapIndex extra dag { dagId }
        } } }"""
    )["eventLogs"]

    assert told["totalCount"] == 1
    assert told["nodes"] == [
        {
            "event": "failed",
            "when": "2026-03-04T00:00:00+00:00",
            "owner": "airflow",
            "ownerDisplayName": "Air Flow",
            "dagId": "etl",
            "runId": "r2",
            "taskId": "load",
            "mapIndex": -1,
            "extra": None,
            "dag": {"dagId": "etl"},
        }
    ]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("{}", ["paused", "failed", "running", "trigger", "cli_scheduler"]),
        ('{dagId: ["etl"]}', ["failed", "running", "trigger"]),
        ('{dagId: ["etl"], taskId: ["load"], runId: ["r2"], mapIndex: [-1]}', ["failed", "running"]),
        ('{eventNot: ["running", "paused"]}', ["failed", "trigger", "cli_scheduler"]),
        ("{eventNot: []}", ["paused", "failed", "running", "trigger", "cli_scheduler"]),
        ('{owner: ["ada", "vic"]}', ["paused", "trigger"]),
        ('{after: "2026-03-02T00:00:00Z", before: "2026-03-04T00:00:00Z"}', ["running"]),
    ],
)
def test_events_are_found_the_last_first(furnished: World, condition: str, found: list[str]) -> None:
    told = furnished.data(f"{{ eventLogs(filter: {condition}) {{ nodes {{ event }} totalCount }} }}")["eventLogs"]

    assert [one["event"] for one in told["nodes"]] == found
    assert told["totalCount"] == len(found)


def test_what_an_event_says_beside_is_json_or_text(furnished: World) -> None:
    told = furnished.data("{ eventLogs(orderBy: ID_ASC, first: 2) { nodes { extra } } }")["eventLogs"]["nodes"]

    assert [one["extra"] for one in told] == [{"host_name": "here"}, "not JSON"]


def test_one_event_is_found_by_its_number(furnished: World) -> None:
    newest = furnished.data("{ eventLogs(first: 1) { nodes { id eventLogId } } }")["eventLogs"]["nodes"][0]
    told = furnished.data(
        "query ($id: ID!, $number: Int!) { node(id: $id) { id } eventLog(eventLogId: $number) { id event } }",
        id=newest["id"],
        number=newest["eventLogId"],
    )

    assert told == {"node": {"id": newest["id"]}, "eventLog": {"id": newest["id"], "event": "paused"}}


def test_whoever_may_read_the_events_of_one_dag_meets_no_others(furnished: World) -> None:
    told = furnished.data("{ eventLogs { totalCount nodes { dagId } } }", actor=reader())["eventLogs"]

    assert told == {"totalCount": 3, "nodes": [{"dagId": "etl"}] * 3}


def test_a_dag_leads_to_what_is_told_of_it(furnished: World) -> None:
    told = furnished.data(
        """{ dag(dagId: "etl") {
          importErrors { totalCount nodes { stackTrace dagIds } }
          warnings { nodes { warningType message timestamp } }
          eventLogs(filter: {event: ["trigger"]}) { nodes { owner } }
          source { content fileloc lastUpdated }
        } }"""
    )["dag"]

    assert told == {
        "importErrors": {"totalCount": 1, "nodes": [{"stackTrace": "etl: SyntaxError", "dagIds": ["etl"]}]},
        "warnings": {
            "nodes": [
                {
                    "warningType": "non-existent pool",
                    "message": "Dag 'etl' references non-existent pools: ['nope']",
                    "timestamp": "2026-03-04T00:00:00+00:00",
                }
            ]
        },
        "eventLogs": {"nodes": [{"owner": "ada"}]},
        "source": {
            "content": "# The file of etl.\n",
            "fileloc": "/dags/etl.py",
            "lastUpdated": "2026-03-01T00:00:00+00:00",
        },
    }


def test_a_dag_whose_text_is_not_stored_has_none(furnished: World) -> None:
    assert furnished.data('{ dag(dagId: "idle") { source { content } } }')["dag"]["source"] == {"content": None}


def test_the_text_of_a_dag_is_that_of_its_newest_version(world: World) -> None:
    world.dag("etl")
    world.source("etl", "old")
    if world.generation.number == 3:
        world.serialize("etl", {})
        world.source("etl", "new")

    told = world.data('{ dag(dagId: "etl") { source { content } } }')["dag"]["source"]["content"]

    assert told == ("old" if world.generation.number == 2 else "new")


def test_a_file_is_shown_to_whoever_may_read_all_dags_in_it(world: World) -> None:
    world.dag("etl")
    world.source("etl", "text")
    asked = '{ dag(dagId: "etl") { source { content } } }'
    assert world.data(asked, actor=reader())["dag"]["source"] == {"content": "text"}

    world.dag("other")
    move_into_the_file_of_etl(world, "other")

    assert world.data(asked, actor=reader())["dag"]["source"] is None
    both = reader(DAG_READ=frozenset({"etl", "other"}))
    assert world.data(asked, actor=both)["dag"]["source"] == {"content": "text"}


def test_an_import_error_is_seen_by_whoever_may_read_a_dag_of_the_file(world: World) -> None:
    world.dag("etl")
    world.dag("other")
    world.insert("import_error", *(file_error(world, dag_id) for dag_id in ("etl", "other", "of_no_dag")))
    asked = "{ importErrors { totalCount nodes { filename stackTrace dagIds } } }"

    assert world.data(asked)["importErrors"]["totalCount"] == 3
    seen = world.data(asked, actor=reader())["importErrors"]
    assert seen["totalCount"] == 1
    assert seen["nodes"][0] == {
        "filename": file_error(world, "etl")["filename"],
        "stackTrace": "etl: SyntaxError",
        "dagIds": ["etl"],
    }

    # The trace quotes the file, which may have more in it than one may read.
    move_into_the_file_of_etl(world, "other")
    seen = world.data(asked, actor=reader())["importErrors"]["nodes"]
    assert [(one["stackTrace"], one["dagIds"]) for one in seen] == [(HIDDEN, ["etl"])]


def test_import_errors_and_warnings_are_found(furnished: World) -> None:
    told = furnished.data(
        """{ importErrors(filter: {filenameContains: "OF_NO"}) { nodes { stackTrace dagIds } }
             dagWarnings(filter: {dagId: ["mapped"]}) { nodes { message dag { dagId } } } }"""
    )

    assert told["importErrors"]["nodes"] == [{"stackTrace": "of_no_dag: SyntaxError", "dagIds": []}]
    assert told["dagWarnings"]["nodes"] == [
        {"message": "Dag 'mapped' references non-existent pools: ['nope']", "dag": {"dagId": "mapped"}}
    ]


def test_what_is_told_of_many_dags_takes_as_many_statements_as_of_one(furnished: World) -> None:
    asked = """query ($first: Int!) { dags(first: $first) { nodes {
      importErrors { nodes { stackTrace dagIds } } warnings { nodes { message } } eventLogs { nodes { event } }
      source { content }
    } } }"""

    few, many = (furnished.graph(asked, first=first, actor=reader()) for first in (1, 100))

    assert few["errors"] == many["errors"] == []
    assert len(few["statements"]) == len(many["statements"])
    assert "secret" not in json.dumps(many["data"])
