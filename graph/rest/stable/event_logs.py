"""`/eventLogs`: what was done, by whom, as the audit log keeps it."""

from graph.rest.call import Call, Words
from graph.rest.codec import codec, stored
from graph.rest.dialect import Answer
from graph.rest.paging import Narrowing, Sorting, narrow
from graph.rest.params import Kind
from graph.rest.rows import Custom, Page, Read, Row
from graph.types.event_log import EventLog
from graph.types.guards import DAGS
from resolvers.binding import Operator, Order

EVENT_LOG_JSON = codec(
    EventLog,
    "event_log_id",
    "when",
    "dag_id",
    "task_id",
    "run_id",
    "map_index",
    "try_number",
    "event",
    "owner",
    execution_date="logical_date",
    extra=stored("extra"),
)

_ORDERS = {
    "event_log_id": "id",
    "when": "dttm",
    "dag_id": "dag_id",
    "task_id": "task_id",
    "run_id": "run_id",
    "event": "event",
    "execution_date": "logical_date",
    "owner": "owner",
    "extra": "extra",
}


def _texts(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def _is(name: str, kind: Kind = Kind.TEXT) -> Narrowing:
    """Return a parameter that says what a column is; Airflow takes a zero or nothing for no condition."""
    return narrow(name, name, Operator.EQUALS, kind=kind, drops_nothing=True)


PAGE = Page(
    "/eventLogs",
    EVENT_LOG_JSON,
    "event_logs",
    Sorting(Order(("id",)), _ORDERS),
    (
        *(_is(name) for name in ("dag_id", "task_id", "run_id", "owner", "event")),
        *(_is(name, Kind.INTEGER) for name in ("map_index", "try_number")),
        narrow("included_events", "event", kind=Kind.TEXT, by=_texts, drops_nothing=True),
        narrow("excluded_events", "event", Operator.NOT_IN, kind=Kind.TEXT, by=_texts, drops_nothing=True),
        narrow("before", "dttm", Operator.BEFORE, kind=Kind.MOMENT),
        narrow("after", "dttm", Operator.AFTER, kind=Kind.MOMENT),
    ),
)


def _of_dag(call: Call) -> Answer:
    """Return a page of events; of those of one DAG, to whoever may read the DAG."""
    call.admit(DAGS)
    return PAGE.answer(call)


ROWS: tuple[Row, ...] = (
    Custom("GET", PAGE.path, _of_dag, query=PAGE.query),
    Read("/eventLogs/{event_log_id:int}", EVENT_LOG_JSON, Words("Event Log not found")),
)
