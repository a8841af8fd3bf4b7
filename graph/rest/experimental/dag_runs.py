"""Runs: making one, and where they stand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from graph.rest.call import Call
from graph.rest.codec import Json, codec, computed, leading, stored
from graph.rest.dialect import Answer
from graph.rest.early import printed, read_conf
from graph.rest.experimental.dates import read_date
from graph.rest.experimental.problems import no_dag, refused
from graph.rest.lenient import ANYTHING
from graph.rest.paging import listing
from graph.rest.params import Parameter
from graph.rest.rows import Custom, Row
from graph.types.dag import DAG
from graph.types.dag_run import DagRun
from graph.types.guards import RUNS
from resolvers.binding import Filter, Match, Operator, Order
from resolvers.errors import Conflict, NotFound
from resolvers.operations.trigger import trigger_run
from resolvers.selection import Selection, Window

_TRUE = {"on", "t", "true", "y", "yes", "1"}

DAG_JSON = codec(DAG, "dag_id", "is_paused")


def _iso(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).isoformat()


def _page_in_airflow_2(dag_id: str, _run_id: str, date: datetime) -> str:
    return f"/dags/{quote(dag_id)}/graph?execution_date={quote(printed(date), safe=':').replace('%20', '+')}"


def _page_in_airflow_3(dag_id: str, run_id: str, _date: datetime) -> str:
    return f"/dags/{quote(dag_id)}/runs/{quote(run_id)}"


def _run_json(generation: int) -> Selection:
    where = _page_in_airflow_2 if generation == 2 else _page_in_airflow_3
    return codec(
        DagRun,
        "dag_id",
        execution_date=computed("nominal_date", _iso),
        start_date=computed("start_date", _iso),
        dag_run_url=computed("dag_id run_id nominal_date", where),
    )


def _whole(run: Selection) -> Selection:
    more = codec(DagRun, "run_id", "state", id=stored("id"))
    return Selection(run.entity, run.wanted + more.wanted)


# By generation, whose web pages have other addresses.
_LATEST_JSON = {number: _run_json(number) for number in (2, 3)}
_RUN_JSON = {number: _whole(run) for number, run in _LATEST_JSON.items()}
_DAGS_JSON = {
    number: codec(DAG, latest=leading("runs", run, order="-nominal_date")) for number, run in _LATEST_JSON.items()
}


def printed_run(dag_id: str, run_id: str, date: object, state: object, queued_at: object, is_external: object) -> str:
    """Return a run as Airflow prints the object that it has for one."""
    return _as_object(dag_id, run_id, printed(date), state, printed(queued_at), is_external)


def _as_object(dag_id: str, run_id: str, date: str, state: object, queued_at: object, is_external: object) -> str:
    return (
        f"<DagRun {dag_id} @ {date}: {run_id}, state:{state}, queued_at: {queued_at}. "
        f"externally triggered: {bool(is_external)}>"
    )


PRINTED_RUN = codec(
    DagRun,
    "run_id",
    "state",
    printed=computed("dag_id run_id nominal_date state queued_at is_external", printed_run),
)
_MADE = codec(
    DagRun,
    "dag_id",
    "run_id",
    **{name: stored(name) for name in ("state", "is_external")},
    queued_at=computed("queued_at", printed),
)

_ATTRIBUTES = (
    "id dag_id run_id state run_type queued_at start_date end_date data_interval_start data_interval_end "
    "last_scheduling_decision clear_number"
)
_VARIABLES_JSON = codec(
    DagRun,
    **{name: computed(name, printed) for name in _ATTRIBUTES.split()},
    conf="conf",
    execution_date=computed("nominal_date", printed),
    external_trigger=computed("is_external", lambda is_external: str(bool(is_external))),
)


def rows(call: Call, codec_: Selection, filter_: Filter, order: str = "nominal_date") -> list[Json]:
    """Return all rows of a filter, as the API knows no pages: as many as an answer may have."""
    window = Window(call.session.service.settings.max_rows)
    page = listing(codec_, "rows", filter_, Order(tuple(order.split(","))), window, total=None)
    found: list[Json] = call.session.read(page).written()[0]["rows"]
    return found


def known_dag(call: Call, status: int = 404) -> Json:
    """Return the DAG that the path names; refused where there is none."""
    found = call.find(DAG_JSON, dag_id=call.path["dag_id"])
    if found is None:
        raise no_dag(call, status)
    return found


def run_of_date(call: Call, codec_: Selection) -> Json:
    """Return the run that the path names by its date; refused where there is none."""
    date, dag_id = read_date(call.path["execution_date"]), call.path["dag_id"]
    known_dag(call)
    instant = Match("nominal_date", Operator.EQUALS, date.astimezone(UTC))
    of_date = (Match("dag_id", Operator.EQUALS, dag_id), instant)
    found = rows(call, codec_, of_date)
    if not found:
        raise refused(404, f"Dag Run for date {date} not found in dag {dag_id}")
    return found[0]


def _dag_runs(call: Call) -> Answer:
    """Return all runs of a DAG, or those in a state."""
    call.admit(RUNS)
    known_dag(call, 400)
    narrowed: Filter = (Match("dag_id", Operator.EQUALS, call.path["dag_id"]),)
    if state := str(call.query.get("state", "")).lower():
        narrowed += (Match("state", Operator.EQUALS, state),)
    return Answer(rows(call, _RUN_JSON[call.session.generation.number], narrowed))


def _dag_run(call: Call) -> Answer:
    """Return the state of a run; as it was documented, with all that is known of it."""
    call.admit(RUNS)
    if call.session.service.settings.experimental_answers == "documented":
        run = run_of_date(call, _VARIABLES_JSON)
        return Answer({**run, "conf": str(run["conf"])})
    return Answer({"state": run_of_date(call, PRINTED_RUN)["state"]})


def _latest_runs(call: Call) -> Answer:
    """Return the latest run of each DAG that has any."""
    dags = rows(call, _DAGS_JSON[call.session.generation.number], (), "dag_id")
    return Answer({"items": [dag["latest"] for dag in dags if dag["latest"] is not None]})


def _trigger(call: Call) -> Answer:
    """Make a queued run; without a date, one for the present second."""
    dag_id, asked = str(call.path["dag_id"]), _Asked()
    try:
        key = call.change(trigger_run, {"dag_id": dag_id}, lambda: asked.read(call.body))
    except NotFound as problem:
        known_dag(call)
        raise refused(404, f"Dag id {dag_id} not found") from problem
    except Conflict as problem:
        raise refused(
            400, f"A DAG Run already exists for DAG {dag_id} at {asked.date} with run id {asked.run_id}"
        ) from problem
    made: Any = call.find(_MADE, **vars(key))
    # In the zone in which the caller said it, as it was not yet stored when the original printed it.
    message = f"Created {_as_object(date=str(asked.date), **made)}"
    return Answer({"execution_date": asked.date.isoformat(), "message": message, "run_id": key.run_id})


@dataclass
class _Asked:
    """The run that a body asks for, once it is read."""

    date: datetime = field(default_factory=lambda: datetime.now(UTC))
    run_id: str = ""

    def read(self, body: Mapping[str, object]) -> Mapping[str, object]:
        """Return the arguments of the operation; refused where the body does not fit."""
        try:
            conf = read_conf(body.get("conf"))
        except ValueError:
            raise refused(400, "Dag Run conf must be a dictionary object, other types are not supported") from None
        date = read_date(body["execution_date"]) if "execution_date" in body else None
        in_seconds = str(body.get("replace_microseconds", date is None)).lower() in _TRUE
        date = date or datetime.now(UTC)
        self.date = date.replace(microsecond=0) if in_seconds else date
        run_id = body.get("run_id") or f"manual__{self.date.isoformat()}"
        if not isinstance(run_id, str):
            raise refused(400, f"The run id {run_id!r} is no text")
        self.run_id = run_id
        # As its original, which asked for neither the file nor whether it can be imported.
        instant = self.date.astimezone(UTC)
        return {"run_id": self.run_id, "logical_date": instant, "conf": conf, "even_if_broken": True}


ROWS: tuple[Row, ...] = (
    Custom("POST", "/dags/{dag_id}/dag_runs", _trigger, body=ANYTHING),
    Custom("GET", "/dags/{dag_id}/dag_runs", _dag_runs, query=(Parameter("state"),)),
    Custom("GET", "/dags/{dag_id}/dag_runs/{execution_date}", _dag_run),
    Custom("GET", "/latest_runs", _latest_runs),
)
