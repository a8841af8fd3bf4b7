"""Commands that have tasks run: again, for the first time, or for dates in the past."""

from typing import Any

from graph.rest.clairvoyant.asking import Asked
from graph.rest.clairvoyant.command import DAG, SUBDIR, TASK, Command, always, box, execution_date, text
from graph.rest.clairvoyant.finding import instances_on, run_on, state_of, task_of, tasks_of
from graph.rest.clairvoyant.matching import matching
from graph.rest.clairvoyant.told import FailedError, Streams, Told, said
from resolvers.operations.clear import clear_task_instances
from resolvers.operations.task_state import set_task_instance_state

_BY_SCHEDULER = "the scheduler runs the tasks, as its own configuration says"
_PICKLE = "DAGs are not pickled"


def _run(asked: Asked) -> Told:
    """Have a task of a run be run by the scheduler, which takes what is cleared; or mark it as a success."""
    date, task_id = asked.date("execution_date"), task_of(asked)
    instances = instances_on(asked, task_id, date)
    run = run_on(asked, date)
    if run is None or not instances:
        raise FailedError(
            f"DAG {asked.text('dag_id')} has no run for {date.isoformat()} with the task {task_id}: there is nothing "
            "that could be run. Trigger the run with trigger_dag."
        )
    state = state_of(instances)
    named = f"<TaskInstance: {asked.text('dag_id')}.{task_id} {date.isoformat()} [{state}]>"
    of_run: dict[str, Any] = {"dag_id": asked.text("dag_id"), "run_id": run["run_id"]}
    if asked.flag("mark_success"):
        if state != "success":
            asked.session.run(set_task_instance_state, **of_run, task_id=task_id, state="success")
        return said(f"Marked {named} as success\n", "Nothing was run: the task instance was marked as a success.")
    forced = asked.flag("force") or asked.flag("ignore_all_dependencies")
    if state in ("running", "queued") or (state == "success" and not forced):
        reason = (
            f"Dependencies not met for {named}, dependency 'Task Instance State' FAILED: Task is in the '{state}' "
            "state which is not a valid state for execution. The task must be cleared in order to be run.\n"
        )
        return Told(Streams(stderr=reason), ("Nothing was run. With force, a success is run again.",))
    cleared = asked.session.run(
        clear_task_instances, **of_run, task_ids=[task_id], dry_run=False, only_failed=False, reset_dag_runs=True
    )
    if not cleared.task_instances:
        raise FailedError(f"{named} was gone before it could be cleared.")
    return said(f"Cleared {named}\n", "The task was not run here: it was cleared, so that the scheduler runs it.")


def _clear(asked: Asked) -> Told:
    """Clear task instances, so that they run again; nothing asks back."""
    tasks: list[Any] | None = None
    if pattern := asked.text("task_regex"):
        tasks = list(matching(pattern, tasks_of(asked)))
    failed, running = asked.flag("only_failed"), asked.flag("only_running")
    start, end = (asked.date(name) if asked.text(name) else None for name in ("start_date", "end_date"))
    if tasks == [] or (failed and running) or (start and end and start > end):
        return said("Nothing to clear.\n")
    cleared = asked.session.run(
        clear_task_instances,
        dag_id=asked.text("dag_id"),
        task_ids=tasks,
        start_date=start,
        end_date=end,
        only_failed=failed,
        only_running=running,
        include_upstream=asked.flag("upstream"),
        include_downstream=asked.flag("downstream"),
        dry_run=False,
        reset_dag_runs=True,
    )
    return said("" if cleared.task_instances else "Nothing to clear.\n")


COMMANDS = (
    Command(
        "run",
        "Run a single task instance",
        _run,
        (
            DAG,
            TASK,
            execution_date(3),
            SUBDIR,
            box("mark_success", "Mark jobs as succeeded without running them"),
            box("force", "Ignore previous task instance state, rerun regardless if task already succeeded"),
            text("pool", "Resource pool to use", idle=_BY_SCHEDULER),
            text("cfg_path", "Path to config file to use instead of airflow.cfg", idle="no file of a caller is read"),
            box("local", "Run the task using the LocalExecutor", idle=_BY_SCHEDULER),
            box("ignore_all_dependencies", "Ignores all non-critical dependencies"),
            box("ignore_dependencies", "Ignore task-specific dependencies", idle=_BY_SCHEDULER),
            box("ignore_depends_on_past", "Ignore depends_on_past dependencies", idle=_BY_SCHEDULER),
            box("ship_dag", "Pickles (serializes) the DAG and ships it to the worker", idle=_PICKLE),
            text("pickle", "Serialized pickle object of the entire dag (used internally)", idle="pickles run code"),
        ),
        always,
    ),
    Command(
        "clear",
        "Clear a set of task instance, as if they never ran",
        _clear,
        (
            DAG,
            text("task_regex", "The regex to filter specific task_ids"),
            text("start_date", "Override start_date YYYY-MM-DD"),
            text("end_date", "Override end_date YYYY-MM-DD"),
            SUBDIR,
            box("upstream", "Include upstream tasks"),
            box("downstream", "Include downstream tasks"),
            box("no_confirm", "Do not request confirmation: nothing does here"),
            box("only_failed", "Only failed jobs"),
            box("only_running", "Only running jobs"),
            box("exclude_subdags", "Exclude subdags"),
        ),
        always,
        further=("--no_confirm",),
    ),
)
