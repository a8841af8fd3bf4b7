"""What Airflow 2.9 to 2.11 store."""

from typing import Any

from sqlalchemy import LargeBinary, MetaData, and_, func, not_, select, true, type_coerce
from sqlalchemy.sql.expression import ColumnElement, FromClause

from resolvers.metadata.assets import datasets
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
)
from resolvers.metadata.files import FILE_LINKS_2, files2
from resolvers.metadata.generation import Generation, Logical, Relation
from resolvers.metadata.links import LINKS
from resolvers.metadata.people import people_relations
from resolvers.metadata.run_type import RunType
from resolvers.metadata.schedule import ScheduleSummary
from resolvers.metadata.stored import PickledConf, XComValue
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
            "rendered_map_index external_executor_id next_method task_display_name"
        ),
        integers("map_index try_number max_tries job_id pool_slots priority_weight queued_by_job_id pid trigger_id"),
        floats("duration"),
        dates("start_date end_date queued_dttm updated_at trigger_timeout"),
        columns(LargeBinary(), "executor_config"),
        documents("next_kwargs"),
    )


_dag = table(
    TABLES,
    "dag",
    texts(
        "dag_id root_dag_id fileloc processor_subdir owners dag_display_name description default_view "
        "schedule_interval timetable_description"
    ),
    booleans("is_paused is_subdag is_active scheduler_lock has_task_concurrency_limits has_import_errors"),
    integers("pickle_id max_active_tasks max_active_runs max_consecutive_failed_dag_runs"),
    dates(
        "last_parsed_time last_pickled last_expired next_dagrun next_dagrun_data_interval_start "
        "next_dagrun_data_interval_end next_dagrun_create_after"
    ),
    documents("dataset_expression"),
)
_dag_run = table(
    TABLES,
    "dag_run",
    integers("id creating_job_id log_template_id clear_number"),
    texts("dag_id run_id state dag_hash"),
    columns(RunType(), "run_type"),
    dates(
        "queued_at execution_date start_date end_date data_interval_start data_interval_end "
        "last_scheduling_decision updated_at"
    ),
    booleans("external_trigger"),
    columns(PickledConf(), "conf"),
)
_dag_run_note = table(
    TABLES, "dag_run_note", integers("user_id dag_run_id"), texts("content"), dates("created_at updated_at")
)
_task_instance = table(TABLES, "task_instance", *_tried())
_history = table(TABLES, "task_instance_history", integers("id"), *_tried())
_task_instance_note = table(
    TABLES,
    "task_instance_note",
    integers("user_id map_index"),
    texts("task_id dag_id run_id content"),
    dates("created_at updated_at"),
)
_task_reschedule = table(
    TABLES,
    "task_reschedule",
    integers("id map_index try_number duration"),
    texts("task_id dag_id run_id"),
    dates("start_date end_date reschedule_date"),
)
_serialized = table(
    TABLES,
    "serialized_dag",
    texts("dag_id fileloc dag_hash processor_subdir"),
    integers("fileloc_hash"),
    documents("data"),
    columns(LargeBinary(), "data_compressed"),
    dates("last_updated"),
)
_parsing_request = table(TABLES, "dag_priority_parsing_request", texts("id fileloc"))
_log = table(
    TABLES,
    "log",
    integers("id map_index try_number"),
    texts("dag_id task_id run_id event owner owner_display_name extra"),
    dates("dttm execution_date"),
)

_xcom = table(
    TABLES,
    "xcom",
    texts("dag_id run_id task_id key"),
    integers("dag_run_id map_index"),
    dates("timestamp"),
    columns(XComValue(), "value"),
)

_rendered_fields = rendered_fields(TABLES)


def _run_note(over: FromClause) -> ColumnElement[Any]:
    note = _dag_run_note
    return select(note.c.content).where(note.c.dag_run_id == over.c.id).scalar_subquery()


