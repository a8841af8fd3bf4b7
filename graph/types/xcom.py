"""XComs: the values by which tasks of a run tell each other what they found."""

from datetime import datetime
from enum import Enum

import strawberry
from strawberry import enum_value

from graph.types.base import column, entity, identity, masked, matches, one
from graph.types.dag_run import DagRun
from graph.types.guards import TASK_INSTANCE_EDITORS, XCOMS
from graph.types.node import Node
from graph.types.scalars import JSON
from graph.types.task_instance import TaskInstance
from resolvers.binding import Column, Secrecy


@strawberry.enum(description="How XComs are ordered.")
class XComOrder(Enum):
    """How XComs are ordered; the values name logical columns."""

    TASK_ID_ASC = enum_value(
        "dag_id,task_id,run_id,map_index,key", description="By DAG, task, run, map index and key, from A."
    )
    TASK_ID_DESC = enum_value(
        "-dag_id,task_id,run_id,map_index,key", description="By DAG, task, run, map index and key, from Z."
    )


@strawberry.input(description="Which XComs. Conditions that are left out do not matter.")
class XComFilter:
    """Which XComs."""

    dag_id: list[str] | None = matches("It is of one of these DAGs.", "dag_id")
    run_id: list[str] | None = matches(
        "It is of a run of one of these ids. No index serves this without `dagId`.", "run_id"
    )
    task_id: list[str] | None = matches("It is of one of these tasks. No index serves this without `dagId`.", "task_id")
    map_index: list[int] | None = matches(
        "It is of an instance of one of these map indexes; -1 for those that are not mapped. No index serves this "
        "without `dagId`.",
        "map_index",
    )
    key: list[str] | None = matches("Its key is one of these, such as `return_value`.", "key")


@entity("xcom", key="dag_id run_id task_id map_index key", guard=XCOMS)
class XCom(Node):
    """A value that a task instance left for others of its run."""

    id: strawberry.ID = identity()
    dag_id: str = column("The DAG of the task instance that left it.")
    run_id: str = column("The run of the task instance that left it.")
    task_id: str = column("The task that left it.")
    map_index: int = column("Which of a mapped task's instances left it; -1 for one that is not mapped.")
    key: str = column("Its name; `return_value` for what the task returned.")
    value: JSON | None = masked(
        "What it is, as Airflow stores it: objects that JSON has no word for are wrapped, with their class. "
        "Secrets in it, by Airflow's rules for sensitive keys, are `***` to those who lack the permission "
        "`task_instance.edit` on its DAG.",
        Column("value"),
        Secrecy.JSON,
        unless=TASK_INSTANCE_EDITORS,
        name="key",
    )
    left_at: datetime = column("When it was left.", source="timestamp")
    task_instance: TaskInstance | None = one("The task instance that left it.", link="task_instance")
    dag_run: DagRun | None = one("The run that it was left in.", link="dag_run")
