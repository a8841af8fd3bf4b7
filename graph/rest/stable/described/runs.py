"""What the stable API's operations on runs and task instances are called in the document, as in Airflow's own."""

from collections.abc import Mapping

from graph.rest.described import BOOLEAN, INTEGER, TEXT, Named, PageOf, Schema, meaning, or_null, record, several
from graph.rest.stable import clearing, dag_runs, task_instances, tries, xcoms
from graph.rest.stable.described.shapes import REFERENCES, reference

_DAG = "/dags/{dag_id}"
_RUN = f"{_DAG}/dagRuns/{{dag_run_id}}"
_INSTANCES = f"{_RUN}/taskInstances"
_INSTANCE = f"{_INSTANCES}/{{task_id}}"
_MAPPED = f"{_INSTANCE}/{{map_index}}"

_INSTANCE_OF: Mapping[str, Schema] = {
    "map_index": meaning("Which instance of a mapped task; -1, which is usual, for one that is not mapped.", INTEGER)
}
_DEPENDENCIES = record(dependencies=several(record(name=TEXT, reason=TEXT)))
_TRIES = PageOf("task_instances", tries.LATEST_JSON)
_LINKS: Schema = {"type": "object", "additionalProperties": or_null(TEXT)}
_LOG = record(
    content=meaning("Pairs of a host and what was written there, as Python prints a list of them.", TEXT),
    continuation_token=meaning("What to send as `token` to be told what was written since.", TEXT),
)

NAMES: Mapping[tuple[str, str], Named] = {
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
        meaning("The run; of a dry run, what would be cleared.", {"anyOf": [reference("DAGRun"), REFERENCES]}),
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
    ("GET", f"{_INSTANCE}/tries"): Named("get_task_instance_tries", "TaskInstance", _TRIES),
    ("GET", f"{_MAPPED}/tries"): Named("get_mapped_task_instance_tries", "TaskInstance", _TRIES),
    ("GET", f"{_INSTANCE}/tries/{{task_try_number}}"): Named(
        "get_task_instance_try_details", "TaskInstance", tries.LATEST_JSON
    ),
    ("GET", f"{_MAPPED}/tries/{{task_try_number}}"): Named(
        "get_mapped_task_instance_try_details", "TaskInstance", tries.LATEST_JSON
    ),
    ("GET", f"{_INSTANCE}/dependencies"): Named("get_task_instance_dependencies", "TaskInstance", _DEPENDENCIES),
    ("GET", f"{_MAPPED}/dependencies"): Named("get_mapped_task_instance_dependencies", "TaskInstance", _DEPENDENCIES),
    ("GET", f"{_INSTANCE}/links"): Named("get_extra_links", "TaskInstance", _LINKS, parameters=_INSTANCE_OF),
    ("GET", f"{_INSTANCE}/logs/{{task_try_number}}"): Named(
        "get_log",
        "TaskInstance",
        _LOG,
        parameters={
            **_INSTANCE_OF,
            "full_content": meaning("Taken, as by Airflow; text is always told whole.", BOOLEAN),
            "token": meaning("The `continuation_token` of an answer before.", TEXT),
        },
        media_types=("application/json", "text/plain"),
    ),
    ("GET", f"{_INSTANCE}/xcomEntries"): Named("get_xcom_entries", "XCom"),
    ("GET", f"{_INSTANCE}/xcomEntries/{{xcom_key}}"): Named(
        "get_xcom_entry",
        "XCom",
        xcoms.ENTRY_JSON,
        parameters={
            **_INSTANCE_OF,
            "deserialize": meaning("Whether to load the classes of values, which no setting allows here.", BOOLEAN),
            "stringify": meaning("Whether to tell the value as Python prints it, which is usual.", BOOLEAN),
        },
    ),
}
