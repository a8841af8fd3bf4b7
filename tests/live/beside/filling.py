"""Fills an Airflow 2 with something of everything that its API tells of; run by that Airflow's own Python.

Usage: python filling.py PASSWORD, which is that of all users.
"""

# mypy: disable-error-code="import-not-found, import-untyped, no-untyped-call"
# Airflow is installed beside us, not among us.

import itertools
import sys
from datetime import timedelta
from typing import Any

import pendulum
from airflow.models import Connection, DagBag, DagModel, Pool, TaskInstance, Variable, XCom
from airflow.models.dagwarning import DagWarning
from airflow.models.dataset import DatasetDagRunQueue, DatasetEvent, DatasetModel
from airflow.models.errors import ParseImportError
from airflow.models.log import Log
from airflow.models.renderedtifields import RenderedTaskInstanceFields
from airflow.models.taskinstancehistory import TaskInstanceHistory
from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
from airflow.utils.session import create_session
from werkzeug.security import generate_password_hash

BIRTH = pendulum.datetime(2026, 1, 1, 6)
CHEAP = "pbkdf2:sha256:1"
"""A way to hash that takes no time: every request has a password looked at."""
RUN_STATES = ("success", "failed", "running", "queued", "success")
STATES = (
    *("success", "failed", "running", "queued", "scheduled", "skipped", "upstream_failed", "up_for_retry"),
    *("up_for_reschedule", "deferred", "removed", "restarting", None, "success"),
)
USERS = {"admin": "Admin", "op": "Op", "user": "User", "viewer": "Viewer", "public": "Public"}


def main() -> None:
    """Add all that there is."""
    bag = DagBag()
    bag.sync_to_db()
    states = itertools.cycle(STATES)
    with create_session() as session:
        for name in ("lane", "wide lane/é"):
            session.add(Pool(pool=name, slots=2, description="narrow", include_deferred=name == "lane"))
        session.flush()
        for dag in sorted(bag.dags.values(), key=lambda dag: dag.dag_id):
            if dag.dag_id not in ("nightly", "hollow"):
                add_runs(dag, states, session)
        gone = {"is_active": False, "is_paused": True, "default_view": "grid"}
        session.merge(DagModel(dag_id="retired", fileloc=bag.dags["bound"].fileloc, **gone))
        session.get(DagModel, "paused").is_paused = True
        add_settings(session)
        add_events(session)
        for number, dag_id in enumerate(("passes", "updates", "bound"), 1):
            warning = DagWarning(dag_id, "non-existent pool", f"of {dag_id}")
            warning.timestamp = BIRTH.add(days=number)
            session.add(warning)
            error = ParseImportError(filename=f"/nowhere/{dag_id}.py", stacktrace=f"of {dag_id}")
            error.timestamp = BIRTH.add(days=number)
            session.add(error)
    add_people(sys.argv[1])


