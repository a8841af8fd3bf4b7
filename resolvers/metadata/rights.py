"""What the database lets this user do with Airflow's tables."""

import os
from dataclasses import dataclass

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from resolvers.metadata.generation import Generation

# What operations change; all other tables are only read. A DAG that is deleted takes rows of many with it.
WRITTEN = (
    "ab_group_role",
    "ab_permission_view",
    "ab_permission_view_role",
    "ab_role",
    "ab_user",
    "ab_user_group",
    "ab_user_role",
    "connection",
    "dag",
    "dag_code",
    "dag_run",
    "dag_run_note",
    "dag_priority_parsing_request",
    "dag_tag",
    "dag_version",
    "dag_warning",
    "import_error",
    "log",
    "rendered_task_instance_fields",
    "serialized_dag",
    "slot_pool",
    "task_instance",
    "task_instance_history",
    "task_instance_note",
    "task_reschedule",
    "variable",
)


@dataclass(frozen=True)
class Rights:
    """Tables by what may be done with them, each sorted."""

    readable: tuple[str, ...]
    unreadable: tuple[str, ...]
    writable: tuple[str, ...]
    unwritable: tuple[str, ...]


def rights(connection: Connection, generation: Generation) -> Rights:
    """Return what may be done with the tables that this Airflow has, without changing anything."""
    tables = sorted(generation.tables.tables)
    written = [name for name in tables if name in WRITTEN]
    reads = {name: _may_read(connection, name) for name in tables}
    writes = {name: _may_write(connection, name) for name in written}
    return Rights(
        tuple(name for name, allowed in reads.items() if allowed),
        tuple(name for name, allowed in reads.items() if not allowed),
        tuple(name for name, allowed in writes.items() if allowed),
        tuple(name for name, allowed in writes.items() if not allowed),
    )


def _may_read(connection: Connection, table: str) -> bool:
    if connection.dialect.name == "postgresql":
        return _privilege(connection, table, "SELECT")
    # MySQL keeps the word `trigger` for itself.
    quoted = connection.dialect.identifier_preparer.quote(table)
    try:
        connection.execute(text(f"SELECT 1 FROM {quoted} LIMIT 1"))  # noqa: S608 - a name of our own
    except DBAPIError:
        return False
    return True


def _may_write(connection: Connection, table: str) -> bool:
    match connection.dialect.name:
        case "postgresql":
            return all(_privilege(connection, table, right) for right in ("INSERT", "UPDATE", "DELETE"))
        case "sqlite":
            file = connection.execute(text("SELECT file FROM pragma_database_list WHERE name = 'main'")).scalar()
            return os.access(str(file), os.W_OK)
        case _:
            # MySQL tells what was granted, not what it comes to: a write will tell.
            return True


def _privilege(connection: Connection, table: str, right: str) -> bool:
    statement = text("SELECT has_table_privilege(:table, :right)")
    return bool(connection.execute(statement, {"table": table, "right": right}).scalar())
