"""`/dagWarnings`: what Airflow finds wrong with DAGs that it could nevertheless read."""

from graph.rest.codec import codec
from graph.rest.paging import Sorting, narrow
from graph.rest.params import Kind
from graph.rest.rows import Page, Row
from graph.types.dag_warning import DagWarning
from resolvers.binding import Operator, Order

DAG_WARNING_JSON = codec(DagWarning, "dag_id", "warning_type", "message", "timestamp")

ROWS: tuple[Row, ...] = (
    Page(
        "/dagWarnings",
        DAG_WARNING_JSON,
        "dag_warnings",
        Sorting(Order(("timestamp",)), {name: name for name in ("dag_id", "warning_type", "message", "timestamp")}),
        (
            narrow("dag_id", "dag_id", Operator.EQUALS, kind=Kind.TEXT, drops_nothing=True),
            narrow("warning_type", "warning_type", Operator.EQUALS, kind=Kind.TEXT, drops_nothing=True),
        ),
    ),
)
