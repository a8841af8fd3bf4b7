"""Nouns that are named before their module can be imported, because nouns point at each other."""

from typing import TYPE_CHECKING, Annotated

from strawberry import lazy

if TYPE_CHECKING:
    from graph.types.asset import Asset, AssetAlias, AssetProducer
    from graph.types.asset_event import AssetEvent, QueuedAssetEvent
    from graph.types.backfill import Backfill, BackfillFilter, BackfillOrder
    from graph.types.dag import DAG
    from graph.types.dag_definition import DagDefinition
    from graph.types.dag_run import DagRun, DagRunFilter, DagRunOrder
    from graph.types.dag_structure import DagStructure
    from graph.types.task import Task
    from graph.types.task_group import TaskGroup
    from graph.types.task_instance import TaskInstance, TaskInstanceFilter, TaskInstanceOrder
    from graph.types.xcom import XCom, XComFilter

AssetLater = Annotated["Asset", lazy("graph.types.asset")]
AssetAliasLater = Annotated["AssetAlias", lazy("graph.types.asset")]
AssetEventLater = Annotated["AssetEvent", lazy("graph.types.asset_event")]
AssetProducerLater = Annotated["AssetProducer", lazy("graph.types.asset")]
QueuedAssetEventLater = Annotated["QueuedAssetEvent", lazy("graph.types.asset_event")]
BackfillLater = Annotated["Backfill", lazy("graph.types.backfill")]
BackfillFilterLater = Annotated["BackfillFilter", lazy("graph.types.backfill")]
BackfillOrderLater = Annotated["BackfillOrder", lazy("graph.types.backfill")]
DAGLater = Annotated["DAG", lazy("graph.types.dag")]
DagDefinitionLater = Annotated["DagDefinition", lazy("graph.types.dag_definition")]
DagStructureLater = Annotated["DagStructure", lazy("graph.types.dag_structure")]
DagRunLater = Annotated["DagRun", lazy("graph.types.dag_run")]
DagRunFilterLater = Annotated["DagRunFilter", lazy("graph.types.dag_run")]
DagRunOrderLater = Annotated["DagRunOrder", lazy("graph.types.dag_run")]
TaskLater = Annotated["Task", lazy("graph.types.task")]
TaskGroupLater = Annotated["TaskGroup", lazy("graph.types.task_group")]
TaskInstanceLater = Annotated["TaskInstance", lazy("graph.types.task_instance")]
TaskInstanceFilterLater = Annotated["TaskInstanceFilter", lazy("graph.types.task_instance")]
TaskInstanceOrderLater = Annotated["TaskInstanceOrder", lazy("graph.types.task_instance")]
XComLater = Annotated["XCom", lazy("graph.types.xcom")]
XComFilterLater = Annotated["XComFilter", lazy("graph.types.xcom")]
