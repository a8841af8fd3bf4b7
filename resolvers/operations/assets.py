"""What can be done with assets: saying that one was updated, and forgetting updates that DAGs have not used yet."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from resolvers.access.permissions import Permission
from resolvers.errors import Forbidden, Invalid, NotFound, Unsupported
from resolvers.operations.asset_update import AssetUpdate, wake
from resolvers.operations.audit import Audit
from resolvers.operations.keys import AssetEventKey
from resolvers.operations.operation import operation
from resolvers.operations.work import Work

_LIST = "assets lists the assets that there are."
# What Airflow's column holds.
_LONGEST_KEY = 250


@operation(
    needs=Permission.ASSET_CREATE,
    audit=Audit("api.create_dataset_event", "create_asset_event", "POST", ()),
)
def create_asset_event(
    work: Work,
    *,
    asset_id: int | None = None,
    uri: str | None = None,
    extra: Mapping[str, object] | None = None,
    partition_key: str | None = None,
) -> AssetEventKey:
    """Say that an asset, or a part of it, was updated, so that the DAGs that wait for that run.

    Airflow's API marks such an update by `from_rest_api` in its `extra`. The DAGs that wait and are not paused have
    it queued, each once however often it is updated; the scheduler makes their runs when all that they wait for is
    there. Since Airflow 3.2 DAGs may wait for parts of assets: an update with a `partition_key` wakes those alone,
    one without it the others.

    `Unsupported` for a part before Airflow 3.2, and where only its Airflow knows what a DAG makes of the key.
    """
    _refuse_part(work, partition_key)
    named: dict[str, object] = {"id": asset_id} if uri is None else {"uri": uri}
    # Its lock keeps two updates from queueing the same DAG at once.
    asset = work.find("asset", ("id", "name", "uri"), lock=True, **named)
    if asset is None:
        raise NotFound(
            f"No asset has the {'number' if uri is None else 'URI'} {asset_id if uri is None else uri!r}.",
            field="assetId" if uri is None else "uri",
            hint=_LIST,
        )
    marked = {**(extra or {}), "from_rest_api": True}
    told = {"asset_id": asset.id, "extra": marked, "timestamp": work.now, "partition_key": partition_key}
    work.insert("asset_event", told)
    made = select(func.max(work.column("asset_event", "id"))).where(
        *work.where("asset_event", asset_id=asset.id, timestamp=work.now)
    )
    number = work.connection.execute(made).scalar_one()
    wake(work, AssetUpdate(number, asset.id, asset.name, asset.uri, partition_key))
    return AssetEventKey(number)


@operation(
    needs=Permission.ASSET_DELETE,
    audit=Audit("api.delete_dataset_queued_events", "delete_asset_queued_events", "DELETE", ()),
)
def delete_queued_asset_events(
    work: Work, *, asset_id: int | None = None, uri: str | None = None, before: datetime | None = None
) -> int:
    """Forget the updates of an asset that DAGs have not used yet: those DAGs wait for the next one.

    Reaches the DAGs alone that the caller may read; in Airflow 3, edit. `NotFound` where there are none.
    """
    return _forget(work, None, asset_id, uri, before)


@operation(
    needs=Permission.ASSET_DELETE,
    on="dag_id",
    audit=Audit("api.delete_dag_dataset_queued_events", "delete_dag_asset_queued_events", "DELETE", ("dag_id",)),
)
def delete_queued_asset_events_of_dag(work: Work, *, dag_id: str, before: datetime | None = None) -> int:
    """Forget all updates of assets that a DAG has not used yet. `NotFound` where there are none."""
    return _forget(work, dag_id, None, None, before)


@operation(
    needs=Permission.ASSET_DELETE,
    on="dag_id",
    audit=Audit("api.delete_dag_dataset_queued_event", "delete_dag_asset_queued_event", "DELETE", ("dag_id",)),
)
def delete_queued_asset_event(
    work: Work, *, dag_id: str, asset_id: int | None = None, uri: str | None = None, before: datetime | None = None
) -> int:
    """Forget the update of one asset that a DAG has not used yet. `NotFound` where there is none."""
    return _forget(work, dag_id, asset_id, uri, before)


def _forget(work: Work, dag_id: str | None, asset_id: int | None, uri: str | None, before: datetime | None) -> int:
    needed = Permission.DAG_READ if work.generation.number == 2 else Permission.DAG_EDIT
    scope = work.actor.scope(needed)
    if dag_id is not None and dag_id not in scope:
        raise Forbidden(f"{work.actor.name} may not do this: it needs the permission {needed.value} on DAG '{dag_id}'.")
    dag = work.column("queued_asset_event", "dag_id")
    of_asset = work.column("queued_asset_event", "asset_id")
    conditions: list[ColumnElement[bool]] = []
    if dag_id is not None:
        conditions.append(dag == dag_id)
    elif isinstance(scope, frozenset):
        conditions.append(dag.in_(sorted(scope)))
    if asset_id is not None:
        conditions.append(of_asset == asset_id)
    if uri is not None:
        of_uri = select(work.column("asset", "id")).where(work.column("asset", "uri") == uri)
        conditions.append(of_asset.in_(of_uri))
    if before is not None:
        conditions.append(work.column("queued_asset_event", "created_at") < before)
    forgotten = work.delete("queued_asset_event", *conditions)
    if not forgotten:
        raise NotFound("No update is waiting there.", hint="queuedAssetEvents lists those that are.")
    return forgotten


def _refuse_part(work: Work, partition_key: str | None) -> None:
    if partition_key is None:
        return
    if not work.relation("asset_event").has("partition_key"):
        raise Unsupported(
            f"Assets have no parts in Airflow {work.generation.minor}.",
            field="partitionKey",
            hint="Leave partitionKey out; it needs Airflow 3.2.",
        )
    if not partition_key.strip() or len(partition_key) > _LONGEST_KEY:
        raise Invalid(
            f"The key of a part has 1 to {_LONGEST_KEY} characters, not all of them blank.", field="partitionKey"
        )
