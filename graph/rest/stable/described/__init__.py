"""What the stable API's document says of the whole."""

from graph.rest.described import Descriptions
from graph.rest.stable.described import dags, installation, people, runs
from graph.rest.stable.described.shapes import PROBLEM, SHAPES

_TEXT = """\
Airflow's stable REST API, answered from Airflow's metadata database by airflow-graph.

**Lists** come in pages: `limit` says how many rows, `offset` from which on, `total_entries` how many there are.
`order_by` names what they are ordered by, with a minus sign before it for the other way round. In a path, `~` stands
for whichever DAG or run.

**Changes** by `PATCH` take `update_mask`: the fields of the body that count.

**Refusals** are problem details of RFC 7807. A parameter or a field that is not in this document is refused.

The same data, and more of it, is in the GraphQL schema at `/graphql`.
"""

_NAMES = {**dags.NAMES, **runs.NAMES, **installation.NAMES, **people.NAMES}

DESCRIPTIONS = Descriptions("Airflow API (Stable)", _TEXT, _NAMES, SHAPES, PROBLEM)
