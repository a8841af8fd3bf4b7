"""The tables that an Airflow makes on MySQL, as its models declare them; run by that Airflow's own Python.

Usage, in an environment with Airflow and mysqlclient; nothing is connected to:
AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=mysql+mysqldb://nobody@nowhere/airflow python mysql_tables.py > mysql.sql
"""

# mypy: disable-error-code="import-not-found, import-untyped, no-untyped-call"
# Airflow is installed beside us, not among us, and changes its types between the versions that this serves.

import re
from collections.abc import Iterator
from contextlib import suppress

import airflow.models
from airflow.models.base import Base
from sqlalchemy.dialects import mysql
from sqlalchemy.schema import CreateIndex, CreateTable

# The users to whom notes of 2.x refer.
with suppress(ImportError):
    import airflow.providers.fab.auth_manager.models

DIALECT = mysql.dialect()


def main() -> None:
    """Print a statement per line, tables before those that refer to them."""
    airflow.models.import_all_models()
    for statement in statements():
        print(re.sub(r"\s+", " ", str(statement.compile(dialect=DIALECT))).strip() + ";")


def statements() -> Iterator[CreateTable | CreateIndex]:
    """Return what a new installation runs: it makes the newest tables at once, and migrates nothing."""
    for table in Base.metadata.sorted_tables:
        yield CreateTable(table)
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            yield CreateIndex(index)


if __name__ == "__main__":
    main()
