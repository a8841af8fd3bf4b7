"""The source of DAGs: the text of the file that defines one, as it was when last parsed."""

from datetime import datetime

from graph.types.base import column, entity
from graph.types.guards import DAG_SOURCES


@entity("dag_source", key="dag_id", guard=DAG_SOURCES)
class DagSource:
    """The text of the file that defines a DAG, as it was when last parsed.

    A file may define several DAGs: it is shown to whoever may read all of them.
    """

    fileloc: str | None = column("The file, on the machine that parsed it.")
    content: str | None = column("Its text; null where Airflow has not stored it.")
    last_updated: datetime | None = column("When that was stored.")
