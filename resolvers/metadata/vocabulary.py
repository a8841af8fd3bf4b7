"""The logical columns that both generations share, and the relations that are the same in both."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, FromClause, MetaData, Table, func, literal, select, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement

from resolvers.metadata.columns import booleans, dates, documents, integers, same, table, texts
from resolvers.metadata.generation import Expression, Logical, Relation
from resolvers.metadata.stored import ExecutorConfig, UtcDateTime

# What Airflow 2 lacks, so that a filter on it can say what it needs.
SINCE_AIRFLOW_3: Mapping[str, str] = {
    **dict.fromkeys(
        [
            "bundle_name",
            "bundle_version",
            "relative_fileloc",
            "timetable_summary",
            "id",
            "dag_version_id",
            "created_dag_version_id",
            "triggered_by",
            "backfill_id",
            "context_carrier",
            "span_status",
            "scheduled_dttm",
            "last_heartbeat_at",
            "ti_id",
            "task_instance_id",
            "created_at",
        ],
        "Airflow 3.0",
    ),
    **dict.fromkeys(["triggering_user_name", "last_parse_duration"], "Airflow 3.1"),
    **dict.fromkeys(
        ["partition_key", "partition_date", "allowed_run_types", "timetable_type", "fail_fast", "team_name"],
        "Airflow 3.2",
    ),
    **dict.fromkeys(["retry_delay_override", "retry_reason"], "Airflow 3.3"),
    "executor": "Airflow 2.10",
    # What Airflow 3 lacks.
    **dict.fromkeys(
        [
            "dag_hash",
            "is_external",
            "job_id",
            "schedule_interval",
            "default_view",
            "fileloc",
            "root_dag_id",
            "is_subdag",
            "pickle_id",
            "last_pickled",
            "scheduler_lock",
        ],
        "Airflow 2",
    ),
}

DAG_COLUMNS: Mapping[str, str] = {
    **same(
        "dag_id is_paused description fileloc owners timetable_description max_active_tasks max_active_runs "
        "max_consecutive_failed_dag_runs has_task_concurrency_limits has_import_errors last_parsed_time last_expired "
        "next_dagrun_data_interval_start next_dagrun_data_interval_end"
    ),
    "display_name": "dag_display_name",
    "next_logical_date": "next_dagrun",
    "next_run_after": "next_dagrun_create_after",
}

RUN_COLUMNS: Mapping[str, str] = same(
    "id dag_id run_id state run_type queued_at start_date end_date data_interval_start data_interval_end "
    "last_scheduling_decision creating_job_id log_template_id updated_at clear_number conf"
)

_TASK = (
    "dag_id run_id task_id map_index state try_number max_tries start_date end_date duration hostname unixname pool "
    "pool_slots queue priority_weight operator custom_operator_name queued_dttm queued_by_job_id pid executor "
    "executor_config updated_at rendered_map_index external_executor_id trigger_id trigger_timeout next_method "
    "next_kwargs task_display_name"
)
TASK_INSTANCE_COLUMNS: Mapping[str, str] = same(_TASK)
TRY_COLUMNS: Mapping[str, str] = same(_TASK)
XCOM_COLUMNS: Mapping[str, str] = same("dag_run_id dag_id run_id task_id map_index key value timestamp")


def rendered_fields(tables: MetaData) -> Expression:
    """Return an expression of what became of a task instance's templates, none where nothing has yet."""
    rendered = table(
        tables,
        "rendered_task_instance_fields",
        texts("dag_id task_id run_id"),
        integers("map_index"),
        documents("rendered_fields"),
    )

    def expression(over: FromClause) -> ColumnElement[object]:
        same_task = (rendered.c[name] == over.c[name] for name in ("dag_id", "task_id", "run_id", "map_index"))
        return select(rendered.c.rendered_fields).where(*same_task).scalar_subquery()

    return expression


def run_before(runs: Table, date: str) -> dict[str, Logical]:
    """Return the columns that name the run before a run, by their logical dates: any, or one that nobody asked for."""

    def named(*, scheduled: bool) -> Logical:
        def expression(over: FromClause) -> ColumnElement[object]:
            before = runs.alias("before")
            conditions = [before.c.dag_id == over.c.dag_id, before.c[date] < over.c[date]]
            if scheduled:
                conditions.append(before.c.run_type != "manual")
            latest = before.c[date].desc()
            return select(before.c.run_id).where(*conditions).order_by(latest).limit(1).scalar_subquery()

        return Logical(expression, (date,))

    return {"run_id_before": named(scheduled=False), "scheduled_run_id_before": named(scheduled=True)}


def executor_settings(over: FromClause) -> ColumnElement[object]:
    """Return what a task instance asks of its executor, read out of its pickle."""
    return type_coerce(over.c.executor_config, ExecutorConfig())


