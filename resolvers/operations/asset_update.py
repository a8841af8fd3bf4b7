"""Whom an update of an asset wakes: the DAGs that wait for it, or for the part of it that was updated."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, literal, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from resolvers.errors import Unsupported
from resolvers.operations.work import Work
from resolvers.serialized.partitions import Partitions
from resolvers.serialized.periods import UnmappableKeyError

# How many keys one key may become, where neither the DAG's file nor the configuration says more.
_MOST_KEYS = 1_000


@dataclass(frozen=True)
class AssetUpdate:
    """An update of an asset, or with a key of a part of it, by its number in the database."""

    number: int
    asset_id: int
    name: str
    uri: str
    partition_key: str | None


def wake(work: Work, update: AssetUpdate) -> None:
    """Keep the update for each DAG that waits for it and is not paused.

    As in Airflow, an update without a key tells nothing to DAGs that wait for parts, and its log says so; one with a
    key tells nothing to the others.
    """
    dag = work.relation("dag").table
    partitioned = dag.c.get("timetable_partitioned")
    if partitioned is not None:
        _wake_for_part(work, update, partitioned.is_(True))
    if update.partition_key is None:
        _wake_for_all(work, update, [] if partitioned is None else [partitioned.is_not(True)])


def _wake_for_all(work: Work, update: AssetUpdate, conditions: Sequence[ColumnElement[bool]]) -> None:
    dag = work.relation("dag").table
    queued = work.relation("queued_asset_event").physical({"asset_id": 0, "dag_id": "", "created_at": work.now})
    now = literal(work.now, work.column("asset_event", "timestamp").type)
    for waits in _waiting(work, update):
        rows = select(literal(update.asset_id), dag.c.dag_id, now).where(dag.c.dag_id.in_(waits), *_awake(work))
        work.connection.execute(_unless_there(work, list(queued), rows.where(*conditions)))


def _wake_for_part(work: Work, update: AssetUpdate, partitioned: ColumnElement[bool]) -> None:
    dag = work.relation("dag").table
    waits = [dag.c.dag_id.in_(waiting) for waiting in _waiting(work, update)]
    found = [
        dag_id
        for one in waits
        for dag_id in work.connection.execute(select(dag.c.dag_id).where(one, partitioned, *_awake(work))).scalars()
    ]
    dag_ids = sorted(set(found))
    if not dag_ids:
        return
    if update.partition_key is None:
        _log(work, "missing partition key", f"No part was named to {', '.join(dag_ids)}, which wait for parts.", update)
        return
    for dag_id in dag_ids:
        _prepare(work, update, update.partition_key, dag_id)


def _prepare(work: Work, update: AssetUpdate, source: str, dag_id: str) -> None:
    """Prepare the runs of a DAG for a part; where there can be none, say so in the audit log, as Airflow does."""
    partitions = work.dag(dag_id).timetable.partitions
    mapper = partitions.mapper(update.name, update.uri) if partitions else None
    if partitions is None or mapper is None:
        raise Unsupported(
            f"What DAG '{dag_id}' makes of the key of a part, only its Airflow knows.",
            field="partitionKey",
            hint="Use Airflow's own API for this asset.",
        )
    try:
        keys = mapper.keys(source)
    except UnmappableKeyError as error:
        _log(work, "failed to map partition_key", f"DAG '{dag_id}' can make nothing of {source!r}: {error}.", update)
        return
    most = mapper.most or _most_keys(work)
    if len(keys) > most:
        _log(work, "partition fan-out exceeded", f"DAG '{dag_id}' makes {len(keys)} keys of {source!r}.", update)
        return
    for key in keys:
        work.insert(
            "partition_update",
            {
                "asset_id": update.asset_id,
                "event_id": update.number,
                "prepared_run_id": _prepared(work, dag_id, key, partitions),
                "source_partition_key": source,
                "dag_id": dag_id,
                "partition_key": key,
                "created_at": work.now,
            },
        )


def _most_keys(work: Work) -> int:
    told = work.config.value("scheduler", "partition_mapper_max_downstream_keys") or ""
    return int(told) if told.strip().isdecimal() else _MOST_KEYS


def _prepared(work: Work, dag_id: str, key: str, partitions: Partitions) -> int:
    """Return the number of the run that is prepared for a part, made where there is none."""
    number = work.column("prepared_run", "id")
    latest = select(number, work.column("prepared_run", "dag_run_id").label("dag_run_id")).where(
        *work.where("prepared_run", dag_id=dag_id, partition_key=key)
    )
    latest = latest.order_by(number.desc()).limit(1)
    found = work.connection.execute(latest).first()
    if found is not None and found.dag_run_id is None:
        return int(found.id)
    work.insert(
        "prepared_run",
        {
            "dag_id": dag_id,
            "partition_key": key,
            "fingerprint": partitions.fingerprint,
            "created_at": work.now,
            "updated_at": work.now,
        },
    )
    made = select(func.max(number)).where(*work.where("prepared_run", dag_id=dag_id, partition_key=key))
    return int(work.connection.execute(made).scalar_one())


def _log(work: Work, event: str, what: str, update: AssetUpdate) -> None:
    work.insert("log", {"dttm": work.now, "event": event, "extra": f"{what} It is update {update.number}."})


def _waiting(work: Work, update: AssetUpdate) -> list[Select[Any]]:
    """Return the statements that find the DAGs that wait: by the asset, and since Airflow 3 by its name or its URI."""
    waiting = [_of(work, "asset_consumer", asset_id=update.asset_id)]
    if work.generation.number == 3:
        waiting += [
            _of(work, "asset_name_consumer", name=update.name),
            _of(work, "asset_uri_consumer", uri=update.uri),
        ]
    return waiting


def _of(work: Work, relation: str, **equal: object) -> Select[Any]:
    return select(work.column(relation, "dag_id")).where(*work.where(relation, **equal))


def _awake(work: Work) -> list[ColumnElement[bool]]:
    awake: list[ColumnElement[bool]] = [work.column("dag", "is_paused").is_(False)]
    if work.generation.number == 2:
        awake.append(work.column("dag", "is_stale").is_(False))
    return awake


def _unless_there(work: Work, columns: list[str], rows: Select[Any]) -> Any:  # noqa: ANN401 - of each dialect's own
    """Return the statement that adds these rows but for those that are there already."""
    queue = work.relation("queued_asset_event").table
    match work.connection.dialect.name:
        case "postgresql":
            return postgresql_insert(queue).from_select(columns, rows).on_conflict_do_nothing()
        case "sqlite":
            return sqlite_insert(queue).from_select(columns, rows).on_conflict_do_nothing()
        case _:
            return insert(queue).prefix_with("IGNORE").from_select(columns, rows)
