"""`/dagStats`: how many runs of DAGs are in which state."""

from collections.abc import Mapping

from graph.rest.call import Call
from graph.rest.codec import Json, codec
from graph.rest.dialect import Answer
from graph.rest.params import Parameter
from graph.rest.rows import Custom, Row
from graph.types.dag import DAG
from graph.types.guards import RUNS
from resolvers.binding import Aggregated

# In Airflow's order.
_STATES = ("queued", "running", "success", "failed")


def _stats(runs: Mapping[str, int]) -> list[Json]:
    return [{"state": state, "count": runs.get(state, 0)} for state in _STATES]


DAG_STATS_JSON = codec(DAG, "dag_id", stats=Aggregated("runs", "state", RUNS, _stats))


def _dag_stats(call: Call) -> Answer:
    """Return the counts of those of the DAGs that there are, and that the caller may read."""
    call.session.admit(RUNS)
    readable = call.session.scopes.of(RUNS)
    ids = [one for one in dict.fromkeys(str(call.query["dag_ids"]).split(",")) if one in readable]
    # Who may read no DAG, and so may not ask for one, is told of none.
    dags = call.find_all(DAG_STATS_JSON, [{"dag_id": one} for one in ids]) if ids else []
    found = [dag for dag in dags if dag is not None]
    return Answer({"dags": found, "total_entries": len(found)})


ROWS: tuple[Row, ...] = (Custom("GET", "/dagStats", _dag_stats, query=(Parameter("dag_ids", required=True),)),)
