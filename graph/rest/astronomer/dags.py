"""`/dags`: the DAGs that there are, and when each last ran."""

from collections.abc import Callable
from datetime import datetime
from pathlib import PurePosixPath

from graph.rest.astronomer.dag_runs import documented_date
from graph.rest.astronomer.problems import envelope
from graph.rest.call import Call
from graph.rest.codec import Json, codec, computed, leading, stored
from graph.rest.dialect import Answer
from graph.rest.early import printed
from graph.rest.paging import listing
from graph.rest.rows import Custom, Row
from graph.types.dag import DAG
from graph.types.dag_run import DagRun
from resolvers.binding import Filter, Match, Operator, Order
from resolvers.selection import Selection, Window

_IN_A_FILE: Filter = (Match("is_stale", Operator.EQUALS, value=False),)


def _form(date: Callable[[datetime | None], object]) -> Selection:
    return codec(
        DAG,
        "dag_id",
        full_path=stored("fileloc"),
        is_active=computed("is_paused", lambda is_paused: not is_paused),
        last_execution=leading("runs", codec(DagRun, date=computed("nominal_date", date)), order="-nominal_date"),
    )


_FORMS = {"documented": _form(documented_date), "original": _form(printed)}


def _dags(call: Call) -> Answer:
    """Return all DAGs that are in a file."""
    settings = call.session.service.settings
    window = Window(settings.max_rows)
    page = listing(_FORMS[settings.astronomer_answers], "dags", _IN_A_FILE, Order(("dag_id",)), window, total=None)
    told: Json = call.session.read(page).written()[0]
    dags: list[Json] = told["dags"]  # type: ignore[assignment] # as the codec says
    folder = call.session.service.config.value("core", "dags_folder")
    for dag in dags:
        last = dag["last_execution"]
        dag["last_execution"] = last["date"] if isinstance(last, dict) else "None"
        dag["full_path"] = _path(str(dag["full_path"] or ""), folder)
    return Answer(envelope(told))


def _path(fileloc: str, folder: str | None) -> str:
    """Return the path of a file from the folder of the DAGs, which the plugin called `dags` wherever it was."""
    path = PurePosixPath(fileloc)
    if folder and path.is_relative_to(folder):
        return f"dags/{path.relative_to(folder)}"
    # Not told where that is: it mostly has that name itself.
    parts = path.parts
    after = len(parts) - parts[::-1].index("dags") if "dags" in parts[:-1] else len(parts) - 1
    return "/".join(("dags", *parts[after:]))


ROWS: tuple[Row, ...] = (Custom("GET", "/dags", _dags),)
