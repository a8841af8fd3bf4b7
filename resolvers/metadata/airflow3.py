"""What Airflow 3.0 to 3.3 store."""

from typing import Any

from sqlalchemy import LargeBinary, MetaData, func, select
from sqlalchemy.sql.expression import ColumnElement, FromClause

from resolvers.metadata.assets import assets
from resolvers.metadata.backfills import backfill_relations
from resolvers.metadata.columns import (
    Columns,
    booleans,
    columns,
    dates,
    documents,
    floats,
    integers,
    same,
    table,
    texts,
    uuids,
)
from resolvers.metadata.deadlines import deadline_relations
from resolvers.metadata.files import FILE_LINKS_3, files3
from resolvers.metadata.generation import Expression, Generation, Logical, Relation
from resolvers.metadata.links import LINKS
from resolvers.metadata.people import people_relations
from resolvers.metadata.vocabulary import (
    DAG_COLUMNS,
    RUN_COLUMNS,
    SINCE_AIRFLOW_3,
    TASK_INSTANCE_COLUMNS,
    TRY_COLUMNS,
    XCOM_COLUMNS,
    decoded_relations,
    executor_settings,
    keeper_relations,
    never_null,
    rendered_fields,
    run_before,
    sourced_relations,
)

TABLES = MetaData()


def _tried() -> tuple[Columns, ...]:
    """Return the columns that a task instance and its earlier tries have in common."""
    return (
        texts(
            "task_id dag_id run_id state hostname unixname pool queue operator custom_operator_name executor "
            "rendered_map_index span_status external_executor_id next_method task_display_name retry_reason"
        ),
        integers("map_index try_number max_tries pool_slots priority_weight queued_by_job_id pid trigger_id"),
        floats("duration retry_delay_override"),
        dates("start_date end_date queued_dttm scheduled_dttm updated_at trigger_timeout"),
        columns(LargeBinary(), "executor_config"),
        documents("next_kwargs context_carrier"),
        uuids("dag_version_id"),
    )


_dag = table(
    TABLES,
    "dag",
    texts(
        "dag_id fileloc relative_fileloc bundle_name bundle_version owners dag_display_name description "
        "timetable_type timetable_summary timetable_description next_dagrun_partition_key"
    ),
    booleans(
        "is_paused is_stale exceeds_max_non_backfill timetable_partitioned timetable_periodic "
        "has_task_concurrency_limits has_import_errors fail_fast"
    ),
    integers("max_active_tasks max_active_runs max_consecutive_failed_dag_runs"),
    floats("last_parse_duration"),
    dates(
        "last_parsed_time last_expired next_dagrun next_dagrun_data_interval_start next_dagrun_data_interval_end "
        "next_dagrun_partition_date next_dagrun_create_after"
    ),
    documents("asset_expression deadline allowed_run_types partition_mapper_info"),
)
_dag_run = table(
    TABLES,
    "dag_run",
    integers("id creating_job_id log_template_id clear_number backfill_id scheduled_by_job_id"),
    texts("dag_id run_id state run_type triggered_by triggering_user_name bundle_version span_status partition_key"),
    dates(
        "queued_at logical_date start_date end_date data_interval_start data_interval_end run_after "
        "last_scheduling_decision created_at updated_at partition_date"
    ),
    documents("conf context_carrier"),
    uuids("created_dag_version_id"),
)
_dag_run_note = table(
    TABLES, "dag_run_note", integers("dag_run_id"), texts("user_id content"), dates("created_at updated_at")
)
_task_instance = table(
    TABLES,
    "task_instance",
    uuids("id"),
    dates("last_heartbeat_at"),
    *_tried(),
)
_history = table(
    TABLES,
    "task_instance_history",
    uuids("task_instance_id"),
    *_tried(),
)
_task_instance_note = table(
    TABLES,
    "task_instance_note",
    uuids("ti_id"),
    texts("user_id content"),
    dates("created_at updated_at"),
)
_task_reschedule = table(
    TABLES,
    "task_reschedule",
    integers("id duration"),
    uuids("ti_id"),
    dates("start_date end_date reschedule_date"),
)

