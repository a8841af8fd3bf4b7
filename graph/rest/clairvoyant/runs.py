"""Commands about runs: triggering one, filling in many, and the state of one."""

import json
from datetime import UTC, datetime

from graph.rest.clairvoyant.asking import Asked
from graph.rest.clairvoyant.command import DAG, SUBDIR, Command, always, execution_date, text
from graph.rest.clairvoyant.finding import has_run, run_on
from graph.rest.clairvoyant.told import FailedError, Told, said
from resolvers.errors import Conflict, NotFound
from resolvers.operations.trigger import trigger_run


def conf_of(told: str, name: str) -> dict[str, object]:
    """Return what a JSON object says."""
    try:
        conf = json.loads(told)
    except (ValueError, RecursionError) as error:
        raise FailedError(str(error), "json.decoder.JSONDecodeError") from None
    if not isinstance(conf, dict):
        raise FailedError(f"{name} must be a JSON object: {told[:100]}", "ValueError")
    return conf


def _trigger(asked: Asked) -> Told:
    """Make a run of a DAG; without a date, one about this very second, or about this moment where that is taken."""
    dag_id, named = asked.text("dag_id"), asked.text("exec_date")
    now = datetime.now(UTC)
    dates = [asked.date("exec_date")] if named else [now.replace(microsecond=0), now]
    conf = conf_of(asked.text("conf"), "conf") if asked.text("conf") else None
    for date in dates:
        run_id = asked.text("run_id") or f"manual__{date.isoformat()}"
        try:
            asked.session.run(trigger_run, dag_id=dag_id, run_id=run_id, logical_date=date, conf=conf)
        except Conflict as conflict:
            taken = has_run(asked, run_id)
            if date is not dates[-1] and not (taken and asked.text("run_id")):
                continue
            detail = f"Run id {run_id} already exists for dag id {dag_id}" if taken else conflict.detail
            raise FailedError(detail, "airflow.exceptions.DagRunAlreadyExists") from conflict
        except NotFound as missing:
            raise FailedError(missing.detail, "airflow.exceptions.DagNotFound") from missing
        # So the original prints a date that it was given, and one that it found by itself.
        shown = date.isoformat() if named else str(date)
        return said(f"Created <DagRun {dag_id} @ {shown}: {run_id}, externally triggered: True>\n")
    raise AssertionError("the last date returns or raises")


def _state(asked: Asked) -> Told:
    """Tell the state of the run for a date."""
    run = run_on(asked, asked.date("execution_date"))
    return said(f"{run['state'] if run else None}\n")


COMMANDS = (
    Command(
        "trigger_dag",
        "Triggers a Dag to Run",
        _trigger,
        (
            DAG,
            SUBDIR,
            text("run_id", "The RUN ID to use for the DAG run"),
            text("conf", "Some configuration to pass to the DAG you trigger (JSON)"),
            text("exec_date", "The execution date of the DAG"),
        ),
        always,
    ),
    Command("dag_state", "Get the status of a dag run", _state, (DAG, execution_date(2), SUBDIR)),
)
