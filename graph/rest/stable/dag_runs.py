"""`/dags/{dag_id}/dagRuns`: when and why a DAG ran, and making it run."""

from datetime import UTC, datetime

from graph.rest.batch import batch, batch_body
from graph.rest.body import Body, Property
from graph.rest.call import Call, Words, refuse_without, said
from graph.rest.codec import Json, codec, computed, stored
from graph.rest.dialect import Answer, RefusedError
from graph.rest.paging import Fields, Narrowing, Sorting, between, narrow, read_page
from graph.rest.params import Kind, read_body_moment
from graph.rest.rows import Custom, Page, Read, Row, Write
from graph.rest.stable.values import conf_json, run_type
from graph.types.dag import DAG
from graph.types.dag_run import DagRun
from graph.types.guards import RUNS
from resolvers.binding import Order
from resolvers.errors import Conflict, Invalid, NotFound, Problem
from resolvers.operations.keys import RunKey
from resolvers.operations.notes import LONGEST_NOTE
from resolvers.operations.runs import delete_run, set_run_note
from resolvers.operations.trigger import trigger_run

RUN_JSON = codec(
    DagRun,
    "dag_id",
    "state",
    "note",
    dag_run_id="run_id",
    conf=computed("conf", conf_json),
    run_type=computed("run_type", run_type),
    external_trigger="is_external",
    # Two names of one date. A run of Airflow 3 may have none, and then reads as of when it was due.
    logical_date=stored("nominal_date"),
    execution_date=stored("nominal_date"),
    data_interval_start=stored("data_interval_start"),
    data_interval_end=stored("data_interval_end"),
    start_date="started_at",
    end_date="ended_at",
    last_scheduling_decision=stored("last_scheduling_decision"),
)

_DATES: tuple[Narrowing, ...] = (
    *between("execution_date", "nominal_date"),
    *between("start_date", "start_date"),
    *between("end_date", "end_date"),
)
SORTING = Sorting(
    Order(("id",)),
    {
        "id": "id",
        "dag_id": "dag_id",
        "dag_run_id": "run_id",
        "state": "state",
        "execution_date": "nominal_date",
        "start_date": "start_date",
        "end_date": "end_date",
        "updated_at": "updated_at",
        "external_trigger": "is_external",
        "conf": "conf",
    },
)
_MISSING = Words("DAGRun not found", "DAGRun with DAG ID: '{dag_id}' and DagRun ID: '{dag_run_id}' not found")
_MISSING_TO_CHANGE = Words("Not Found", _MISSING.detail)
_NO_DAG = Words("DAG not found", "DAG with dag_id: '{dag_id}' not found")

# Taken in the body of the batch list, as Airflow takes it, and as by Airflow without effect.
_IDLE = tuple(Property(name, Kind.MOMENT) for name in ("updated_at_gte", "updated_at_lte"))
_BATCH: tuple[Narrowing, ...] = (
    narrow("dag_ids", "dag_id"),
    narrow("dag_run_ids", "run_id"),
    narrow("states", "state"),
    *_DATES,
)


def _batch(call: Call) -> Answer:
    """Return the runs of many DAGs that a body describes."""
    call.admit(RUNS)
    page = batch(call, RUN_JSON, "dag_runs", _BATCH, SORTING.order(call.body.get("order_by")))
    return Answer(read_page(call, page))


_STATES = ("queued", "running", "success", "failed")
_RUN_TYPES = ("backfill", "manual", "scheduled", "dataset_triggered")
_INTERVAL = ("data_interval_start", "data_interval_end")
_DATE_NAMES = ("logical_date", "execution_date", *_INTERVAL)
_TRIGGER_BODY = Body(
    (
        Property("dag_run_id", nullable=True, refuses_null=True),
        Property("dag_id", read_only=True),
        *(Property(name, Kind.MOMENT, nullable=True, refuses_null=True) for name in _DATE_NAMES),
        *(
            Property(name, Kind.MOMENT, nullable=True, read_only=True)
            for name in ("start_date", "end_date", "last_scheduling_decision")
        ),
        Property("run_type", read_only=True, among=_RUN_TYPES),
        Property("state", read_only=True, among=_STATES),
        Property("external_trigger", Kind.BOOLEAN, read_only=True),
        Property("conf", Kind.OBJECT),
        Property("note", nullable=True, longest=LONGEST_NOTE),
    )
)
_IMPORTABLE = codec(DAG, "has_import_errors", "is_stale")


