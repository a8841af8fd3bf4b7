"""Assets: data that tasks update and DAGs wait for. Airflow 2 calls them datasets."""

from datetime import datetime
from enum import Enum

import strawberry
from strawberry import enum_value

from graph.types.asset_event import AssetEvent, AssetEventFilter, AssetEventOrder
from graph.types.base import column, derived, each, entity, identity, leading, many, masked, matches, one
from graph.types.dag import DAG
from graph.types.guards import ASSET_EDITORS, ASSETS, DAG_ASSETS, TASK_ASSETS
from graph.types.later import QueuedAssetEventLater, TaskLater
from graph.types.node import Node
from graph.types.paging import Page
from graph.types.scalars import JSON
from resolvers.binding import Column, Operator, Secrecy


@strawberry.enum(description="How assets are ordered.")
class AssetOrder(Enum):
    """How assets are ordered; the values name logical columns."""

    ID_ASC = enum_value("id", description="The one made first first.")
    ID_DESC = enum_value("-id", description="The one made last first.")


@strawberry.input(description="Which assets. Conditions that are left out do not matter.")
class AssetFilter:
    """Which assets."""

    asset_id: list[int] | None = matches("Its number is one of these.", "id")
    uri: list[str] | None = matches("Its URI is one of these. Reads every asset.", "uri")
    uri_contains: str | None = matches(
        "Its URI contains this text, in any case. Reads every asset.", "uri", Operator.CONTAINS
    )
    name: list[str] | None = matches("Its name is one of these. Reads every asset.", "name")
    is_active: bool | None = matches(
        "Some DAG still mentions it, or none does. Reads every asset.", "is_active", Operator.EQUALS
    )
    consumed_by: list[str] | None = matches(
        "One of these DAGs waits for it.", "dag_id", link="consumers", guard=DAG_ASSETS
    )
    produced_by: list[str] | None = matches(
        "A task of one of these DAGs updates it.", "dag_id", link="producers", guard=TASK_ASSETS
    )


@entity("asset_alias", key="id", guard=ASSETS)
class AssetAlias(Node):
    """A name for assets that are known only when a task has run. Since Airflow 2.10."""

    id: strawberry.ID = identity()
    alias_id: int = column("Its number.", source="id")
    name: str = column("Its name.")
    group: str | None = column("The kind that its author gave it. Since Airflow 3.0.")


@entity("asset_consumer", key="asset_id dag_id", guard=DAG_ASSETS)
class AssetConsumer(Node):
    """A DAG that waits for an asset."""

    id: strawberry.ID = identity()
    asset_id: int = column("The number of the asset.")
    dag_id: str = column("The id of the DAG.")
    dag: DAG | None = one("The DAG.", link="dag")
    created_at: datetime = column("Since when it has waited for it.")
    updated_at: datetime = column("When that was last found in its file.")


@entity("asset_producer", key="asset_id dag_id task_id", guard=TASK_ASSETS)
class AssetProducer(Node):
    """A task that updates an asset."""

    id: strawberry.ID = identity()
    asset_id: int = column("The number of the asset.")
    dag_id: str = column("The id of the task's DAG.")
    task_id: str = column("The id of the task.")
    dag: DAG | None = one("The task's DAG.", link="dag")
    task: TaskLater | None = one("The task.", link="task")
    created_at: datetime = column("Since when it has updated it.")
    updated_at: datetime = column("When that was last found in its file.")


@entity("asset", key="id", guard=ASSETS)
class Asset(Node):
    """A piece of data that tasks update and DAGs wait for; Airflow 2 calls it a dataset."""

    id: strawberry.ID = identity()
    asset_id: int = column("Its number.", source="id")
    name: str = column("Its name; in Airflow 2 its URI.")
    uri: str = column("Where it is.")
    group: str | None = column("The kind that its author gave it. Since Airflow 3.0.")
    extra: JSON | None = masked(
        "What its author says about it besides. Secrets in it, by Airflow's rules for sensitive keys, are `***` to "
        "those who lack the permission `asset.create`.",
        Column("extra"),
        Secrecy.JSON,
        unless=ASSET_EDITORS,
    )
    is_active: bool = derived("Whether some DAG still mentions it.", needs="is_active", by=bool)
    created_at: datetime = column("When it was first met.")
    updated_at: datetime = column("When it was last met.")
    aliases: list[AssetAlias] = each(
        "The aliases by which tasks have updated it, by number.", link="aliases", order="", through="alias"
    )
    consumers: list[AssetConsumer] = each("The DAGs that wait for it, from A.", link="consumers", order="dag_id")
    producers: list[AssetProducer] = each("The tasks that update it.", link="producers", order="dag_id,task_id")
    events: Page[AssetEvent] = many(
        "Its updates, the latest first. All of them are looked at for each page.",
        link="events",
        order="-id",
        filter=AssetEventFilter,
        order_by=AssetEventOrder,
    )
    latest_event: AssetEvent | None = leading(
        "Its latest update that matches; null if there is none.", link="events", order="-id", filter=AssetEventFilter
    )
    queued_events: list[QueuedAssetEventLater] = each(
        "For which DAGs an update is kept until whatever else they wait for is updated too.",
        link="queued_events",
        order="dag_id",
    )
