"""What becomes of a backfill: its dates, their runs, and what Airflow's audit log says of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from resolvers.errors import Conflict, Invalid, NotFound, Unsupported
from resolvers.operations.backfills import (
    cancel_backfill,
    create_backfill,
    pause_backfill,
    resume_backfill,
)
from resolvers.operations.keys import BackfillKey
from tests.conftest import open_world
from tests.world import World, simple_dag

FIRST, LAST = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC)
DATES = [FIRST + timedelta(days=day) for day in range(4)]


@pytest.fixture(params=["3.0-sqlite", "3.1-sqlite", "3.2-sqlite", "3.3-sqlite", "3.3-postgresql"])
def daily(request: pytest.FixtureRequest) -> Iterator[World]:
    world = open_world(request, request.param)
    data = simple_dag(world.generation, "daily", {"extract": ["load"], "load": []})
    data["dag"]["timetable"] = {
        "__type": "airflow.timetables.interval.CronDataIntervalTimetable",
        "__var": {"expression": "0 0 * * *", "timezone": "UTC"},
    }
    world.dag("daily", serialized=data)
    yield world
    world.close()


def make(world: World, **arguments: Any) -> BackfillKey:
    with world.service.session(world.actor()) as session:
        return session.run(create_backfill, **{"dag_id": "daily", "from_date": FIRST, "to_date": LAST, **arguments})


def filled(world: World, key: BackfillKey) -> list[tuple[datetime, str | None]]:
    rows = world.rows("backfill_run", "sort_ordinal logical_date exception_reason", backfill_id=key.id)
    return [(row["logical_date"], row["exception_reason"]) for row in sorted(rows, key=lambda row: row["sort_ordinal"])]


def test_a_backfill_makes_a_run_for_each_date(daily: World) -> None:
    key = make(daily, conf={"why": "late"}, max_active_runs=2)

    assert filled(daily, key) == [(date, None) for date in DATES]
    runs = daily.rows(
        "dag_run",
        "run_id state run_type logical_date run_after data_interval_end triggered_by backfill_id conf start_date",
        dag_id="daily",
    )
    assert [run["run_id"] for run in runs] == [f"backfill__{(date + timedelta(days=1)).isoformat()}" for date in DATES]
    first = runs[0]
    assert (first["state"], first["run_type"], first["triggered_by"]) == ("queued", "backfill", "BACKFILL")
    assert (first["logical_date"], first["run_after"]) == (FIRST, FIRST + timedelta(days=1))
    assert first["data_interval_end"] == FIRST + timedelta(days=1)
    assert (first["backfill_id"], first["conf"]) == (key.id, {"why": "late"})
    assert first["start_date"] is None
    assert len(daily.rows("task_instance", "task_id", dag_id="daily")) == 8
    [stored] = daily.rows("backfill", "dag_id is_paused reprocess_behavior max_active_runs completed_at", id=key.id)
    assert stored == {
        "dag_id": "daily",
        "is_paused": False,
        "reprocess_behavior": "none",
        "max_active_runs": 2,
        "completed_at": None,
    }
    [row] = daily.rows("log", "event dag_id owner")
    assert row == {"event": "create_backfill", "dag_id": "daily", "owner": "tester"}


def test_backwards_the_last_date_comes_first(daily: World) -> None:
    key = make(daily, run_backwards=True)

    assert [date for date, _ in filled(daily, key)] == DATES[::-1]


@pytest.mark.parametrize(
    ("behavior", "reasons"),
    [
        ("none", ["already exists", "already exists", "in flight", None]),
        ("failed", ["already exists", None, "in flight", None]),
        ("completed", [None, None, "in flight", None]),
    ],
)
def test_dates_that_have_a_run_are_left_alone_or_run_again(
    daily: World, behavior: str, reasons: list[str | None]
) -> None:
    for day, state in enumerate(("success", "failed", "running")):
        daily.run("daily", f"old{day}", day, state=state, run_type="scheduled", run_after=DATES[day])
        daily.task_instance("daily", f"old{day}", "extract", state)

    key = make(daily, reprocess_behavior=behavior)

    assert [reason for _, reason in filled(daily, key)] == reasons
    for day, reason in enumerate(reasons[:2]):
        [run] = daily.rows("dag_run", "state run_type backfill_id", dag_id="daily", run_id=f"old{day}")
        again = {"state": "queued", "run_type": "backfill", "backfill_id": key.id}
        before = {"state": ("success", "failed")[day], "run_type": "scheduled", "backfill_id": None}
        assert run == (again if reason is None else before)


@pytest.mark.parametrize(("conf", "kept"), [(None, None), ({}, {}), ({"new": 1}, {"new": 1})])
def test_a_run_that_is_filled_again_keeps_its_conf_unless_it_is_given_another_since_airflow_3_3(
    daily: World, conf: dict[str, int] | None, kept: dict[str, int] | None
) -> None:
    daily.run("daily", "old", 0, state="success", run_type="scheduled", run_after=DATES[0], conf={"old": 1})

    key = make(daily, reprocess_behavior="completed", conf=conf)

    [run] = daily.rows("dag_run", "conf", dag_id="daily", run_id="old")
    [backfill] = daily.rows("backfill", "dag_run_conf", id=key.id)
    if daily.generation.is_since("3.3"):
        assert (run["conf"], backfill["dag_run_conf"]) == (kept if conf is not None else {"old": 1}, kept)
    else:
        assert (run["conf"], backfill["dag_run_conf"]) == ({"old": 1}, conf or {})


@pytest.mark.parametrize(
    ("arguments", "problem", "told"),
    [
        ({"dag_id": "nope"}, NotFound, "nope"),
        ({"from_date": LAST, "to_date": FIRST}, Invalid, "after"),
        (
            {"from_date": datetime(2199, 1, 1, tzinfo=UTC), "to_date": datetime(2199, 2, 1, tzinfo=UTC)},
            Invalid,
            "future",
        ),
        ({"to_date": FIRST + timedelta(hours=1), "from_date": FIRST + timedelta(minutes=1)}, Invalid, "not due"),
        ({"from_date": datetime(1990, 1, 1, tzinfo=UTC)}, Invalid, "more than 1,000"),
        ({"max_active_runs": 0}, Invalid, "maxActiveRuns"),
        ({"reprocess_behavior": "some"}, Invalid, "reprocessBehavior"),
    ],
)
def test_what_cannot_be_filled_is_refused_and_nothing_is_made(
    daily: World, arguments: dict[str, Any], problem: type[Exception], told: str
) -> None:
    with pytest.raises(problem, match=told):
        make(daily, **arguments)

    assert daily.rows("backfill", "id") == []
    assert daily.rows("dag_run", "id") == []


def test_a_dag_without_dates_of_its_own_is_not_filled(daily: World) -> None:
    daily.dag("by_hand")

    with pytest.raises(Invalid, match="no schedule"):
        make(daily, dag_id="by_hand")


def test_a_dag_has_one_active_backfill(daily: World) -> None:
    first = make(daily)

    with pytest.raises(Conflict, match="active"):
        make(daily)

    with daily.service.session(daily.actor()) as session:
        session.run(cancel_backfill, dag_id="daily", backfill_id=first.id)
    assert [reason for _, reason in filled(daily, make(daily))] == ["already exists"] * 4


def test_a_backfill_is_paused_resumed_and_ended(daily: World) -> None:
    key = make(daily)
    started = daily.generation.relation("dag_run").table
    with daily.writing() as connection:
        first = started.c.run_id == f"backfill__{DATES[1].isoformat()}"
        connection.execute(started.update().where(first).values(state="running"))

    with daily.service.session(daily.actor()) as session:
        session.run(pause_backfill, dag_id="daily", backfill_id=key.id)
        assert daily.rows("backfill", "is_paused") == [{"is_paused": True}]
        session.run(resume_backfill, dag_id="daily", backfill_id=key.id)
        assert daily.rows("backfill", "is_paused") == [{"is_paused": False}]
        session.run(cancel_backfill, dag_id="daily", backfill_id=key.id)

    [ended] = daily.rows("backfill", "is_paused completed_at")
    assert ended["is_paused"]
    assert ended["completed_at"] is not None
    assert sorted(run["state"] for run in daily.rows("dag_run", "state")) == ["failed", "failed", "failed", "running"]
    with daily.service.session(daily.actor()) as session, pytest.raises(Conflict, match="over already"):
        session.run(pause_backfill, dag_id="daily", backfill_id=key.id)
    with daily.service.session(daily.actor()) as session, pytest.raises(NotFound):
        session.run(cancel_backfill, dag_id="other", backfill_id=key.id)


def test_airflow_2_keeps_no_backfills(request: pytest.FixtureRequest) -> None:
    world = open_world(request, "2.11-sqlite")
    world.dag("daily")
    try:
        with pytest.raises(Unsupported, match="keeps no backfills"):
            make(world)
        assert world.data(
            '{ backfills { nodes { backfillId } } dag(dagId: "daily") { backfills { totalCount } } }'
        ) == {
            "backfills": {"nodes": []},
            "dag": {"backfills": {"totalCount": 0}},
        }
    finally:
        world.close()


def test_the_graph_makes_and_tells_backfills(daily: World) -> None:
    told = daily.data(
        """mutation { createBackfill(input: {
             dagId: "daily", fromDate: "2026-03-01T00:00:00Z", toDate: "2026-03-02T00:00:00Z"
           }) {
             backfillId isActive reprocessBehavior runs { nodes { position dagRun { state backfill { dagId } } } }
           } }"""
    )["createBackfill"]

    assert (told["isActive"], told["reprocessBehavior"]) == (True, "NONE")
    of_it = {"state": "QUEUED", "backfill": {"dagId": "daily"}}
    assert told["runs"]["nodes"] == [{"position": 1, "dagRun": of_it}, {"position": 2, "dagRun": of_it}]
    paused = f"mutation {{ pauseBackfill(backfillId: {told['backfillId']}) {{ isPaused }} }}"
    assert daily.data(paused)["pauseBackfill"] == {"isPaused": True}
    missing = daily.graph("mutation { cancelBackfill(backfillId: 99) { isPaused } }")
    assert missing["errors"][0]["extensions"]["code"] == "NOT_FOUND"
