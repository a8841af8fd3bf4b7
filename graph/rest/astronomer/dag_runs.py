"""`/dag_runs`: listing runs of all DAGs, and making a series of them."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from graph.rest.astronomer.problems import envelope, refused
from graph.rest.call import Call
from graph.rest.codec import Json, codec, computed, stored
from graph.rest.dialect import Answer
from graph.rest.early import printed, read_conf
from graph.rest.lenient import ANYTHING
from graph.rest.paging import listing
from graph.rest.params import Parameter
from graph.rest.rows import Custom, Row
from graph.types.dag_run import DagRun
from resolvers.binding import Filter, Match, Operator, Order
from resolvers.errors import NotFound
from resolvers.operations.series import MOST_RUNS, LongSeriesError, trigger_series
from resolvers.selection import Selection, Window

_DATE = "%Y-%m-%dT%H:%M:%S"
_TRUE = ("true", "True", True)


def documented_date(moment: datetime | None) -> str:
    """Return an instant as the documentation writes it: in UTC, which it does not say."""
    return str(None if moment is None else moment.astimezone(UTC).replace(tzinfo=None))


def original_date(moment: datetime | None) -> str | None:
    """Return an instant as the plugin wrote it."""
    return None if moment is None else printed(moment)


@dataclass(frozen=True)
class Form:
    """One of the two forms of the answers: what a run looks like, how many are told, what is said where there is none.

    `usual` and `most` are the limits of a list: the plugin itself knew none.
    """

    run: Selection
    usual: int | None
    most: int | None
    missing: str
    numbered: bool


def _form(date: Callable[[datetime | None], object], external: Callable[[object], object], *more: str) -> Selection:
    return codec(
        DagRun,
        "run_id",
        "state",
        *more,
        start_date=computed("start_date", date),
        end_date=computed("end_date", date),
        execution_date=computed("nominal_date", date),
        external_trigger=computed("is_external", external),
    )


_FORMS = {
    "documented": Form(
        _form(documented_date, lambda told: str(bool(told))), 50, 100, "Dag run id not found", numbered=True
    ),
    "original": Form(_form(original_date, bool, "dag_id"), None, None, "Dag run not found", numbered=False),
}
_PLACE = codec(DagRun, date=stored("nominal_date"), id=stored("id"))
_ORDER = Order(("nominal_date", "id"))


def _form_of(call: Call) -> Form:
    return _FORMS[call.session.service.settings.astronomer_answers]


def _rows(call: Call, codec_: Selection, filter_: Filter, first: int | None) -> list[Json]:
    most = call.session.service.settings.max_rows
    window = Window(most if first is None else min(first, most))
    found: list[Json] = call.session.read(listing(codec_, "rows", filter_, _ORDER, window, total=None)).written()[0][
        "rows"
    ]
    return found


def _dag_runs(call: Call) -> Answer:
    """Return runs of all DAGs, by their dates."""
    form, query = _form_of(call), call.query
    narrowed: Filter = ()
    for name in ("state", "dag_id"):
        if name in query:
            narrowed += (Match(name, Operator.EQUALS, query[name]),)
    if "external_trigger" in query:
        narrowed += (Match("is_external", Operator.EQUALS, query["external_trigger"] in _TRUE),)
    if "prefix" in query:
        narrowed += (Match("run_id", Operator.LIKE, f"{query['prefix']}%"),)
    limit = _limit(query["limit"], form.most) if "limit" in query else form.usual
    return Answer(envelope({"dag_runs": _rows(call, form.run, narrowed + _after(call, form), limit)}))


def _after(call: Call, form: Form) -> Filter:
    """Return the conditions of the rows behind the run that `start` names."""
    start = call.query.get("start", "0")
    if start in ("", "0"):
        return ()
    found = _rows(call, _PLACE, (Match("run_id", Operator.EQUALS, start),), 1)
    if not found:
        raise refused(404, form.missing)
    place = found[0]
    later = (Match("nominal_date", Operator.AFTER, place["date"]), Match("id", Operator.AFTER, place["id"]))
    return (Match("nominal_date", Operator.AT_LEAST, place["date"]), Match("", Operator.EITHER, later))


def _limit(told: object, most: int | None) -> int:
    """Return how many runs are wanted; refused in the plugin's words. A list is cut to the most, without a word."""
    try:
        limit = int(str(told))
    except ValueError:
        raise refused(400, "Limit must be an integer") from None
    if limit <= 0:
        raise refused(400, "Limit must be a number greater than 0")
    return limit if most is None else min(limit, most)


