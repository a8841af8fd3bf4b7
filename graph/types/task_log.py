"""Task logs: what a try wrote, from wherever it is kept."""

from graph.types.base import column, entity
from graph.types.guards import TASK_LOGS


@entity("task_log", key="dag_id run_id task_id map_index try_number", guard=TASK_LOGS)
class TaskLog:
    """A page of what a try of a task instance wrote.

    It is looked for where Airflow does: in the remote store, in the folder of logs, and with the worker or the
    triggerer that has the task instance.
    """

    try_number: int = column("Which try wrote it.")
    host: str = column("The worker that ran the try; empty where none did.")
    content: str = column(
        "Its lines, from where the page begins to where it ends. Those that Airflow 3 writes as JSON are told as text."
    )
    notes: list[str] = column("Where it was found, and why it was not found elsewhere.")
    next_page: str | None = column(
        "What to pass as `after` for what follows; null where nothing will. While the try runs, more may come later."
    )
    is_whole: bool = column("Whether the try has ended, and the log with this page.")
