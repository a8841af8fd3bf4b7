"""What can be done with backfills: making one, pausing it, and ending it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import JSON, Row, func, select
from sqlalchemy.exc import IntegrityError

from resolvers.access.permissions import Permission
from resolvers.errors import Conflict, Invalid, NotFound, Unsupported
from resolvers.operations.audit import Audit
from resolvers.operations.clearing import clear_instances
from resolvers.operations.dags import no_dag
from resolvers.operations.keys import BackfillKey, RunKey
from resolvers.operations.new_run import NewRun, insert_run, newest_serialized
from resolvers.operations.operation import operation
from resolvers.operations.versions import asks_for_newest
from resolvers.operations.work import Work
from resolvers.serialized.dag import SerializedDag
from resolvers.serialized.params import resolve_params
from resolvers.serialized.timetable import DataInterval

MOST_RUNS = 1_000
"""Runs that one backfill makes at most: they are made in one transaction, which nobody should have to wait for."""

REPROCESS = ("none", "failed", "completed")

_OVER = ("success", "failed")
_SINCE = "3.0"


@operation(
    needs=Permission.RUN_CREATE,
    on="dag_id",
    audit=Audit("", "create_backfill", "POST", ("dag_id",)),
)
def create_backfill(
    work: Work,
    *,
    dag_id: str,
    from_date: datetime,
    to_date: datetime,
    run_backwards: bool = False,
    conf: Mapping[str, object] | None = None,
    reprocess_behavior: str = "none",
    max_active_runs: int = 10,
    run_on_latest_version: bool | None = None,
) -> BackfillKey:
    """Make the runs of a DAG for the dates that its schedule has between two dates, both included.

    Runs of which the data interval is not over yet are left out. For a date that has a run, none is made: it is
    left alone, or, as `reprocess_behavior` says, cleared and made part of the backfill. Airflow's scheduler starts
    the runs, `max_active_runs` at a time.

    Raises `Unsupported` before Airflow 3.0 and for schedules that cannot be told beforehand, `NotFound` for a DAG
    that there is not, `Invalid` for arguments that do not fit, `Conflict` where a backfill of the DAG is active.
    """
    _refuse_airflow_2(work)
    row = work.find("dag", ("allowed_run_types", "bundle_version"), lock=True, dag_id=dag_id)
    if row is None:
        raise no_dag(dag_id)
    version = newest_serialized(work, dag_id)
    dag = work.dag(dag_id)
    _refuse_schedule(dag, row.allowed_run_types)
    _refuse_second(work, dag_id)
    _refuse_dates(work, from_date, to_date)
    _refuse_manner(dag, reprocess_behavior, max_active_runs, run_backwards=run_backwards)
    resolve_params(dag.params, dict(conf or {}))
    due = _due(work, dag, from_date, to_date)
    work.insert(
        "backfill",
        {
            "dag_id": dag_id,
            "from_date": from_date,
            "to_date": to_date,
            "dag_run_conf": _kept_conf(work, conf),
            "is_paused": False,
            "reprocess_behavior": reprocess_behavior,
            "max_active_runs": max_active_runs,
            "created_at": work.now,
            "updated_at": work.now,
            "triggering_user_name": work.actor.name,
        },
    )
    made = select(func.max(work.column("backfill", "id"))).where(*work.where("backfill", dag_id=dag_id))
    key = BackfillKey(work.connection.execute(made).scalar_one())
    latest = asks_for_newest(work, dag_id, asked=True if run_on_latest_version is None else run_on_latest_version)
    series = _Series(work, dag, version, row.bundle_version, key, conf, reprocess_behavior, latest)
    for position, interval in enumerate(reversed(due) if run_backwards else due, 1):
        series.fill(position, interval)
    return key


@dataclass(frozen=True)
class _Series:
    """The dates of a backfill that is being made."""

    work: Work
    dag: SerializedDag
    version: Row[Any] | None
    bundle_version: str | None
    key: BackfillKey
    conf: Mapping[str, object] | None
    reprocess: str
    latest: bool

    def fill(self, position: int, due: DataInterval) -> None:
        """Make the run of a date, or say why there is none."""
        run = self._run_of(due.start)
        reason = self._reason(run)
        if run is not None and reason is None:
            self._again(run)
        elif reason is None:
            run, reason = self._new(due)
        self.work.insert(
            "backfill_run",
            {
                "backfill_id": self.key.id,
                "dag_run_id": None if run is None or reason else run.id,
                "exception_reason": reason,
                "logical_date": due.start,
                "sort_ordinal": position,
            },
        )

    def _run_of(self, date: datetime) -> Row[Any] | None:
        return self.work.find(
            "dag_run", ("id", "run_id", "state"), lock=True, dag_id=self.dag.dag_id, logical_date=date
        )

    def _reason(self, run: Row[Any] | None) -> str | None:
        """Return why a date that has a run is left alone, in Airflow's words."""
        if run is None:
            return None
        if run.state not in _OVER:
            return "in flight"
        if self.reprocess == "none" or (self.reprocess == "failed" and run.state != "failed"):
            return "already exists"
        return None

    def _again(self, run: Row[Any]) -> None:
        """Clear a run, and make it part of the backfill."""
        work, dag_id = self.work, self.dag.dag_id
        clear_instances(
            work,
            dag_id,
            work.where("task_instance", dag_id=dag_id, run_id=run.run_id),
            reset_dag_runs=True,
            run_on_latest_version=self.latest,
        )
        changed: dict[str, object] = {
            "backfill_id": self.key.id,
            "run_type": "backfill",
            "triggered_by": "BACKFILL",
        }
        # Airflows before 3.3 let the run keep what it was given first, whatever the backfill is given.
        if self.conf is not None and work.generation.is_since("3.3"):
            changed["conf"] = self.conf
        work.update("dag_run", changed, *work.where("dag_run", id=run.id))

    def _new(self, due: DataInterval) -> tuple[Row[Any] | None, str | None]:
        dates = {
            "logical_date": due.start,
            "data_interval_start": due.start,
            "data_interval_end": due.end,
            "run_after": due.end,
        }
        run = NewRun(
            RunKey(self.dag.dag_id, f"backfill__{due.end.isoformat()}"),
            dates,
            dict(self.conf or {}),
            self.bundle_version,
            run_type="backfill",
            triggered_by="BACKFILL",
            further={"backfill_id": self.key.id},
        )
        try:
            insert_run(self.work, self.dag, self.version, run)
        except IntegrityError:
            # The scheduler made one at the same moment, or there is one of that id for another date.
            return None, "in flight"
        return self._run_of(due.start), None


