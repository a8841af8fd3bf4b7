"""Commands that only Airflow itself can carry out, for they run code of the DAG: by its command line, if allowed."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from graph.rest.clairvoyant.asking import Asked
from graph.rest.clairvoyant.command import DAG, SUBDIR, TASK, Command, always, box, execution_date, text
from graph.rest.clairvoyant.finding import instances_on, one_of, task_of
from graph.rest.clairvoyant.runs import conf_of
from graph.rest.clairvoyant.told import Streams, Told, said
from graph.rest.codec import codec
from graph.types.task import Task
from graph.types.task_instance import TaskInstance
from resolvers.operations.commands import TaskCommand, task_command

_RENDERED = codec(TaskInstance, "rendered_fields")
_TEMPLATES = codec(Task, "template_fields")
_RULE = f"# {'-' * 58}\n"


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


def _render(asked: Asked) -> Told:
    """Tell what became of a task's templates when it ran; of one that never ran, as the command finds."""
    date, task_id = asked.date("execution_date"), task_of(asked)
    for instance in instances_on(asked, task_id, date):
        key = {"dag_id": asked.text("dag_id"), "task_id": task_id}
        found = one_of(asked, _RENDERED, **key, run_id=instance["run_id"], map_index=instance["map_index"])
        fields = found and found["rendered_fields"]
        if isinstance(fields, dict):
            names = _in_order(asked, fields, task_id)
            return said("".join(f"{_RULE}# property: {name}\n{_RULE}{fields[name]}\n\n" for name in names))
    return commanded(asked, command="render")


def _in_order(asked: Asked, fields: Mapping[str, object], task_id: str) -> list[str]:
    """Return the names of the fields as the operator has them; those that it has no more follow, from A."""
    task = one_of(asked, _TEMPLATES, dag_id=asked.text("dag_id"), task_id=task_id)
    known: list[str] = task["template_fields"] if task else []  # type: ignore[assignment] # as the codec says
    return [*(name for name in known if name in fields), *sorted(fields.keys() - set(known))]


_OF_TASK = (DAG, TASK, execution_date(3), SUBDIR)

COMMANDS = (
    Command("render", "Render a task instance's template(s)", _render, _OF_TASK, always),
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
