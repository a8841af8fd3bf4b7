"""Import errors: files that Airflow could not make DAGs of."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum

import strawberry
from strawberry import enum_value

from graph.types.base import aggregated, column, entity, identity, matches, plucked
from graph.types.guards import DAGS, IMPORT_ERRORS
from graph.types.node import Node
from resolvers.binding import Operator

HIDDEN = "REDACTED - you do not have read permission on all DAGs in the file"


@strawberry.enum(description="How import errors are ordered.")
class ImportErrorOrder(Enum):
    """How import errors are ordered; the values name logical columns."""

    ID_ASC = enum_value("id", description="The oldest number first.")
    ID_DESC = enum_value("-id", description="The newest number first.")


@strawberry.input(description="Which import errors. Conditions that are left out do not matter.")
class ImportErrorFilter:
    """Which import errors."""

    filename: list[str] | None = matches("It is of one of these files.", "filename")
    filename_contains: str | None = matches(
        "Its file's name contains this text, in any case.", "filename", Operator.CONTAINS
    )
    bundle_name: list[str] | None = matches("Its file is in one of these bundles. Since Airflow 3.0.", "bundle_name")


def shown(readable: Mapping[str, int], stack_trace: str | None, dag_count: int) -> str | None:
    """Return the trace, unless the file has DAGs beyond those that somebody may read: it quotes the file."""
    return stack_trace if len(readable) >= dag_count else HIDDEN


@entity("import_error", key="id", guard=IMPORT_ERRORS, name="ImportError")
class ParseImportError(Node):
    """Why Airflow could not make DAGs of a file when it last tried.

    Whoever may read some DAGs alone sees the errors of files that such a DAG was last found in.
    """

    id: strawberry.ID = identity()
    import_error_id: int = column("Its number.", source="id")
    timestamp: datetime | None = column("When the file was tried.")
    filename: str | None = column("The file: its path, or since Airflow 3.0 its path within the bundle.")
    bundle_name: str | None = column("The bundle that the file is in. Since Airflow 3.0.")
    stack_trace: str | None = aggregated(
        "What Python said; a text that says so to whoever may not read all DAGs of the file.",
        link="dags",
        group="dag_id",
        guard=DAGS,
        by=shown,
        needs="stacktrace dag_count",
    )
    dag_ids: list[str] = plucked(
        "The DAGs that the file was last known to define, from A.", link="dags", column="dag_id", guard=DAGS
    )
