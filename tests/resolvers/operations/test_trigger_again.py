"""What becomes of a trigger where the run exists already, or comes into being at the same moment."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from time import monotonic, sleep

import pytest
from sqlalchemy import insert, text

from resolvers.errors import Conflict, Invalid
from resolvers.metadata.engine import write_transaction
from resolvers.operations.keys import RunKey
from tests.resolvers.operations.triggering import LATER, refused, trigger
from tests.world import DAY, World


def test_a_run_of_the_same_id_is_refused(etl: World) -> None:
    etl.run("etl", "mine", day=3)
    problem = refused(etl, Conflict, "has a run of the id 'mine'", dag_id="etl", run_id="mine", logical_date=DAY)
    assert problem.field == "runId"


def test_a_run_of_the_same_logical_date_is_refused(etl: World) -> None:
    etl.run("etl", "first", day=0)
    problem = refused(etl, Conflict, "2026-03-01T00:00:00.00:00: 'first'", dag_id="etl", run_id="x", logical_date=DAY)
    assert problem.field == "logicalDate"


def test_airflow_2_looks_for_duplicates_before_the_parameters_and_airflow_3_after(world: World) -> None:
    world.recorded_dag("parameters")
    world.run("parameters", "mine")
    two = world.generation.number == 2
    kind, match = (Conflict, "has a run") if two else (Invalid, "Invalid input")
    refused(world, kind, match, dag_id="parameters", run_id="mine", logical_date=LATER)


def test_runs_without_a_logical_date_are_no_duplicates(three: World) -> None:
    three.dag("etl")
    keys = {trigger(three, dag_id="etl").run_id for _ in range(3)}
    assert len(keys) == 3


def test_another_dag_may_have_a_run_of_the_same_id_and_date(etl: World) -> None:
    etl.dag("other")
    for dag_id in ("etl", "other"):
        assert trigger(etl, dag_id=dag_id, run_id="mine", logical_date=DAY) == RunKey(dag_id, "mine")


def test_of_many_at_once_one_makes_the_run(etl: World) -> None:
    def attempt(_: int) -> object:
        try:
            return trigger(etl, dag_id="etl", run_id="mine", logical_date=DAY)
        except Conflict as problem:
            return problem

    with ThreadPoolExecutor(4) as threads:
        outcomes = list(threads.map(attempt, range(4)))

    assert [outcome for outcome in outcomes if isinstance(outcome, RunKey)] == [RunKey("etl", "mine")]
    assert len(etl.rows("dag_run", "run_id")) == 1
    assert len(etl.rows("task_instance", "task_id")) == 2
    assert len(etl.rows("log", "event")) == 4


def waits_for(postgres: World, done: Future[RunKey]) -> None:
    """Return when the trigger of another thread waits for somebody else's transaction."""
    end = monotonic() + 10
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    while monotonic() < end and not done.done():
        with write_transaction(postgres.service.engine) as connection:
            if connection.execute(waiting).scalar():
                return
        sleep(0.01)
    pytest.fail("it did not wait")


def overtaken(postgres: World, attempt: Callable[[], RunKey], **values: object) -> RunKey:
    """Trigger while another transaction, which is then committed, has made a run already."""
    found = postgres.generation.relation("dag_run")
    row: dict[str, object] = {
        "dag_id": "etl",
        "state": "queued",
        "run_type": "manual",
        "conf": {},
        "logical_date": DAY,
        "clear_number": 0,
        **values,
    }
    if postgres.generation.number == 3:
        row |= {"run_after": DAY, "span_status": "not_started"}
    with ThreadPoolExecutor(1) as thread:
        with write_transaction(postgres.service.engine) as other:
            other.execute(insert(found.table).values(found.physical(row)))
            done = thread.submit(attempt)
            waits_for(postgres, done)
        return done.result()


def test_whoever_is_overtaken_meets_a_conflict(postgres: World) -> None:
    with pytest.raises(Conflict, match="has a run of the id 'mine'"):
        overtaken(postgres, lambda: trigger(postgres, dag_id="etl", run_id="mine", logical_date=LATER), run_id="mine")

    assert len(postgres.rows("dag_run", "run_id")) == 1
    assert postgres.rows("task_instance", "task_id") == []
    assert len(postgres.rows("log", "event")) == 1


def test_whoever_is_overtaken_with_the_same_key_gets_the_others_run(postgres: World) -> None:
    key = overtaken(
        postgres, lambda: trigger(postgres, dag_id="etl", idempotency_key="order-7"), run_id="manual__key_order-7"
    )
    assert key == RunKey("etl", "manual__key_order-7")
    assert len(postgres.rows("dag_run", "run_id")) == 1


def test_the_same_key_names_the_same_run(etl: World) -> None:
    first = trigger(etl, dag_id="etl", idempotency_key="order-7", conf={"x": 1, "y": [2]})
    again = trigger(etl, dag_id="etl", idempotency_key="order-7", conf={"y": [2], "x": 1})

    assert again == first == RunKey("etl", "manual__key_order-7")
    assert len(etl.rows("dag_run", "run_id")) == 1
    assert len(etl.rows("task_instance", "task_id")) == 2
    assert len(etl.rows("log", "event")) == 2
    assert trigger(etl, dag_id="etl", idempotency_key="order-8") != first


def test_the_same_key_for_something_else_is_refused(etl: World) -> None:
    trigger(etl, dag_id="etl", idempotency_key="order-7", logical_date=DAY, conf={"x": 1})
    for other in ({"conf": {"x": 2}}, {}, {"conf": {"x": 1}, "logical_date": LATER}):
        with pytest.raises(Conflict, match="triggered with this idempotency key") as caught:
            trigger(etl, dag_id="etl", idempotency_key="order-7", **other)
        assert caught.value.field == "idempotencyKey"
    assert len(etl.rows("dag_run", "run_id")) == 1


def test_a_key_that_no_id_can_hold_is_refused(etl: World) -> None:
    for key in ("", "a b", "a/b", "ü", "x" * 201, "a\n"):
        problem = refused(etl, Invalid, "cannot be part", dag_id="etl", idempotency_key=key)
        assert problem.field == "idempotencyKey"


def test_a_key_beside_an_id_is_refused(etl: World) -> None:
    refused(etl, Invalid, "to carry the key", dag_id="etl", idempotency_key="order-7", run_id="mine")