def _trigger(call: Call) -> Answer:
    """Make a queued run; without a date, one about now."""
    dag_id, now = str(call.path["dag_id"]), datetime.now(UTC)
    try:
        key = call.change(trigger_run, {"dag_id": dag_id}, lambda: _told(call, now))
    except Conflict as conflict:
        told = _told(call, now)
        run_id, date = told["run_id"], told["logical_date"]
        same = f"DAGRun ID: '{run_id}'" if conflict.field == "runId" else f"DAGRun logical date: '{date}'"
        raise _taken(dag_id, same) from conflict
    except Invalid as invalid:
        # Airflow 2 looks for a run of that id before it looks at the id.
        run_id = str(call.body.get("dag_run_id"))
        if invalid.field == "runId" and call.find(RUN_JSON, dag_id=dag_id, run_id=run_id) is not None:
            raise _taken(dag_id, f"DAGRun ID: '{run_id}'") from invalid
        dag = call.find(_IMPORTABLE, dag_id=dag_id) if invalid.field == "dagId" else None
        if dag is None:
            raise
        if dag["has_import_errors"]:
            raise _unimportable(dag_id) from invalid
        raise RefusedError(400, invalid.detail, title="DAG cannot be triggered") from invalid
    except Problem as problem:
        raise said(problem, {NotFound: _NO_DAG}, call) from problem
    except RefusedError as refusal:
        # Airflow looks at the body only where the DAG can be triggered.
        dag = call.find(_IMPORTABLE, dag_id=dag_id)
        if dag is None or dag["is_stale"]:
            raise _NO_DAG.refusal(404, "NotFound", call) from refusal
        if dag["has_import_errors"]:
            raise _unimportable(dag_id) from refusal
        raise
    made = call.find(RUN_JSON, **vars(key))
    return Answer(_as_sent(call, made) if made is not None else None)


def _as_sent(call: Call, run: Json) -> Json:
    """Return a new run with the dates of the body in the zone that they name: so they stand in Airflow's answer."""
    told = {name: moment for name in _DATE_NAMES if (moment := read_body_moment(str(call.body.get(name)))) is not None}
    logical = told.get("logical_date") or told.get("execution_date")
    if logical is None:
        return {**run, **told}
    # What has no schedule is about that moment alone.
    alone = all(run[name] == run["logical_date"] for name in _INTERVAL)
    interval = dict.fromkeys(_INTERVAL, logical) if alone else {}
    return {**run, **interval, **told, "logical_date": logical, "execution_date": logical}


def _unimportable(dag_id: str) -> RefusedError:
    return RefusedError(400, f"DAG with dag_id: '{dag_id}' has import errors", title="DAG cannot be triggered")


def _told(call: Call, now: datetime) -> dict[str, object]:
    """Return what the body says of the run that it asks for, by the operation's arguments."""
    body = call.body
    dates = {name: read_body_moment(str(body[name])) for name in _DATE_NAMES if body.get(name)}
    if body.get("execution_date", body.get("logical_date")) != body.get("logical_date", body.get("execution_date")):
        raise RefusedError(
            400,
            f"{body['logical_date']!r} != {body['execution_date']!r}",
            title="logical_date conflicts with execution_date",
        )
    if ("data_interval_start" in dates) != ("data_interval_end" in dates):
        names = "'data_interval_start' and 'data_interval_end'"
        raise RefusedError(400, str({"_schema": [f"Both {names} must be specified together"]}))
    conf, note = body.get("conf"), body.get("note")
    return {
        "run_id": str(body["dag_run_id"]) if body.get("dag_run_id") else None,
        "logical_date": dates.get("logical_date") or dates.get("execution_date") or now,
        "data_interval_start": dates.get("data_interval_start"),
        "data_interval_end": dates.get("data_interval_end"),
        "conf": conf if isinstance(conf, dict) else None,
        "note": None if note is None else str(note),
    }


def _taken(dag_id: str, same: str) -> RefusedError:
    detail = f"DAGRun with DAG ID: '{dag_id}' and {same} already exists"
    return RefusedError(409, detail, title="Conflict", section="AlreadyExists")


def run_key(call: Call) -> RunKey:
    """Return the run that the path names."""
    return RunKey(str(call.path["dag_id"]), str(call.path["dag_run_id"]))


RUN_PATH = {"dag_id": "dag_id", "dag_run_id": "run_id"}

ROWS: tuple[Row, ...] = (
    Custom("POST", "/dags/~/dagRuns/list", _batch, body=batch_body(_BATCH, Property("order_by"), *_IDLE)),
    Page(
        "/dags/{dag_id}/dagRuns",
        RUN_JSON,
        "dag_runs",
        SORTING,
        (*_DATES, *between("updated_at", "updated_at"), narrow("state", "state")),
        fields=Fields("DAGRunCollectionSchema error", "{name} not in DAGRunSchema", of_each=True),
    ),
    Custom("POST", "/dags/{dag_id}/dagRuns", _trigger, body=_TRIGGER_BODY),
    Read(
        "/dags/{dag_id}/dagRuns/{dag_run_id}",
        RUN_JSON,
        _MISSING,
        fields=Fields("DAGRunSchema error", "{name} not in DAGRunSchema"),
    ),
    Write(
        "DELETE",
        "/dags/{dag_id}/dagRuns/{dag_run_id}",
        delete_run,
        path_as=RUN_PATH,
        words={NotFound: _MISSING_TO_CHANGE},
    ),
    Write(
        "PATCH",
        "/dags/{dag_id}/dagRuns/{dag_run_id}/setNote",
        set_run_note,
        RUN_JSON,
        path_as=RUN_PATH,
        body=Body((Property("note"),)),
        body_as={"note": "note"},
        check=lambda call: refuse_without(call, "note"),
        there=RUN_JSON,
        words={
            NotFound: Words("Dag Run id {dag_run_id} not found in dag {dag_id}"),
            # Found at fault only once there is a run.
            Invalid: Words("Bad Request", f"{{{{'note': ['Longer than maximum length {LONGEST_NOTE}.']}}}}"),
        },
    ),
)
