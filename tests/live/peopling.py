"""People an Airflow 2: users, roles, DAGs with runs, and one thing of each kind; run by that Airflow's own Python.

Usage: python peopling.py people.json
"""

# mypy: disable-error-code="import-not-found, import-untyped, no-untyped-call"
# Airflow is installed beside us, not among us.

import json
import sys
from pathlib import Path
from typing import Any

import pendulum
from airflow.models import Connection, DagBag, Pool, Variable, XCom
from airflow.models.dagwarning import DagWarning
from airflow.models.errors import ParseImportError
from airflow.models.log import Log
from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
from airflow.utils.session import create_session
from werkzeug.security import generate_password_hash

MOMENT = pendulum.datetime(2026, 3, 1, 12, 0)
CHEAP = "pbkdf2:sha256:1"
"""A way to hash that takes no time: thousands of requests each have a password looked at."""


def main(people: list[dict[str, Any]]) -> None:
    """Add all that there is."""
    bag = DagBag()
    assert not bag.import_errors, bag.import_errors
    bag.sync_to_db()
    for dag in bag.dags.values():
        for run_id in ("run", "other"):
            add_run(dag, run_id)
    with create_session() as session:
        session.add(Log(event="peopled", task_instance=None, owner="nobody", extra="{}"))
        for person in people:
            name = person["name"]
            session.add(Pool(pool=f"pool_{name}", slots=1, description="", include_deferred=False))
            session.add(Connection(conn_id=f"connection_{name}", conn_type="http", host="localhost"))
            Variable.set(f"variable_{name}", "value", session=session)
            for dag_id, number in person["errors"].items():
                file = bag.dags[dag_id].fileloc
                session.add(ParseImportError(id=number, timestamp=MOMENT, filename=file, stacktrace="of " + dag_id))
                session.add(DagWarning(dag_id, "non-existent pool", "of " + dag_id))
    with get_application_builder() as builder:
        # What Airflow's own roles permit, as a server sees to when it starts.
        builder.add_permissions(update_perms=True)
        builder.sm.sync_roles()
        for person in people:
            add_person(builder.sm, person)
            add_other(builder.sm, person["name"])


def add_run(dag: Any, run_id: str) -> None:
    """Add a run whose task instances have succeeded."""
    with create_session() as session:
        date = MOMENT.add(hours=run_id == "other")
        run = dag.create_dagrun(
            run_id=run_id,
            state="success",
            execution_date=date,
            run_type="manual",
            session=session,
            data_interval=(date, date),
        )
        for instance in run.get_task_instances(session=session):
            instance.state = "success"
            instance.start_date = instance.end_date = date
        session.flush()
        XCom.set(key="key", value="value", task_id="a", dag_id=dag.dag_id, run_id=run_id, session=session)


def add_person(manager: Any, person: dict[str, Any]) -> None:
    """Add a user with their roles; those that Airflow does not have are theirs alone."""
    roles = [manager.add_role(name) for name in person["roles"]]
    for action, resource in person["grants"]:
        manager.add_permission_to_role(roles[0], manager.create_permission(action, resource))
    hashed = generate_password_hash(person["password"], method=CHEAP)
    for name in person["users"]:
        first = roles or manager.find_role("Public")
        user = manager.add_user(name, name.title(), "Caller", f"{name}@example.org", first, hashed_password=hashed)
        assert user, name
        user.roles = roles
        user.active = person["is_active"]
        manager.update_user(user)


def add_other(manager: Any, name: str) -> None:
    """Add a user and a role whom nobody is, for a caller to ask for and to change."""
    role = manager.add_role(f"role_{name}")
    other = f"person_{name}"
    assert manager.add_user(other, other, "Other", f"{other}@example.org", role, hashed_password="none")


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
