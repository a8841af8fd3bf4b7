"""Tasks, as the DAG file defined them when it was last parsed."""

from datetime import datetime

import strawberry

from graph.types.base import column, derived, each, entity, identity, many, one
from graph.types.dag import DAG
from graph.types.enums import TriggerRule
from graph.types.guards import TASKS
from graph.types.later import AssetLater, TaskInstanceFilterLater, TaskInstanceLater, TaskLater
from graph.types.node import Node
from graph.types.paging import Page
from graph.types.pool import Pool
from graph.types.scalars import JSON, Duration
from graph.types.task_group import TaskGroup


@entity("task", key="dag_id task_id", guard=TASKS)
class Task(Node):
    """A task, as the DAG file defined it when it was last parsed."""

    id: strawberry.ID = identity()
    dag_id: str = column("The DAG that it belongs to.")
    task_id: str = column("Its id in the DAG, with the prefixes of its groups.")
    dag: DAG | None = one("The DAG that it belongs to.", link="dag")
    display_name: str = column("What the UI calls it.")
    label: str = column("Its id without the prefix of its group.")
    operator: str = column("What its operator calls itself, such as `BashOperator` or `@task`.", source="operator_name")
    operator_class: str = column("The class of its operator.", source="operator")
    operator_module: str | None = column("Where that class is defined.", source="module")
    owner: str = column("Whoever the DAG file names as its owner.")
    retries: int = column("How often it is tried again after a failure.")
    retry_delay: Duration = column("How long it rests before it is tried again.")
    execution_timeout: Duration | None = column("How long a try may run; null for no limit.")
    trigger_rule: TriggerRule | None = column("When it runs, by the states of the tasks directly upstream.")
    depends_on_past: bool = column("Whether it waits for its own success in the run before.")
    wait_for_downstream: bool = column("Whether it waits for its downstream tasks in the run before.")
    pool_name: str = column("The pool whose slots it takes.", source="pool")
    pool: Pool | None = one("The pool whose slots it takes; null where there is none of that name.", link="pool")
    pool_slots: int = column("How many slots of its pool it takes.")
    queue: str = column("The queue that it is for.")
    executor: str | None = column("The executor that is to run it, where not the default one.")
    priority_weight: int = column("Its own weight, before those of its relatives are added.")
    weight_rule: str = column("Whose weights are added: `downstream`, `upstream`, `absolute`, or a strategy's path.")
    starts_on: datetime | None = column("No run of an earlier logical date has an instance of it.", source="start_date")
    ends_on: datetime | None = column("No run of a later logical date has an instance of it.", source="end_date")
    is_mapped: bool = column("Whether it is expanded into many instances.")
    is_setup: bool = column("Whether it prepares what other tasks need.")
    is_teardown: bool = column("Whether it cleans up, and so runs even after failures.")
    doc_md: str | None = column("Its documentation, in Markdown.")
    params: JSON = derived(
        "The values of its parameters unless a run says otherwise, by name.",
        needs="params",
        by=lambda params: {name: param.default if param.has_default else None for name, param in params.items()},
    )
    template_fields: list[str] = column("The attributes that are rendered before it runs.")
    ui_color: str = column("The colour of its box.")
    ui_fgcolor: str = column("The colour of the writing on it.")
    upstream_task_ids: list[str] = column("The tasks that it directly waits for, from A.")
    downstream_task_ids: list[str] = column("The tasks that directly wait for it, from A.")
    upstream: list[TaskLater] = each("The tasks that it directly waits for.", link="upstream", order="")
    downstream: list[TaskLater] = each("The tasks that directly wait for it.", link="downstream", order="")
    task_group_id: str | None = column("The task group that it is directly in; null where in none.")
    task_group: TaskGroup | None = one("The task group that it is directly in.", link="group")
    instances: Page[TaskInstanceLater] = many(
        "Its instances, by run and map index.",
        link="instances",
        order="run_id,map_index",
        filter=TaskInstanceFilterLater,
    )
    outlets: list[AssetLater] = each("The assets that it updates.", link="outlets", order="", through="asset")
    inlets: list[AssetLater] = each(
        "The assets that it reads. Known since Airflow 3.1.", link="inlets", order="", through="asset"
    )
