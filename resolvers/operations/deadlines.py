"""By when a run must be over, and what is called if it is not: what Airflow 3.1 and later note with a new run."""

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from resolvers.errors import Invalid
from resolvers.metadata.stored import wrap
from resolvers.operations.keys import RunKey
from resolvers.operations.uuid7 import uuid7
from resolvers.operations.work import Work
from resolvers.serialized.dag import SerializedDag
from resolvers.serialized.encoding import VALUE, moment

log = logging.getLogger("airflow_graph.deadlines")

# Who runs a callback, by the class that defines it.
_RUNNERS = {"AsyncCallback": "triggerer", "SyncCallback": "executor"}


@dataclass(frozen=True)
class _Alert:
    """What a DAG says of a deadline of its runs, as it is stored."""

    reference: Mapping[str, object]
    interval: object
    callback: Mapping[str, object]
    id: UUID | None = None

    @property
    def counts_from(self) -> str:
        """The class of what the interval is added to."""
        return str(self.reference.get("reference_type"))


def note_deadlines(
    work: Work, dag: SerializedDag, key: RunKey, *, logical_date: datetime | None, serialized_id: UUID | None
) -> None:
    """Note the deadlines of a run that was inserted just now.

    One that counts from something which there is none of is left out. So is one of a class of the
    installation's own, or whose callback is given objects: only Airflow can bring those to life.

    Raises `Invalid` where the interval cannot be told, and in 3.1 where a deadline counts from the
    logical date and the run has none.
    """
    alerts = list(_alerts(work, dag, serialized_id))
    run = work.find("dag_run", ("id",), dag_id=key.dag_id, run_id=key.run_id) if alerts else None
    for alert in alerts:
        start = _start(work, alert, key.dag_id, logical_date)
        callback = None if start is None else _callback(work, alert, key.dag_id)
        if run is None or start is None or callback is None:
            log.info("deadline left out", extra={"dag_id": key.dag_id, "counts_from": alert.counts_from})
            continue
        interval = interval_of(work, alert.interval)
        if interval is None:
            raise Invalid(
                f"A deadline of DAG '{key.dag_id}' has no interval that can be told: {alert.interval}.",
                field="dagId",
                hint="If a variable holds it, that must be a whole number of seconds.",
            )
        work.insert(
            "deadline",
            {
                "id": uuid7(),
                "dagrun_id": run.id,
                "deadline_time": start + interval,
                "deadline_alert_id": alert.id,
                "missed": False,
                "created_at": work.now,
                "last_updated_at": work.now,
                **callback,
            },
        )


def interval_of(work: Work, stored: object) -> timedelta | None:
    """Return an interval from its seconds, as 3.1 and 3.2 store it, or from what 3.3 does; None where it has none.

    3.3 names a class, which may be that of an interval whose seconds a variable holds.
    """
    told = json.loads(stored) if isinstance(stored, str) else stored
    if isinstance(told, Mapping):
        told = told.get("__data__")
    if isinstance(told, Mapping):
        told = _variable(work, str(told.get("key")))
    try:
        return timedelta(seconds=told) if isinstance(told, int | float) else None
    except (ValueError, OverflowError):
        return None


def _alerts(work: Work, dag: SerializedDag, serialized_id: UUID | None) -> Iterator[_Alert]:
    """Yield the alerts of a DAG: 3.1 keeps them in its serialized form, later ones in a table of their own."""
    if not work.generation.is_since("3.2"):
        stored = dag.fields.stored("deadline")
        for alert in stored if isinstance(stored, list) else ():
            told = alert[VALUE]
            yield _Alert(told["reference"], told["interval"], told["callback"])
        return
    names = ("reference", "interval", "callback_def", "id")
    statement = select(*(work.column("deadline_alert", name) for name in names)).where(
        *work.where("deadline_alert", serialized_dag_id=serialized_id)
    )
    for row in work.connection.execute(statement).all():
        yield _Alert(*row)


def _start(work: Work, alert: _Alert, dag_id: str, logical_date: datetime | None) -> datetime | None:
    """Return the moment that the interval is added to."""
    match alert.counts_from:
        case "DagRunQueuedAtDeadline":
            return work.now
        case "FixedDatetimeDeadline":
            return moment(alert.reference.get("datetime"))
        case "AverageRuntimeDeadline":
            return _usual_end(work, alert.reference, dag_id)
        case "DagRunLogicalDateDeadline":
            if logical_date is None and not work.generation.is_since("3.2"):
                raise Invalid(
                    f"A deadline of DAG '{dag_id}' counts from the logical date, and the run has none.",
                    field="logicalDate",
                    hint="Give a logical date.",
                )
            return logical_date
    return None


def _usual_end(work: Work, reference: Mapping[str, object], dag_id: str) -> datetime | None:
    """Return when the run would be over if it took as long as the latest ones did, where there are enough of them."""
    most = _count(reference.get("max_runs"))
    least = _count(reference.get("min_runs")) or most
    start, end = (work.column("dag_run", name) for name in ("start_date", "end_date"))
    statement = select(start, end).where(start.is_not(None), end.is_not(None), *work.where("dag_run", dag_id=dag_id))
    if work.generation.is_since("3.3"):
        # Runs that failed took no usual time.
        statement = statement.where(*work.where("dag_run", state="success"))
    newest = statement.order_by(work.column("dag_run", "logical_date").desc()).limit(most)
    took = [over - begun for begun, over in work.connection.execute(newest).all()]
    if not took or len(took) < least:
        return None
    return work.now + sum(took, timedelta(0)) / len(took)


def _count(stored: object) -> int:
    return stored if isinstance(stored, int) else 0


def _callback(work: Work, alert: _Alert, dag_id: str) -> dict[str, object] | None:
    """Return what a deadline's row says of its callback, which has a row of its own from 3.2 on."""
    if not work.generation.is_since("3.2"):
        return {"callback": alert.callback}
    runner = _RUNNERS.get(str(alert.callback.get("__classname__")).rpartition(".")[2])
    told = alert.callback.get("__data__")
    if runner is None or not isinstance(told, Mapping) or _needs_airflow(told):
        return None
    dag = work.find("dag", ("bundle_name",), dag_id=dag_id) if work.generation.is_since("3.3") else None
    callback_id = uuid7()
    work.insert(
        "callback",
        {
            "id": callback_id,
            "type": runner,
            "fetch_method": "import_path",
            "data": wrap({"dag_id": dag_id, "prefix": "deadline_alerts", **told}),
            "bundle_name": dag.bundle_name if dag else None,
            "state": "scheduled",
            "priority_weight": 1,
            "created_at": work.now,
        },
    )
    return {"callback_id": callback_id}


def _needs_airflow(value: object) -> bool:
    """Whether something in it is an object that only Airflow can bring back."""
    match value:
        case Mapping():
            return "__classname__" in value or any(_needs_airflow(inner) for inner in value.values())
        case list():
            return any(_needs_airflow(inner) for inner in value)
    return False


def _variable(work: Work, key: str) -> int | None:
    row = work.find("variable", ("val", "is_encrypted"), key=key)
    if row is None or row.val is None:
        return None
    try:
        return int(work.keys.decrypt(row.val, is_encrypted=row.is_encrypted))
    except ValueError:
        return None
