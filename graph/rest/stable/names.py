"""What the stable API's operations are called in its document, as Airflow's own document calls them."""

from collections.abc import Mapping

from graph.rest.described import MOMENT, TEXT, Named, PageOf, Schema, meaning, or_null, record, several
from graph.rest.stable import clearing, dag_runs, dags, datasets, task_instances, tasks
from graph.rest.stable.shapes import reference

_DAG = "/dags/{dag_id}"
_RUN = f"{_DAG}/dagRuns/{{dag_run_id}}"
_INSTANCES = f"{_RUN}/taskInstances"
_INSTANCE = f"{_INSTANCES}/{{task_id}}"
_MAPPED = f"{_INSTANCE}/{{map_index}}"

_REFERENCES = record(task_instances=several(reference("TaskInstanceReference")))
_BEFORE: Mapping[str, Schema] = {
    "before": meaning("Those alone that were queued before.", MOMENT),
}
_ONLY_PAUSED = several({**TEXT, "enum": ["is_paused"]})
_ALIVE = or_null({**TEXT, "enum": ["healthy", "unhealthy", None]})


def _process(name: str) -> Schema:
    return record(status=_ALIVE, **{f"latest_{name}_heartbeat": or_null(MOMENT)})


_HEALTH = record(
    metadatabase=record(status=_ALIVE),
    **{name: _process(name) for name in ("scheduler", "triggerer", "dag_processor")},
)

