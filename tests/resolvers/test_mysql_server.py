"""What MySQL does in a way of its own, on a real server: locks, deadlines, rights, letters and moments."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, make_url, text

from resolvers.errors import Conflict, Invalid, Problem, TooExpensive, Unavailable, Unsupported
from resolvers.metadata.channel import open_channel
from resolvers.metadata.engine import is_transient, open_engine, read_snapshot, write_transaction
from resolvers.metadata.rights import rights
from resolvers.settings import Settings
from tests.conftest import ON_MYSQL, open_world
from tests.resolvers.test_mysql import CHANGES
from tests.stores import run_on_mysql
from tests.world import DAY, World

pytestmark = pytest.mark.mysql

ENDLESS = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99) "
    "SELECT count(*) FROM n AS a, n AS b, n AS c, n AS d, n AS e, n AS f"
)


@pytest.fixture(params=ON_MYSQL)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Return a world with a DAG and a run of it."""
    made = open_world(request, request.param)
    made.dag("etl", {"extract": ["load"], "load": []})
    made.run("etl", "old")
    yield made
    made.close()


@pytest.fixture
def hasty(request: pytest.FixtureRequest, world: World) -> Iterator[Engine]:
    engine = open_engine(world.url, request.param)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("hasty", [Settings(statement_timeout=0.3)], indirect=True, ids=["hasty"])
def test_a_statement_that_runs_too_long_is_given_up(hasty: Engine) -> None:
    with pytest.raises(TooExpensive), read_snapshot(hasty) as connection:
        connection.execute(text(ENDLESS))
    with pytest.raises(TooExpensive), open_channel(hasty) as channel:
        channel.run(ENDLESS)


@pytest.mark.parametrize("hasty", [Settings(lock_timeout=1)], indirect=True, ids=["hasty"])
def test_a_row_that_somebody_holds_is_not_waited_for_longer_than_is_said(world: World, hasty: Engine) -> None:
    with write_transaction(world.service.engine) as holding:
        hold(holding, "etl")
        with pytest.raises(Unavailable, match="held the rows") as raised, write_transaction(hasty) as waiting:
            hold(waiting, "etl")
    assert is_transient(raised.value)


