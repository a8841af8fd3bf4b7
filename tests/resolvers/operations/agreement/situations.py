"""Situations in which a change is made: what is in the database, and what is asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.resolvers.operations.stopped import BEGUN, ENDED, version
from tests.world import DAY, World

Arguments = Mapping[str, Any]
CARRIER = {"__type": "dict", "__var": {"traceparent": f"00-{'1' * 32}-{'2' * 16}-01"}}
RAN: Mapping[str, object] = {
    "start_date": BEGUN,
    "end_date": ENDED,
    "duration": 60.0,
    "updated_at": DAY,
    "queued_dttm": DAY,
    "external_executor_id": "an id",
    "custom_operator_name": "@task",
}
NEVER: Mapping[str, object] = {"try_number": 0, "updated_at": DAY}


@dataclass(frozen=True)
class Situation:
    """A change called `operation` with arguments that `prepare` returns, once it has filled the database.

    It is possible `since` a release.
    """

    name: str
    operation: str
    prepare: Callable[[World], Arguments]
    since: str = "2.9"

    def possible(self, world: World) -> bool:
        """Say whether an Airflow knows what is asked for."""
        return world.generation.is_since(self.since)


SITUATIONS: list[Situation] = []


def situation(
    operation: str, since: str = "2.9"
) -> Callable[[Callable[[World], Arguments]], Callable[[World], Arguments]]:
    """Make a situation of a function that fills a database and returns the arguments."""

    def declare(prepare: Callable[[World], Arguments]) -> Callable[[World], Arguments]:
        SITUATIONS.append(Situation(prepare.__name__.replace("_", " "), operation, prepare, since))
        return prepare

    return declare


def run(world: World, dag_id: str, run_id: str = "run", day: float = 0, **values: Any) -> None:
    """Add a failed run, as complete as real ones are."""
    traced = {"context_carrier": CARRIER} if world.generation.is_since("3.2") else {}
    common = {"state": "failed", "last_scheduling_decision": DAY, "updated_at": DAY}
    date = {"logical_date": DAY + timedelta(days=day)}
    world.run(dag_id, run_id, **{**version(world, dag_id), **traced, **common, **date, **values})


def task(world: World, dag_id: str, task_id: str, state: str | None, run_id: str = "run", **values: Any) -> None:
    """Add a task instance that has run unless it waits to."""
    told = RAN if state not in (None, "scheduled") else NEVER
    pinned = version(world, dag_id, "dag_version_id")
    world.task_instance(dag_id, run_id, task_id, state, **{**pinned, **told, "task_display_name": task_id, **values})


def line(world: World, **values: Any) -> Arguments:
    """Add a run of four tasks in a line that stopped at the second."""
    world.recorded_dag("line")
    run(world, "line", **values)
    task(world, "line", "first", "success")
    task(world, "line", "second", "failed", try_number=2, max_tries=1)
    task(world, "line", "third", "upstream_failed", try_number=0, start_date=None)
    task(world, "line", "fourth", None)
    return {"dag_id": "line", "run_id": "run"}


def every_kind(world: World, **values: Any) -> Arguments:
    """Add a run with task instances that are running, waiting and pending."""
    world.recorded_dag("diamonds")
    run(world, "diamonds", **{"state": "running", "end_date": None, **values})
    job: dict[str, Any] = {}
    if world.generation.number == 2:
        world.insert("job", {"id": 7, "state": "running", "job_type": "LocalTaskJob"})
        job = {"job_id": 7}
    task(world, "diamonds", "top", "success")
    task(world, "diamonds", "left", "running", end_date=None, duration=None, **job)
    task(world, "diamonds", "right", "deferred", end_date=None, next_method="resume", next_kwargs=CARRIER)
    task(world, "diamonds", "middle", None)
    task(world, "diamonds", "bottom", "up_for_retry")
    task(world, "diamonds", "alone", "scheduled")
    return {"dag_id": "diamonds", "run_id": "run"}


def all_of(world: World, dag_id: str, **states: str | None) -> Arguments:
    """Add a run of a recorded DAG with an instance of every task, failed unless said otherwise."""
    world.recorded_dag(dag_id)
    run(world, dag_id)
    for task_id in task_ids(world, dag_id):
        task(world, dag_id, task_id, states.get(task_id, "failed"))
    return {"dag_id": dag_id, "run_id": "run"}


def task_ids(world: World, dag_id: str) -> list[str]:
    """Return the tasks of a DAG in the database."""
    (row,) = world.rows("serialized_dag", "data", dag_id=dag_id)
    return [stored.get("__var", stored)["task_id"] for stored in row["data"]["dag"]["tasks"]]


def runs_on_schedule(world: World, dag_id: str, *names: str) -> None:
    """Add four runs at three in the morning."""
    world.recorded_dag(dag_id)
    for day in range(4):
        run(world, dag_id, f"r{day}", day + 0.125)
        for name in task_ids(world, dag_id):
            task(world, dag_id, name, "failed" if name in names else "success", f"r{day}")


CLEAR: Mapping[str, Any] = {"reset_dag_runs": True, "dry_run": False}
WHOLE: Mapping[str, Any] = {**CLEAR, "only_failed": False}


@situation("clear")
def what_failed_is_cleared(world: World) -> Arguments:
    return {**line(world), **CLEAR}


@situation("clear")
def it_would_be_cleared(world: World) -> Arguments:
    return {**line(world), **CLEAR, "dry_run": True}


@situation("clear")
def the_run_is_left_alone(world: World) -> Arguments:
    return {**line(world), **CLEAR, "reset_dag_runs": False}


@situation("clear")
def a_running_run_is_cleared(world: World) -> Arguments:
    return {**every_kind(world), **WHOLE}


@situation("clear")
def what_is_running_is_cleared(world: World) -> Arguments:
    return {**every_kind(world), **WHOLE, "only_running": True}


@situation("clear")
def a_lost_task_is_cleared(world: World) -> Arguments:
    arguments = line(world)
    task(world, "line", "gone", "failed", try_number=3, max_tries=1)
    return {**arguments, **CLEAR}


@situation("clear")
def an_unknown_task_is_named(world: World) -> Arguments:
    arguments = line(world)
    task(world, "line", "gone", "failed")
    return {**arguments, **WHOLE, "task_ids": ["gone", "nobody"]}


@situation("clear")
def runs_of_the_past_are_cleared(world: World) -> Arguments:
    runs_on_schedule(world, "line", "first", "second")
    return {"dag_id": "line", "run_id": "r2", **CLEAR, "include_past": True}


@situation("clear")
def runs_between_dates_are_cleared(world: World) -> Arguments:
    runs_on_schedule(world, "line", "first", "second")
    dates = {"start_date": DAY + timedelta(days=1), "end_date": DAY + timedelta(days=2, hours=4)}
    return {"dag_id": "line", **CLEAR, **dates}


@situation("clear", "3.0")
def a_dateless_run_is_cleared(world: World) -> Arguments:
    return {**line(world, logical_date=None, data_interval_start=None, data_interval_end=None), **CLEAR}


@situation("clear", "3.2")
def a_running_task_prevents_it(world: World) -> Arguments:
    return {**every_kind(world), **WHOLE, "prevent_running_task": True}


@situation("clear", "3.3")
def a_note_is_left(world: World) -> Arguments:
    return {**line(world), **CLEAR, "note": "the cause is gone"}


@situation("clear", "3.2")
def somebody_was_asked(world: World) -> Arguments:
    arguments = line(world)
    (row,) = world.rows("task_instance", "id", task_id="second")
    answers = {"options": ["a", "b"], "params": {"x": 1}, "params_input": {}, "chosen_options": ["a"]}
    asked = {"ti_id": row["id"], "subject": "?", "body": "b", "multiple": False, "created_at": DAY, **answers}
    world.insert("human_input", asked)
    return {**arguments, **CLEAR}


def mapped(world: World) -> Arguments:
    """Add a run of a mapped task group."""
    world.recorded_dag("mapped_group")
    run(world, "mapped_group")
    task(world, "mapped_group", "sizes", "success")
    task(world, "mapped_group", "gather", "upstream_failed")
    for index in range(3):
        task(world, "mapped_group", "each.work", "failed", map_index=index)
        task(world, "mapped_group", "each.check", "upstream_failed", map_index=index)
    for index in range(2):
        task(world, "mapped_group", "twice.within.again", "success", map_index=index)
    with world.service.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO task_map (dag_id, task_id, run_id, map_index, length) "
            "VALUES ('mapped_group', 'sizes', 'run', -1, 3)"
        )
    return {"dag_id": "mapped_group", "run_id": "run"}


def relatives_of(dag_id: str, marker: str | tuple[str, int], *, upstream: bool, downstream: bool) -> None:
    """Add the situation in which a task is cleared with its relatives."""

    def prepare(world: World) -> Arguments:
        arguments = mapped(world) if dag_id == "mapped_group" else all_of(world, dag_id)
        asked = {"include_upstream": upstream, "include_downstream": downstream}
        return {**arguments, **WHOLE, "task_ids": [marker], **asked}

    where = " and ".join(word for word, wanted in (("up", upstream), ("down", downstream)) if wanted)
    since = "3.0" if isinstance(marker, tuple) else "2.9"
    SITUATIONS.append(Situation(f"{marker} of {dag_id} is cleared {where or 'alone'}", "clear", prepare, since))


MARKERS: Mapping[str, tuple[str | tuple[str, int], ...]] = {
    "one_pair": ("work", "make"),
    "two_pairs": ("query", "copy", "alone"),
    "nested_pairs": ("second", "third"),
    "pairs_in_groups": ("left.work", "after"),
    "mapped_group": (("each.work", 1), ("twice.within.again", 1), "sizes"),
}
for _dag_id, _markers in MARKERS.items():
    for _marker in _markers:
        for _upstream in (False, True):
            for _downstream in (False, True):
                relatives_of(_dag_id, _marker, upstream=_upstream, downstream=_downstream)


def whole_run(dag_id: str) -> None:
    """Add the situation in which a whole run of a recorded DAG is cleared."""

    def prepare(world: World) -> Arguments:
        return {**all_of(world, dag_id), "dry_run": False}

    SITUATIONS.append(Situation(f"a run of {dag_id} is cleared", "clear run", prepare))


for _dag_id in ("line", "described", "slots", "stubborn", "weights_mixed", "decorated", "nested_groups", "waiting"):
    whole_run(_dag_id)


def run_state(name: str, state: str, prepare_run: Callable[[World], Arguments]) -> None:
    """Add the situation in which the state of a run is set."""

    def prepare(world: World) -> Arguments:
        return {**prepare_run(world), "state": state}

    SITUATIONS.append(Situation(f"{name} is set to {state}", "run state", prepare))


for _state in ("success", "failed", "queued"):
    run_state("a running run", _state, every_kind)
    run_state("a failed run", _state, lambda world: every_kind(world, state="failed", end_date=ENDED))
    run_state(
        "a run with a teardown to come", _state, lambda world: all_of(world, "two_pairs", drop_cluster=None, end=None)
    )
    run_state(
        "a run with teardowns that are over",
        _state,
        lambda world: all_of(world, "two_pairs", drop_bucket="success", query="running"),
    )


def task_state(name: str, state: str, prepare: Callable[[World], Arguments], since: str = "2.9") -> None:
    """Add the situation in which the state of a task instance is set."""
    SITUATIONS.append(
        Situation(f"{name} is set to {state}", "task state", lambda world: {**prepare(world), "state": state}, since)
    )


for _state in ("success", "failed", "skipped"):
    task_state("a failed task", _state, lambda world: {**line(world), "task_id": "second"})
    task_state(
        "a task with its relatives",
        _state,
        lambda world: {
            **line(world),
            "task_id": "third",
            "include_upstream": True,
            "include_downstream": True,
        },
    )
    task_state("a waiting task", _state, lambda world: {**every_kind(world), "task_id": "right"})
    task_state(
        "a task before a teardown",
        _state,
        lambda world: {**all_of(world, "two_pairs"), "task_id": "query", "include_downstream": True},
    )
    task_state(
        "one instance of a mapped task",
        _state,
        lambda world: {**mapped(world), "task_id": "each.work", "map_index": 1},
        "3.0",
    )


@situation("task state")
def a_task_is_set_in_later_runs(world: World) -> Arguments:
    runs_on_schedule(world, "line", "first", "second")
    return {"dag_id": "line", "run_id": "r1", "task_id": "first", "state": "success", "include_future": True}


@situation("task state")
def a_task_is_set_in_all_runs(world: World) -> Arguments:
    runs_on_schedule(world, "diamonds", "top", "left")
    both = {"include_future": True, "include_past": True}
    return {"dag_id": "diamonds", "run_id": "r1", "task_id": "top", "state": "success", **both}


@situation("note")
def a_note_is_written(world: World) -> Arguments:
    return {**line(world), "task_id": "second", "map_index": -1, "note": "look"}