NAMES: Mapping[tuple[str, str], Named] = {
    ("GET", "/health"): Named("get_health", "Monitoring", _HEALTH),
    ("GET", "/version"): Named("get_version", "Monitoring", record(version=TEXT, git_version=TEXT)),
    # Datasets.
    ("GET", "/datasets"): Named(
        "get_datasets",
        "Dataset",
        PageOf("datasets", datasets.DATASET_JSON),
        orders=tuple(datasets.DATASETS.columns),
        parameters={
            "uri_pattern": meaning("Those alone whose URI contains this.", TEXT),
            "dag_ids": meaning("Those alone that these DAGs update or wait for.", several(TEXT)),
        },
    ),
    ("GET", "/datasets/events"): Named("get_dataset_events", "Dataset"),
    ("POST", "/datasets/events"): Named("create_dataset_event", "Dataset", datasets.EVENT_JSON, refuses=(404,)),
    ("GET", "/datasets/{uri}"): Named("get_dataset", "Dataset", datasets.DATASET_JSON),
    ("GET", "/datasets/queuedEvent/{uri}"): Named(
        "get_dataset_queued_events", "Dataset", PageOf("queued_events", datasets.QUEUED_JSON), parameters=_BEFORE
    ),
    ("DELETE", "/datasets/queuedEvent/{uri}"): Named("delete_dataset_queued_events", "Dataset", parameters=_BEFORE),
    ("GET", f"{_DAG}/datasets/queuedEvent"): Named(
        "get_dag_dataset_queued_events", "Dataset", PageOf("queued_events", datasets.QUEUED_JSON), parameters=_BEFORE
    ),
    ("DELETE", f"{_DAG}/datasets/queuedEvent"): Named(
        "delete_dag_dataset_queued_events", "Dataset", parameters=_BEFORE
    ),
    ("GET", f"{_DAG}/datasets/queuedEvent/{{uri}}"): Named(
        "get_dag_dataset_queued_event", "Dataset", datasets.QUEUED_JSON, parameters=_BEFORE
    ),
    ("DELETE", f"{_DAG}/datasets/queuedEvent/{{uri}}"): Named(
        "delete_dag_dataset_queued_event", "Dataset", parameters=_BEFORE
    ),
    ("GET", f"{_RUN}/upstreamDatasetEvents"): Named(
        "get_upstream_dataset_events", "Dataset", PageOf("dataset_events", datasets.EVENT_JSON)
    ),
    # DAGs and their tasks.
    ("GET", "/dags"): Named("get_dags", "DAG"),
    ("PATCH", "/dags"): Named(
        "patch_dags",
        "DAG",
        PageOf("dags", dags.DAG_JSON),
        required=("is_paused",),
        parameters={
            "dag_id_pattern": meaning("The DAGs whose id contains this; `~` stands for all.", TEXT),
            "tags": meaning("Those alone that have one of these tags.", several(TEXT)),
            "update_mask": _ONLY_PAUSED,
        },
    ),
    ("GET", _DAG): Named("get_dag", "DAG"),
    ("PATCH", _DAG): Named("patch_dag", "DAG", required=("is_paused",), parameters={"update_mask": _ONLY_PAUSED}),
    ("DELETE", _DAG): Named("delete_dag", "DAG"),
    ("GET", f"{_DAG}/details"): Named("get_dag_details", "DAG", dags.DETAILS_JSON),
    ("GET", f"{_DAG}/tasks"): Named(
        "get_tasks",
        "DAG",
        PageOf("tasks", tasks.TASK_JSON),
        orders=tuple(wanted.key for wanted in tasks.TASK_JSON.wanted if wanted.key != "class_ref"),
    ),
    ("GET", f"{_DAG}/tasks/{{task_id}}"): Named("get_task", "DAG", tasks.TASK_JSON),
    ("POST", f"{_DAG}/clearTaskInstances"): Named("post_clear_task_instances", "DAG", _REFERENCES),
    ("POST", f"{_DAG}/updateTaskInstancesState"): Named("post_set_task_instances_state", "DAG", _REFERENCES),
    # Runs.
    ("GET", f"{_DAG}/dagRuns"): Named("get_dag_runs", "DAGRun"),
    ("POST", f"{_DAG}/dagRuns"): Named("post_dag_run", "DAGRun", dag_runs.RUN_JSON),
    ("POST", "/dags/~/dagRuns/list"): Named(
        "get_dag_runs_batch",
        "DAGRun",
        PageOf("dag_runs", dag_runs.RUN_JSON),
        orders=tuple(dag_runs.SORTING.columns),
    ),
    ("GET", _RUN): Named("get_dag_run", "DAGRun"),
    ("PATCH", _RUN): Named("update_dag_run_state", "DAGRun"),
    ("DELETE", _RUN): Named("delete_dag_run", "DAGRun"),
    ("POST", f"{_RUN}/clear"): Named(
        "clear_dag_run",
        "DAGRun",
        meaning("The run; of a dry run, what would be cleared.", {"anyOf": [reference("DAGRun"), _REFERENCES]}),
    ),
    ("PATCH", f"{_RUN}/setNote"): Named("set_dag_run_note", "DAGRun"),
    # Task instances.
    ("GET", _INSTANCES): Named("get_task_instances", "TaskInstance"),
    ("POST", "/dags/~/dagRuns/~/taskInstances/list"): Named(
        "get_task_instances_batch", "TaskInstance", PageOf("task_instances", task_instances.TASK_INSTANCE_JSON)
    ),
    ("GET", _INSTANCE): Named("get_task_instance", "TaskInstance", task_instances.TASK_INSTANCE_JSON),
    ("GET", f"{_INSTANCE}/listMapped"): Named(
        "get_mapped_task_instances",
        "TaskInstance",
        like=task_instances.MAPPED_PAGE,
    ),
    ("GET", _MAPPED): Named("get_mapped_task_instance", "TaskInstance"),
    ("PATCH", _INSTANCE): Named("patch_task_instance", "TaskInstance", clearing.REFERENCE_JSON),
    ("PATCH", _MAPPED): Named("patch_mapped_task_instance", "TaskInstance", clearing.REFERENCE_JSON),
    ("PATCH", f"{_INSTANCE}/setNote"): Named("set_task_instance_note", "TaskInstance"),
    ("PATCH", f"{_MAPPED}/setNote"): Named("set_mapped_task_instance_note", "TaskInstance"),
    # Pools and variables.
    ("GET", "/pools"): Named("get_pools", "Pool"),
    ("POST", "/pools"): Named("post_pool", "Pool", required=("name", "slots")),
    ("GET", "/pools/{pool_name}"): Named("get_pool", "Pool"),
    ("PATCH", "/pools/{pool_name}"): Named("patch_pool", "Pool"),
    ("DELETE", "/pools/{pool_name}"): Named("delete_pool", "Pool"),
    ("GET", "/variables"): Named("get_variables", "Variable"),
    ("POST", "/variables"): Named(
        "post_variables",
        "Variable",
        meaning("What was sent.", {"type": "object", "properties": {"key": TEXT, "value": TEXT, "description": TEXT}}),
    ),
    ("GET", "/variables/{variable_key}"): Named("get_variable", "Variable"),
    ("PATCH", "/variables/{variable_key}"): Named("patch_variable", "Variable"),
    ("DELETE", "/variables/{variable_key}"): Named("delete_variable", "Variable"),
}
