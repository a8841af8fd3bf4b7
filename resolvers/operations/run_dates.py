"""What a new run is about, and when it may start."""

from datetime import datetime

from resolvers.errors import Invalid, Unsupported
from resolvers.operations.work import Work
from resolvers.serialized.dag import SerializedDag
from resolvers.serialized.timetable import DataInterval


def given_interval(start: datetime | None, end: datetime | None) -> DataInterval | None:
    """Return the data interval that a caller gives, if any; `Invalid` for half of one."""
    if start is not None and end is not None:
        return DataInterval(start, end)
    if start is None and end is None:
        return None
    raise Invalid(
        "A data interval has a start and an end, and one of them is missing.",
        field="dataIntervalStart" if start is None else "dataIntervalEnd",
        hint="Give both, or neither.",
    )


def fit_dates(
    work: Work, logical_date: datetime | None, run_after: datetime | None, interval: DataInterval | None
) -> None:
    """Raise `Unsupported` or `Invalid` for dates that runs of this Airflow cannot have, or not together."""
    if work.generation.number == 2:
        if run_after is not None:
            raise Unsupported(
                f"A time to start after needs Airflow 3.0 or newer; this database is {work.generation.minor}.",
                field="runAfter",
                hint="Give a logical date: Airflow 2 starts a run when that has come.",
            )
    elif logical_date is None and interval is not None:
        raise Invalid(
            "A run without a logical date has no data interval.",
            field="logicalDate",
            hint="Give the logical date too, or leave the data interval out.",
        )


def dates_of_run(
    work: Work, dag: SerializedDag, date: datetime | None, after: datetime, given: DataInterval | None
) -> dict[str, object]:
    """Return what the run is about, and when it may start."""
    interval = given or (None if date is None else dag.timetable.manual_interval(date))
    told: dict[str, object] = {
        "logical_date": date,
        "data_interval_start": interval.start if interval else None,
        "data_interval_end": interval.end if interval else None,
    }
    if work.generation.number == 2:
        return told
    if interval and not given and not work.generation.is_since("3.1"):
        # 3.0 alone lets the interval that it worked out decide.
        after = interval.end
    return {**told, "run_after": after}
