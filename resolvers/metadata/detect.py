"""Which Airflow a database is of, from its migration and from the columns that it has."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Inspector, inspect, text
from sqlalchemy.types import TypeEngine

from resolvers.errors import Unsupported
from resolvers.metadata.airflow2 import AIRFLOW_2
from resolvers.metadata.airflow3 import AIRFLOW_3
from resolvers.metadata.generation import Generation

# The newest migration of each minor release and of those patch releases that migrate, as
# `airflow db migrate` of that release leaves it. 2.10.3 and all of 2.11 share one.
MIGRATIONS: Mapping[str, str] = {
    "1949afb29106": "2.9",
    "686269002441": "2.9",
    "22ed7efa9da2": "2.10",
    "5f2621c13b39": "2.11",
    "29ce7909c52b": "3.0",
    "fe199e1abd77": "3.0",
    "cc92b33c6709": "3.1",
    "509b94a1042d": "3.1",
    "1d6611b6ab7c": "3.2",
    "d2f4e1b3c5a7": "3.3",
}

# The newest release that each probe's column came with; the first that is present decides.
_PROBES = (
    ("dag", "timetable_periodic", "3.3"),
    ("dag_run", "partition_key", "3.2"),
    ("dag_run", "triggering_user_name", "3.1"),
    ("dag_run", "logical_date", "3.0"),
    ("task_instance", "executor", "2.10"),
    ("dag", "dag_display_name", "2.9"),
)

# What databases of one layout have in common is made once: layouts are few, and tests open thousands of databases.
_NARROWED: dict[tuple[str, str | None, tuple[tuple[str, str, str], ...]], Generation] = {}

_NEEDED = ("dag", "dag_run", "task_instance", "serialized_dag", "slot_pool", "variable", "log")


def detect(connection: Connection) -> Generation:
    """Return the generation of the database, narrowed to the tables and columns that it has.

    Raises `Unsupported` for a database that is not Airflow's, or is of an Airflow before 2.9. A
    migration that is not known is no error: the columns decide, and `known` is false.
    """
    inspector = inspect(connection)
    names = set(inspector.get_table_names())
    missing = [name for name in ("alembic_version", *_NEEDED) if name not in names]
    if missing:
        raise Unsupported(
            f"This is not the metadata database of an Airflow: it has no table {missing[0]}.",
            hint="Point --db at the database of AIRFLOW__DATABASE__SQL_ALCHEMY_CONN; "
            "for a new installation run 'airflow db migrate' first.",
        )
    heads = sorted(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())
    migration = heads[-1] if heads else None
    present = _columns(inspector, names)
    minor = MIGRATIONS.get(migration or "") or _probe(present)
    layout = tuple((table, name, repr(type_)) for table, found in present.items() for name, type_ in found.items())
    key = (minor, migration, layout)
    if key not in _NARROWED:
        generation = AIRFLOW_3 if minor.startswith("3") else AIRFLOW_2
        _NARROWED[key] = generation.narrowed(present, minor=minor, migration=migration, known=migration in MIGRATIONS)
    return _NARROWED[key]


def _columns(inspector: Inspector, names: set[str]) -> dict[str, dict[str, TypeEngine[Any]]]:
    """Return the columns, with their types, of every table that either generation may read or write."""
    ours = {name for one in (AIRFLOW_2, AIRFLOW_3) for name in one.tables.tables}
    found = inspector.get_multi_columns(filter_names=sorted(ours & names))
    return {table: {column["name"]: column["type"] for column in columns} for (_, table), columns in found.items()}


def _probe(present: Mapping[str, Mapping[str, object]]) -> str:
    for table, column, minor in _PROBES:
        if column in present.get(table, {}):
            return minor
    raise Unsupported(
        "This database is of an Airflow older than 2.9.",
        hint="Upgrade Airflow to 2.9 or newer and run 'airflow db migrate'.",
    )
