"""Records Airflow's users and roles: the tables that Airflow 3 has for them with FAB alone, and what roles permit.

Run it from the checkout: `python -m tests.databases.record_people`.
"""

import json
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from tests.databases.dump import postgresql_dump, sqlite_dump
from tests.databases.real_airflow import RealAirflow
from tests.live.installing import cache
from tests.live.postgres import Postgres

FOLDER = Path(__file__).parent / "people"
_TABLES = ("ab_", "alembic_version_fab")
_MANAGER = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"


def main() -> None:
    """Record in place: the roles of the newest Airflow 2 and 3, and the tables of the latter."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache(), ignore_cleanup_errors=True) as folder:
        _record_roles(RealAirflow("2.11.2", Path(folder)), "2.11")
    with tempfile.TemporaryDirectory(dir=cache(), ignore_cleanup_errors=True) as folder:
        airflow = RealAirflow("3.3.2", Path(folder), kind="fab", AIRFLOW__CORE__AUTH_MANAGER=_MANAGER)
        _record_tables(airflow, "3.3")
        _record_roles(airflow, "3.3")


def _record_tables(airflow: RealAirflow, minor: str) -> None:
    database = airflow.home / "empty.db"
    airflow.migrate(f"sqlite:///{database}")
    (FOLDER / f"{minor}-sqlite.sql").write_text(sqlite_dump(database, *_TABLES))
    server = Postgres(airflow.home / "postgresql")
    try:
        airflow.migrate(server.url.replace("postgresql:", "postgresql+psycopg2:"))
        (FOLDER / f"{minor}-postgresql.sql").write_text(postgresql_dump(server.url, *_TABLES))
    finally:
        server.stop()


def _record_roles(airflow: RealAirflow, minor: str) -> None:
    database = airflow.home / "roles.db"
    airflow.migrate(f"sqlite:///{database}")
    airflow.run("airflow", "sync-perm", database=f"sqlite:///{database}")
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(
            "SELECT role.name, action.name || ' on ' || resource.name FROM ab_role AS role"
            " LEFT JOIN ab_permission_view_role AS held ON held.role_id = role.id"
            " LEFT JOIN ab_permission_view AS permission ON permission.id = held.permission_view_id"
            " LEFT JOIN ab_permission AS action ON action.id = permission.permission_id"
            " LEFT JOIN ab_view_menu AS resource ON resource.id = permission.view_menu_id ORDER BY 1, 2"
        ).fetchall()
    roles: dict[str, list[str]] = {}
    for role, permitted in rows:
        roles.setdefault(role, []).extend([permitted] if permitted else [])
    (FOLDER / f"{minor}-roles.json").write_text(json.dumps(roles, indent=1) + "\n")


if __name__ == "__main__":
    main()
