"""The command that fills in dates of the past."""

from datetime import datetime

from graph.rest.clairvoyant.asking import Asked
from graph.rest.clairvoyant.command import DAG, SUBDIR, Command, always, box, text
from graph.rest.clairvoyant.finding import tasks_of
from graph.rest.clairvoyant.told import FailedError, Told, said
from resolvers.operations.backfills import create_backfill
from resolvers.operations.due_dates import due_dates
from resolvers.operations.series import trigger_series

_BY_SCHEDULER = "the scheduler runs the tasks, as its own configuration says"
_LATER = "The scheduler carries it out: this is answered before it is done."


def _backfill(asked: Asked) -> Told:
    """Make what the scheduler runs for the dates: in Airflow 3 a backfill, in Airflow 2 a run for each date."""
    dag_id = asked.text("dag_id")
    start, end = _range(asked)
    if asked.flag("dry_run"):
        return _dry(asked, start, end)
    for name in ("task_regex", "mark_success"):
        if asked.text(name):
            raise FailedError(
                f"{name} is not offered: runs have all their tasks, which the scheduler runs. Nothing was made."
            )
    if asked.session.generation.number == 3:
        made = asked.session.run(create_backfill, dag_id=dag_id, from_date=start, to_date=end)
        return said(f"Created backfill {made.id} of DAG {dag_id}\n", _LATER)
    series = asked.session.run(
        trigger_series, dag_id=dag_id, from_date=start, to_date=end, prefix="manual__backfill", limit=500
    )
    return said("".join(f"Created run {run.run_id} of DAG {dag_id}\n" for run in series.runs), _LATER)


def _range(asked: Asked) -> tuple[datetime, datetime]:
    """Return the first and the last date: one that is not given is the other one."""
    start, end = (asked.date(name) if asked.text(name) else None for name in ("start_date", "end_date"))
    first, last = start or end, end or start
    if first is None or last is None:
        raise FailedError("Provide a start_date and/or end_date")
    return first, last


def _dry(asked: Asked, start: datetime, end: datetime) -> Told:
    """Say for which date the first run would be, with which tasks: so far does the original look."""
    dates = asked.session.run(due_dates, dag_id=asked.text("dag_id"), from_date=start, to_date=end).dates
    tasks = "".join(f"Task {task_id}\n" for task_id in tasks_of(asked))
    told = "".join(f"Dry run of DAG {asked.text('dag_id')} on {date.isoformat()}\n{tasks}" for date in dates[:1])
    return said(told)


COMMANDS = (
    Command(
        "backfill",
        "Run subsections of a DAG for a specified date range",
        _backfill,
        (
            DAG,
            text("task_regex", "The regex to filter specific task_ids to backfill: not offered here"),
            text("start_date", "Override start_date YYYY-MM-DD. Either this or the end_date needs to be provided."),
            text("end_date", "Override end_date YYYY-MM-DD. Either this or the start_date needs to be provided."),
            box("mark_success", "Mark jobs as succeeded without running them: not offered here"),
            box("local", "Run the task using the LocalExecutor", idle=_BY_SCHEDULER),
            box("donot_pickle", "Do not attempt to pickle the DAG object", idle="DAGs are not pickled"),
            box("include_adhoc", "Include dags with the adhoc argument", idle="Airflow knows no adhoc tasks any more"),
            box("ignore_dependencies", "Ignore task-specific dependencies", idle=_BY_SCHEDULER),
            box("ignore_first_depends_on_past", "Ignores depends_on_past for the first tasks", idle=_BY_SCHEDULER),
            SUBDIR,
            text("pool", "Resource pool to use", idle=_BY_SCHEDULER),
            box("dry_run", "Perform a dry run"),
        ),
        always,
    ),
)
