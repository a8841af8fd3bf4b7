"""Deadlines of runs, which Airflow 3 keeps: by when one must be over, and what is called if it is not."""

from sqlalchemy import MetaData
from sqlalchemy.types import NullType

from resolvers.metadata.columns import booleans, columns, dates, documents, integers, same, table, texts, uuids
from resolvers.metadata.generation import Relation
from resolvers.metadata.vocabulary import SINCE_AIRFLOW_3


def deadline_relations(tables: MetaData) -> tuple[Relation, ...]:
    """Return the relations about deadlines; none of their tables is there before 3.1."""
    deadline = table(
        tables,
        "deadline",
        uuids("id deadline_alert_id callback_id"),
        integers("dagrun_id"),
        booleans("missed"),
        dates("deadline_time created_at last_updated_at"),
        documents("callback"),
    )
    alert = table(
        tables,
        "deadline_alert",
        uuids("id serialized_dag_id"),
        documents("reference callback_def"),
        # Seconds: a number in 3.2, JSON in 3.3.
        columns(NullType(), "interval"),
    )
    callback = table(
        tables,
        "callback",
        uuids("id"),
        texts("type fetch_method bundle_name state"),
        integers("priority_weight"),
        documents("data"),
        dates("created_at"),
    )
    return (
        Relation(
            "deadline",
            deadline,
            ("id",),
            same("id deadline_alert_id callback_id dagrun_id missed deadline_time created_at last_updated_at callback"),
            SINCE_AIRFLOW_3,
        ),
        Relation("deadline_alert", alert, ("id",), same("id serialized_dag_id reference interval callback_def")),
        Relation(
            "callback",
            callback,
            ("id",),
            same("id type fetch_method bundle_name state priority_weight data created_at"),
        ),
    )