def test_one_of_two_changes_that_wait_for_each_other_is_undone_and_may_be_tried_again(world: World) -> None:
    world.dag("other")
    problems: list[Problem] = []
    both = threading.Barrier(2)

    def change(first: str, second: str) -> None:
        try:
            with write_transaction(world.service.engine) as connection:
                hold(connection, first)
                both.wait(10)
                hold(connection, second)
        except Problem as problem:
            problems.append(problem)

    threads = [threading.Thread(target=change, args=order) for order in (("etl", "other"), ("other", "etl"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    (problem,) = problems
    assert "collided" in problem.detail
    assert is_transient(problem)


def test_a_snapshot_sees_nothing_of_what_comes_after_its_beginning_and_changes_nothing(world: World) -> None:
    with read_snapshot(world.service.engine) as reading:
        world.run("etl", "new", 1)
        assert reading.execute(text("SELECT count(*) FROM dag_run")).scalar() == 1
    with pytest.raises(Unsupported, match="only be read"), read_snapshot(world.service.engine) as reading:
        hold(reading, "etl", "UPDATE dag SET is_paused = true WHERE dag_id = :dag_id")


def test_what_is_there_already_is_a_conflict(world: World) -> None:
    with pytest.raises(Conflict):
        world.run("etl", "old")


def test_ids_are_told_apart_by_case_and_names_of_variables_are_not(world: World) -> None:
    world.run("etl", "OLD", 1)
    world.data('mutation { setVariable(input: {key: "Key", value: "v"}) { key } }')

    told = world.data(
        """{ one: dagRun(dagId: "etl", runId: "OLD") { runId } none: dagRun(dagId: "etl", runId: "Old") { runId }
             some: dagRuns(filter: {runId: ["old"]}) { nodes { runId } } nobody: dag(dagId: "ETL") { dagId }
             variable(key: "KEY") { key } }"""
    )

    # Airflow's own lookup of a variable goes by the database's collation as well.
    assert told == {
        "one": {"runId": "OLD"},
        "none": None,
        "some": {"nodes": [{"runId": "old"}]},
        "nobody": None,
        "variable": {"key": "Key"},
    }


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ('runId: "\U0001f6e9"', "cannot hold"),
        ('logicalDate: "2100-01-01T00:00:00Z"', "beyond what the database holds"),
    ],
    ids=["an emoji in an id", "a date after 2038"],
)
def test_what_a_column_cannot_hold_is_refused_in_words(world: World, given: str, told: str) -> None:
    answer = world.graph(f'mutation {{ triggerDag(input: {{dagId: "etl", {given}}}) {{ dagRun {{ runId }} }} }}')

    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "INVALID"
    assert told in error["message"]


def test_a_document_that_is_too_deep_for_its_json_is_refused_in_words(world: World) -> None:
    deep: object = 1
    for _ in range(101):
        deep = [deep]
    keep = text("UPDATE dag SET description = json_extract(:document, '$') WHERE dag_id = 'etl'")
    with pytest.raises(Invalid, match="nested deeper"), write_transaction(world.service.engine) as connection:
        connection.execute(keep, {"document": str(deep)})


def test_texts_of_any_letters_and_moments_to_the_microsecond_come_back_as_they_were(world: World) -> None:
    note = "\U0001f6e9 \u65e5\u672c\u8a9e \\ % _ ' \" `"
    world.data(
        'mutation ($note: String) { setDagRunNote(input: {dagId: "etl", runId: "old", note: $note}) { note } }',
        note=note,
    )
    for number in range(3):
        moment = DAY + timedelta(days=1, microseconds=number)
        world.run("etl", f"r{number}", logical_date=moment, run_after=moment)

    told = world.data('{ dagRun(dagId: "etl", runId: "old") { note } }')["dagRun"]
    assert told == {"note": note}
    found: list[str] = []
    after = None
    while after is None or told["pageInfo"]["hasNextPage"]:
        told = world.data(
            """query ($after: String) { dagRuns(first: 1, orderBy: RUN_AFTER_ASC, after: $after) {
                 nodes { runId logicalDate } pageInfo { endCursor hasNextPage } } }""",
            after=after,
        )["dagRuns"]
        after = told["pageInfo"]["endCursor"]
        found += [node["runId"] for node in told["nodes"]]
    assert found == ["old", "r0", "r1", "r2"]
    assert datetime.fromisoformat(told["nodes"][0]["logicalDate"]) == datetime(2026, 3, 2, 0, 0, 0, 2, tzinfo=UTC)


def test_a_user_with_a_password_who_may_only_read_reads_and_calls_off_and_changes_nothing(world: World) -> None:
    server, name = make_url(world.url), make_url(world.url).database
    run_on_mysql(
        server,
        "DROP USER IF EXISTS reader@localhost",
        "CREATE USER reader@localhost IDENTIFIED BY 's3cret'",
        f"GRANT SELECT ON {name}.* TO reader@localhost",
    )
    reader = server.set(username="reader", password="s3cret")
    opened = World.open(reader.render_as_string(hide_password=False), world.generation.minor)
    engine = opened.service.engine

    assert opened.data("{ dags { nodes { dagId latestRun { runId } } } }")["dags"]["nodes"] == [
        {"dagId": "etl", "latestRun": {"runId": "old"}}
    ]
    with read_snapshot(engine) as connection:
        assert rights(connection, opened.generation).unreadable == ()
    (error,) = opened.graph('mutation { pauseDag(dagId: "etl") { isPaused } }')["errors"]
    assert "lacks the right" in error["message"]
    with open_channel(engine) as channel:
        threading.Timer(0.3, channel.cancel).start()
        with pytest.raises(Unavailable, match="given up"):
            channel.run(ENDLESS)
    opened.close()
    with (
        pytest.raises(Unavailable, match="does not let in the user reader"),
        read_snapshot(open_engine(reader.set(password="wrong"), Settings())),
    ):
        pass


def test_every_kind_of_change_is_taken(world: World) -> None:
    world.task_instance("etl", "old", "extract", "success")
    world.task_instance("etl", "old", "load", "failed")
    for change in CHANGES:
        world.data(f"mutation {{ {change} }}")


def hold(connection: Connection, dag_id: str, how: str = "SELECT 1 FROM dag WHERE dag_id = :dag_id FOR UPDATE") -> None:
    connection.execute(text(how), {"dag_id": dag_id})
