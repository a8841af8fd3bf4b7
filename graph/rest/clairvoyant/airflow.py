"""Commands that only Airflow itself can carry out, for they run code of the DAG: by its command line, if allowed."""

from functools import partial
from typing import Any

from graph.rest.clairvoyant.asking import Asked
from graph.rest.clairvoyant.command import DAG, SUBDIR, TASK, Command, always, box, execution_date, text
from graph.rest.clairvoyant.finding import task_of
from graph.rest.clairvoyant.runs import conf_of
from graph.rest.clairvoyant.told import Streams, Told
from resolvers.operations.commands import TaskCommand, task_command


def without_loading(text: str) -> str:
    """Return what a command says without what Airflow says while it starts, and without what a task logs."""
    lines = text.splitlines(keepends=True)
    last = max((at for at, line in enumerate(lines) if line.startswith("[")), default=-1)
    return "".join(lines[last + 1 :])


def commanded(asked: Asked, *, command: TaskCommand) -> Told:
    """Have the command carried out; what it says, and that it fails, is told as it is."""
    options: dict[str, Any] = {}
    if command == "test":
        # The original's documentation has the shorter name, its code the longer one.
        options["dry_run"] = asked.flag("dry_run") or asked.flag("dryrun")
        options["params"] = conf_of(asked.text("task_params"), "task_params") if asked.text("task_params") else None
    date = asked.date("execution_date")
    said = asked.session.command(
        task_command, dag_id=asked.text("dag_id"), task_id=task_of(asked), command=command, date=date, **options
    )
    filters = asked.session.service.config.flag(
        "rest_api_plugin", "filter_loading_messages_in_cli_response", default=True
    )
    return Told(Streams(without_loading(said.stdout) if filters else said.stdout, said.stderr))


_OF_TASK = (DAG, TASK, execution_date(3), SUBDIR)

COMMANDS = (
    Command("render", "Render a task instance's template(s)", partial(commanded, command="render"), _OF_TASK, always),
    Command(
        "task_failed_deps",
        "Returns the unmet dependencies for a task instance from the perspective of the scheduler",
        partial(commanded, command="task_failed_deps"),
        _OF_TASK,
        always,
    ),
    Command(
        "test",
        "Test a task instance: run it without checking for dependencies or recording its state in the database",
        partial(commanded, command="test"),
        (
            *_OF_TASK,
            box("dry_run", "Perform a dry run"),
            text("dryrun", "The same", silent=True),
            text("task_params", "Sends a JSON params dict to the task"),
        ),
        always,
    ),
)
