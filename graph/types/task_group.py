"""Task groups: how the tasks of a DAG are drawn together."""

from graph.types.base import column, each, entity
from graph.types.guards import TASKS
from graph.types.later import TaskLater


@entity("task_group", key="dag_id group_id", guard=TASKS)
class TaskGroup:
    """Tasks that are drawn together, and may be mapped together."""

    dag_id: str = column("The DAG that it belongs to.")
    group_id: str = column("Its id in the DAG, with the prefixes of the groups around it.")
    parent_id: str | None = column("The group directly around it; null where there is none.")
    label: str = column("What the UI calls it.")
    tooltip: str = column("What the UI says of it.")
    is_mapped: bool = column("Whether it is expanded into many.")
    ui_color: str = column("The colour of its box.")
    ui_fgcolor: str = column("The colour of the writing on it.")
    task_ids: list[str] = column("The tasks directly in it.")
    group_ids: list[str] = column("The groups directly in it.")
    upstream_task_ids: list[str] = column("The tasks outside that it directly waits for.")
    downstream_task_ids: list[str] = column("The tasks outside that directly wait for it.")
    tasks: list[TaskLater] = each("The tasks directly in it.", link="tasks", order="")
