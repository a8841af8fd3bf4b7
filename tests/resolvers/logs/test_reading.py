"""What GraphQL tells of a log: from the folder, from the log servers, page after page, and nothing from elsewhere."""

import json
from pathlib import Path
from typing import Any

import pytest

from resolvers.access.actor import EVERYTHING, Actor, Scope
from resolvers.access.permissions import Permission
from resolvers.metadata.generation import Capability
from resolvers.settings import Role
from tests.graph.furnishing import tried
from tests.resolvers.logs.conftest import Opening, written
from tests.resolvers.logs.serving import log_server
from tests.world import DAY, World

LOG = """query ($after: String, $characters: Int! = 100000) {
  taskInstance(dagId: "etl", runId: "run one", taskId: "load") {
    log(after: $after, characters: $characters) { tryNumber host content notes nextPage isWhole }
    tries { log { tryNumber content } }
  }
}"""


def log_of(world: World, **variables: Any) -> dict[str, Any]:
    told: dict[str, Any] = world.data(LOG, **variables)["taskInstance"]["log"]
    return told


def test_a_log_in_the_folder_is_told_with_where_it_was_found(opening: Opening, tmp_path: Path) -> None:
    world = opening()
    world.task_instance("etl", "run one", "load", hostname="worker7")
    path = written(tmp_path, "began", "ended ✓")
    written(tmp_path, "of another try", number=10)

    assert log_of(world) == {
        "tryNumber": 1,
        "host": "worker7",
        "content": "began\nended ✓",
        "notes": ["Found local files:", f"  * {path}"],
        "nextPage": None,
        "isWhole": True,
    }


def test_structured_lines_are_told_as_text_where_airflow_writes_them(opening: Opening, tmp_path: Path) -> None:
    world = opening()
    world.task_instance("etl", "run one", "load")
    line = json.dumps({"timestamp": "2026-03-01T00:00:00Z", "level": "info", "event": "began"})
    written(tmp_path, line)

    told = line if world.generation.number == 2 else "[2026-03-01T00:00:00Z] INFO - began"
    assert log_of(world)["content"] == told


def test_pages_follow_each_other_to_the_end(opening: Opening, tmp_path: Path) -> None:
    world = opening()
    world.task_instance("etl", "run one", "load")
    lines = [f"line {number} é" for number in range(30)]
    written(tmp_path, *lines)

    page = log_of(world, characters=7)
    content = page["content"]
    while page["nextPage"] is not None:
        page = log_of(world, characters=7, after=page["nextPage"])
        content += page["content"]

    assert content == "\n".join(lines)
    assert page["isWhole"]


def test_a_log_that_grows_goes_on_where_it_was_left(opening: Opening, tmp_path: Path) -> None:
    with log_server({}) as server:
        world = opening(LOGGING__WORKER_LOG_SERVER_PORT=server.port)
        world.task_instance("etl", "run one", "load", "running", hostname="127.0.0.1")
        written(tmp_path, "began")
        first = log_of(world)
        written(tmp_path, "began", "went on")
        second = log_of(world, after=first["nextPage"])

    assert (first["content"], first["isWhole"]) == ("began", False)
    assert (second["content"], second["isWhole"]) == ("\nwent on", False)


def test_a_worker_that_has_the_task_is_asked_under_airflows_signature(opening: Opening, tmp_path: Path) -> None:
    relative = "dag_id=etl/run_id=run one/task_id=load/attempt=1.log"
    with log_server({relative: "[2026-03-01T00:00:01Z] from the worker\n"}) as server:
        world = opening(LOGGING__WORKER_LOG_SERVER_PORT=server.port)
        world.task_instance("etl", "run one", "load", "running", hostname="127.0.0.1")
        written(tmp_path, "[2026-03-01T00:00:00Z] from the folder", "[2026-03-01T00:00:02Z] and again")
        told = log_of(world)

    assert server.asked == [relative]
    assert [line.partition("] ")[2] for line in told["content"].splitlines()] == [
        "from the folder",
        "from the worker",
        "and again",
    ]
    assert told["notes"][-1] == f"Found logs served from host http://127.0.0.1:{server.port}/log/{relative}"


def test_a_worker_is_asked_for_what_is_in_no_folder(opening: Opening) -> None:
    relative = "dag_id=etl/run_id=run one/task_id=load/attempt=1.log"
    with log_server({relative: "only there\n"}) as server:
        world = opening(LOGGING__WORKER_LOG_SERVER_PORT=server.port)
        world.task_instance("etl", "run one", "load", "failed", hostname="127.0.0.1")

        assert log_of(world)["content"] == "only there"


def test_a_triggerer_is_asked_for_what_waits_in_it(opening: Opening) -> None:
    relative = "dag_id=etl/run_id=run one/task_id=load/attempt=1.log.trigger.77.log"
    with log_server({relative: "waiting\n"}) as server:
        world = opening(LOGGING__TRIGGERER_LOG_SERVER_PORT=server.port)
        world.insert(
            "job",
            {"id": 77, "job_type": "TriggererJob", "hostname": "127.0.0.1", "state": "running", "start_date": DAY},
        )
        world.insert("trigger", {"id": 5, "classpath": "x", "kwargs": "{}", "created_date": DAY, "triggerer_id": 77})
        world.task_instance("etl", "run one", "load", "deferred", trigger_id=5, hostname="gone")

        assert log_of(world)["content"] == "waiting"
    assert server.asked == [relative]


