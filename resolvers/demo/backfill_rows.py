"""The backfill that the demo's runs of that type were made by: Airflow 3 keeps it."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from resolvers.demo.history import Past
from resolvers.demo.outcome import RunPlan
from resolvers.demo.rows import Row

BACKFILL = 1
"""The number of the only one."""


def backfill_rows(past: Past) -> Iterator[Row]:
    """Yield the backfill."""
    filled = _filled(past)
    if filled:
        run = filled[0][2]
        yield {
            "id": BACKFILL,
            "dag_id": run.plan.dag_id,
            "from_date": filled[0][0],
            "to_date": filled[-1][0],
            "dag_run_conf": {},
            "is_paused": False,
            "reprocess_behavior": "none",
            "max_active_runs": 4,
            "created_at": min(one.queued_at for _, _, one in filled),
            "completed_at": past.now,
            "updated_at": past.now,
            "triggering_user_name": "ada",
        }


def backfill_run_rows(past: Past) -> Iterator[Row]:
    """Yield its runs, in the order of their dates."""
    for place, (date, number, _) in enumerate(_filled(past), start=1):
        yield {"backfill_id": BACKFILL, "dag_run_id": number, "logical_date": date, "sort_ordinal": place}


def _filled(past: Past) -> Sequence[tuple[datetime, int, RunPlan]]:
    """Return the date, number and plan of each run of the backfill."""
    filled = [
        (outcome.run.logical_date, number, outcome.run)
        for number, outcome in enumerate(past.outcomes, start=1)
        if outcome.run.run_type == "backfill" and outcome.run.logical_date
    ]
    return sorted(filled, key=lambda one: one[0])
