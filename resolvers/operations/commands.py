"""What callers may have Airflow's command line do with a task: which command, with which arguments."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from resolvers.access.permissions import Permission
from resolvers.errors import Invalid, NotFound, Unsupported
from resolvers.operations.audit import Audit
from resolvers.operations.operation import operation
from resolvers.operations.work import Work

TaskCommand = Literal["test", "task_failed_deps", "render"]

_LINES: Mapping[str, tuple[str, str]] = {
    "test": ("tasks", "test"),
    "task_failed_deps": ("tasks", "failed-deps"),
    "render": ("tasks", "render"),
}


@dataclass(frozen=True)
class CommandLine:
    """The arguments of a command line that somebody may run: no shell ever sees them."""

    arguments: tuple[str, ...]


@operation(
    needs=Permission.TASK_INSTANCE_EDIT,
    on="dag_id",
    audit=Audit("cli_task_command", "cli_task_command", "POST", ("dag_id", "task_id")),
)
def task_command(
    work: Work,
    *,
    dag_id: str,
    task_id: str,
    command: TaskCommand,
    date: datetime,
    dry_run: bool = False,
    params: Mapping[str, object] | None = None,
) -> CommandLine:
    """Return the line of a command that runs code of a DAG, where the settings allow that command.

    DAG and task are those that the metadata has: no other text of a caller becomes an argument, save for a date that
    was understood and a JSON object.
    """
    if command not in work.settings.airflow_commands:
        raise Unsupported(
            f"'airflow {' '.join(_LINES[command])}' runs code of the DAG, and is not allowed here.",
            hint=f"Run it on a machine of Airflow's; or add {command} to AIRFLOW_GRAPH_AIRFLOW_COMMANDS.",
        )
    if task_id not in work.dag(dag_id).tasks:
        raise NotFound(f"DAG '{dag_id}' has no task '{task_id}'.", field="taskId")
    if dag_id.startswith("-") or task_id.startswith("-"):
        raise Invalid("An id that begins with a dash would be taken for an option.", field="dagId")
    if dry_run and work.generation.number == 3:
        raise Unsupported(
            "Airflow 3 has no dry run of a task: nothing was run.", field="dryRun", hint="See what render tells."
        )
    options = ["--dry-run"] if dry_run else []
    if params is not None:
        options += ["--task-params", json.dumps(params)]
    return CommandLine((*_LINES[command], *options, dag_id, task_id, date.isoformat()))