@operation(
    needs=Permission.RUN_EDIT,
    on="dag_id",
    audit=Audit("", "pause_backfill", "PUT", ()),
)
def pause_backfill(work: Work, *, dag_id: str, backfill_id: int) -> BackfillKey:
    """Let no further run of a backfill be started. `Conflict` where it is over."""
    _active(work, dag_id, backfill_id)
    work.update("backfill", {"is_paused": True, "updated_at": work.now}, *work.where("backfill", id=backfill_id))
    return BackfillKey(backfill_id)


@operation(
    needs=Permission.RUN_EDIT,
    on="dag_id",
    audit=Audit("", "unpause_backfill", "PUT", ()),
)
def resume_backfill(work: Work, *, dag_id: str, backfill_id: int) -> BackfillKey:
    """Let the runs of a backfill be started again. `Conflict` where it is over."""
    _active(work, dag_id, backfill_id)
    work.update("backfill", {"is_paused": False, "updated_at": work.now}, *work.where("backfill", id=backfill_id))
    return BackfillKey(backfill_id)


@operation(
    needs=Permission.RUN_EDIT,
    on="dag_id",
    audit=Audit("", "cancel_backfill", "PUT", ()),
)
def cancel_backfill(work: Work, *, dag_id: str, backfill_id: int) -> BackfillKey:
    """End a backfill: runs of it that wait become failed ones, those that run go on. `Conflict` where it is over."""
    _active(work, dag_id, backfill_id)
    of_it = select(work.column("backfill_run", "dag_run_id")).where(
        *work.where("backfill_run", backfill_id=backfill_id), work.column("backfill_run", "dag_run_id").is_not(None)
    )
    waiting = [work.column("dag_run", "id").in_(of_it), *work.where("dag_run", state="queued")]
    work.update("dag_run", {"state": "failed", "updated_at": work.now}, *waiting)
    ended: dict[str, object] = {"is_paused": True, "completed_at": work.now, "updated_at": work.now}
    work.update("backfill", ended, *work.where("backfill", id=backfill_id))
    return BackfillKey(backfill_id)


