"""`/test` and `/info`: whether the API answers, and of which Airflow; to anybody who is known."""

from graph.rest.call import Call
from graph.rest.dialect import Answer
from graph.rest.rows import Custom, Row
from graph.rest.version import airflow_version


def _test(_call: Call) -> Answer:
    return Answer({"status": "OK"})


def _info(call: Call) -> Answer:
    return Answer({"version": airflow_version(call.session)})


ROWS: tuple[Row, ...] = (Custom("GET", "/test", _test), Custom("GET", "/info", _info))
