"""A call of each method of Airflow's own Python client 2.10.0, in an order in which each finds what it needs."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import airflow_client.client.api as client_apis  # type: ignore[import-untyped]
from airflow_client.client import ApiClient, models
from airflow_client.client.exceptions import ApiException, NotFoundException  # type: ignore[import-untyped]

# The run, and whatever else has to have a name, that the calls make and take away again.
MADE = "of_the_client"
MADE_AT = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)

Ask = Callable[..., Any]


@dataclass(frozen=True)
class Place:
    """What there is to ask for, and what may be changed."""

    dag_id: str
    run_id: str
    task_id: str
    # A task instance of a mapped task: DAG, run and task; the index is 0.
    mapped: tuple[str, str, str]
    # An XCom: DAG, run and task; the key is `return_value`.
    xcom: tuple[str, str, str]
    # A DAG that may be triggered, and a task of it.
    spare: tuple[str, str]
    # A DAG that nobody will miss.
    doomed: str
    uri: str
    # A DAG that an update of the dataset is queued for.
    waiting: str


@dataclass(frozen=True)
class Asked:
    """Somebody who has a client, and knows the place."""

    client: ApiClient
    at: Place

    def method(self, name: str) -> Ask:
        """Return a method by its class and name."""
        class_name, _, method = name.partition(".")
        found: Ask = getattr(_CLASSES[class_name](self.client), method)
        return found

    @property
    def file_token(self) -> str:
        """How the API calls the file of the DAG."""
        return str(self.method("DAGApi.get_dag")(self.at.dag_id).file_token)

    def queued(self) -> Place:
        """Return the place, in which an update of the dataset is then queued."""
        with suppress(NotFoundException):
            CALLS["DatasetApi.create_dataset_event"](self.method("DatasetApi.create_dataset_event"), self)
        return self.at

    def first(self, name: str, into: str, key: str) -> int:
        """Return the number of the first thing of a list, or one of nothing."""
        found = self.method(name)(limit=1)[into]
        return int(found[0][key]) if found else 0


@dataclass(frozen=True)
class Told:
    """What a call came to: a value that the client parsed, or the refusal."""

    status: int
    value: Any = None
    reason: str | None = None


def _classes() -> Iterator[type]:
    for found in pkgutil.iter_modules(client_apis.__path__):
        module = importlib.import_module(f"{client_apis.__name__}.{found.name}")
        for name, api in inspect.getmembers(module, inspect.isclass):
            if name.endswith("Api") and api.__module__ == module.__name__:
                yield api


_CLASSES: Mapping[str, Any] = {found.__name__: found for found in _classes()}


def methods() -> dict[str, tuple[str, str]]:
    """Return the methods of the client, each with the HTTP method and the path that it asks."""
    return {name: (settings["http_method"], settings["endpoint_path"]) for name, settings in operations().items()}


def operations() -> dict[str, dict[str, Any]]:
    """Return the methods of the client, each with all that it knows of its operation."""
    return {
        f"{name}.{method.removesuffix('_endpoint')}": settings
        for name, made in _CLASSES.items()
        for method, endpoint in vars(made(ApiClient())).items()
        if (settings := getattr(endpoint, "settings", None))
    }


def ask_all(client: ApiClient, place: Place) -> Iterator[tuple[str, Told]]:
    """Call every method, and say what it came to; what the client cannot parse, it raises."""
    asked = Asked(client, place)
    for name, call in CALLS.items():
        yield name, ask(asked, name, call)


def ask(asked: Asked, name: str, call: "Call") -> Told:
    """Call one method."""
    try:
        return Told(200, call(asked.method(name), asked))
    except ApiException as refused:
        return Told(refused.status, reason=str(refused.body))


Call = Callable[[Ask, Asked], Any]


def _run(asked: Asked) -> tuple[str, str]:
    return asked.at.dag_id, asked.at.run_id


def _instance(asked: Asked) -> tuple[str, str, str]:
    return asked.at.dag_id, asked.at.run_id, asked.at.task_id


def _made(asked: Asked) -> tuple[str, str]:
    return asked.at.spare[0], MADE


def _made_instance(asked: Asked) -> tuple[str, str, str]:
    return asked.at.spare[0], MADE, asked.at.spare[1]


def _states(asked: Asked) -> Any:
    alone = {f"include_{which}": False for which in ("upstream", "downstream", "future", "past")}
    wish = {"task_id": asked.at.spare[1], "dag_run_id": MADE, "new_state": models.UpdateTaskState("success")}
    return models.UpdateTaskInstancesState(dry_run=False, **wish, **alone)


_SKIPPED = {"update_task_instance": models.UpdateTaskInstance(new_state=models.UpdateTaskState("skipped"))}
_PERSON = {"username": MADE, "email": "c@example.org", "first_name": "C", "last_name": "D"}
_CONNECTION = {"connection_id": MADE, "conn_type": "http"}

CALLS: Mapping[str, Call] = {
    "MonitoringApi.get_health": lambda ask, _: ask(),
    "MonitoringApi.get_version": lambda ask, _: ask(),
    "ConfigApi.get_config": lambda ask, _: ask(),
    "ConfigApi.get_value": lambda ask, _: ask("core", "parallelism"),
    "PluginApi.get_plugins": lambda ask, _: ask(),
    "ProviderApi.get_providers": lambda ask, _: ask(),
    # DAGs and their files
    "DAGApi.get_dags": lambda ask, _: ask(limit=100, order_by="dag_id", only_active=True),
    "DAGApi.get_dag": lambda ask, asked: ask(asked.at.dag_id),
    "DAGApi.get_dag_details": lambda ask, asked: ask(asked.at.dag_id),
    "DAGApi.get_tasks": lambda ask, asked: ask(asked.at.dag_id, order_by="task_id"),
    "DAGApi.get_task": lambda ask, asked: ask(asked.at.dag_id, asked.at.task_id),
    "DAGApi.get_dag_source": lambda ask, asked: ask(asked.file_token),
    "DAGApi.reparse_dag_file": lambda ask, asked: ask(asked.file_token),
    "DagStatsApi.get_dag_stats": lambda ask, asked: ask(asked.at.dag_id),
    "DagWarningApi.get_dag_warnings": lambda ask, _: ask(order_by="dag_id"),
    "ImportErrorApi.get_import_errors": lambda ask, _: ask(order_by="import_error_id"),
    "ImportErrorApi.get_import_error": lambda ask, asked: ask(
        asked.first("ImportErrorApi.get_import_errors", "import_errors", "import_error_id")
    ),
    "EventLogApi.get_event_logs": lambda ask, asked: ask(order_by="event_log_id", dag_id=asked.at.dag_id),
    "EventLogApi.get_event_log": lambda ask, asked: ask(
        asked.first("EventLogApi.get_event_logs", "event_logs", "event_log_id")
    ),
    # Runs, task instances, and what they left
    "DAGRunApi.get_dag_runs": lambda ask, asked: ask(asked.at.dag_id, order_by="id", state=["success", "failed"]),
    "DAGRunApi.get_dag_run": lambda ask, asked: ask(*_run(asked)),
    "DAGRunApi.get_dag_runs_batch": lambda ask, asked: ask(
        models.ListDagRunsForm(dag_ids=[asked.at.dag_id], order_by="id")
    ),
    "TaskInstanceApi.get_task_instances": lambda ask, asked: ask(*_run(asked)),
    "TaskInstanceApi.get_task_instance": lambda ask, asked: ask(*_instance(asked)),
    "TaskInstanceApi.get_task_instances_batch": lambda ask, asked: ask(
        models.ListTaskInstanceForm(dag_ids=[asked.at.dag_id], dag_run_ids=[asked.at.run_id])
    ),
    "TaskInstanceApi.get_mapped_task_instances": lambda ask, asked: ask(*asked.at.mapped),
    "TaskInstanceApi.get_mapped_task_instance": lambda ask, asked: ask(*asked.at.mapped, 0),
    "TaskInstanceApi.get_task_instance_tries": lambda ask, asked: ask(*_instance(asked)),
    "TaskInstanceApi.get_task_instance_try_details": lambda ask, asked: ask(*_instance(asked), 1),
    "TaskInstanceApi.get_mapped_task_instance_tries": lambda ask, asked: ask(*asked.at.mapped, 0),
    "TaskInstanceApi.get_mapped_task_instance_try_details": lambda ask, asked: ask(*asked.at.mapped, 0, 1),
    "TaskInstanceApi.get_task_instance_dependencies": lambda ask, asked: ask(*_instance(asked)),
    "TaskInstanceApi.get_mapped_task_instance_dependencies": lambda ask, asked: ask(*asked.at.mapped, 0),
    "TaskInstanceApi.get_extra_links": lambda ask, asked: ask(*_instance(asked)),
    "TaskInstanceApi.get_log": lambda ask, asked: ask(*_instance(asked), 1, full_content=True),
    "XComApi.get_xcom_entries": lambda ask, asked: ask(*asked.at.xcom),
    "XComApi.get_xcom_entry": lambda ask, asked: ask(*asked.at.xcom, "return_value"),
    # Datasets
    "DatasetApi.get_datasets": lambda ask, _: ask(order_by="uri"),
    "DatasetApi.get_dataset": lambda ask, asked: ask(asked.at.uri),
    "DatasetApi.create_dataset_event": lambda ask, asked: ask(
        models.CreateDatasetEvent(dataset_uri=asked.at.uri, extra={"by": "the client"})
    ),
    "DatasetApi.get_dataset_events": lambda ask, _: ask(order_by="timestamp"),
    "DatasetApi.get_upstream_dataset_events": lambda ask, asked: ask(*_run(asked)),
    "DAGRunApi.get_upstream_dataset_events": lambda ask, asked: ask(*_run(asked)),
    "DatasetApi.get_dataset_queued_events": lambda ask, asked: ask(asked.at.uri),
    "DatasetApi.get_dag_dataset_queued_events": lambda ask, asked: ask(asked.at.waiting),
    "DatasetApi.get_dag_dataset_queued_event": lambda ask, asked: ask(asked.at.waiting, asked.at.uri),
    "DatasetApi.delete_dag_dataset_queued_event": lambda ask, asked: ask(asked.at.waiting, asked.at.uri),
    "DatasetApi.delete_dag_dataset_queued_events": lambda ask, asked: ask(asked.queued().waiting),
    "DatasetApi.delete_dataset_queued_events": lambda ask, asked: ask(asked.queued().uri),
    # Changes of a run that is made for them
    "DAGApi.patch_dag": lambda ask, asked: ask(asked.at.spare[0], models.DAG(is_paused=True)),
    "DAGApi.patch_dags": lambda ask, asked: ask(asked.at.spare[0], models.DAG(is_paused=True)),
    "DAGRunApi.post_dag_run": lambda ask, asked: ask(
        asked.at.spare[0], models.DAGRun(dag_run_id=MADE, logical_date=MADE_AT, conf={"by": "the client"})
    ),
    "DAGRunApi.set_dag_run_note": lambda ask, asked: ask(*_made(asked), models.SetDagRunNote(note="noted")),
    "TaskInstanceApi.patch_task_instance": lambda ask, asked: ask(*_made_instance(asked), **_SKIPPED),
    "TaskInstanceApi.set_task_instance_note": lambda ask, asked: ask(
        *_made_instance(asked), models.SetTaskInstanceNote(note="noted")
    ),
    "DAGApi.post_set_task_instances_state": lambda ask, asked: ask(asked.at.spare[0], _states(asked)),
    "DAGApi.post_clear_task_instances": lambda ask, asked: ask(
        asked.at.spare[0], models.ClearTaskInstances(dry_run=False, dag_run_id=MADE, only_failed=False)
    ),
    "DAGRunApi.update_dag_run_state": lambda ask, asked: ask(*_made(asked), models.UpdateDagRunState(state="failed")),
    "DAGRunApi.clear_dag_run": lambda ask, asked: ask(*_made(asked), models.ClearDagRun(dry_run=False)),
    "DAGRunApi.delete_dag_run": lambda ask, asked: ask(*_made(asked)),
    "TaskInstanceApi.patch_mapped_task_instance": lambda ask, asked: ask(*asked.at.mapped, 0, **_SKIPPED),
    "TaskInstanceApi.set_mapped_task_instance_note": lambda ask, asked: ask(
        *asked.at.mapped, 0, models.SetTaskInstanceNote(note="noted")
    ),
    # What people keep
    "ConnectionApi.post_connection": lambda ask, _: ask(models.Connection(**_CONNECTION, password="s3cret")),
    "ConnectionApi.patch_connection": lambda ask, _: ask(
        MADE, models.Connection(**_CONNECTION, host="h"), update_mask=["host"]
    ),
    "ConnectionApi.get_connection": lambda ask, _: ask(MADE),
    "ConnectionApi.get_connections": lambda ask, _: ask(order_by="connection_id"),
    "ConnectionApi.test_connection": lambda ask, _: ask(models.Connection(**_CONNECTION)),
    "ConnectionApi.delete_connection": lambda ask, _: ask(MADE),
    "PoolApi.post_pool": lambda ask, _: ask(models.Pool(name=MADE, slots=3, include_deferred=True)),
    "PoolApi.patch_pool": lambda ask, _: ask(MADE, models.Pool(name=MADE, slots=4), update_mask=["slots"]),
    "PoolApi.get_pool": lambda ask, _: ask(MADE),
    "PoolApi.get_pools": lambda ask, _: ask(order_by="name"),
    "PoolApi.delete_pool": lambda ask, _: ask(MADE),
    "VariableApi.post_variables": lambda ask, _: ask(models.Variable(key=MADE, value="v", description="d")),
    "VariableApi.patch_variable": lambda ask, _: ask(MADE, models.Variable(key=MADE, value="w")),
    "VariableApi.get_variable": lambda ask, _: ask(MADE),
    "VariableApi.get_variables": lambda ask, _: ask(order_by="key"),
    "VariableApi.delete_variable": lambda ask, _: ask(MADE),
    # People
    "PermissionApi.get_permissions": lambda ask, _: ask(),
    "RoleApi.post_role": lambda ask, _: ask(models.Role(name=MADE, actions=[])),
    "RoleApi.patch_role": lambda ask, _: ask(MADE, models.Role(name=MADE, actions=[])),
    "RoleApi.get_role": lambda ask, _: ask(MADE),
    "RoleApi.get_roles": lambda ask, _: ask(order_by="name"),
    "UserApi.post_user": lambda ask, _: ask(models.User(**_PERSON, password="s3cret")),
    "UserApi.patch_user": lambda ask, _: ask(MADE, models.User(**_PERSON)),
    "UserApi.get_user": lambda ask, _: ask(MADE),
    "UserApi.get_users": lambda ask, _: ask(order_by="id"),
    "UserApi.delete_user": lambda ask, _: ask(MADE),
    "RoleApi.delete_role": lambda ask, _: ask(MADE),
    # And the end of a DAG
    "DAGApi.delete_dag": lambda ask, asked: ask(asked.at.doomed),
}