# Later than anything that Airflow can store as a start: rows without one come last.
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class Instant(FunctionElement[datetime]):
    """A moment among columns of moments. MySQL takes a bare parameter for text, and what it is coalesced with too."""

    type = UtcDateTime()
    inherit_cache = True

    def __init__(self, moment: datetime) -> None:
        super().__init__(literal(moment, UtcDateTime()))


@compiles(Instant)
def _bare(element: Instant, compiler: SQLCompiler, **kwargs: object) -> str:
    return compiler.process(element.clauses, **kwargs)


@compiles(Instant, "mysql")
def _cast(element: Instant, compiler: SQLCompiler, **kwargs: object) -> str:
    return f"CAST({compiler.process(element.clauses, **kwargs)} AS DATETIME(6))"


def never_null(column: str) -> Expression:
    """Return an expression of an instant that sorts, with rows that have none at the end."""

    def expression(over: FromClause) -> ColumnElement[datetime]:
        return func.coalesce(over.c[column], Instant(_NEVER))

    return expression


def keeper_relations(tables: MetaData) -> tuple[Relation, ...]:
    """Return what both generations keep alike: tags, pools, variables, connections, warnings, jobs, log templates."""
    tag = table(tables, "dag_tag", texts("name dag_id"))
    pool = table(
        tables,
        "slot_pool",
        integers("id slots"),
        texts("pool description team_name"),
        booleans("include_deferred"),
    )
    variable = table(
        tables, "variable", integers("id"), texts("key val description team_name"), booleans("is_encrypted")
    )
    connection = table(
        tables,
        "connection",
        integers("id port"),
        texts("conn_id conn_type description host schema login password extra team_name"),
        booleans("is_encrypted is_extra_encrypted"),
    )
    warning = table(tables, "dag_warning", texts("dag_id warning_type message"), dates("timestamp"))
    job = table(
        tables,
        "job",
        integers("id"),
        texts("dag_id state job_type executor_class hostname unixname"),
        dates("start_date end_date latest_heartbeat"),
    )
    trigger = table(tables, "trigger", integers("id triggerer_id"), texts("classpath kwargs"), dates("created_date"))
    sla_miss = table(
        tables,
        "sla_miss",
        texts("dag_id task_id description"),
        dates("execution_date timestamp"),
        booleans("email_sent notification_sent"),
    )
    template = table(tables, "log_template", integers("id"), texts("filename elasticsearch_id"), dates("created_at"))
    return (
        Relation("dag_tag", tag, ("dag_id", "name"), same("dag_id name")),
        Relation(
            "pool",
            pool,
            ("pool",),
            same("id pool slots description include_deferred team_name"),
            SINCE_AIRFLOW_3,
        ),
        Relation(
            "variable",
            variable,
            ("key",),
            same("id key val description is_encrypted team_name"),
            SINCE_AIRFLOW_3,
        ),
        Relation(
            "connection",
            connection,
            ("conn_id",),
            same(
                "id conn_id conn_type description host schema login password port extra is_encrypted "
                "is_extra_encrypted team_name"
            ),
            SINCE_AIRFLOW_3,
        ),
        Relation("dag_warning", warning, ("dag_id", "warning_type"), same("dag_id warning_type message timestamp")),
        Relation(
            "job",
            job,
            ("id",),
            same("id dag_id state job_type executor_class hostname unixname start_date end_date latest_heartbeat"),
        ),
        Relation(
            "trigger",
            trigger,
            ("id",),
            {
                **same("id triggerer_id classpath kwargs created_date"),
                # No flag says so, but every Fernet token begins with its version and the year's first bytes.
                "is_encrypted": Logical(lambda over: over.c.kwargs.startswith("gAAAAA"), ("kwargs",)),
            },
        ),
        # Only Airflow 2 has service level agreements.
        Relation(
            "sla_miss",
            sla_miss,
            ("dag_id", "task_id", "logical_date"),
            {
                **same("dag_id task_id description timestamp email_sent notification_sent"),
                "logical_date": "execution_date",
            },
        ),
        Relation("log_template", template, ("id",), same("id filename elasticsearch_id created_at")),
    )


def sourced_relations(task_instance: Table) -> tuple[Relation, ...]:
    """Return the relations whose rows are not in the database, but belong to those of a task instance."""
    key = ("dag_id", "run_id", "task_id", "map_index")
    return (
        Relation("task_log", task_instance, (*key, "try_number"), {}, decoded="log"),
        Relation("unmet_dependency", task_instance, (*key, "name"), {}, decoded="dependencies"),
        Relation("extra_link", task_instance, (*key, "name"), {}, decoded="links"),
    )


def decoded_relations(serialized: Table) -> tuple[Relation, ...]:
    """Return the relations whose rows are read out of a serialized DAG."""
    return (
        Relation("task", serialized, ("dag_id", "task_id"), {}, decoded="tasks"),
        Relation("task_group", serialized, ("dag_id", "group_id"), {}, decoded="task_groups"),
        Relation("dag_definition", serialized, ("dag_id",), {}, decoded="definition"),
        Relation("dag_structure", serialized, ("dag_id",), {}, decoded="structure"),
    )
