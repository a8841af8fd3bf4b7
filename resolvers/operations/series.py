"""Triggering a series of runs: one for each date of a DAG's schedule in a range."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.exc import IntegrityError

from resolvers.access.permissions import Permission
from resolvers.errors import Invalid, Unsupported
from resolvers.operations.audit import Audit
from resolvers.operations.keys import RunKey
from resolvers.operations.new_run import NewRun, insert_run, newest_serialized
from resolvers.operations.operation import operation
from resolvers.operations.run_dates import dates_of_run
from resolvers.operations.run_ids import fit_run_id
from resolvers.operations.trigger import fit_conf, triggerable
from resolvers.operations.work import Work
from resolvers.serialized.dag import SerializedDag
from resolvers.serialized.params import resolve_params
from resolvers.serialized.timetable import DataInterval

MOST_RUNS = 500
"""Runs of one series at most: they are made in one transaction, which nobody should have to wait for."""

# How many dates are counted, where there are more than may be made of.
_MOST_COUNTED = 10_000


@dataclass(frozen=True)
class Series:
    """The runs of a series that were made, in the order of their dates."""

    runs: tuple[RunKey, ...]


class LongSeriesError(Invalid):
    """A range has more dates than a series may; `count` of them, or more."""

    def __init__(self, count: int, limit: int) -> None:
        super().__init__(
            f"{count:,} runs would be made, and {limit:,} may be at most.",
            field="toDate",
            hint="Narrow the range, or ask for the first ones alone (`partial`).",
        )
        self.count = count
        self.limit = limit


@operation(
    needs=Permission.RUN_CREATE,
    on="dag_id",
    audit=Audit("api.post_dag_run", "trigger_dag_run", "POST", ("dag_id",)),
)
def trigger_series(
    work: Work,
    *,
    dag_id: str,
    from_date: datetime | None = None,
    to_date: datetime | None = None,
    prefix: str,
    numbered: bool = False,
    limit: int = MOST_RUNS,
    partial: bool = False,
    conf: Mapping[str, object] | None = None,
) -> Series:
    """Make a queued run for each date of a DAG's schedule from one date to another, both included.

    A date that is not given is now; without both, one run is made, for now, whatever the schedule. A run's id is the
    prefix and its date, with its number in the series between them where it is to be `numbered`. A date for which
    there is a run, or an id that a run has, is left out. All runs are made, or none.

    Raises `LongSeriesError` for more dates than `limit`, unless the first of them are enough (`partial`), and
    `Unsupported` for schedules that only their Airflow knows; for the rest what triggering a run raises.
    """
    if not 1 <= limit <= MOST_RUNS:
        raise Invalid(f"A series has from 1 to {MOST_RUNS} runs, not {limit}.", field="limit")
    given = dict(conf or {})
    dag_row = triggerable(work, dag_id)
    version = newest_serialized(work, dag_id)
    dag = work.dag(dag_id)
    due = _due(work, dag, from_date, to_date)
    if len(due) > limit and not partial:
        raise LongSeriesError(len(due), limit)
    fit_conf(work, given)
    resolve_params(dag.params, given)
    taken = _taken(work, dag_id, due)
    made: list[RunKey] = []
    for interval in due:
        if len(made) == limit:
            break
        if interval.start in taken:
            continue
        key = RunKey(dag_id, _run_id(prefix, len(made) + 1 if numbered else None, interval.start))
        fit_run_id(work, key.run_id)
        dates = dates_of_run(work, dag, interval.start, work.now, interval)
        if _insert(work, dag, version, NewRun(key, dates, given, dag_row.bundle_version)):
            made.append(key)
    return Series(tuple(made))


def _due(work: Work, dag: SerializedDag, from_date: datetime | None, to_date: datetime | None) -> list[DataInterval]:
    if from_date is None and to_date is None:
        now = work.now.replace(microsecond=0)
        found = dag.timetable.manual_interval(now)
        # The date of a run by hand is its own, whatever it is about.
        return [DataInterval(now, max(now, found.end))]
    if not dag.timetable.is_known:
        raise Unsupported(
            f"The schedule of DAG '{dag.dag_id}' is of a class that only its Airflow knows.",
            field="dagId",
            hint="Trigger a run for each date that you want.",
        )
    return list(islice(dag.timetable.intervals(from_date or work.now, to_date or work.now), _MOST_COUNTED))


def _taken(work: Work, dag_id: str, due: list[DataInterval]) -> set[datetime]:
    """Return the dates in the range for which there is a run."""
    if not due:
        return set()
    date = work.column("dag_run", "logical_date")
    statement = select(date).where(*work.where("dag_run", dag_id=dag_id), date.between(due[0].start, due[-1].start))
    return set(work.connection.execute(statement).scalars())


def _run_id(prefix: str, number: int | None, date: datetime) -> str:
    when = date.replace(tzinfo=None).isoformat()
    return f"{prefix}_{when}" if number is None else f"{prefix}_000000{number}_{when}"


def _insert(work: Work, dag: SerializedDag, version: Row[Any] | None, run: NewRun) -> bool:
    """Make a run; say whether there was none of its id or date."""
    try:
        insert_run(work, dag, version, run)
    except IntegrityError:
        return False
    return True
