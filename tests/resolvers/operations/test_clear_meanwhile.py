"""What clearing makes of task instances that somebody else is changing at the same moment."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from resolvers.operations.clear import clear_task_instances
from resolvers.operations.keys import Cleared
from resolvers.operations.task_state import set_task_instance_state
from tests.resolvers.operations.stopped import changing, run_row, states, told, version
from tests.world import World

ETL = {"dag_id": "etl", "run_id": "run"}
clear = changing(clear_task_instances)
set_task = changing(set_task_instance_state)


def failed(world: World) -> World:
    with world.together():
        world.run("etl", state="failed", **version(world, "etl"))
        for task_id in ("extract", "load"):
            world.task_instance("etl", "run", task_id, "failed")
    return world


def meanwhile(world: World, locked: str, changed: str, **arguments: object) -> Cleared:
    """Clear while the scheduler holds rows, which it then changes; return what was cleared."""
    with ThreadPoolExecutor(1) as pool:
        with world.service.engine.begin() as scheduler:
            scheduler.execute(text(f"SELECT 1 FROM {locked} FOR UPDATE"))
            clearing = pool.submit(clear, world, **ETL, reset_dag_runs=True, dry_run=False, **arguments)
            waits_for_lock(world)
            assert not clearing.done()
            scheduler.execute(text(changed))
        cleared: Cleared = clearing.result(10)
        return cleared


def waits_for_lock(world: World) -> None:
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    for _ in range(500):
        with world.service.engine.connect() as looking:
            if looking.execute(waiting).scalar_one():
                return
            looking.execute(text("SELECT pg_sleep(0.01)"))
    raise AssertionError("clearing waits for nobody")


def test_a_task_instance_that_succeeds_meanwhile_is_not_cleared(postgres: World) -> None:
    failed(postgres)
    cleared = meanwhile(
        postgres,
        "task_instance WHERE task_id = 'load'",
        "UPDATE task_instance SET state = 'success' WHERE task_id = 'load'",
    )
    assert told(cleared) == ["extract"]
    assert states(postgres) == {"extract": None, "load": "success"}
    assert [row["task_id"] for row in postgres.rows("task_try", "task_id")] == ["extract"]


def test_a_run_that_begins_meanwhile_keeps_its_state(postgres: World) -> None:
    failed(postgres)
    meanwhile(postgres, "dag_run", "UPDATE dag_run SET state = 'running'")
    assert run_row(postgres, "state")["state"] == "running"
    assert states(postgres) == {"extract": None, "load": None}


def test_two_who_clear_the_same_wait_for_each_other(postgres: World) -> None:
    failed(postgres)
    with ThreadPoolExecutor(4) as pool:
        tries = [pool.submit(clear, postgres, **ETL, reset_dag_runs=True, dry_run=False) for _ in range(8)]
        cleared = [told(each.result(20)) for each in tries]
    assert sorted(map(len, cleared)) == [0] * 7 + [2]
    assert len(postgres.rows("task_try", "task_id")) == 2
    assert run_row(postgres, "state clear_number") == {"state": "queued", "clear_number": 1}


def test_clearing_and_setting_at_once_end_in_one_of_the_two(postgres: World) -> None:
    failed(postgres)
    with ThreadPoolExecutor(4) as pool:
        clears = [pool.submit(clear, postgres, **ETL, reset_dag_runs=True, dry_run=False) for _ in range(4)]
        sets = [pool.submit(set_task, postgres, **ETL, task_id="extract", state="success") for _ in range(4)]
        for each in (*clears, *sets):
            each.exception(20)
    assert states(postgres)["load"] is None
    assert states(postgres)["extract"] == "success"
