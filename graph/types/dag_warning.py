"""DAG warnings: what Airflow finds wrong with a DAG that it could nevertheless read."""

from datetime import datetime

import strawberry

from graph.types.base import column, entity, identity, matches, one
from graph.types.guards import DAG_WARNINGS
from graph.types.later import DAGLater
from graph.types.node import Node


@strawberry.input(description="Which DAG warnings. Conditions that are left out do not matter.")
class DagWarningFilter:
    """Which DAG warnings."""

    dag_id: list[str] | None = matches("It is about one of these DAGs.", "dag_id")
    warning_type: list[str] | None = matches("It is of one of these kinds.", "warning_type")


@entity("dag_warning", key="dag_id warning_type", guard=DAG_WARNINGS)
class DagWarning(Node):
    """What Airflow finds wrong with a DAG that it could nevertheless read."""

    id: strawberry.ID = identity()
    dag_id: str = column("The DAG's id.")
    dag: DAGLater | None = one("The DAG that it is about.", link="dag")
    warning_type: str = column("Its kind, such as `non-existent pool`.")
    message: str = column("What is wrong.")
    timestamp: datetime = column("When that was found.")
