"""What each generation keeps of the files that define DAGs: their text, and why they could not be imported."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, FromClause, MetaData, Table, func, select

from resolvers.metadata.columns import dates, integers, same, table, texts, uuids
from resolvers.metadata.generation import Link, Logical, Relation
from resolvers.metadata.vocabulary import SINCE_AIRFLOW_3

Files = tuple[Relation, ...]
Pairs = tuple[tuple[str, str], ...]


def _links(dag: tuple[str, ...], error: tuple[str, ...]) -> Mapping[tuple[str, str], Link]:
    """Return the links between DAGs, their files and the errors in these; the columns say where each has the file."""
    there: Pairs = tuple(zip(dag, error, strict=True))
    back: Pairs = tuple(zip(error, dag, strict=True))
    return {
        ("dag", "import_errors"): Link("import_error", there),
        ("import_error", "dags"): Link("dag", back),
        ("dag_source", "dags_in_file"): Link("dag", tuple(zip(dag, dag, strict=True))),
    }


# Since Airflow 3 a file is named by its bundle, and by its path in it.
FILE_LINKS_2 = _links(("fileloc",), ("filename",))
FILE_LINKS_3 = _links(("bundle_name", "relative_fileloc"), ("bundle_name", "filename"))


def files2(tables: MetaData, dag: Table) -> Files:
    """Return the relations of Airflow 2, which keeps a file once, by its path."""
    code = table(tables, "dag_code", texts("fileloc source_code"), integers("fileloc_hash"), dates("last_updated"))
    errors = table(
        tables, "import_error", integers("id"), dates("timestamp"), texts("filename stacktrace processor_subdir")
    )

    def of_the_file(column: str) -> Logical:
        def expression(over: FromClause) -> ColumnElement[Any]:
            found = code.alias("code")
            return select(found.c[column]).where(found.c.fileloc == over.c.fileloc).limit(1).scalar_subquery()

        return Logical(expression, ("fileloc",))

    def dags_in(over: FromClause) -> ColumnElement[Any]:
        found = dag.alias("of_the_file")
        return select(func.count()).select_from(found).where(found.c.fileloc == over.c.filename).scalar_subquery()

    return (
        Relation(
            "import_error",
            errors,
            ("id",),
            {**same("id timestamp filename stacktrace"), "dag_count": Logical(dags_in, ("filename",))},
            SINCE_AIRFLOW_3,
        ),
        # One file is one row of Airflow's; here each of its DAGs has a row of its own.
        Relation(
            "dag_source",
            dag,
            ("dag_id",),
            {
                **same("dag_id fileloc"),
                "content": of_the_file("source_code"),
                "last_updated": of_the_file("last_updated"),
            },
            SINCE_AIRFLOW_3,
        ),
    )


def files3(tables: MetaData, dag: Table, dag_version: Table) -> Files:
    """Return the relations of Airflow 3, which keeps the text of each version of a DAG."""
    code = table(
        tables,
        "dag_code",
        uuids("id dag_version_id"),
        texts("dag_id fileloc source_code source_code_hash"),
        dates("created_at last_updated"),
    )
    errors = table(tables, "import_error", integers("id"), dates("timestamp"), texts("filename stacktrace bundle_name"))

    def of_the_newest(column: str) -> Logical:
        def expression(over: FromClause) -> ColumnElement[Any]:
            found, version = code.alias("code"), dag_version.alias("of_code")
            return (
                select(found.c[column])
                .where(found.c.dag_version_id == version.c.id, version.c.dag_id == over.c.dag_id)
                .order_by(version.c.version_number.desc())
                .limit(1)
                .scalar_subquery()
            )

        return Logical(expression, ("dag_id",))

    def dags_in(over: FromClause) -> ColumnElement[Any]:
        found = dag.alias("of_the_file")
        same_file = (found.c.bundle_name == over.c.bundle_name, found.c.relative_fileloc == over.c.filename)
        return select(func.count()).select_from(found).where(*same_file).scalar_subquery()

    return (
        Relation(
            "import_error",
            errors,
            ("id",),
            {
                **same("id timestamp filename stacktrace bundle_name"),
                "dag_count": Logical(dags_in, ("filename", "bundle_name")),
            },
            SINCE_AIRFLOW_3,
        ),
        Relation(
            "dag_source",
            dag,
            ("dag_id",),
            {
                **same("dag_id fileloc bundle_name relative_fileloc"),
                "content": of_the_newest("source_code"),
                "last_updated": of_the_newest("last_updated"),
            },
            SINCE_AIRFLOW_3,
        ),
    )
