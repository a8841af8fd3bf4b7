"""Updates of assets: which task made them, and which runs they caused."""

from datetime import datetime
from enum import Enum

import strawberry
from strawberry import enum_value

from graph.types.base import column, each, entity, identity, masked, matches, one
from graph.types.dag import DAG
from graph.types.dag_run import DagRun
from graph.types.guards import ASSET_EDITORS, ASSET_EVENTS, DAG_ASSETS
from graph.types.later import AssetAliasLater, AssetLater, TaskInstanceLater
from graph.types.node import Node
from graph.types.scalars import JSON
from resolvers.binding import Column, Operator, Secrecy

_UNSERVED = "No index serves this: it reads every update."


@strawberry.enum(description="How updates of assets are ordered.")
class AssetEventOrder(Enum):
    """How updates of assets are ordered; the values name logical columns."""

    ID_DESC = enum_value("-id", description="The latest first.")
    ID_ASC = enum_value("id", description="The earliest first.")
    TIMESTAMP_DESC = enum_value("-timestamp", description=f"The latest first, by the clock. {_UNSERVED}")
    TIMESTAMP_ASC = enum_value("timestamp", description=f"The earliest first, by the clock. {_UNSERVED}")


@strawberry.input(description="Which updates of assets. Conditions that are left out do not matter.")
class AssetEventFilter:
    """Which updates of assets."""

    asset_id: list[int] | None = matches("It is of one of the assets of these numbers.", "asset_id")
    source_dag_id: list[str] | None = matches(f"A task of one of these DAGs made it. {_UNSERVED}", "source_dag_id")
    source_run_id: list[str] | None = matches(f"It was made in one of these runs. {_UNSERVED}", "source_run_id")
    source_task_id: list[str] | None = matches(f"One of these tasks made it. {_UNSERVED}", "source_task_id")
    timestamp_from: datetime | None = matches(
        "It was made at this instant or later. No index serves this without `assetId`.",
        "timestamp",
        Operator.AT_LEAST,
    )
    timestamp_before: datetime | None = matches(
        "It was made before this instant. No index serves this without `assetId`.", "timestamp", Operator.BEFORE
    )


@entity("asset_event", key="id", guard=ASSET_EVENTS)
class AssetEvent(Node):
    """An update of an asset.

    Whoever may not read all DAGs sees the updates alone that no task made, or tasks of DAGs which they may read.
    """

    id: strawberry.ID = identity()
    event_id: int = column("Its number.", source="id")
    asset_id: int = column("The number of the asset.")
    asset: AssetLater | None = one("The asset.", link="asset")
    timestamp: datetime = column("When it was made.")
    extra: JSON | None = masked(
        "What whoever made it says about it. Secrets in it, by Airflow's rules for sensitive keys, are `***` to those "
        "who lack the permission `asset.create`.",
        Column("extra"),
        Secrecy.JSON,
        unless=ASSET_EDITORS,
    )
    source_dag_id: str | None = column("The id of the DAG whose task made it; null where no task did.")
    source_run_id: str | None = column("The id of the run in which it was made.")
    source_task_id: str | None = column("The id of the task that made it.")
    source_map_index: int | None = column("Which of a mapped task's instances made it; -1 for one that is not mapped.")
    partition_key: str | None = column("The part of the asset that was updated. Since Airflow 3.2.")
    source_dag: DAG | None = one("The DAG whose task made it.", link="source_dag")
    source_run: DagRun | None = one("The run in which it was made.", link="source_run")
    source_task_instance: TaskInstanceLater | None = one("The task instance that made it.", link="source_task_instance")
    aliases: list[AssetAliasLater] = each(
        "The aliases by which it was made.", link="aliases", order="", through="alias"
    )
    created_dag_runs: list[DagRun] = each(
        "The runs for which it was used, and that you may see.", link="consumptions", order="", through="dag_run"
    )


@entity("queued_asset_event", key="asset_id dag_id", guard=DAG_ASSETS)
class QueuedAssetEvent(Node):
    """That an asset was updated for which a DAG waits, until whatever else it waits for is updated too."""

    id: strawberry.ID = identity()
    asset_id: int = column("The number of the asset.")
    dag_id: str = column("The id of the DAG that waits.")
    asset: AssetLater | None = one("The asset.", link="asset")
    dag: DAG | None = one("The DAG that waits.", link="dag")
    created_at: datetime = column("When the asset was first updated since the DAG last ran for it.")


@strawberry.input(description="Which updates that DAGs have not used yet. Conditions that are left out do not matter.")
class QueuedAssetEventFilter:
    """Which updates that DAGs have not used yet."""

    dag_id: list[str] | None = matches("One of these DAGs waits.", "dag_id")
    asset_id: list[int] | None = matches("It is of one of the assets of these numbers.", "asset_id")
    created_before: datetime | None = matches(
        "It was made before this instant. Reads all that wait.", "created_at", Operator.BEFORE
    )
