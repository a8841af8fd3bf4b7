"""What the stable API's operations on DAGs and datasets are called in the document, as in Airflow's own."""

from collections.abc import Mapping

from graph.rest.described import MOMENT, TEXT, Named, PageOf, Schema, meaning, several
from graph.rest.stable import dag_sources, dag_stats, dags, datasets, tasks
from graph.rest.stable.described.shapes import REFERENCES

_DAG = "/dags/{dag_id}"
_RUN = f"{_DAG}/dagRuns/{{dag_run_id}}"

_ONLY_PAUSED = several({**TEXT, "enum": ["is_paused"]})
_BEFORE: Mapping[str, Schema] = {"before": meaning("Those alone that were queued before.", MOMENT)}
_TEXT_OR_JSON = ("application/json", "text/plain")

NAMES: Mapping[tuple[str, str], Named] = {
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
    ("GET", f"{_DAG}/details"): Named(
        "get_dag_details",
        "DAG",
        dags.DETAILS_JSON,
        parameters={"fields": several({**TEXT, "enum": sorted(dags.DETAILS)})},
    ),
    ("GET", f"{_DAG}/tasks"): Named(
        "get_tasks",
        "DAG",
        PageOf("tasks", tasks.TASK_JSON),
        orders=tuple(wanted.key for wanted in tasks.TASK_JSON.wanted if wanted.key != "class_ref"),
    ),
    ("GET", f"{_DAG}/tasks/{{task_id}}"): Named("get_task", "DAG", tasks.TASK_JSON),
    ("POST", f"{_DAG}/clearTaskInstances"): Named("post_clear_task_instances", "DAG", REFERENCES),
    ("POST", f"{_DAG}/updateTaskInstancesState"): Named("post_set_task_instances_state", "DAG", REFERENCES),
    ("GET", "/dagSources/{file_token}"): Named(
        "get_dag_source",
        "DAG",
        dag_sources.DAG_SOURCE_JSON,
        media_types=_TEXT_OR_JSON,
        refuses=(406,),
        plainly=(406,),
    ),
    ("PUT", "/parseDagFile/{file_token}"): Named(
        "reparse_dag_file",
        "DAG",
        meaning("Empty, or that it was asked before.", TEXT),
        media_types=("text/html",),
        status=201,
    ),
    ("GET", "/dagStats"): Named(
        "get_dag_stats",
        "DagStats",
        PageOf("dags", dag_stats.DAG_STATS_JSON),
        parameters={"dag_ids": meaning("The ids of DAGs, separated by commas.", TEXT)},
    ),
    ("GET", "/dagWarnings"): Named("get_dag_warnings", "DagWarning"),
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
}
