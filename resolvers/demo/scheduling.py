"""What a scheduler does at one moment, in simple form: runs are made, started and ended."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, or_, select, tuple_

from resolvers.demo.asset_clock import tell_of_updates, use_updates, woken_by_assets
from resolvers.demo.blueprint import DagPlan
from resolvers.demo.dag_rows import next_due
from resolvers.demo.dags import CATALOG
from resolvers.demo.outcome import Outcome, RunPlan
from resolvers.demo.progress import ended
from resolvers.demo.run_names import run_id_of
from resolvers.demo.run_rows import run_row
from resolvers.demo.shift import Shift
from resolvers.demo.working import states_of, work_on
from resolvers.operations.instances import lock_instances
from resolvers.operations.task_rows import task_instance_rows
from resolvers.operations.versions import newest_version
from resolvers.operations.work import Work
from resolvers.serialized.timetable import DataInterval

_DAG = ("dag_id", "is_paused", "is_stale", "has_import_errors", "next_logical_date", "next_run_after", "fileloc")
_RUN = ("id", "dag_id", "run_id", "state", "run_after", "created_dag_version_id", "logical_date")


def take_turn(work: Work) -> None:
    """Carry out everything that is to happen at `work.now`."""
    _beat(work)
    _parse_again(work)
    dags = {row.dag_id: row for row in _rows(work, "dag", _DAG) if row.dag_id in CATALOG}
    awake = {dag_id for dag_id, row in dags.items() if not row.is_paused and not row.is_stale}
    for dag_id in sorted(awake):
        _make_due_run(work, CATALOG[dag_id], dags[dag_id])
    for plan in woken_by_assets(work):
        _make_run_by_assets(work, plan)
    runs = _active_runs(work, list(dags))
    _start_runs(work, [run for run in runs if run.dag_id in awake])
    _work_on(work, _active_runs(work, list(dags)), awake)


def _rows(work: Work, relation: str, columns: Sequence[str], *conditions: ColumnElement[bool]) -> list[Row[Any]]:
    named = [work.column(relation, name).label(name) for name in columns]
    return list(work.connection.execute(select(*named).where(*conditions)))


def _beat(work: Work) -> None:
    """Let the processes of this Airflow seem alive."""
    work.update("job", {"latest_heartbeat": work.now}, *work.where("job", state="running"))


def _parse_again(work: Work) -> None:
    """Do as if the files that somebody asked for had been parsed."""
    place = "fileloc" if work.generation.number == 2 else "relative_fileloc"
    asked = [row[0] for row in _rows(work, "parsing_request", (place,))]
    if asked:
        work.update("dag", {"last_parsed_time": work.now}, work.column("dag", place).in_(asked))
        work.delete("parsing_request")


def _make_due_run(work: Work, plan: DagPlan, dag: Row[Any]) -> None:
    """Make the run whose time has come, and say when the next one's comes."""
    if dag.next_run_after is None or dag.next_run_after > work.now:
        return
    begin, end = dag.next_logical_date, dag.next_run_after
    make_run(work, plan, "scheduled", end, DataInterval(begin, end))
    due = next_due(work.dag(plan.dag_id).timetable, work.now)
    work.update(
        "dag",
        {
            "next_logical_date": due and due.start,
            "next_run_after": due and due.end,
            "next_dagrun_data_interval_start": due and due.start,
            "next_dagrun_data_interval_end": due and due.end,
        },
        *work.where("dag", dag_id=plan.dag_id),
    )


def _make_run_by_assets(work: Work, plan: DagPlan) -> None:
    """Make a run for the updates that a DAG waited for."""
    # Airflow 2 gives every run a date; in 3, one that assets triggered has none.
    interval = DataInterval(work.now, work.now) if work.generation.number == 2 else None
    run = make_run(work, plan, "asset_triggered", work.now, interval)
    if run is not None:
        use_updates(work, plan, run)


