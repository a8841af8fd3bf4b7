"""Changes as Airflow's own API makes them; run by that Airflow's own Python, never by ours.

Usage: python by_airflow.py changes.json outcomes.json
"""

# mypy: disable-error-code="import-not-found, import-untyped, no-untyped-call, attr-defined"
# ruff: noqa: PLC0415
# Airflow is installed beside us, not among us, and has other modules in each of the versions that this serves.

import contextlib
import inspect
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from airflow import settings
from airflow.version import version

USER = SimpleNamespace(get_id=lambda: "tester", get_name=lambda: "tester")


def main(changes: Path, outcomes: Path) -> None:
    """Make each change in a database of its own; note "done", or what Airflow raised."""
    make = in_airflow_2 if version.startswith("2.") else in_airflow_3
    made = {}
    for change in json.loads(changes.read_text()):
        settings.dispose_orm()
        settings.SQL_ALCHEMY_CONN = change["database"]
        settings.configure_orm()
        session = settings.Session()
        try:
            make(session, change["operation"], change["path"], change["body"])
            session.commit()
            made[change["name"]] = "done"
        except Exception as error:  # noqa: BLE001 - whatever Airflow raises is the fact to compare
            session.rollback()
            made[change["name"]] = f"{type(error).__name__}: {getattr(error, 'detail', None) or error}"
        finally:
            session.close()
    outcomes.write_text(json.dumps(made))


def in_airflow_2(session: Any, operation: str, path: Mapping[str, Any], body: Mapping[str, Any]) -> None:
    """Call the function behind an address of the stable API, without the checks of permissions around it."""
    import airflow.utils.session
    from airflow.api_connexion.endpoints import dag_run_endpoint, task_instance_endpoint
    from airflow.models.dagbag import DagBag
    from airflow.providers.fab.auth_manager.models import User  # noqa: F401 - notes refer to its table
    from flask import Flask

    @contextlib.contextmanager
    def same_session(*_: object, **__: object) -> Iterator[Any]:
        # The API of 2.x reads what it clears in a session that it closes, and so loses what it changes of
        # running tasks; its own web pages and command line, which pass the session on, do not.
        yield session
        session.flush()

    airflow.utils.session.create_session = same_session
    task_instance_endpoint.get_auth_manager = lambda: SimpleNamespace(get_user_id=lambda: None)
    endpoint = {
        "clear": task_instance_endpoint.post_clear_task_instances,
        "clear run": dag_run_endpoint.clear_dag_run,
        "run state": dag_run_endpoint.update_dag_run_state,
        "task state": task_instance_endpoint.post_set_task_instances_state,
        "note": task_instance_endpoint.set_task_instance_note,
    }[operation]
    app = Flask("airflow")
    app.dag_bag = DagBag(read_dags_from_db=True)
    with app.test_request_context(json=body, method="POST"):
        inspect.unwrap(endpoint)(**path, session=session)


def in_airflow_3(session: Any, operation: str, path: Mapping[str, Any], body: Mapping[str, Any]) -> None:
    """Call the function behind an address of the public API, with what it asks for in this version."""
    from airflow.api_fastapi.core_api.datamodels import dag_run as run_models
    from airflow.api_fastapi.core_api.datamodels import task_instances as task_models
    from airflow.api_fastapi.core_api.routes.public import dag_run, task_instances

    route, model, name = {
        "clear": (task_instances.post_clear_task_instances, task_models.ClearTaskInstancesBody, "body"),
        "clear run": (dag_run.clear_dag_run, run_models.DAGRunClearBody, "body"),
        "run state": (dag_run.patch_dag_run, run_models.DAGRunPatchBody, "patch_body"),
        "task state": (task_instances.patch_task_instance, task_models.PatchTaskInstanceBody, "body"),
        "note": (task_instances.patch_task_instance, task_models.PatchTaskInstanceBody, "body"),
    }[operation]
    offered = {
        **path,
        name: model.model_validate(body),
        "session": session,
        "dag_bag": dag_bag(),
        "user": USER,
        "update_mask": None,
    }
    asked = inspect.signature(route).parameters
    route(**{key: value for key, value in offered.items() if key in asked})


def dag_bag() -> Any:
    """Give what reads serialized DAGs: another class before 3.1."""
    try:
        from airflow.models.dagbag import DBDagBag
    except ImportError:
        from airflow.models.dagbag import DagBag

        return DagBag(read_dags_from_db=True)
    return DBDagBag()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