@pytest.mark.parametrize(
    ("options", "note"),
    [
        ({"WEBSERVER__SECRET_KEY": "another", "API__SECRET_KEY": "another"}, "refuses the signature"),
        ({}, "Log file not found on worker '127.0.0.1'"),
    ],
)
def test_what_a_log_server_refuses_is_told_beside_the_log(opening: Opening, options: dict[str, str], note: str) -> None:
    with log_server({}) as server:
        world = opening(LOGGING__WORKER_LOG_SERVER_PORT=server.port, **options)
        world.task_instance("etl", "run one", "load", "success", hostname="127.0.0.1")
        told = log_of(world)

    assert told["content"] == ""
    assert note in told["notes"][-1]


def test_a_host_that_does_not_answer_is_asked_once_an_answer(opening: Opening) -> None:
    with log_server({}) as server:
        closed = server.port
    world = opening(LOGGING__WORKER_LOG_SERVER_PORT=closed)
    for name in ("load", "more"):
        world.task_instance("etl", "run one", name, "success", hostname="127.0.0.1")

    told = world.data("{ taskInstances { nodes { log { notes } } } }")["taskInstances"]["nodes"]

    first, second = (one["log"]["notes"][-1] for one in told)
    assert "Could not read served logs: " in first
    assert "Failed to establish a new connection" in first
    assert second.endswith("'127.0.0.1' did not answer before.")


def test_links_lead_out_of_the_folder_for_nobody(opening: Opening, tmp_path: Path) -> None:
    world = opening(LOGGING__BASE_LOG_FOLDER=tmp_path / "logs")
    world.task_instance("etl", "run one", "load", hostname="")
    (tmp_path / "private").write_text("private")
    path = written(tmp_path / "logs", "x")
    path.unlink()
    path.symlink_to(tmp_path / "private")

    assert log_of(world)["content"] == ""


def test_a_run_id_that_climbs_finds_no_other_file(opening: Opening, tmp_path: Path) -> None:
    world = opening(LOGGING__LOG_FILENAME_TEMPLATE="{{ run_id }}", LOGGING__BASE_LOG_FOLDER=tmp_path / "logs")
    (tmp_path / "private").write_text("private")
    world.insert("log_template", {"id": 9, "filename": "{{ run_id }}", "elasticsearch_id": "", "created_at": DAY})
    world.run("etl", "../private", 1, log_template_id=9)
    world.task_instance("etl", "../private", "load")

    told = world.data('{ taskInstance(dagId: "etl", runId: "../private", taskId: "load") { log { content notes } } }')

    assert told["taskInstance"]["log"] == {
        "content": "",
        "notes": ["The path of this log would lead out of the folder of logs."],
    }


def test_the_template_is_that_of_the_run_where_airflow_keeps_it(opening: Opening, tmp_path: Path) -> None:
    world = opening(LOGGING__USE_HISTORICAL_FILENAME_TEMPLATES="True")
    world.insert(
        "log_template",
        {"id": 9, "filename": "{{ ti.task_id }}.{{ try_number }}", "elasticsearch_id": "", "created_at": DAY},
    )
    world.run("etl", "old", 1, log_template_id=9)
    world.task_instance("etl", "old", "load")
    (tmp_path / "load.1").write_text("of before\n")

    told = world.data('{ taskInstance(dagId: "etl", runId: "old", taskId: "load") { log { content } } }')

    assert told["taskInstance"]["log"]["content"] == "of before"


def test_earlier_tries_have_logs_of_their_own(opening: Opening, tmp_path: Path) -> None:
    world = opening()
    world.task_instance("etl", "run one", "load", try_number=2)
    if not world.generation.can(Capability.TRY_HISTORY):
        pytest.fail("both generations keep earlier tries")
    tried(world, "etl", "run one", "load", 1)
    written(tmp_path, "the first")
    written(tmp_path, "the second", number=2)

    told = world.data(LOG)["taskInstance"]

    assert told["log"]["content"] == "the second"
    assert [one["log"] for one in told["tries"]] == [{"tryNumber": 1, "content": "the first"}]


def test_a_task_instance_that_never_ran_has_no_log(opening: Opening) -> None:
    world = opening()
    world.task_instance("etl", "run one", "load", None, try_number=0)

    assert log_of(world) is None


@pytest.mark.parametrize(
    ("variables", "field"),
    [({"characters": 0}, "characters"), ({"characters": 1_000_001}, "characters"), ({"after": "x"}, "after")],
)
def test_a_page_that_cannot_be_is_refused(opening: Opening, variables: dict[str, Any], field: str) -> None:
    world = opening()
    world.task_instance("etl", "run one", "load")

    [error, *_] = world.graph(LOG, **variables)["errors"]

    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("INVALID", field)


def test_who_may_read_task_instances_but_no_logs_is_told_none(opening: Opening, tmp_path: Path) -> None:
    world = opening()
    world.task_instance("etl", "run one", "load")
    written(tmp_path, "private")
    allowed: dict[Permission, Scope] = dict.fromkeys(set(Permission) - {Permission.TASK_LOG_READ}, EVERYTHING)

    assert world.data(LOG, actor=Actor("someone", "test", allowed))["taskInstance"]["log"] is None
    assert world.data(LOG, actor=world.actor(Role.VIEWER))["taskInstance"]["log"]["content"] == "private"
