"""What keeps a task instance from being queued, as far as the database tells, in the words of Airflow's own API."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from resolvers.access.permissions import Guard
from resolvers.binding import Aggregated, Column, Each, Entity, Match, One, Operator, Order
from resolvers.selection import Selection, Wanted
from resolvers.sources.find import Find
from resolvers.sources.trigger_rules import Upstream, unmet_rule

_KEY = ("dag_id", "run_id", "task_id", "map_index")
# Of others, Airflow knows no dependencies: they are queued, or were.
_WAITING = (None, "scheduled")
_SUCCESSFUL = ("success", "skipped")
_OCCUPYING = ("running", "queued", "deferred")

# Reached through a task instance alone, whose guard is the one that counts.
_ITS_OWN = Guard(())

Reason = tuple[str, str]
Facts = Mapping[str, Any]


def _columns(names: str) -> tuple[Wanted, ...]:
    return tuple(Wanted(name, Column(name)) for name in names.split())


def _in_states(link: str, states: tuple[str, ...], measure: str | None = None) -> Wanted:
    """Return how many task instances, or how much of them, are in each of these states."""
    match = (Match("state", Operator.IN, states),)
    return Wanted("taken", Aggregated(link, "state", _ITS_OWN, dict, measure, match=match))


_DAG = Selection(
    Entity("DAG", "dag", ("dag_id",), _ITS_OWN),
    (*_columns("is_paused max_active_tasks"), _in_states("task_instances", ("running",))),
)
_POOL = Selection(
    Entity("Pool", "pool", ("pool",), _ITS_OWN),
    (*_columns("slots include_deferred"), _in_states("task_instances", _OCCUPYING, "pool_slots")),
)
_RUN = Selection(
    Entity("DagRun", "dag_run", ("dag_id", "run_id"), _ITS_OWN),
    _columns("state run_type run_id_before scheduled_run_id_before"),
)
_INSTANCE = Selection(
    Entity("TaskInstance", "task_instance", _KEY, _ITS_OWN),
    (
        *_columns("dag_id run_id task_id map_index state pool pool_slots nominal_date"),
        Wanted("dag", One("dag"), _DAG),
        Wanted("dag_run", One("dag_run"), _RUN),
        Wanted("slots", One("pool"), _POOL),
        _in_states("of_same_task", ("running",)),
    ),
)
_NEIGHBOURS = Selection(
    _RUN.entity,
    (
        *_columns("nominal_date"),
        Wanted(
            "task_instances",
            Each("task_instances", Order(())),
            Selection(Entity("TaskInstance", "task_instance", _KEY, _ITS_OWN), _columns("task_id state")),
        ),
    ),
)
_TASK = Selection(
    Entity("Task", "task", ("dag_id", "task_id"), _ITS_OWN),
    _columns(
        "task_id trigger_rule upstream_task_ids downstream_task_ids start_date end_date is_setup is_mapped "
        "depends_on_past wait_for_downstream ignore_first_depends_on_past max_active_tis_per_dag "
        "max_active_tis_per_dagrun"
    ),
)
_DEFINITION = Selection(
    Entity("DagDefinition", "dag_definition", ("dag_id",), _ITS_OWN), _columns("start_date end_date catchup")
)


def dependency_rows(
    find: Find, keys: Sequence[Mapping[str, object]], now: datetime
) -> list[list[Mapping[str, object]]]:
    """Return what each task instance waits for; nothing of one that waits no longer."""
    instances = find(_INSTANCE, keys)
    waiting = [one for one in instances if one and one["state"] in _WAITING]
    tasks = _by(("dag_id", "task_id"), find, _TASK, waiting)
    definitions = _by(("dag_id",), find, _DEFINITION, waiting)
    before = {id(one): _run_before(one, tasks, definitions) for one in waiting}
    named = [{"dag_id": one["dag_id"], "run_id": run_id} for one in waiting if (run_id := before[id(one)])]
    runs = _by(("dag_id", "run_id"), find, _NEIGHBOURS, [*waiting, *named])
    upstream = _by(
        ("dag_id", "task_id"),
        find,
        _TASK,
        [
            {"dag_id": one["dag_id"], "task_id": name}
            for one in waiting
            if (task := tasks[one["dag_id"], one["task_id"]])
            for name in task["upstream_task_ids"]
        ],
    )

    def reasons(one: Facts) -> list[Reason]:
        task = tasks[one["dag_id"], one["task_id"]]
        if task is None:
            return []
        above = [upstream[one["dag_id"], name] for name in task["upstream_task_ids"]]
        run = runs[one["dag_id"], one["run_id"]] or {"task_instances": ()}
        known = Upstream.of([task for task in above if task], run["task_instances"])
        unmet = unmet_rule(task["trigger_rule"], known, is_mapped=one["map_index"] > -1)
        return sorted(
            [
                *_of_state(one),
                *_of_dates(one["nominal_date"], task, definitions[(one["dag_id"],)] or {}, now),
                *_of_slots(one),
                *_of_the_task(one, task, run["task_instances"]),
                *_of_the_past(task, runs.get((one["dag_id"], before[id(one)])), definitions[(one["dag_id"],)] or {}),
                *([("Trigger Rule", unmet)] if unmet else []),
            ]
        )

    return [
        [{**key, "name": name, "reason": reason} for name, reason in reasons(one)]
        if one and one["state"] in _WAITING
        else []
        for key, one in zip(keys, instances, strict=True)
    ]


def _run_before(one: Facts, tasks: Mapping[Any, Any], definitions: Mapping[Any, Any]) -> str | None:
    """Return the run whose outcome a task instance waits for; none where it waits for none."""
    task = tasks[one["dag_id"], one["task_id"]]
    if not task or not task["depends_on_past"]:
        return None
    catches_up = (definitions[(one["dag_id"],)] or {}).get("catchup")
    run: Facts = one["dag_run"] or {}
    found: str | None = run.get("scheduled_run_id_before" if catches_up else "run_id_before")
    return found


def _of_the_past(task: Facts, run: Facts | None, dag: Facts) -> Iterator[Reason]:
    """Give why the run before keeps a task instance waiting, by the rules of `depends_on_past`."""
    name = "Previous Dagrun State"
    if run is None:
        return
    if dag.get("catchup") and task["start_date"] and run["nominal_date"] < task["start_date"]:
        return
    own = [one["state"] for one in run["task_instances"] if one["task_id"] == task["task_id"]]
    below = [one["state"] for one in run["task_instances"] if one["task_id"] in task["downstream_task_ids"]]
    unsuccessful = [state for state in own if state not in _SUCCESSFUL]
    if not own and not task["ignore_first_depends_on_past"]:
        yield name, "depends_on_past is true for this task's DAG, but the previous task instance has not run yet."
    elif unsuccessful:
        told = f"{len(unsuccessful)} previous task instance(s) are not in a successful state."
        yield name, f"depends_on_past is true for this task, but {told}"
    elif task["wait_for_downstream"] and any(state not in _SUCCESSFUL for state in below):
        yield (
            name,
            "The tasks downstream of the previous task instance(s) haven't completed, and wait_for_downstream is True.",
        )


def _by(
    names: tuple[str, ...], find: Find, selection: Selection, rows: Sequence[Facts]
) -> Mapping[tuple[object, ...], Any]:
    """Return objects by the parts of their keys, each read once."""
    keys = list(dict.fromkeys(tuple(row[name] for name in names) for row in rows))
    found = find(selection, [dict(zip(names, key, strict=True)) for key in keys]) if keys else ()
    return dict(zip(keys, found, strict=True))


def _of_state(one: Facts) -> Iterator[Reason]:
    run, dag = one["dag_run"] or {}, one["dag"] or {}
    if one["state"] != "scheduled":
        yield "Task Instance State", f"Task is in the '{one['state']}' state."
    if run.get("state") != "running":
        told = run.get("state")
        yield "Dagrun Running", f"Task instance's dagrun was not in the 'running' state but in the state '{told}'."
    if run.get("run_type") == "backfill":
        yield "DagRun is not backfill job", "Task's DagRun run_type is backfill and cannot be run by the scheduler"
    if dag.get("is_paused"):
        yield "Dag Not Paused", f"Task's DAG '{one['dag_id']}' is paused."


def _of_dates(date: datetime | None, task: Facts, dag: Facts, now: datetime) -> Iterator[Reason]:
    if date is None:
        return
    told = f"The execution date is {date.isoformat()} but this is"
    if date > now:
        future = f"is in the future (the current date is {now.isoformat()})."
        yield "Execution Date", f"Execution date {date.isoformat()} {future}"
    for whose, of in (("task's", task), ("task's DAG's", dag)):
        start, end = of.get("start_date"), of.get("end_date")
        if end and date > end:
            yield "Execution Date", f"{told} after the {whose} end date {end.isoformat()}."
        if start and date < start:
            yield "Execution Date", f"{told} before the {whose} start date {start.isoformat()}."


def _of_the_task(one: Facts, task: Facts, instances: Sequence[Facts]) -> Iterator[Reason]:
    if task["is_mapped"] and one["map_index"] < 0:
        yield "Task has been mapped", "The task has yet to be mapped!"
    most, most_of_run = task["max_active_tis_per_dag"], task["max_active_tis_per_dagrun"]
    beside = sum(other["task_id"] == one["task_id"] and other["state"] == "running" for other in instances)
    if most is not None and one["taken"].get("running", 0) >= most:
        yield "Task Concurrency", "The max task concurrency has been reached."
    elif most_of_run is not None and beside >= most_of_run:
        yield "Task Concurrency", "The max task concurrency per run has been reached."


def _of_slots(one: Facts) -> Iterator[Reason]:
    dag, pool, needed = one["dag"] or {}, one["slots"], one["pool_slots"] or 1
    most = dag.get("max_active_tasks")
    if most is not None and dag["taken"].get("running", 0) >= most:
        limit = f"The maximum number of running tasks ({most}) for this task's DAG '{one['dag_id']}'"
        yield "Task Instance Slots Available", f"{limit} has been reached."
    if pool is None:
        yield "Pool Slots Available", f"Tasks using non-existent pool '{one['pool']}' will not be scheduled"
        return
    counted = _OCCUPYING if pool["include_deferred"] else _OCCUPYING[:2]
    left = (pool["slots"] or 0) - sum(pool["taken"].get(state, 0) for state in counted)
    if pool["slots"] != -1 and left < needed:
        yield (
            "Pool Slots Available",
            f"Not scheduling since there are {left} open slots in pool {one['pool']} and require {needed} pool slots",
        )
