"""Triggering a run: what Airflow's own API asks of one, and the rows that it then inserts."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.exc import IntegrityError

from resolvers.access.permissions import Permission
from resolvers.errors import Conflict, Invalid, NotFound
from resolvers.metadata.pickled import DEEPEST, pickle_plain
from resolvers.operations.audit import Audit
from resolvers.operations.dags import no_dag
from resolvers.operations.keys import RunKey
from resolvers.operations.new_run import NewRun, insert_run, newest_serialized
from resolvers.operations.notes import fitting_note
from resolvers.operations.operation import operation
from resolvers.operations.run_dates import dates_of_run, fit_dates, given_interval
from resolvers.operations.run_ids import fit_run_id, generated_run_id, run_id_of_key
from resolvers.operations.runs import write_run_note
from resolvers.operations.work import Work
from resolvers.serialized.params import resolve_params


@operation(
    needs=Permission.RUN_CREATE,
    on="dag_id",
    audit=Audit("api.post_dag_run", "trigger_dag_run", "POST", ("dag_id", "run_id"), airflow2_columns=("dag_id",)),
)
def trigger_run(
    work: Work,
    *,
    dag_id: str,
    run_id: str | None = None,
    logical_date: datetime | None = None,
    run_after: datetime | None = None,
    data_interval_start: datetime | None = None,
    data_interval_end: datetime | None = None,
    conf: Mapping[str, object] | None = None,
    note: str | None = None,
    idempotency_key: str | None = None,
    even_if_broken: bool = False,
) -> RunKey:
    """Make a queued run of a DAG, with its task instances.

    Without a `logical_date` a run of Airflow 2 is about now, and one of Airflow 3 about no date, nor
    about any data interval. `run_after` (Airflow 3) is when it may start, at the earliest. That the DAG
    is paused is no hindrance: the run waits. An `idempotency_key` names one run for ever, whose id
    carries it: asked again, the run that exists is returned. A DAG that is in no file any more, or in one with import
    errors, has a run `even_if_broken` alone: that run waits until the file is there again, and well.

    Raises `NotFound` for a DAG that does not exist or is in no file any more, `Invalid` for one that
    cannot be triggered and for arguments that do not fit, `Conflict` where there is a run of that id
    or logical date, or one of that key that was asked for otherwise.
    """
    conf = dict(conf or {})
    if idempotency_key is not None:
        run_id = run_id_of_key(idempotency_key, run_id)
        if earlier := _earlier(work, RunKey(dag_id, run_id), logical_date, conf):
            return earlier
    dag_row = triggerable(work, dag_id, even_if_broken=even_if_broken)
    interval = given_interval(data_interval_start, data_interval_end)
    fit_dates(work, logical_date, run_after, interval)
    date = work.now if logical_date is None and work.generation.number == 2 else logical_date
    after = run_after or work.now
    key = RunKey(dag_id, run_id or generated_run_id(work, date, after, dag_row.timetable_type))
    # Airflow 2 looks for duplicates before anything else; Airflow 3 leaves them to the table's constraints.
    if work.generation.number == 2:
        _refuse_duplicate(work, key, date)
    version = newest_serialized(work, dag_id)
    dag = work.dag(dag_id)
    fit_run_id(work, key.run_id)
    fit_conf(work, conf)
    resolve_params(dag.params, conf)
    fitting_note(note or "")

    dates = dates_of_run(work, dag, date, after, interval)
    try:
        insert_run(work, dag, version, NewRun(key, dates, conf, dag_row.bundle_version))
    except IntegrityError:
        if idempotency_key is not None and (earlier := _earlier(work, key, logical_date, conf)):
            return earlier
        _refuse_duplicate(work, key, date)
        raise
    if note:
        write_run_note(work, key, note)
    return key


def _earlier(work: Work, key: RunKey, logical_date: datetime | None, conf: Mapping[str, object]) -> RunKey | None:
    """Return the run that the same idempotency key made before; `Conflict` where it was asked for otherwise."""
    run = work.find("dag_run", ("conf", "logical_date"), dag_id=key.dag_id, run_id=key.run_id)
    if run is None:
        return None
    if (run.conf or {}) != conf or logical_date not in (None, run.logical_date):
        raise Conflict(
            f"The run '{key.run_id}' of DAG '{key.dag_id}' was triggered with this idempotency key, "
            "but with another conf or logical date.",
            field="idempotencyKey",
            hint="Use a new key for each run that you want.",
        )
    return key


def triggerable(work: Work, dag_id: str, *, even_if_broken: bool = False) -> Row[Any]:
    """Return what the run takes over from the row of its DAG, if it can have a run by hand."""
    columns = ("is_stale", "has_import_errors", "allowed_run_types", "bundle_version", "timetable_type")
    dag = work.find("dag", columns, dag_id=dag_id)
    if dag is None:
        raise no_dag(dag_id)
    if dag.is_stale and not even_if_broken:
        raise NotFound(
            f"DAG '{dag_id}' is in no DAG file any more.",
            field="dagId",
            hint="Bring its file back, or wait until Airflow has parsed it.",
        )
    if dag.has_import_errors and not even_if_broken:
        raise Invalid(
            f"DAG '{dag_id}' cannot be triggered: it has import errors.", field="dagId", hint="Mend its file first."
        )
    if dag.allowed_run_types is not None and "manual" not in dag.allowed_run_types:
        raise Invalid(
            f"DAG '{dag_id}' cannot be triggered: it does not allow manual runs.",
            field="dagId",
            hint=f"It allows {', '.join(dag.allowed_run_types) or 'none'} (allowed_run_types in its file).",
        )
    return dag


def fit_conf(work: Work, conf: Mapping[str, object]) -> None:
    """Raise `Invalid` for what Airflow, or anybody else, could not read again."""
    try:
        _refuse_depth(conf)
        # Encoded too: half of a surrogate pair would come out again only to break every list that it is in.
        json.dumps(conf, allow_nan=False, ensure_ascii=False).encode()
        if work.generation.number == 2:
            pickle_plain(conf)
    except (TypeError, ValueError, RecursionError) as error:
        raise Invalid(
            f"The conf cannot be kept: {error}.", field="conf", hint="Give a JSON object that others can read too."
        ) from None


def _refuse_depth(conf: Mapping[str, object]) -> None:
    level: list[object] = [conf]
    for _ in range(DEEPEST):
        level = [
            inner
            for value in level
            for inner in (value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ())
        ]
        if not level:
            return
    raise ValueError(f"nested more than {DEEPEST} levels deep")


def _refuse_duplicate(work: Work, key: RunKey, logical_date: datetime | None) -> None:
    same_date = None
    if logical_date is not None:
        same_date = work.find("dag_run", ("run_id",), dag_id=key.dag_id, logical_date=logical_date)
    if same_date is not None and logical_date is not None:
        raise Conflict(
            f"DAG '{key.dag_id}' has a run of the logical date {logical_date.isoformat()}: '{same_date.run_id}'.",
            field="logicalDate",
            hint="Clear that run to run it again, or give another date.",
        )
    if work.find("dag_run", ("run_id",), dag_id=key.dag_id, run_id=key.run_id) is not None:
        raise Conflict(
            f"DAG '{key.dag_id}' has a run of the id '{key.run_id}'.",
            field="runId",
            hint="Clear that run to run it again, or give another id.",
        )