def _dag_run(call: Call) -> Answer:
    """Return the run of an id; of several, which different DAGs may have, the earliest."""
    form = _form_of(call)
    found = _rows(call, form.run, (Match("run_id", Operator.EQUALS, call.path["run_id"]),), 1)
    if not found:
        raise refused(404, form.missing)
    return Answer(envelope({"dag_run": found[0]}))


def _create(call: Call) -> Answer:
    """Make a run for each date of a DAG's schedule in a range, as many as there may be."""
    if "dag_id" not in call.body:
        raise refused(400, "Must specify the dag id to create dag runs for")
    dag_id, form = str(call.body["dag_id"]), _form_of(call)
    try:
        made = call.change(trigger_series, {"dag_id": dag_id}, lambda: _series(call.body, numbered=form.numbered))
    except NotFound as problem:
        raise refused(400, f"Dag id {dag_id} not found") from problem
    except LongSeriesError as problem:
        raise refused(
            400,
            f"{problem.count} dag runs would be created, which exceeds the limit of {problem.limit}. "
            "Reduce start/end date to reduce the dag run count",
        ) from problem
    return Answer(envelope({"dag_run_ids": [key.run_id for key in made.runs]}))


def _series(body: Mapping[str, object], *, numbered: bool) -> Mapping[str, object]:
    """Return the series that a body asks for; refused in the plugin's words where it does not fit."""
    limit = _limit(body.get("limit", MOST_RUNS), None)
    if limit > MOST_RUNS:
        raise refused(400, f"Limit cannot exceed {MOST_RUNS}")
    told: dict[str, object] = {
        "from_date": _date(body, "start_date"),
        "to_date": _date(body, "end_date"),
        "prefix": _prefix(body, numbered=numbered),
        "numbered": numbered,
        "limit": limit,
        "partial": body.get("partial") in _TRUE,
    }
    try:
        return {**told, "conf": read_conf(body.get("conf"))}
    except ValueError:
        raise refused(400, "Could not encode specified conf JSON") from None


def _date(body: Mapping[str, object], name: str) -> datetime | None:
    told = body.get(name)
    if told is None:
        return None
    try:
        return datetime.strptime(str(told), _DATE).replace(tzinfo=UTC)
    except ValueError:
        raise refused(400, f"'{name}' has invalid format '{told}', Ex format: YYYY-MM-DDThh:mm:ss") from None


def _prefix(body: Mapping[str, object], *, numbered: bool) -> str:
    """Return what the ids of the runs begin with. As documented, an underscore at its end is the one that follows."""
    told = body.get("prefix")
    if told is None:
        return "manual" if numbered else f"manual_{int(time.time())}"
    prefix = str(told)
    if "backfill" in prefix:
        raise refused(400, "Prefix cannot contain 'backfill', Airflow will ignore dag runs using it")
    return prefix.removesuffix("_") if numbered else prefix


_NARROWINGS = tuple(Parameter(name) for name in ("start", "limit", "state", "external_trigger", "prefix", "dag_id"))

ROWS: tuple[Row, ...] = (
    Custom("GET", "/dag_runs", _dag_runs, query=_NARROWINGS),
    Custom("POST", "/dag_runs", _create, body=ANYTHING),
    Custom("GET", "/dag_runs/{run_id:path}", _dag_run),
)
