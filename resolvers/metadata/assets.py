"""Assets, which Airflow 2 called datasets: what tells of them, and what tells that they were updated."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import MetaData, and_, exists, func, not_
from sqlalchemy.sql.expression import ColumnElement, FromClause

from resolvers.metadata.columns import booleans, dates, documents, integers, same, table, texts
from resolvers.metadata.generation import Link, Logical, Relation

SINCE: Mapping[str, str] = {
    **dict.fromkeys(["group"], "Airflow 3.0"),
    "partition_key": "Airflow 3.2",
    "fingerprint": "Airflow 3.3",
}


@dataclass(frozen=True)
class Words:
    """What a generation calls an asset, and what it says of whether one is still in use."""

    noun: str
    columns: Mapping[str, str | Logical]
    alias_columns: str


def asset_relations(tables: MetaData, words: Words) -> tuple[Relation, ...]:
    """Return the relations about assets, under the names that a generation has for their tables."""
    noun, id_ = words.noun, f"{words.noun}_id"
    asset = table(
        tables,
        noun,
        integers("id"),
        texts("name uri group"),
        documents("extra"),
        dates("created_at updated_at"),
        booleans("is_orphaned"),
    )
    event = table(
        tables,
        f"{noun}_event",
        integers(f"id {id_} source_map_index"),
        texts("source_task_id source_dag_id source_run_id partition_key"),
        documents("extra"),
        dates("timestamp"),
    )
    alias = table(tables, f"{noun}_alias", integers("id"), texts("name group"))
    consumer = table(
        tables, f"dag_schedule_{noun}_reference", integers(id_), texts("dag_id"), dates("created_at updated_at")
    )
    alias_consumer = table(
        tables,
        f"dag_schedule_{noun}_alias_reference",
        integers("alias_id"),
        texts("dag_id"),
        dates("created_at updated_at"),
    )
    producer = table(
        tables,
        f"task_outlet_{noun}_reference",
        integers(id_),
        texts("dag_id task_id"),
        dates("created_at updated_at"),
    )
    reader = table(
        tables,
        f"task_inlet_{noun}_reference",
        integers(id_),
        texts("dag_id task_id"),
        dates("created_at updated_at"),
    )
    queue = table(tables, f"{noun}_dag_run_queue", integers(id_), texts("target_dag_id"), dates("created_at"))
    of_alias = table(tables, f"{noun}_alias_{noun}", integers(f"alias_id {id_}"))
    event_of_alias = table(tables, f"{noun}_alias_{noun}_event", integers("alias_id event_id"))
    consumed = table(tables, f"dagrun_{noun}_event", integers("dag_run_id event_id"))
    named = table(tables, f"dag_schedule_{noun}_name_reference", texts("name dag_id"), dates("created_at"))
    located = table(tables, f"dag_schedule_{noun}_uri_reference", texts("uri dag_id"), dates("created_at"))
    of_asset = {"asset_id": id_}
    return (
        Relation("asset", asset, ("id",), {**same("id uri extra created_at updated_at"), **words.columns}, SINCE),
        Relation(
            "asset_event",
            event,
            ("id",),
            {
                **same("id extra source_dag_id source_run_id source_task_id source_map_index timestamp partition_key"),
                **of_asset,
            },
            SINCE,
            walked=("id",),
        ),
        Relation("asset_alias", alias, ("id",), same(words.alias_columns), SINCE),
        Relation(
            "asset_consumer", consumer, ("asset_id", "dag_id"), {**of_asset, **same("dag_id created_at updated_at")}
        ),
        Relation("asset_alias_consumer", alias_consumer, ("alias_id", "dag_id"), same("alias_id dag_id created_at")),
        Relation(
            "asset_producer",
            producer,
            ("asset_id", "dag_id", "task_id"),
            {**of_asset, **same("dag_id task_id created_at updated_at")},
        ),
        Relation(
            "asset_reader",
            reader,
            ("asset_id", "dag_id", "task_id"),
            {**of_asset, **same("dag_id task_id created_at updated_at")},
        ),
        Relation(
            "queued_asset_event",
            queue,
            ("asset_id", "dag_id"),
            {**of_asset, "dag_id": "target_dag_id", "created_at": "created_at"},
        ),
        Relation("asset_of_alias", of_alias, ("alias_id", "asset_id"), {"alias_id": "alias_id", **of_asset}),
        Relation("event_of_alias", event_of_alias, ("alias_id", "event_id"), same("alias_id event_id")),
        Relation("consumed_asset_event", consumed, ("dag_run_id", "event_id"), same("dag_run_id event_id")),
        # A DAG may wait for an asset of which it knows the name, or the URI, alone.
        Relation("asset_name_consumer", named, ("name", "dag_id"), same("name dag_id created_at")),
        Relation("asset_uri_consumer", located, ("uri", "dag_id"), same("uri dag_id created_at")),
    )


def datasets(tables: MetaData) -> tuple[Relation, ...]:
    """Return the relations of Airflow 2, whose datasets have no name but their URI."""
    in_use = Logical(lambda over: not_(func.coalesce(over.c.is_orphaned, False)), ("is_orphaned",))
    return asset_relations(tables, Words("dataset", {"name": "uri", "is_active": in_use}, "id name"))


def assets(tables: MetaData) -> tuple[Relation, ...]:
    """Return the relations of Airflow 3."""
    active = table(tables, "asset_active", texts("name uri"))

    def is_active(over: FromClause) -> ColumnElement[Any]:
        return exists().where(and_(active.c.name == over.c.name, active.c.uri == over.c.uri))

    in_use = Logical(is_active, ("name", "uri"))
    relations = asset_relations(tables, Words("asset", {**same("name group"), "is_active": in_use}, "id name group"))
    return (*relations, *_partition_relations(tables))


def _partition_relations(tables: MetaData) -> tuple[Relation, ...]:
    """Return what tells which runs are prepared for parts of assets, and by which updates: since Airflow 3.2."""
    prepared = table(
        tables,
        "asset_partition_dag_run",
        integers("id created_dag_run_id"),
        texts("target_dag_id partition_key"),
        documents("rollup_fingerprint"),
        dates("partition_date created_at updated_at"),
    )
    update = table(
        tables,
        "partitioned_asset_key_log",
        integers("id asset_id asset_event_id asset_partition_dag_run_id"),
        texts("source_partition_key target_dag_id target_partition_key"),
        dates("created_at"),
    )
    return (
        Relation(
            "prepared_run",
            prepared,
            ("id",),
            {
                **same("id partition_key created_at updated_at"),
                "dag_id": "target_dag_id",
                "dag_run_id": "created_dag_run_id",
                "fingerprint": "rollup_fingerprint",
            },
            SINCE,
        ),
        Relation(
            "partition_update",
            update,
            ("id",),
            {
                **same("id asset_id source_partition_key created_at"),
                "event_id": "asset_event_id",
                "prepared_run_id": "asset_partition_dag_run_id",
                "dag_id": "target_dag_id",
                "partition_key": "target_partition_key",
            },
        ),
    )


ASSET_LINKS: Mapping[tuple[str, str], Link] = {
    ("asset", "events"): Link("asset_event", (("id", "asset_id"),)),
    ("asset", "consumers"): Link("asset_consumer", (("id", "asset_id"),)),
    ("asset", "producers"): Link("asset_producer", (("id", "asset_id"),)),
    ("asset", "readers"): Link("asset_reader", (("id", "asset_id"),)),
    ("asset", "queued_events"): Link("queued_asset_event", (("id", "asset_id"),)),
    ("asset", "aliases"): Link("asset_of_alias", (("id", "asset_id"),)),
    ("asset_of_alias", "alias"): Link("asset_alias", (("alias_id", "id"),)),
    ("asset_of_alias", "asset"): Link("asset", (("asset_id", "id"),)),
    ("asset_alias", "assets"): Link("asset_of_alias", (("id", "alias_id"),)),
    ("asset_alias", "consumers"): Link("asset_alias_consumer", (("id", "alias_id"),)),
    ("asset_alias_consumer", "dag"): Link("dag", (("dag_id", "dag_id"),)),
    ("asset_event", "asset"): Link("asset", (("asset_id", "id"),)),
    ("asset_event", "source_dag"): Link("dag", (("source_dag_id", "dag_id"),)),
    ("asset_event", "source_run"): Link("dag_run", (("source_dag_id", "dag_id"), ("source_run_id", "run_id"))),
    ("asset_event", "source_task_instance"): Link(
        "task_instance",
        (
            ("source_dag_id", "dag_id"),
            ("source_run_id", "run_id"),
            ("source_task_id", "task_id"),
            ("source_map_index", "map_index"),
        ),
    ),
    ("asset_event", "aliases"): Link("event_of_alias", (("id", "event_id"),)),
    ("event_of_alias", "alias"): Link("asset_alias", (("alias_id", "id"),)),
    ("asset_event", "consumptions"): Link("consumed_asset_event", (("id", "event_id"),)),
    ("consumed_asset_event", "dag_run"): Link("dag_run", (("dag_run_id", "id"),)),
    ("consumed_asset_event", "event"): Link("asset_event", (("event_id", "id"),)),
    ("asset_consumer", "dag"): Link("dag", (("dag_id", "dag_id"),)),
    ("asset_consumer", "asset"): Link("asset", (("asset_id", "id"),)),
    ("asset_producer", "dag"): Link("dag", (("dag_id", "dag_id"),)),
    ("asset_producer", "asset"): Link("asset", (("asset_id", "id"),)),
    ("asset_producer", "task"): Link("task", (("dag_id", "dag_id"), ("task_id", "task_id"))),
    ("asset_reader", "dag"): Link("dag", (("dag_id", "dag_id"),)),
    ("asset_reader", "asset"): Link("asset", (("asset_id", "id"),)),
    ("asset_reader", "task"): Link("task", (("dag_id", "dag_id"), ("task_id", "task_id"))),
    ("queued_asset_event", "dag"): Link("dag", (("dag_id", "dag_id"),)),
    ("queued_asset_event", "asset"): Link("asset", (("asset_id", "id"),)),
    ("dag", "consumed_assets"): Link("asset_consumer", (("dag_id", "dag_id"),)),
    ("dag", "produced_assets"): Link("asset_producer", (("dag_id", "dag_id"),)),
    ("dag", "queued_asset_events"): Link("queued_asset_event", (("dag_id", "dag_id"),)),
    ("dag_run", "consumed_asset_events"): Link("consumed_asset_event", (("id", "dag_run_id"),)),
    ("task", "outlets"): Link("asset_producer", (("dag_id", "dag_id"), ("task_id", "task_id"))),
    ("task", "inlets"): Link("asset_reader", (("dag_id", "dag_id"), ("task_id", "task_id"))),
    ("task_instance", "asset_events"): Link(
        "asset_event",
        (
            ("dag_id", "source_dag_id"),
            ("run_id", "source_run_id"),
            ("task_id", "source_task_id"),
            ("map_index", "source_map_index"),
        ),
    ),
}
