"""What becomes of updates of assets while the demo runs: who waits for them is told, and run when all are there."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, func, select

from resolvers.demo.blueprint import DagPlan
from resolvers.demo.dags import CATALOG
from resolvers.operations.asset_update import AssetUpdate, wake
from resolvers.operations.work import Work


def tell_of_updates(work: Work, written: Iterable[tuple[str, Row[Any]]]) -> None:
    """Keep each update of an asset, with the task instance that made it, for the DAGs that wait for it."""
    for uri, row in written:
        asset = work.find("asset", ("id", "name", "uri"), uri=uri)
        if asset is None:
            continue
        work.insert(
            "asset_event",
            {
                "asset_id": asset.id,
                "extra": {},
                "source_dag_id": row.dag_id,
                "source_run_id": row.run_id,
                "source_task_id": row.task_id,
                "source_map_index": row.map_index,
                "timestamp": work.now,
            },
        )
        number = work.connection.execute(select(func.max(work.column("asset_event", "id")))).scalar_one()
        wake(work, AssetUpdate(number, asset.id, asset.name, asset.uri, None))


def woken_by_assets(work: Work) -> list[DagPlan]:
    """Return the DAGs for which all that they wait for was updated."""
    queued, number = work.column("queued_asset_event", "dag_id"), func.count().label("number")
    counted = {
        row.dag_id: row.number
        for row in work.connection.execute(select(queued.label("dag_id"), number).group_by(queued))
    }
    return [plan for plan in CATALOG.values() if 0 < len(plan.schedule.assets) == counted.get(plan.dag_id)]


def use_updates(work: Work, plan: DagPlan, run: int) -> None:
    """Take what waits for a DAG out of its queue, and note that this run is for it."""
    asset, since = (work.column("queued_asset_event", name) for name in ("asset_id", "created_at"))
    mine = work.where("queued_asset_event", dag_id=plan.dag_id)
    used = select(work.column("asset_event", "id")).join_from(
        work.relation("asset_event").table,
        work.relation("queued_asset_event").table,
        (work.column("asset_event", "asset_id") == asset) & (work.column("asset_event", "timestamp") >= since),
    )
    events = work.connection.execute(used.where(*mine)).scalars().all()
    work.insert_all("consumed_asset_event", [{"dag_run_id": run, "event_id": event} for event in events])
    work.delete("queued_asset_event", *mine)
