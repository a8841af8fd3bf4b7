"""The dates of a DAG's schedule in a range, for those who may make runs for them."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from resolvers.access.permissions import Permission
from resolvers.errors import Unsupported
from resolvers.operations.audit import Audit
from resolvers.operations.operation import operation
from resolvers.operations.work import Work

MOST_DATES = 1_000
"""Dates that are told at most."""


@dataclass(frozen=True)
class DueDates:
    """Logical dates of scheduled runs, in their order."""

    dates: tuple[datetime, ...]


@operation(needs=Permission.RUN_CREATE, on="dag_id", audit=Audit("", "", "GET", ()))
def due_dates(work: Work, *, dag_id: str, from_date: datetime, to_date: datetime) -> DueDates:
    """Return the dates that the DAG's schedule has between two dates, both included; nothing changes."""
    timetable = work.dag(dag_id).timetable
    if not timetable.is_known:
        raise Unsupported(
            f"The schedule of DAG '{dag_id}' is of a class that only its Airflow knows.",
            field="dagId",
            hint="Use Airflow's own command line.",
        )
    due = islice(timetable.intervals(from_date, to_date), MOST_DATES)
    return DueDates(tuple(interval.start for interval in due))
