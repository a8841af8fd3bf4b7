"""The links that operators offer for their task instances."""

from graph.types.base import column, entity
from graph.types.guards import TASK_INSTANCES


@entity("extra_link", key="dag_id run_id task_id map_index name", guard=TASK_INSTANCES)
class ExtraLink:
    """A link that an operator offers for a task instance, such as to the run that it triggered."""

    name: str = column("What the button says.")
    url: str | None = column(
        "Where it leads; null as long as nobody knows. On Airflow 2 it is relative to the address of its web server."
    )