def make_run(work: Work, plan: DagPlan, run_type: str, at: datetime, interval: DataInterval | None) -> int | None:
    """Make a queued run with its task instances, and return its number; none where its name or date is taken."""
    logical = interval.start if interval else None
    run_id = run_id_of(work.generation.number, run_type, at, logical)
    same = work.where("dag_run", dag_id=plan.dag_id)
    date = work.column("dag_run", "logical_date")
    taken = or_(work.column("dag_run", "run_id") == run_id, date == logical if logical else date.is_(None) & False)
    if _rows(work, "dag_run", ("id",), *same, taken):
        return None
    run = RunPlan(
        plan=plan,
        run_id=run_id,
        run_type=run_type,
        run_after=at,
        queued_at=work.now,
        logical_date=logical,
        interval=(interval.start, interval.end) if interval else None,
    )
    version = newest_version(work, plan.dag_id)
    identity = version.id if version else None
    number = 1 + (work.connection.execute(select(func.max(work.column("dag_run", "id")))).scalar() or 0)
    queued = Outcome(run=run, state="queued", start=None, end=None, instances=())
    work.insert("dag_run", run_row(queued, number, work.generation.number, identity))
    _make_instances(work, plan.dag_id, run_id, logical, identity)
    return number


def _make_instances(work: Work, dag_id: str, run_id: str, logical: datetime | None, version: UUID | None) -> None:
    dag = work.dag(dag_id)
    rows = task_instance_rows(work, dag, run_id=run_id, logical_date=logical, dag_version_id=version)
    work.insert_all("task_instance", rows)


def _active_runs(work: Work, dag_ids: Sequence[str]) -> list[Row[Any]]:
    column = work.column
    runs = _rows(
        work,
        "dag_run",
        _RUN,
        column("dag_run", "state").in_(("queued", "running")),
        column("dag_run", "dag_id").in_(dag_ids),
    )
    return sorted(runs, key=lambda run: run.id)


def _start_runs(work: Work, runs: Iterable[Row[Any]]) -> None:
    """Let queued runs begin, as many of a DAG as may be active at once, oldest first."""
    ordered = sorted(runs, key=lambda run: run.state != "running")
    active: dict[str, int] = {}
    for run in ordered:
        begins = run.state == "running"
        room = active.get(run.dag_id, 0) < CATALOG[run.dag_id].max_active_runs
        if run.state == "queued" and run.run_after <= work.now and room:
            begins = True
            times = {"start_date": work.now, "last_scheduling_decision": work.now, "updated_at": work.now}
            work.update("dag_run", {"state": "running", **times}, *work.where("dag_run", id=run.id))
            if not _rows(work, "task_instance", ("task_id",), *work.where("task_instance", **_key(run))):
                _make_instances(work, run.dag_id, run.run_id, run.logical_date, run.created_dag_version_id)
        active[run.dag_id] = active.get(run.dag_id, 0) + begins


def _key(run: Row[Any]) -> dict[str, object]:
    return {"dag_id": run.dag_id, "run_id": run.run_id}


def _work_on(work: Work, runs: Sequence[Row[Any]], awake: set[str]) -> None:
    """Let the task instances of running runs go on, and end the runs that have none left to do."""
    running = [run for run in runs if run.state == "running"]
    if not running:
        return
    column = work.column
    ours = tuple_(column("task_instance", "dag_id"), column("task_instance", "run_id"))
    found: dict[tuple[str, str], list[Row[Any]]] = {(run.dag_id, run.run_id): [] for run in running}
    for row in lock_instances(work, [ours.in_(list(found))]):
        found[row.dag_id, row.run_id].append(row)
    shift = Shift(work, [row for rows in found.values() for row in rows])
    for run in running:
        rows = found[run.dag_id, run.run_id]
        states = states_of(rows)
        work_on(shift, CATALOG[run.dag_id], rows, states, may_begin=run.dag_id in awake)
        state = ended(CATALOG[run.dag_id], states)
        if state is not None:
            times = {"end_date": work.now, "last_scheduling_decision": work.now, "updated_at": work.now}
            work.update("dag_run", {"state": state, **times}, *work.where("dag_run", id=run.id))
    shift.write()
    tell_of_updates(work, shift.written)
    for dag_id in shift.triggered:
        run_type = "manual" if work.generation.number == 2 else "operator_triggered"
        make_run(work, CATALOG[dag_id], run_type, work.now, DataInterval(work.now, work.now))
