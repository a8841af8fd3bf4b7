"""Backfills: series of runs for dates of the past, which Airflow keeps in its database since 3.0."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, FromClause, MetaData, select

from resolvers.metadata.columns import booleans, dates, documents, integers, same, table, texts
from resolvers.metadata.generation import Link, Logical, Relation


def backfill_relations(tables: MetaData) -> tuple[Relation, ...]:
    """Return the relations about backfills; none of their tables is there in Airflow 2."""
    backfill = table(
        tables,
        "backfill",
        integers("id max_active_runs"),
        texts("dag_id reprocess_behavior triggering_user_name"),
        booleans("is_paused"),
        dates("from_date to_date created_at completed_at updated_at"),
        documents("dag_run_conf"),
    )
    run = table(
        tables,
        "backfill_dag_run",
        integers("id backfill_id dag_run_id sort_ordinal"),
        texts("exception_reason partition_key"),
        dates("logical_date"),
    )

    def dag_of(over: FromClause) -> ColumnElement[Any]:
        whose = backfill.alias("whose")
        return select(whose.c.dag_id).where(whose.c.id == over.c.backfill_id).scalar_subquery()

    return (
        Relation(
            "backfill",
            backfill,
            ("id",),
            same(
                "id dag_id from_date to_date dag_run_conf is_paused reprocess_behavior max_active_runs created_at "
                "completed_at updated_at triggering_user_name"
            ),
            {"triggering_user_name": "Airflow 3.1"},
        ),
        Relation(
            "backfill_run",
            run,
            ("id",),
            {
                **same("id backfill_id dag_run_id exception_reason logical_date partition_key sort_ordinal"),
                "dag_id": Logical(dag_of, ("backfill_id",)),
            },
            {"partition_key": "Airflow 3.2"},
        ),
    )


BACKFILL_LINKS: Mapping[tuple[str, str], Link] = {
    ("backfill", "dag"): Link("dag", (("dag_id", "dag_id"),)),
    ("backfill", "runs"): Link("backfill_run", (("id", "backfill_id"),)),
    ("backfill_run", "dag_run"): Link("dag_run", (("dag_run_id", "id"),)),
    ("dag", "backfills"): Link("backfill", (("dag_id", "dag_id"),)),
    ("dag_run", "backfill"): Link("backfill", (("backfill_id", "id"),)),
}
