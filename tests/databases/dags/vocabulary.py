"""What our DAG files say, wherever this Airflow keeps the words (2.9 to 3.3); None for what it lacks."""

try:
    from airflow.providers.standard.operators.bash import BashOperator
    from airflow.providers.standard.operators.empty import EmptyOperator
    from airflow.providers.standard.operators.python import BranchPythonOperator, PythonOperator, ShortCircuitOperator
    from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
    from airflow.providers.standard.sensors.external_task import ExternalTaskMarker, ExternalTaskSensor
    from airflow.providers.standard.sensors.filesystem import FileSensor
    from airflow.providers.standard.sensors.python import PythonSensor
    from airflow.sdk import DAG, Asset, Label, Param, TaskGroup, chain, setup, task, task_group, teardown
except ImportError:
    from airflow.datasets import Dataset as Asset
    from airflow.decorators import setup, task, task_group, teardown
    from airflow.models.baseoperator import chain
    from airflow.models.dag import DAG
    from airflow.models.param import Param
    from airflow.operators.bash import BashOperator
    from airflow.operators.empty import EmptyOperator
    from airflow.operators.python import BranchPythonOperator, PythonOperator, ShortCircuitOperator
    from airflow.operators.trigger_dagrun import TriggerDagRunOperator
    from airflow.sensors.external_task import ExternalTaskMarker, ExternalTaskSensor
    from airflow.sensors.filesystem import FileSensor
    from airflow.sensors.python import PythonSensor
    from airflow.utils.edgemodifier import Label
    from airflow.utils.task_group import TaskGroup

try:
    from airflow.sdk import AssetAlias
except ImportError:
    try:
        from airflow.datasets import DatasetAlias as AssetAlias
    except ImportError:
        AssetAlias = None

try:
    from airflow.timetables.assets import AssetOrTimeSchedule
except ImportError:
    from airflow.timetables.datasets import DatasetOrTimeSchedule

    def AssetOrTimeSchedule(*, timetable, assets):
        """The 2.x class, told in the words of 3.x."""
        return DatasetOrTimeSchedule(timetable=timetable, datasets=assets)


try:
    from airflow.sdk import (
        AssetOrTimeSchedule,
        CronDataIntervalTimetable,
        CronTriggerTimetable,
        DeltaDataIntervalTimetable,
    )
except ImportError:
    from airflow.timetables.interval import CronDataIntervalTimetable, DeltaDataIntervalTimetable
    from airflow.timetables.trigger import CronTriggerTimetable

try:
    from airflow.sdk import DeltaTriggerTimetable
except ImportError:
    try:
        from airflow.timetables.trigger import DeltaTriggerTimetable
    except ImportError:
        DeltaTriggerTimetable = None

try:
    from airflow.sdk import MultipleCronTriggerTimetable
except ImportError:
    try:
        from airflow.timetables.trigger import MultipleCronTriggerTimetable
    except ImportError:
        MultipleCronTriggerTimetable = None

try:
    from airflow.sdk import CronPartitionTimetable, PartitionedAssetTimetable
except ImportError:
    CronPartitionTimetable = PartitionedAssetTimetable = None

# The class of airflow.sdk of this name cannot be serialized in 3.3.2, which misses its own '_summary'.
from airflow.timetables.events import EventsTimetable  # noqa: E402

__all__ = [
    "DAG",
    "Asset",
    "AssetAlias",
    "AssetOrTimeSchedule",
    "BashOperator",
    "BranchPythonOperator",
    "CronDataIntervalTimetable",
    "CronPartitionTimetable",
    "CronTriggerTimetable",
    "DeltaDataIntervalTimetable",
    "DeltaTriggerTimetable",
    "EmptyOperator",
    "EventsTimetable",
    "ExternalTaskMarker",
    "ExternalTaskSensor",
    "FileSensor",
    "Label",
    "MultipleCronTriggerTimetable",
    "Param",
    "PartitionedAssetTimetable",
    "PythonOperator",
    "PythonSensor",
    "ShortCircuitOperator",
    "TaskGroup",
    "TriggerDagRunOperator",
    "chain",
    "setup",
    "task",
    "task_group",
    "teardown",
]
