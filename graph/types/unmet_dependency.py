"""What task instances wait for."""

from graph.types.base import column, entity
from graph.types.guards import TASK_INSTANCES


@entity("unmet_dependency", key="dag_id run_id task_id map_index name", guard=TASK_INSTANCES)
class UnmetDependency:
    """Something that keeps a task instance from being queued."""

    name: str = column("What it waits for, such as `Trigger Rule` or `Pool Slots Available`.")
    reason: str = column("Why that is not so yet.")