def _kept_conf(work: Work, conf: Mapping[str, object] | None) -> object:
    """Return what the backfill says that its runs are given: since 3.3, that they were given nothing."""
    if conf is None and work.generation.is_since("3.3"):
        return JSON.NULL
    return dict(conf or {})


def no_backfill(backfill_id: int) -> NotFound:
    """Return the refusal of a backfill that is not there."""
    return NotFound(f"No backfill has the number {backfill_id}.", field="backfillId", hint="backfills lists them.")


def _active(work: Work, dag_id: str, backfill_id: int) -> None:
    _refuse_airflow_2(work)
    found = work.find("backfill", ("completed_at",), lock=True, id=backfill_id, dag_id=dag_id)
    if found is None:
        raise no_backfill(backfill_id)
    if found.completed_at is not None:
        raise Conflict(f"Backfill {backfill_id} is over already.", hint="Make another one.")


def _refuse_airflow_2(work: Work) -> None:
    if not work.generation.is_since(_SINCE):
        raise Unsupported(
            f"Airflow {work.generation.minor} keeps no backfills: its command line runs them itself.",
            hint="Use 'airflow dags backfill', or trigger a run for each date.",
        )


def _refuse_schedule(dag: SerializedDag, allowed: Sequence[str] | None) -> None:
    if allowed is not None and "backfill" not in allowed:
        raise Invalid(
            f"DAG '{dag.dag_id}' allows no backfills.", field="dagId", hint="See allowed_run_types in its file."
        )
    if not dag.timetable.is_known:
        raise Unsupported(
            f"The schedule of DAG '{dag.dag_id}' is of a class that only its Airflow knows.",
            field="dagId",
            hint="Use 'airflow backfill create'.",
        )
    if not dag.timetable.is_periodic:
        raise Invalid(
            f"DAG '{dag.dag_id}' has no schedule that tells dates beforehand.",
            field="dagId",
            hint="Trigger a run for each date that you want.",
        )


def _refuse_second(work: Work, dag_id: str) -> None:
    active = work.find("backfill", ("id",), dag_id=dag_id, completed_at=None)
    if active is not None:
        raise Conflict(
            f"Backfill {active.id} of DAG '{dag_id}' is active; there can be only one.",
            field="dagId",
            hint="Wait until it is over, or cancel it.",
        )


def _refuse_dates(work: Work, from_date: datetime, to_date: datetime) -> None:
    if from_date > to_date:
        raise Invalid("fromDate is after toDate.", field="fromDate", hint="Exchange them.")
    if from_date >= work.now:
        raise Invalid("Both dates lie in the future.", field="fromDate", hint="A backfill is about the past.")


def _refuse_manner(dag: SerializedDag, reprocess_behavior: str, max_active_runs: int, *, run_backwards: bool) -> None:
    if not 1 <= max_active_runs < 2**31:
        raise Invalid(f"maxActiveRuns must be 1 at least; it is {max_active_runs}.", field="maxActiveRuns")
    if reprocess_behavior not in REPROCESS:
        raise Invalid(f"reprocessBehavior is one of {', '.join(REPROCESS)}.", field="reprocessBehavior")
    if not any(task.depends_on_past for task in dag.tasks.values()):
        return
    if run_backwards:
        raise Invalid(
            f"DAG '{dag.dag_id}' has tasks that depend on the past: it cannot be filled in backwards.",
            field="runBackwards",
            hint="Leave it out.",
        )
    if reprocess_behavior == "none":
        raise Invalid(
            f"DAG '{dag.dag_id}' has tasks that depend on the past: dates must not be left out.",
            field="reprocessBehavior",
            hint="Give failed or completed.",
        )


def _due(work: Work, dag: SerializedDag, from_date: datetime, to_date: datetime) -> list[DataInterval]:
    over = (due for due in dag.timetable.intervals(from_date, to_date) if due.end < work.now)
    due = list(islice(over, MOST_RUNS + 1))
    if not due:
        raise Invalid(
            f"DAG '{dag.dag_id}' was not due between {from_date.isoformat()} and {to_date.isoformat()}.",
            field="fromDate",
            hint="Widen the range; intervals that are not over yet do not count.",
        )
    if len(due) > MOST_RUNS:
        raise Invalid(
            f"DAG '{dag.dag_id}' was due more than {MOST_RUNS:,} times between these dates.",
            field="toDate",
            hint="Fill in one stretch after the other.",
        )
    return due
