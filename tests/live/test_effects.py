"""What we write is what Airflow's own API writes: each wish is put to both, for twin runs of a paused DAG."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from .airflow import Airflow
from .asking import Ours, Theirs
from .effects import Effect, differences, effect_of
from .history import ENDS, set_paused, trigger
from .serving import Service

pytestmark = pytest.mark.live

Wish = Callable[[Any, str], object]
"""What is asked for the run of an id, of Theirs or of Ours."""

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


EXCUSED = re.compile(
    r"note of .*\.user_id: ours 'untouched'"  # 2.x: whoever holds a static token is no user of Airflow's
    r"|task .*\.priority_weight: ours 'untouched'"  # 2.x weighs anew, as if what it clears were all of the DAG
)


def same(ours: Effect, theirs: Effect, airflow: Airflow) -> None:
    """Assert that both sides changed the same."""
    told = [line for line in differences(ours, theirs) if airflow.major >= 3 or not EXCUSED.match(line)]
    assert not told, "\n".join(told)


@pytest.fixture(scope="module")
def twins(running_airflow: Airflow) -> Iterator[Airflow]:
    """Let twin runs end for every wish, and pause the DAGs while they are compared."""
    pairs = [(dag_id, f"{name}-{side}") for name, (dag_id, _) in FINISHED.items() for side in ("theirs", "ours")]
    for dag_id, run_id in pairs:
        trigger(running_airflow, dag_id, run_id)
    for dag_id, run_id in pairs:
        running_airflow.wait_for_run(dag_id, run_id, ENDS[dag_id])
    for dag_id in PAUSED:
        set_paused(running_airflow, dag_id, paused=True)
    for name, (dag_id, _) in QUEUED.items():
        for side in ("theirs", "ours"):
            trigger(running_airflow, dag_id, f"{name}-{side}")
    yield running_airflow
    for dag_id in PAUSED:
        set_paused(running_airflow, dag_id, paused=False)


@pytest.mark.parametrize("name", [*FINISHED, *QUEUED])
def test_a_wish_has_the_effects_that_airflows_own_api_gives_it(
    twins: Airflow, airflow: Airflow, service: Service, name: str
) -> None:
    dag_id, wish = (FINISHED | QUEUED)[name]
    real, own = f"{name}-theirs", f"{name}-ours"
    theirs = effect_of(twins, dag_id, real, lambda: wish(Theirs(airflow), real))
    ours = effect_of(twins, dag_id, own, lambda: wish(Ours(service), own))
    assert theirs
    same(ours, theirs, airflow)


@pytest.mark.parametrize("dag_id", TRIGGERED)
def test_a_triggered_run_has_the_rows_that_airflows_own_api_gives_it(
    twins: Airflow, airflow: Airflow, service: Service, dag_id: str
) -> None:
    wish = {"conf": CONF.get(dag_id, {})}
    real, own = "triggered-theirs", "triggered-ours"
    one, two = "2026-03-10T05:00:00+00:00", "2026-03-11T05:00:00+00:00"
    theirs = effect_of(twins, dag_id, real, lambda: Theirs(airflow).trigger(dag_id, real, logical_date=one, **wish))
    ours = effect_of(twins, dag_id, own, lambda: Ours(service).trigger(dag_id, own, logical_date=two, **wish))
    for run_id in (real, own):
        Theirs(airflow).delete_run(dag_id, run_id)
    assert {"run", "audit 0"} < theirs.keys()
    same(ours, theirs, airflow)


def test_a_run_without_a_date_has_the_rows_that_airflows_own_api_gives_it(
    twins: Airflow, airflow: Airflow, service: Service
) -> None:
    real, own = "undated-theirs", "undated-ours"
    theirs = effect_of(twins, "passes", real, lambda: Theirs(airflow).trigger("passes", real, logical_date=None))
    ours = effect_of(twins, "passes", own, lambda: Ours(service).trigger("passes", own))
    same(ours, theirs, airflow)


def test_the_scheduler_ends_all_of_them_alike(twins: Airflow, airflow: Airflow) -> None:
    """Whatever was wished for the twins, once their DAGs go on, the scheduler brings both to the same end."""
    for dag_id in PAUSED:
        set_paused(twins, dag_id, paused=False)
    for name, (dag_id, _) in (FINISHED | QUEUED).items():
        if airflow.sql("SELECT 1 FROM dag_run WHERE dag_id = %s AND run_id = %s", dag_id, f"{name}-theirs"):
            end = airflow.wait_for_end(dag_id, f"{name}-theirs")["state"]
            airflow.wait_for_run(dag_id, f"{name}-ours", end)
            ours, theirs = (airflow.task_states(dag_id, f"{name}-{side}") for side in ("ours", "theirs"))
            assert (name, ours) == (name, theirs)
