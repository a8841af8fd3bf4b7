"""A run for each date of a schedule."""

from datetime import UTC, datetime

import pytest

from resolvers.errors import Invalid, NotFound
from resolvers.operations.series import LongSeriesError, Series, trigger_series
from tests.world import World

FIRST, THIRD = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC)


def series(world: World, dag_id: str, **arguments: object) -> Series:
    told: dict[str, object] = {"from_date": FIRST, "to_date": THIRD, "prefix": "s", **arguments}
    with world.service.session(world.actor()) as session:
        return session.run(trigger_series, dag_id=dag_id, **told)  # type: ignore[arg-type] # as each test says


@pytest.mark.parametrize(
    ("dag_id", "hours"),
    [("when_daily", [0, 0, 0]), ("when_cron_trigger", None), ("when_delta", None), ("when_none", [])],
)
def test_the_dates_are_those_of_the_schedule(world: World, dag_id: str, hours: list[int] | None) -> None:
    world.recorded_dag(dag_id)

    made = series(world, dag_id).runs

    dates = [row["logical_date"] for row in world.rows("dag_run", "logical_date", dag_id=dag_id)]
    assert [f"s_{date.replace(tzinfo=None).isoformat()}" for date in sorted(dates)] == [key.run_id for key in made]
    assert all(FIRST <= date <= THIRD for date in dates)
    assert [date.hour for date in dates] == hours if hours is not None else dates


def test_without_dates_one_run_is_made_for_now_whatever_the_schedule(world: World) -> None:
    world.recorded_dag("when_none")

    (key,) = series(world, "when_none", from_date=None, to_date=None).runs

    (run,) = world.rows("dag_run", "state logical_date", run_id=key.run_id)
    assert run["state"] == "queued"
    assert abs((datetime.now(UTC) - run["logical_date"]).total_seconds()) < 60


def test_dates_and_ids_that_have_a_run_are_left_out(world: World) -> None:
    world.recorded_dag("when_daily")
    world.run("when_daily", "mine", 0)
    world.run("when_daily", "s_2026-03-02T00:00:00", 20)

    assert [key.run_id for key in series(world, "when_daily").runs] == ["s_2026-03-03T00:00:00"]


def test_all_runs_are_made_or_none(world: World) -> None:
    world.recorded_dag("when_daily")
    world.dag("gone", is_stale=True)

    for refusal, arguments in (
        (LongSeriesError, {"limit": 2}),
        (Invalid, {"limit": 501}),
        (Invalid, {"prefix": "scheduled_"}),
        (Invalid, {"prefix": "with blanks "}),
    ):
        with pytest.raises(refusal):
            series(world, "when_daily", **arguments)
    for dag_id in ("nope", "gone"):
        with pytest.raises(NotFound):
            series(world, dag_id)
    assert world.rows("dag_run", "run_id") == []


def test_a_part_of_a_series_is_its_first_dates_that_have_no_run(world: World) -> None:
    world.recorded_dag("when_daily")
    world.run("when_daily", "mine", 0)

    made = series(world, "when_daily", limit=1, partial=True, numbered=True)

    assert [key.run_id for key in made.runs] == ["s_0000001_2026-03-02T00:00:00"]
