"""Changes to assets: saying that one was updated, and forgetting updates that DAGs have not used yet."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from graph.changes.carrying import ContextInfo, carry_out
from graph.types.asset_event import AssetEvent
from graph.types.scalars import JSON
from resolvers.errors import Invalid
from resolvers.operations import assets


@strawberry.input(description="An update of an asset.")
class CreateAssetEventInput:
    """An update of an asset."""

    asset_id: int = strawberry.field(description="The number of the asset.")
    extra: JSON | None = strawberry.field(default=None, description="An object that says more about it.")
    partition_key: str | None = strawberry.field(
        default=None,
        description="The part of the asset that was updated: it wakes the DAGs that wait for parts, and no others. "
        "Since Airflow 3.2.",
    )


@strawberry.input(description="Which updates to forget that DAGs have not used yet; at least an asset or a DAG.")
class DeleteQueuedAssetEventsInput:
    """Which updates to forget that DAGs have not used yet."""

    asset_id: int | None = strawberry.field(default=None, description="Those of the asset of this number.")
    dag_id: str | None = strawberry.field(default=None, description="Those for which this DAG waits.")
    before: datetime | None = strawberry.field(default=None, description="Those that were made before this instant.")


def create_asset_event(
    info: ContextInfo,
    input: Annotated[CreateAssetEventInput, strawberry.argument(description="The update.")],
) -> AssetEvent:
    """Say that an asset was updated: DAGs that wait for it run when all that they wait for is there."""
    if input.extra is not None and not isinstance(input.extra, dict):
        raise Invalid("extra must be an object.", field="extra")
    made: Any = carry_out(
        info,
        assets.create_asset_event,
        asset_id=input.asset_id,
        extra=input.extra,
        partition_key=input.partition_key,
    )
    return made  # type: ignore[no-any-return]


def delete_queued_asset_events(
    info: ContextInfo,
    input: Annotated[DeleteQueuedAssetEventsInput, strawberry.argument(description="Which.")],
) -> int:
    """Forget updates of assets that DAGs have not used yet; returns how many there were."""
    match input.dag_id, input.asset_id:
        case None, None:
            raise Invalid("This names neither an asset nor a DAG.", field="assetId", hint="Give assetId or dagId.")
        case None, asset_id:
            return carry_out(info, assets.delete_queued_asset_events, asset_id=asset_id, before=input.before)
        case dag_id, None:
            return carry_out(info, assets.delete_queued_asset_events_of_dag, dag_id=dag_id, before=input.before)
        case dag_id, asset_id:
            return carry_out(
                info, assets.delete_queued_asset_event, dag_id=dag_id, asset_id=asset_id, before=input.before
            )