_ANSWERS = "options defaults params assignees responded_by chosen_options params_input"
_human = table(
    TABLES,
    "hitl_detail",
    uuids("ti_id"),
    texts("subject body"),
    documents(_ANSWERS),
    booleans("multiple"),
    dates("created_at responded_at"),
)
_human_history = table(
    TABLES,
    "hitl_detail_history",
    uuids("ti_history_id"),
    texts("subject body"),
    documents(_ANSWERS),
    booleans("multiple"),
    dates("created_at responded_at"),
)
_dag_version = table(
    TABLES,
    "dag_version",
    uuids("id"),
    integers("version_number"),
    texts("dag_id bundle_name bundle_version"),
    dates("created_at last_updated"),
)
_serialized = table(
    TABLES,
    "serialized_dag",
    uuids("id dag_version_id"),
    texts("dag_id dag_hash"),
    documents("data"),
    columns(LargeBinary(), "data_compressed"),
    dates("created_at last_updated"),
)
_parsing_request = table(TABLES, "dag_priority_parsing_request", texts("id bundle_name relative_fileloc"))
_log = table(
    TABLES,
    "log",
    integers("id map_index try_number"),
    texts("dag_id task_id run_id event owner owner_display_name extra"),
    dates("dttm logical_date"),
)

_xcom = table(
    TABLES,
    "xcom",
    texts("dag_id run_id task_id key"),
    integers("dag_run_id map_index"),
    dates("timestamp"),
    documents("value"),
)

_rendered_fields = rendered_fields(TABLES)
# Tokens that Airflow took back before they expired; known to nobody but who verifies tokens.
table(TABLES, "revoked_token", texts("jti"), dates("exp"))


def _run_note(over: FromClause) -> ColumnElement[Any]:
    note = _dag_run_note
    return select(note.c.content).where(note.c.dag_run_id == over.c.id).scalar_subquery()


def _task_note(over: FromClause) -> ColumnElement[Any]:
    note = _task_instance_note
    return select(note.c.content).where(note.c.ti_id == over.c.id).scalar_subquery()


def _of_the_run(column: str | Expression) -> Logical:
    def expression(over: FromClause) -> ColumnElement[Any]:
        run = _dag_run.alias("run_of_it")
        told = run.c[column] if isinstance(column, str) else column(run)
        return select(told).where(run.c.dag_id == over.c.dag_id, run.c.run_id == over.c.run_id).scalar_subquery()

    return Logical(expression, ("dag_id", "run_id"))


def _nominal_date(run: FromClause) -> ColumnElement[Any]:
    """Return the date that a run was known by before Airflow 3, when every run had one."""
    return func.coalesce(run.c.logical_date, run.c.run_after)


def _newest(over: FromClause) -> ColumnElement[bool]:
    """Keep the serialized DAG of the newest version."""
    version = _dag_version.alias("newest")
    newest = (
        select(version.c.id)
        .where(version.c.dag_id == over.c.dag_id)
        .order_by(version.c.version_number.desc())
        .limit(1)
        .scalar_subquery()
    )
    return over.c.dag_version_id == newest


# No column says whether somebody outside asked for a run: its type does.
_EXTERNAL = ("manual", "operator_triggered", "asset_materialization")