def _task_note(over: FromClause) -> ColumnElement[Any]:
    note = _task_instance_note
    same_task = and_(*(note.c[name] == over.c[name] for name in ("dag_id", "task_id", "run_id", "map_index")))
    return select(note.c.content).where(same_task).scalar_subquery()


def _logical_date(over: FromClause) -> ColumnElement[Any]:
    run = _dag_run.alias("run_of_it")
    return (
        select(run.c.execution_date)
        .where(run.c.dag_id == over.c.dag_id, run.c.run_id == over.c.run_id)
        .scalar_subquery()
    )


def _schedule(over: FromClause) -> ColumnElement[Any]:
    return type_coerce(over.c.schedule_interval, ScheduleSummary())


_RELATIONS = (
    Relation(
        "dag",
        _dag,
        ("dag_id",),
        {
            **DAG_COLUMNS,
            "is_stale": Logical(lambda over: not_(func.coalesce(over.c.is_active, true())), ("is_active",)),
            "schedule": Logical(_schedule, ("schedule_interval",)),
            "schedule_interval": "schedule_interval",
            **same("default_view root_dag_id is_subdag pickle_id last_pickled scheduler_lock"),
            "asset_expression": "dataset_expression",
        },
        SINCE_AIRFLOW_3,
    ),
    Relation(
        "dag_run",
        _dag_run,
        ("dag_id", "run_id"),
        {
            **RUN_COLUMNS,
            "logical_date": "execution_date",
            "run_after": "execution_date",
            "nominal_date": "execution_date",
            "is_external": "external_trigger",
            "dag_hash": "dag_hash",
            "note": Logical(_run_note, ("id",)),
            **run_before(_dag_run, "execution_date"),
        },
        SINCE_AIRFLOW_3,
        walked=("id",),
    ),
    Relation(
        "task_instance",
        _task_instance,
        ("dag_id", "run_id", "task_id", "map_index"),
        {
            **TASK_INSTANCE_COLUMNS,
            "job_id": "job_id",
            "note": Logical(_task_note, ("dag_id",)),
            "logical_date": Logical(_logical_date, ("dag_id",)),
            "run_after": Logical(_logical_date, ("dag_id",)),
            "nominal_date": Logical(_logical_date, ("dag_id",)),
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
            "job_id": "job_id",
            "executor_settings": Logical(executor_settings, ("executor_config",)),
        },
        SINCE_AIRFLOW_3,
    ),
    Relation(
        "xcom",
        _xcom,
        ("dag_id", "run_id", "task_id", "map_index", "key"),
        {**XCOM_COLUMNS, "nominal_date": Logical(_logical_date, ("dag_id",))},
    ),
    Relation(
        "task_instance_note",
        _task_instance_note,
        ("dag_id", "run_id", "task_id", "map_index"),
        same("dag_id run_id task_id map_index content user_id created_at updated_at"),
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
        same("id dag_id run_id task_id map_index try_number start_date end_date duration reschedule_date"),
    ),
    Relation(
        "serialized_dag",
        _serialized,
        ("dag_id",),
        same("dag_id data data_compressed dag_hash last_updated fileloc fileloc_hash"),
        SINCE_AIRFLOW_3,
    ),
    Relation("parsing_request", _parsing_request, ("id",), same("id fileloc"), SINCE_AIRFLOW_3),
    Relation(
        "log",
        _log,
        ("id",),
        {
            **same("id dttm dag_id task_id run_id map_index event owner owner_display_name extra try_number"),
            "logical_date": "execution_date",
        },
        walked=("id",),
        parent="dag_id",
    ),
    *files2(TABLES, _dag),
    *datasets(TABLES),
    *backfill_relations(TABLES),
    *keeper_relations(TABLES),
    *people_relations(TABLES),
    *decoded_relations(_serialized),
    *sourced_relations(_task_instance),
)

AIRFLOW_2 = Generation(
    number=2,
    tables=TABLES,
    relations={relation.name: relation for relation in _RELATIONS},
    links={**LINKS, **FILE_LINKS_2},
)
