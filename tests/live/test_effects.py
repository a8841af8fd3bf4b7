"""What we write is what Airflow's own API writes: a wish is put to both, for twin runs of a paused DAG."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from .airflow import PATIENCE, Airflow
from .asking import ByGraph, ByRest
from .effects import Effect, differences, effect_of
from .history import ENDS
from .serving import Service

pytestmark = [pytest.mark.live, pytest.mark.timeout(PATIENCE)]

Wish = Callable[[Any, str], object]
"""What is asked for the run of an id, by REST or by graph."""

FINISHED: dict[str, tuple[str, Wish]] = {
    "clear-failed": ("breaks", lambda side, run: side.clear_tasks("breaks", run, only_failed=True)),
    "clear-one": ("hollow", lambda side, run: side.clear_tasks("hollow", run, ["more"], only_failed=False)),
    "clear-downstream": (
        "hollow",
        lambda side, run: side.clear_tasks("hollow", run, ["opened"], only_failed=False, include_downstream=True),
    ),
    "clear-upstream": (
        "hollow",
        lambda side, run: side.clear_tasks("hollow", run, ["end"], only_failed=False, include_upstream=True),
    ),
    "clear-nothing-failed": ("hollow", lambda side, run: side.clear_tasks("hollow", run, only_failed=True)),
    "clear-run": ("passes", lambda side, run: side.clear_run("passes", run)),
    "clear-retried": ("retries", lambda side, run: side.clear_run("retries", run)),
    "clear-mapped": ("maps_literal", lambda side, run: side.clear_run("maps_literal", run)),
    "run-to-queued": ("hollow", lambda side, run: side.set_run_state("hollow", run, "queued")),
    "run-to-failed": ("hollow", lambda side, run: side.set_run_state("hollow", run, "failed")),
    "run-to-success": ("breaks", lambda side, run: side.set_run_state("breaks", run, "success")),
    "task-to-success": ("breaks", lambda side, run: side.set_task_state("breaks", run, "f1", "success")),
    "task-to-failed": ("hollow", lambda side, run: side.set_task_state("hollow", run, "work", "failed")),
    "note-of-run": ("hollow", lambda side, run: side.set_run_note("hollow", run, "well done")),
    "note-of-task": ("hollow", lambda side, run: side.set_task_note("hollow", run, "work", "well done")),
    "delete": ("breaks", lambda side, run: side.delete_run("breaks", run)),
}
"""By name a DAG and what is asked for a run of it that has ended."""

QUEUED: dict[str, tuple[str, Wish]] = {
    "queued-run-to-failed": ("hollow", lambda side, run: side.set_run_state("hollow", run, "failed")),
    "queued-run-to-success": ("hollow", lambda side, run: side.set_run_state("hollow", run, "success")),
    "queued-task-to-success": ("hollow", lambda side, run: side.set_task_state("hollow", run, "work", "success")),
    "clear-queued": ("hollow", lambda side, run: side.clear_run("hollow", run)),
    "delete-queued": ("rich", lambda side, run: side.delete_run("rich", run)),
    "clear-rich": ("rich", lambda side, run: side.clear_run("rich", run)),
}
"""The same of runs that no scheduler has looked at."""

TRIGGERED = [*ENDS, "nightly"]
CONF: dict[str, dict[str, object]] = {"params": {"n": 5, "more": ["ä", {"deep": None}, 1.5, True]}}
PAUSED = sorted({dag_id for dag_id, _ in FINISHED.values()} | set(TRIGGERED))


THEIRS = "theirs"
EXCUSED = {
    "v1": (
        r"note of .*\.user_id: ours 'untouched'"  # whoever holds a static token is no user of Airflow's
        r"|task .*\.priority_weight: ours 'untouched'"  # 2.x weighs anew, as if what it clears were all of the DAG
    ),
    "2.9": r"task .*\.updated_at:",  # it leaves alone the row of a task instance that has no state yet
    "graph": r"audit \d+\.extra:",  # the body of a request has its own form in each API
}


def same(side: str, ours: Effect, theirs: Effect, airflow: Airflow) -> None:
    """Assert that both changed the same."""
    excused = [EXCUSED[side], *([EXCUSED["v1"]] if airflow.major == 2 else [])]
    excused += [] if airflow.since("2.10") else [EXCUSED["2.9"]]
    told = [line for line in differences(ours, theirs) if not any(re.match(known, line) for known in excused)]
    assert not told, "\n".join([side, *told])


@pytest.fixture(scope="module")
def sides(running_airflow: Airflow, service: Service) -> dict[str, ByGraph | ByRest]:
    """List the ways to ask us: by our graph, and over Airflow 2 by our v1 as well."""
    graph: dict[str, ByGraph | ByRest] = {"graph": ByGraph(service)}
    return graph | ({"v1": ByRest(service.rest)} if running_airflow.major == 2 else {})


@pytest.fixture(scope="module")
def twins(running_airflow: Airflow, sides: dict[str, ByGraph | ByRest]) -> Iterator[ByRest]:
    """Let twin runs end for every wish, and pause the DAGs while they are compared."""
    theirs = ByRest(running_airflow.rest)
    pairs = [(dag_id, f"{name}-{side}") for name, (dag_id, _) in FINISHED.items() for side in (THEIRS, *sides)]
    for dag_id, run_id in pairs:
        theirs.trigger(dag_id, run_id)
    for dag_id, run_id in pairs:
        running_airflow.wait_for_run(dag_id, run_id, ENDS[dag_id])
    for dag_id in PAUSED:
        theirs.set_paused(dag_id, paused=True)
    for name, (dag_id, _) in QUEUED.items():
        for side in (THEIRS, *sides):
            theirs.trigger(dag_id, f"{name}-{side}")
    yield theirs
    for dag_id in PAUSED:
        theirs.set_paused(dag_id, paused=False)


@pytest.mark.parametrize("name", [*FINISHED, *QUEUED])
def test_a_wish_has_the_effects_that_airflows_own_api_gives_it(
    airflow: Airflow, twins: ByRest, sides: dict[str, ByGraph | ByRest], name: str
) -> None:
    dag_id, wish = (FINISHED | QUEUED)[name]
    theirs = effect_of(airflow, dag_id, f"{name}-{THEIRS}", lambda: wish(twins, f"{name}-{THEIRS}"))
    assert theirs
    for side, ours in sides.items():
        run_id = f"{name}-{side}"
        same(side, effect_of(airflow, dag_id, run_id, partial(wish, ours, run_id)), theirs, airflow)


@pytest.mark.parametrize("dag_id", TRIGGERED)
def test_a_triggered_run_has_the_rows_that_airflows_own_api_gives_it(
    airflow: Airflow, twins: ByRest, sides: dict[str, ByGraph | ByRest], dag_id: str
) -> None:
    told: dict[str, Effect] = {}
    for day, (side, by) in enumerate({THEIRS: twins, **sides}.items(), start=10):
        run_id, date = f"dated-{side}", f"2026-03-{day}T05:00:00+00:00"
        wish = partial(by.trigger, dag_id, run_id, logical_date=date, conf=CONF.get(dag_id, {}))
        told[side] = effect_of(airflow, dag_id, run_id, wish)
        twins.delete_run(dag_id, run_id)
    assert {"run", "audit 0"} < told[THEIRS].keys()
    for side in sides:
        same(side, told[side], told[THEIRS], airflow)


def test_a_run_without_a_date_has_the_rows_that_airflows_own_api_gives_it(
    airflow: Airflow, twins: ByRest, sides: dict[str, ByGraph | ByRest]
) -> None:
    told = {
        side: effect_of(airflow, "passes", f"undated-{side}", partial(by.trigger, "passes", f"undated-{side}"))
        for side, by in {THEIRS: twins, **sides}.items()
    }
    for side in sides:
        same(side, told[side], told[THEIRS], airflow)


def test_the_scheduler_ends_all_of_them_alike(
    airflow: Airflow, twins: ByRest, sides: dict[str, ByGraph | ByRest]
) -> None:
    """Whatever was wished for the twins, once their DAGs go on, the scheduler brings them to the same end."""
    for dag_id in PAUSED:
        twins.set_paused(dag_id, paused=False)
    for name, (dag_id, _) in (FINISHED | QUEUED).items():
        if airflow.sql("SELECT 1 FROM dag_run WHERE dag_id = %s AND run_id = %s", dag_id, f"{name}-{THEIRS}"):
            end = airflow.wait_for_end(dag_id, f"{name}-{THEIRS}")["state"]
            for side in sides:
                airflow.wait_for_run(dag_id, f"{name}-{side}", end)
                ours, theirs = (airflow.task_states(dag_id, f"{name}-{whose}") for whose in (side, THEIRS))
                assert (name, side, ours) == (name, side, theirs)