def add_runs(dag: Any, states: Any, session: Any) -> None:
    """Add runs of a DAG, whose task instances have states in turn."""
    for day, state in enumerate(RUN_STATES):
        date = BIRTH.add(days=day, hours=day)
        kind = "manual" if day % 2 else "scheduled"
        run = dag.create_dagrun(
            run_id=("a.b~1", "a+b")[day // 3] if day in (1, 3) else f"{kind}__{date.isoformat()}",
            state=state,
            execution_date=date,
            run_type=kind,
            session=session,
            data_interval=(date, date.add(hours=1)),
            conf={"day": day, "é": [None, 1.5]} if day else None,
        )
        run.last_scheduling_decision = date.add(minutes=5)
        run.start_date = None if state == "queued" else date.add(seconds=day)
        run.end_date = date.add(hours=1, seconds=day) if state in ("success", "failed") else None
        if day == 1:
            run.note = ("went well", None)
        session.flush()
        instances = sorted(run.get_task_instances(session=session), key=lambda one: (one.task_id, one.map_index))
        for number, instance in enumerate(instances):
            add_life(instance, next(states), date.add(minutes=number), session)
        session.flush()
        if instances and instances[0].map_index < 0:
            for key, value in (("return_value", {"a": [1]}), ("key with space", "é"), ("none", None)):
                XCom.set(
                    key=key,
                    value=value,
                    task_id=instances[0].task_id,
                    dag_id=dag.dag_id,
                    run_id=run.run_id,
                    session=session,
                )


def add_life(instance: Any, state: str | None, start: Any, session: Any) -> None:
    """Let a task instance be in a state, after a try before where it has tries."""
    instance.state = state
    instance.hostname = "worker"
    instance.pid, instance.unixname = 4000, "airflow"
    instance.try_number = 2 if state == "up_for_retry" else 1 if state else 0
    if state in ("scheduled", "queued", None):
        return
    instance.queued_dttm = start
    instance.start_date = start.add(seconds=3)
    if state != "running":
        instance.end_date = start.add(seconds=10.5)
        instance.duration = 7.5
    if state == "up_for_retry":
        TaskInstanceHistory.record_ti(instance, session=session)
    if state == "failed":
        instance.note = ("looked at", None)
    if state == "success" and instance.map_index < 0:
        rendered = {"bash_command": "true", "n": 1}
        session.add(RenderedTaskInstanceFields(instance, render_templates=False, rendered_fields=rendered))


def add_settings(session: Any) -> None:
    """Add connections, variables, and rows of the audit log."""
    for number, name in enumerate(("http_main", "ftp.dot-dash", "bare")):
        extra = '{"token": "zq-secret", "n": 1}' if number == 0 else None
        session.add(Connection(conn_id=name, conn_type="http", host=f"h{number}", port=number or None, extra=extra))
    for key, value in (
        ("plain", "text"),
        ("json", '{"a": 1}'),
        ("my_password", "zq-secret"),
        ("slash/key", "é"),
        ("empty", ""),
    ):
        Variable.set(key, value, description=None if key == "plain" else f"of {key}", session=session)
    for number in range(12):
        row = Log(
            event=("trigger", "clear", "cli_task_run")[number % 3], task_instance=None, owner=("ada", None)[number % 2]
        )
        row.dttm = BIRTH.add(days=number // 2, minutes=number)
        row.dag_id, row.task_id = ("passes", "bound")[number % 2], (None, "a")[number % 2]
        row.run_id, row.map_index, row.try_number = "a+b", (None, 0, 1)[number % 3], (None, 1)[number % 2]
        row.extra = f'{{"i": {number}}}'
        session.add(row)


def add_events(session: Any) -> None:
    """Add updates of datasets, and those that wait for a DAG."""
    datasets = session.query(DatasetModel).order_by(DatasetModel.id).all()
    for number in range(6):
        instance = (
            session.query(TaskInstance).filter_by(dag_id="updates").order_by(TaskInstance.run_id).offset(number).first()
        )
        made = {"source_dag_id": "updates", "source_task_id": instance.task_id, "source_run_id": instance.run_id}
        session.add(
            DatasetEvent(
                dataset_id=datasets[number % len(datasets)].id,
                timestamp=BIRTH.add(hours=number),
                extra={"rows": number} if number else {},
                **(made | {"source_map_index": -1} if number % 3 else {}),
            )
        )
    for number, dataset in enumerate(datasets):
        for dag_id in ("waits_for_both", "waits_for_either"):
            at = BIRTH.add(hours=number) + timedelta(microseconds=5)
            session.add(DatasetDagRunQueue(dataset_id=dataset.id, target_dag_id=dag_id, created_at=at))


def add_people(password: str) -> None:
    """Add a user of each of Airflow's roles, one who may read one DAG alone, and one without any role."""
    with get_application_builder() as builder:
        # What Airflow's own roles permit, as a server sees to when it starts.
        builder.add_permissions(update_perms=True)
        builder.sm.sync_roles()
        reader = builder.sm.add_role("One DAG reader")
        for action, resource in (("can_read", "DAG:passes"), ("can_read", "DAG Runs"), ("can_read", "Task Instances")):
            builder.sm.add_permission_to_role(reader, builder.sm.create_permission(action, resource))
        hashed = generate_password_hash(password, method=CHEAP)
        for name in (*USERS, "reader", "roleless"):
            role = reader if name == "reader" else builder.sm.find_role(USERS.get(name, "Public"))
            user = builder.sm.add_user(
                name, name.title(), "Caller", f"{name}@example.org", role, hashed_password=hashed
            )
            assert user, name
            user.roles = [] if name == "roleless" else [role]
            builder.sm.update_user(user)


if __name__ == "__main__":
    main()