_RELATIONS = (
    Relation(
        "dag",
        _dag,
        ("dag_id",),
        {
            **DAG_COLUMNS,
            **same(
                "is_stale bundle_name bundle_version relative_fileloc timetable_summary timetable_type "
                "allowed_run_types fail_fast last_parse_duration asset_expression"
            ),
            # A DAG that is run on demand alone has the text "None" there.
            "schedule": Logical(lambda over: func.nullif(over.c.timetable_summary, "None"), ("timetable_summary",)),
        },
        SINCE_AIRFLOW_3,
    ),
    Relation(
        "dag_run",
        _dag_run,
        ("dag_id", "run_id"),
        {
            **RUN_COLUMNS,
            **same(
                "logical_date run_after triggered_by triggering_user_name bundle_version span_status backfill_id "
                "partition_key partition_date context_carrier created_dag_version_id created_at"
            ),
            "is_external": Logical(lambda over: over.c.run_type.in_(_EXTERNAL), ("run_type",)),
            "nominal_date": Logical(_nominal_date, ("logical_date", "run_after")),
            "note": Logical(_run_note, ("id",)),
            **run_before(_dag_run, "logical_date"),
        },
        SINCE_AIRFLOW_3,
        walked=("id", "run_after"),
    ),
    Relation(
        "task_instance",
        _task_instance,
        ("dag_id", "run_id", "task_id", "map_index"),
        {
            **TASK_INSTANCE_COLUMNS,
            **same(
                "id dag_version_id scheduled_dttm last_heartbeat_at span_status context_carrier "
                "retry_delay_override retry_reason"
            ),
            "note": Logical(_task_note, ("id",)),
            "logical_date": _of_the_run("logical_date"),
            "run_after": _of_the_run("run_after"),
            "nominal_date": _of_the_run(_nominal_date),
            "started_or_never": Logical(never_null("start_date"), ("start_date",)),
            "rendered_fields": Logical(_rendered_fields, ("dag_id",)),
            "executor_settings": Logical(executor_settings, ("executor_config",)),
        },
        SINCE_AIRFLOW_3,
    ),
    Relation(
        "task_try",
        _history,
        ("dag_id", "run_id", "task_id", "map_index", "try_number"),
        {
            **TRY_COLUMNS,
            **same(
                "task_instance_id dag_version_id scheduled_dttm span_status context_carrier retry_delay_override "
                "retry_reason"
            ),
            "executor_settings": Logical(executor_settings, ("executor_config",)),
        },
        SINCE_AIRFLOW_3,
    ),
    Relation(
        "xcom",
        _xcom,
        ("dag_id", "run_id", "task_id", "map_index", "key"),
        {**XCOM_COLUMNS, "nominal_date": _of_the_run(_nominal_date)},
    ),
    Relation(
        "task_instance_note",
        _task_instance_note,
        ("ti_id",),
        same("ti_id content user_id created_at updated_at"),
    ),
    Relation(
        "dag_run_note",
        _dag_run_note,
        ("dag_run_id",),
        same("dag_run_id content user_id created_at updated_at"),
    ),
    Relation(
        "task_reschedule",
        _task_reschedule,
        ("id",),
        same("id ti_id start_date end_date duration reschedule_date"),
    ),
    Relation(
        "human_input",
        _human,
        ("ti_id",),
        same(f"ti_id subject body multiple created_at responded_at {_ANSWERS}"),
    ),
    Relation(
        "human_input_try",
        _human_history,
        ("ti_history_id",),
        same(f"ti_history_id subject body multiple created_at responded_at {_ANSWERS}"),
    ),
    *deadline_relations(TABLES),
    Relation(
        "dag_version",
        _dag_version,
        ("id",),
        same("id version_number dag_id bundle_name bundle_version created_at"),
    ),
    Relation(
        "serialized_dag",
        _serialized,
        ("dag_id",),
        same("id dag_id data data_compressed dag_hash last_updated created_at dag_version_id"),
        SINCE_AIRFLOW_3,
        only=_newest,
    ),
    Relation("parsing_request", _parsing_request, ("id",), same("id bundle_name relative_fileloc"), SINCE_AIRFLOW_3),
    Relation(
        "log",
        _log,
        ("id",),
        same("id dttm dag_id task_id run_id map_index event owner owner_display_name extra try_number logical_date"),
        walked=("id",),
        parent="dag_id",
    ),
    *files3(TABLES, _dag, _dag_version),
    *assets(TABLES),
    *backfill_relations(TABLES),
    *keeper_relations(TABLES),
    *people_relations(TABLES),
    *decoded_relations(_serialized),
    *sourced_relations(_task_instance),
)

AIRFLOW_3 = Generation(
    number=3,
    tables=TABLES,
    relations={relation.name: relation for relation in _RELATIONS},
    links={**LINKS, **FILE_LINKS_3},
)
