"""What the demo's tasks left for others in the last days."""

from collections.abc import Iterator
from datetime import timedelta

from resolvers.demo.fate import chance
from resolvers.demo.history import Past
from resolvers.demo.outcome import Instance, Outcome
from resolvers.demo.rows import Row

# Airflow keeps them for good; a look around needs those of recent runs.
_KEPT = timedelta(days=3)
_MOST_ROWS = 40_000


def xcom_rows(past: Past) -> Iterator[Row]:
    """Yield what each task that succeeded returned: how much it moved, and where that is now."""
    for number, outcome in enumerate(past.outcomes, start=1):
        if outcome.run.queued_at < past.now - _KEPT:
            continue
        for instance in outcome.instances:
            end = instance.latest.end
            if instance.latest.state == "success" and end is not None and not instance.task.operator.is_empty:
                yield {
                    "dag_run_id": number,
                    "dag_id": outcome.run.plan.dag_id,
                    "run_id": outcome.run.run_id,
                    "task_id": instance.task.task_id,
                    "map_index": instance.map_index,
                    "key": "return_value",
                    "value": _returned(outcome, instance),
                    "timestamp": end,
                }


def _returned(outcome: Outcome, instance: Instance) -> object:
    run, task = outcome.run, instance.task
    rows = int(chance("rows", run.plan.dag_id, run.run_id, task.task_id, instance.map_index) * _MOST_ROWS)
    place = task.outlets[0] if task.outlets else f"s3://lake/stages/{run.plan.dag_id}/{task.task_id}"
    return {"rows": rows, "written_to": place}
