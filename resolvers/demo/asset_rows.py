"""Assets of the demo as rows: who writes them, who waits for them, each update, and the runs that updates caused."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from resolvers.demo.assets import AssetQueue
from resolvers.demo.dags import CATALOG
from resolvers.demo.history import Past
from resolvers.demo.outcome import Instance, Outcome
from resolvers.demo.records import Records
from resolvers.demo.rows import Row

URIS = tuple(sorted({uri for plan in CATALOG.values() for task in plan.tasks for uri in task.outlets}))
"""The assets that there are; the place of each, from 1, is its number."""


@dataclass(frozen=True)
class _Update:
    at: datetime
    uri: str
    outcome: Outcome
    instance: Instance


def add_assets(records: Records, past: Past) -> None:
    """Take in all of it."""
    numbers = {uri: number for number, uri in enumerate(URIS, start=1)}
    dated = {"created_at": min(past.now - plan.history for plan in CATALOG.values()), "updated_at": past.now}
    records.add(
        "asset",
        [
            # In Airflow 2 the name is the URI.
            {"id": number, "name": uri, "uri": uri, "group": "asset", "extra": {}, "is_orphaned": False, **dated}
            for uri, number in numbers.items()
        ],
    )
    for plan in CATALOG.values():
        waits = [{"asset_id": numbers[uri], "dag_id": plan.dag_id, **dated} for uri in plan.schedule.assets]
        writes = [
            {"asset_id": numbers[uri], "dag_id": plan.dag_id, "task_id": task.task_id, **dated}
            for task in plan.tasks
            for uri in task.outlets
        ]
        records.add("asset_consumer", waits)
        records.add("asset_producer", writes)
    _add_updates(records, past, numbers)


def mention_assets(connection: Connection) -> None:
    """Say that DAGs mention the assets, as Airflow 3 does in a table that is no relation of its own."""
    for uri in URIS:
        connection.exec_driver_sql("INSERT INTO asset_active (name, uri) VALUES (?, ?)", (uri, uri))


def _add_updates(records: Records, past: Past, numbers: dict[str, int]) -> None:
    """Take in the updates, and what they did: a run, with all updates since the one before, or none yet."""
    caused = {
        (outcome.run.plan.dag_id, outcome.run.run_after): number
        for number, outcome in enumerate(past.outcomes, start=1)
        if outcome.run.run_type == "asset_triggered"
    }
    queue, waiting = AssetQueue(), defaultdict[str, list[tuple[int, _Update]]](list)
    for number, update in enumerate(sorted(_updates(past), key=lambda one: (one.at, one.uri)), start=1):
        records.add("asset_event", [_event(number, numbers[update.uri], update)])
        for plan in CATALOG.values():
            if update.uri in plan.schedule.assets:
                waiting[plan.dag_id].append((number, update))
        for plan in queue.written(update.uri):
            used = waiting.pop(plan.dag_id)
            run = caused.get((plan.dag_id, update.at))
            if run is not None:
                records.add("consumed_asset_event", [{"dag_run_id": run, "event_id": event} for event, _ in used])
    for dag_id, unused in waiting.items():
        first: dict[str, datetime] = {}
        for _, update in unused:
            first.setdefault(update.uri, update.at)
        rows: list[Row] = [{"asset_id": numbers[uri], "dag_id": dag_id, "created_at": at} for uri, at in first.items()]
        records.add("queued_asset_event", rows)


def _updates(past: Past) -> Iterator[_Update]:
    for outcome in past.outcomes:
        for instance in outcome.instances:
            if instance.latest.state == "success" and instance.latest.end:
                for uri in instance.task.outlets:
                    yield _Update(instance.latest.end, uri, outcome, instance)


def _event(number: int, asset: int, update: _Update) -> Row:
    run = update.outcome.run
    return {
        "id": number,
        "asset_id": asset,
        "extra": {},
        "source_dag_id": run.plan.dag_id,
        "source_run_id": run.run_id,
        "source_task_id": update.instance.task.task_id,
        "source_map_index": update.instance.map_index,
        "timestamp": update.at,
    }
