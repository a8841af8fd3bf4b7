"""What DAG files need of Airflow, wherever this Airflow keeps it (2.9 to 3.3), and what ours wait for."""

import os
import time
from pathlib import Path

try:
    from airflow.providers.standard.operators.empty import EmptyOperator
    from airflow.sdk import DAG, Asset, AssetAlias, Param, TaskGroup, Variable, setup, task, task_group, teardown
    from airflow.sdk.bases.hook import BaseHook
except ImportError:
    from airflow.datasets import Dataset as Asset
    from airflow.decorators import setup, task, task_group, teardown
    from airflow.hooks.base import BaseHook
    from airflow.models.dag import DAG
    from airflow.models.param import Param
    from airflow.models.variable import Variable
    from airflow.operators.empty import EmptyOperator
    from airflow.utils.task_group import TaskGroup

    try:
        from airflow.datasets import DatasetAlias as AssetAlias
    except ImportError:  # 2.9 has none
        AssetAlias = None

__all__ = [
    "DAG",
    "Asset",
    "AssetAlias",
    "BaseHook",
    "EmptyOperator",
    "Param",
    "TaskGroup",
    "Variable",
    "marked",
    "setup",
    "task",
    "task_group",
    "teardown",
    "wait_until_marked",
]


def marked(name: str) -> bool:
    """Whether the test has put down the marker file of this name (a run id, as a rule)."""
    return Path(os.environ["LIVE_MARKERS"], name).exists()


def wait_until_marked(name: str, *, seconds: float) -> None:
    """Sleep until the marker is there, at most so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not marked(name):
        time.sleep(0.2)
