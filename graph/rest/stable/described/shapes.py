"""What the stable API's objects are called in its document, and what of them is told otherwise than it is read."""

from graph.rest.described import (
    ANYTHING,
    BOOLEAN,
    INTEGER,
    MOMENT,
    NUMBER,
    OBJECT,
    TEXT,
    Schema,
    Shape,
    meaning,
    or_null,
    record,
    several,
)
from graph.rest.stable import (
    clearing,
    connections,
    dag_runs,
    dag_sources,
    dag_stats,
    dag_warnings,
    dags,
    datasets,
    event_logs,
    import_errors,
    pools,
    roles,
    task_instances,
    tasks,
    tries,
    users,
    variables,
    xcoms,
)


def reference(name: str) -> Schema:
    """Return the schema of what has a name."""
    return {"$ref": f"#/components/schemas/{name}"}


_SPAN = record(__type=TEXT, days=INTEGER, seconds=INTEGER, microseconds=INTEGER)
_CLASS = record(class_name=or_null(TEXT), module_path=or_null(TEXT))
_SCHEDULE = meaning(
    "When it runs, by its `__type`: a CronExpression in `value`, or a TimeDelta or RelativeDelta in its parts.",
    or_null({"type": "object", "properties": {"__type": TEXT, "value": TEXT}, "required": ["__type"]}),
)
_FILE_TOKEN = meaning("Stands for its file, signed: `/dagSources` and `/parseDagFile` take it.", TEXT)
_PARAMS = meaning("Its parameters, by name.", {"type": "object", "additionalProperties": OBJECT})
_NAMED = record(name=or_null(TEXT))
_DAG = {
    "is_active": meaning("Whether its file is still there.", BOOLEAN),
    "schedule_interval": _SCHEDULE,
    "file_token": _FILE_TOKEN,
    "default_view": meaning("How Airflow's own pages show it at first.", TEXT),
}
_DETAILS = {
    **_DAG,
    "dataset_expression": meaning("The datasets that it waits for, joined by `any` and `all`.", ANYTHING),
    "start_date": or_null(MOMENT),
    "end_date": or_null(MOMENT),
    "timezone": or_null(TEXT),
    "catchup": BOOLEAN,
    "doc_md": or_null(TEXT),
    "render_template_as_native_obj": BOOLEAN,
    "dag_run_timeout": or_null(_SPAN),
    "is_paused_upon_creation": or_null(BOOLEAN),
    "orientation": TEXT,
    "params": _PARAMS,
    "template_searchpath": or_null(several(TEXT)),
    "last_parsed": meaning("When this answer was made.", MOMENT),
}

SHAPES: tuple[Shape, ...] = (
    Shape("DAG", dags.DAG_JSON, _DAG),
    Shape("DAGDetail", dags.DETAILS_JSON, _DETAILS, never=("definition",)),
    Shape(
        "Task",
        tasks.TASK_JSON,
        {
            "class_ref": meaning("The class of its operator.", _CLASS),
            "retry_delay": or_null(_SPAN),
            "execution_timeout": or_null(_SPAN),
            "retry_exponential_backoff": BOOLEAN,
            "retries": NUMBER,
            "pool_slots": NUMBER,
            "priority_weight": NUMBER,
            "params": _PARAMS,
            "extra_links": meaning("The classes of its links.", several(_CLASS)),
        },
    ),
    Shape("DAGRun", dag_runs.RUN_JSON, {"conf": meaning("What it was given.", OBJECT)}),
    Shape(
        "TaskInstance",
        task_instances.TASK_INSTANCE_JSON,
        {
            "unixname": TEXT,
            "executor_config": meaning("What its executor was given, as Python prints it.", TEXT),
            "rendered_fields": meaning("The fields of its operator with their templates filled in.", OBJECT),
            "triggerer_job": reference("Job"),
        },
    ),
    Shape(
        "Trigger",
        task_instances.TRIGGER_JSON,
        {"kwargs": meaning("As Python prints it.", TEXT)},
        never=("job",),
        or_null=True,
    ),
    Shape("Job", task_instances.JOB_JSON, or_null=True),
    Shape("SLAMiss", task_instances.SLA_MISS_JSON, or_null=True),
    Shape("TaskInstanceReference", clearing.REFERENCE_JSON),
    Shape(
        "TaskInstanceTry",
        tries.LATEST_JSON,
        {"executor_config": TEXT, "task_display_name": TEXT},
        never=("tries",),
    ),
    Shape("XComItem", xcoms.XCOM_JSON),
    Shape("XCom", xcoms.ENTRY_JSON, {"value": meaning("As Python prints it, unless `stringify` is false.", ANYTHING)}),
    Shape("Dataset", datasets.DATASET_JSON, {"extra": OBJECT}),
    Shape("DatasetEvent", datasets.EVENT_JSON, {"dataset_uri": or_null(TEXT), "extra": OBJECT}),
    Shape("BasicDAGRun", datasets.CREATED_RUN_JSON),
    Shape("QueuedEvent", datasets.QUEUED_JSON, {"uri": or_null(TEXT)}),
    Shape("DAGSource", dag_sources.DAG_SOURCE_JSON),
    Shape("DagStats", dag_stats.DAG_STATS_JSON, {"stats": several(record(state=TEXT, count=INTEGER))}),
    Shape("DagWarning", dag_warnings.DAG_WARNING_JSON),
    Shape("ImportError", import_errors.IMPORT_ERROR_JSON),
    Shape("EventLog", event_logs.EVENT_LOG_JSON),
    Shape("ConnectionItem", connections.ITEM_JSON),
    Shape("Connection", connections.CONNECTION_JSON),
    Shape("Pool", pools.POOL_JSON),
    Shape("Variable", variables.VARIABLE_JSON),
    Shape("User", users.USER_JSON),
    Shape("Role", roles.ROLE_JSON),
    Shape("Permission", roles.PERMISSION_JSON, {"action": _NAMED, "resource": _NAMED}),
    Shape("Action", roles.ACTION_JSON),
)

REFERENCES = record(task_instances=several(reference("TaskInstanceReference")))

PROBLEM = record(
    type=meaning("Where that kind of refusal is explained.", TEXT),
    title=or_null(meaning("What kind of refusal it is.", TEXT)),
    status=meaning("The status of the answer.", INTEGER),
    detail=or_null(meaning("What is wrong.", TEXT)),
)
