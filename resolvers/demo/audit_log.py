"""What the demo's audit log says: who did what, and what became of the tasks of the last day."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from resolvers.demo.history import Past
from resolvers.demo.outcome import Instance, Outcome
from resolvers.demo.rows import ACCOUNT, Row

_DISPLAY = {"ada": "Ada Lovelace", "grace": "Grace Hopper", "otto": "Otto Lilienthal", "uma": "Uma Thaler"}
_RECENT = timedelta(hours=12)

# Event in Airflow 2, event in Airflow 3, who, how many days ago, what was sent.
_DEEDS = (
    ("api.variable.create", "post_variable", "ada", 19.2, {"key": "report_recipients", "value": "***"}),
    ("api.post_pool", "post_pool", "otto", 17.5, {"name": "gpu", "slots": 2}),
    ("api.patch_pool", "patch_pool", "otto", 9.1, {"name": "warehouse", "slots": 6}),
    ("api.variable.edit", "patch_variable", "ada", 6.3, {"key": "feature_flags", "value": "***"}),
    ("api.patch_dag", "patch_dag", "otto", 0.11, {"dag_id": "warehouse_migration", "is_paused": True}),
)


def log_rows(past: Past) -> list[Row]:
    """Return the rows of the audit log, oldest first."""
    rows = [*_deeds(past), *_triggers(past), *_task_events(past)]
    return sorted(rows, key=lambda row: str(row["dttm"]))


def _row(at: datetime, event: str, owner: str, **values: object) -> Row:
    return {
        "dttm": at,
        "event": event,
        "owner": owner,
        "owner_display_name": _DISPLAY.get(owner),
        "dag_id": None,
        "task_id": None,
        "run_id": None,
        "map_index": None,
        "try_number": None,
        "extra": None,
        **values,
    }


def _deeds(past: Past) -> Iterator[Row]:
    for airflow2, airflow3, owner, days, sent in _DEEDS:
        event = airflow2 if past.airflow == 2 else airflow3
        at = past.now - timedelta(days=days)
        yield _row(at, event, owner, dag_id=sent.get("dag_id"), extra=json.dumps(sent))


def _triggers(past: Past) -> Iterator[Row]:
    event = "api.post_dag_run" if past.airflow == 2 else "trigger_dag_run"
    for outcome in past.outcomes:
        run = outcome.run
        if run.by and run.run_type == "manual":
            sent = json.dumps({"conf": run.conf, "note": run.note})
            told = run.run_id if past.airflow == 3 else None
            yield _row(run.queued_at, event, run.by, dag_id=run.plan.dag_id, run_id=told, extra=sent)


def _task_events(past: Past) -> Iterator[Row]:
    for outcome in past.outcomes:
        if outcome.run.queued_at >= past.now - _RECENT:
            for instance in outcome.instances:
                yield from _lifecycle(outcome, instance)


def _lifecycle(outcome: Outcome, instance: Instance) -> Iterator[Row]:
    for attempt in (*instance.earlier, instance.latest):
        named = {
            "dag_id": outcome.run.plan.dag_id,
            "run_id": outcome.run.run_id,
            "task_id": instance.task.task_id,
            "map_index": instance.map_index,
            "try_number": attempt.number,
        }
        if attempt.start and attempt.number:
            yield _row(attempt.start, "running", ACCOUNT, **named)
            if attempt.end and attempt.state in {"success", "failed"}:
                yield _row(attempt.end, attempt.state, ACCOUNT, **named)
