"""What the answer to each method of Airflow's Python client is like: of a real Airflow 2.11, and of 3.3's own API."""

from collections.abc import Mapping
from dataclasses import dataclass

_RUN = "/dags/{dag_id}/dagRuns/{dag_run_id}"
_INSTANCE = f"{_RUN}/taskInstances/{{task_id}}"
_MAPPED = f"{_INSTANCE}/{{map_index}}"
_XCOMS = f"{_INSTANCE}/xcomEntries"


@dataclass(frozen=True)
class Likeness:
    """How an answer differs from 2.11's on the metadata of 2.x; to what of `/api/v2` it is equal on 3.x, and how not.

    Without a `v2` Airflow 3 has nothing of its kind, or not a GET that could be compared.
    """

    v2: str | None = None
    two: str = ""
    three: str = ""


_COMMAND = "501 unless `AIRFLOW_GRAPH_AIRFLOW_COMMAND` is set: what is installed is not in the database"
_CONFIGURED = "what is configured, without defaults, secrets hidden"
_PEOPLE = "400 without FAB's tables, which says where users are; else the same"
_EFFECT = "the effect of 3.3's own"
_NO_DATE = "`execution_date` is never null: of a run without a logical date it is `run_after`"

LIKENESS: Mapping[str, Likeness] = {
    "MonitoringApi.get_health": Likeness("/monitor/health"),
    "MonitoringApi.get_version": Likeness(
        three="the minor version, unless `AIRFLOW_GRAPH_AIRFLOW_VERSION` says more",
        two="the minor version, unless `AIRFLOW_GRAPH_AIRFLOW_VERSION` says more",
    ),
    "ConfigApi.get_config": Likeness(two=_CONFIGURED, three=_CONFIGURED),
    "ConfigApi.get_value": Likeness(two="404 for a default that nobody configured", three="the same"),
    "PluginApi.get_plugins": Likeness(two=_COMMAND, three=_COMMAND),
    "ProviderApi.get_providers": Likeness(two=_COMMAND, three=_COMMAND),
    "DAGApi.get_dags": Likeness("/dags", three="`schedule_interval` is made of the timetable's summary"),
    "DAGApi.get_dag": Likeness("/dags/{dag_id}", three="`schedule_interval` is made of the timetable's summary"),
    "DAGApi.get_dag_details": Likeness(
        "/dags/{dag_id}/details", three="`owners` is empty, and `params` have a class, as in 2.11"
    ),
    "DAGApi.get_tasks": Likeness("/dags/{dag_id}/tasks", three="`extra_links` are told, which v2 leaves out"),
    "DAGApi.get_task": Likeness("/dags/{dag_id}/tasks/{task_id}", three="`extra_links` are told, which v2 leaves out"),
    "DAGApi.get_dag_source": Likeness("/dagSources/{dag_id}", three="the newest version"),
    "DAGApi.reparse_dag_file": Likeness(three=_EFFECT),
    "DAGApi.patch_dag": Likeness(three=_EFFECT),
    "DAGApi.patch_dags": Likeness(three=_EFFECT),
    "DAGApi.delete_dag": Likeness(three=_EFFECT),
    "DAGApi.post_set_task_instances_state": Likeness(three=_EFFECT),
    "DAGApi.post_clear_task_instances": Likeness(
        two="a running task is restarting at once", three=f"{_EFFECT}; runs are reset only if that is asked, as in 2.11"
    ),
    "DagStatsApi.get_dag_stats": Likeness("/dagStats", three="DAGs without runs are told too, as in 2.11"),
    "DagWarningApi.get_dag_warnings": Likeness("/dagWarnings"),
    "ImportErrorApi.get_import_errors": Likeness("/importErrors"),
    "ImportErrorApi.get_import_error": Likeness("/importErrors/{import_error_id}"),
    "EventLogApi.get_event_logs": Likeness("/eventLogs"),
    "EventLogApi.get_event_log": Likeness("/eventLogs/{event_log_id}"),
    "DAGRunApi.get_dag_runs": Likeness("/dags/{dag_id}/dagRuns", three=_NO_DATE),
    "DAGRunApi.get_dag_run": Likeness(_RUN, three=_NO_DATE),
    "DAGRunApi.get_dag_runs_batch": Likeness(three="as `get_dag_runs`"),
    "DAGRunApi.post_dag_run": Likeness(three=f"{_EFFECT}; without a date it is about now, as in 2.11"),
    "DAGRunApi.set_dag_run_note": Likeness(three=_EFFECT),
    "DAGRunApi.update_dag_run_state": Likeness(three=f"{_EFFECT}: tasks that did not run are skipped"),
    "DAGRunApi.clear_dag_run": Likeness(three=_EFFECT),
    "DAGRunApi.delete_dag_run": Likeness(three=_EFFECT),
    "DAGRunApi.get_upstream_dataset_events": Likeness(f"{_RUN}/upstreamAssetEvents"),
    "TaskInstanceApi.get_task_instances": Likeness(f"{_RUN}/taskInstances", three=_NO_DATE),
    "TaskInstanceApi.get_task_instance": Likeness(_INSTANCE, three=_NO_DATE),
    "TaskInstanceApi.get_task_instances_batch": Likeness(three="as `get_task_instances`"),
    "TaskInstanceApi.get_mapped_task_instances": Likeness(f"{_INSTANCE}/listMapped", three=_NO_DATE),
    "TaskInstanceApi.get_mapped_task_instance": Likeness(_MAPPED, three=_NO_DATE),
    "TaskInstanceApi.get_task_instance_tries": Likeness(f"{_INSTANCE}/tries"),
    "TaskInstanceApi.get_task_instance_try_details": Likeness(f"{_INSTANCE}/tries/{{task_try_number}}"),
    "TaskInstanceApi.get_mapped_task_instance_tries": Likeness(f"{_MAPPED}/tries"),
    "TaskInstanceApi.get_mapped_task_instance_try_details": Likeness(f"{_MAPPED}/tries/{{task_try_number}}"),
    "TaskInstanceApi.get_task_instance_dependencies": Likeness(f"{_INSTANCE}/dependencies"),
    "TaskInstanceApi.get_mapped_task_instance_dependencies": Likeness(f"{_MAPPED}/dependencies"),
    "TaskInstanceApi.get_extra_links": Likeness(
        f"{_INSTANCE}/links", two="links that code of providers builds are left out"
    ),
    "TaskInstanceApi.get_log": Likeness(
        two="a very long log is told in parts", three="the lines of 3.3's own log as text, in the form of 2.11"
    ),
    "TaskInstanceApi.patch_task_instance": Likeness(three=_EFFECT),
    "TaskInstanceApi.patch_mapped_task_instance": Likeness(three=_EFFECT),
    "TaskInstanceApi.set_task_instance_note": Likeness(three=_EFFECT),
    "TaskInstanceApi.set_mapped_task_instance_note": Likeness(three=_EFFECT),
    "XComApi.get_xcom_entries": Likeness(_XCOMS, three=_NO_DATE),
    "XComApi.get_xcom_entry": Likeness(f"{_XCOMS}/{{xcom_key}}", three="the value is printed text, as in 2.11"),
    "DatasetApi.get_datasets": Likeness(
        "/assets",
        three="assets by their URI, without name and group; as in 2.11 also those that no DAG names any more, which v2 "
        "tells where `only_active=false`",
    ),
    "DatasetApi.get_dataset": Likeness(three="as `get_datasets`"),
    "DatasetApi.create_dataset_event": Likeness(three=_EFFECT),
    "DatasetApi.get_dataset_events": Likeness("/assets/events"),
    "DatasetApi.get_upstream_dataset_events": Likeness(f"{_RUN}/upstreamAssetEvents"),
    "DatasetApi.get_dataset_queued_events": Likeness(three="as `get_dag_dataset_queued_events`"),
    "DatasetApi.get_dag_dataset_queued_events": Likeness(
        "/dags/{dag_id}/assets/queuedEvents", three="404 where nothing waits, as in 2.11"
    ),
    "DatasetApi.get_dag_dataset_queued_event": Likeness(three="as `get_dag_dataset_queued_events`"),
    "DatasetApi.delete_dag_dataset_queued_event": Likeness(three=_EFFECT),
    "DatasetApi.delete_dag_dataset_queued_events": Likeness(three=_EFFECT),
    "DatasetApi.delete_dataset_queued_events": Likeness(three=_EFFECT),
    "ConnectionApi.get_connections": Likeness("/connections", three="without `extra`, as in 2.11"),
    "ConnectionApi.get_connection": Likeness("/connections/{connection_id}", three="without `password`, as in 2.11"),
    "ConnectionApi.post_connection": Likeness(three=_EFFECT),
    "ConnectionApi.patch_connection": Likeness(three=_EFFECT),
    "ConnectionApi.delete_connection": Likeness(three=_EFFECT),
    "ConnectionApi.test_connection": Likeness(
        two="status false unless `AIRFLOW_GRAPH_AIRFLOW_COMMAND` is set", three="the same"
    ),
    "PoolApi.get_pools": Likeness("/pools"),
    "PoolApi.get_pool": Likeness("/pools/{pool_name}"),
    "PoolApi.post_pool": Likeness(three=_EFFECT),
    "PoolApi.patch_pool": Likeness(three=_EFFECT),
    "PoolApi.delete_pool": Likeness(three=_EFFECT),
    "VariableApi.get_variables": Likeness("/variables", three="values are not masked, as in 2.11"),
    "VariableApi.get_variable": Likeness("/variables/{variable_key}", three="the value is not masked, as in 2.11"),
    "VariableApi.post_variables": Likeness(three=_EFFECT),
    "VariableApi.patch_variable": Likeness(three=_EFFECT),
    "VariableApi.delete_variable": Likeness(three=_EFFECT),
    **{
        name: Likeness(three=_PEOPLE, two="409 for the name of another role" if name == "RoleApi.patch_role" else "")
        for name in (
            "PermissionApi.get_permissions",
            *(f"RoleApi.{verb}_role{s}" for verb, s in (("get", "s"), ("get", ""), ("post", ""), ("patch", ""))),
            "RoleApi.delete_role",
            *(f"UserApi.{verb}_user{s}" for verb, s in (("get", "s"), ("get", ""), ("post", ""), ("patch", ""))),
            "UserApi.delete_user",
        )
    },
}
