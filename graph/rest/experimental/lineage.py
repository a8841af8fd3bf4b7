"""`/lineage`: what the tasks of a run said that they read and wrote, which Airflow 2 keeps as XComs."""

from graph.rest.call import Call
from graph.rest.codec import Json, codec
from graph.rest.dialect import Answer
from graph.rest.experimental.dag_runs import PRINTED_RUN, rows, run_of_date
from graph.rest.printed import readable
from graph.rest.rows import Custom, Row
from graph.types.guards import XCOMS
from graph.types.xcom import XCom
from resolvers.binding import Filter, Match, Operator

_SIDES = {"pipeline_inlets": "inlets", "pipeline_outlets": "outlets"}
_XCOM_JSON = codec(XCom, "task_id", "key", "value")


def _lineage(call: Call) -> Answer:
    """Return by task what went in and what came out."""
    call.admit(XCOMS)
    run = run_of_date(call, PRINTED_RUN)
    of_run: Filter = (
        Match("dag_id", Operator.EQUALS, call.path["dag_id"]),
        Match("run_id", Operator.EQUALS, run["run_id"]),
        Match("key", Operator.IN, tuple(_SIDES)),
    )
    told: dict[str, Json] = {}
    for xcom in rows(call, _XCOM_JSON, of_run, "task_id,map_index"):
        told.setdefault(str(xcom["task_id"]), {})[_SIDES[str(xcom["key"])]] = readable(xcom["value"])
    return Answer({"task_ids": told})


ROWS: tuple[Row, ...] = (Custom("GET", "/lineage/{dag_id}/{execution_date}", _lineage),)
