"""`/datasets`: what tasks update and DAGs wait for, which Airflow 3 calls assets."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from graph.rest.body import Body, Property
from graph.rest.call import Call, Words, said
from graph.rest.codec import Json, codec, computed, each, one, stored
from graph.rest.dialect import Answer, RefusedError
from graph.rest.paging import LIMIT, OFFSET, ORDER_BY, Narrowing, Sorting, listing, narrow, read_page, window
from graph.rest.params import Kind, Parameter, lists
from graph.rest.rows import Custom, Page, Row
from graph.types.asset import Asset, AssetAlias, AssetConsumer, AssetProducer
from graph.types.asset_event import AssetEvent, QueuedAssetEvent
from graph.types.base import entity_of
from graph.types.dag_run import DagRun
from graph.types.guards import DAG_ASSETS, DAGS, RUNS, TASK_ASSETS
from resolvers.binding import Entity, Filter, Match, Operator, Order
from resolvers.errors import NotFound, Problem
from resolvers.operations.assets import (
    create_asset_event,
    delete_queued_asset_event,
    delete_queued_asset_events,
    delete_queued_asset_events_of_dag,
)
from resolvers.selection import Window


def _keyless(noun: type) -> Entity:
    """Return a noun without a key to order by: Airflow lists what hangs on a dataset as the database has it."""
    return replace(entity_of(noun), key=())


def _extra(stored_: object) -> object:
    return {} if stored_ is None else stored_


DATASET_JSON = codec(
    Asset,
    "uri",
    "created_at",
    "updated_at",
    id="asset_id",
    extra=computed("extra", _extra),
    aliases=each("aliases", codec(AssetAlias, "name", id="alias_id"), through="alias"),
    consuming_dags=each("consumers", codec(_keyless(AssetConsumer), "dag_id", "created_at", "updated_at")),
    producing_tasks=each("producers", codec(_keyless(AssetProducer), "dag_id", "task_id", "created_at", "updated_at")),
)
CREATED_RUN_JSON = codec(
    DagRun,
    "dag_id",
    "state",
    dag_run_id="run_id",
    # Strict clients want one, and a run that updates made has none in Airflow 3.
    logical_date=stored("nominal_date"),
    start_date="started_at",
    end_date="ended_at",
    data_interval_start=stored("data_interval_start"),
    data_interval_end=stored("data_interval_end"),
)
_URI_JSON = codec(Asset, "uri")
EVENT_JSON = codec(
    AssetEvent,
    "source_dag_id",
    "source_run_id",
    "source_task_id",
    "source_map_index",
    "timestamp",
    id="event_id",
    dataset_id="asset_id",
    dataset_uri=one("asset", _URI_JSON),
    extra=computed("extra", _extra),
    created_dagruns=each("consumptions", CREATED_RUN_JSON, through="dag_run"),
)
_UPSTREAM_JSON = codec(DagRun, dataset_events=each("consumed_asset_events", EVENT_JSON, through="event"))
QUEUED_JSON = codec(QueuedAssetEvent, "created_at", "dag_id", uri=one("asset", _URI_JSON))

DATASETS = Sorting(Order(("id",)), {"id": "id", "uri": "uri", "created_at": "created_at", "updated_at": "updated_at"})
_EVENTS = Sorting(
    Order(("timestamp",)),
    {name: name for name in ("source_dag_id", "source_task_id", "source_run_id", "source_map_index", "timestamp")},
)
_BEFORE = Parameter("before", Kind.MOMENT)


def finish_event(_: Call, event: Json) -> None:
    """Tell the URI of an update's dataset beside its number."""
    _unfold(event, "dataset_uri")


def _unfold(told: Json, name: str) -> None:
    asset = told[name]
    told[name] = asset["uri"] if isinstance(asset, Mapping) else None


def _datasets(call: Call) -> Answer:
    """Return a page of datasets. Airflow counts all that there are, whatever is asked for."""
    order = DATASETS.order(call.query.get("order_by"))
    found = read_page(call, listing(DATASET_JSON, "datasets", _filter(call), order, window(call), total=None))
    counted = read_page(call, listing(_URI_JSON, "datasets", (), DATASETS.usual, Window(1)))
    return Answer({**found, "total_entries": counted["total_entries"]})


def _filter(call: Call) -> Filter:
    """Return the conditions that the parameters state; an empty one is none."""
    conditions = []
    pattern, dag_ids = call.query.get("uri_pattern"), call.query.get("dag_ids")
    if pattern:
        conditions.append(Match("uri", Operator.LIKE, f"%{pattern}%"))
    if isinstance(dag_ids, tuple) and any(dag_ids):
        concerned = (
            Match("dag_id", Operator.IN, dag_ids, "consumers", DAG_ASSETS),
            Match("dag_id", Operator.IN, dag_ids, "producers", TASK_ASSETS),
        )
        conditions.append(Match("id", Operator.EITHER, concerned))
    return tuple(conditions)


def _dataset(call: Call) -> Answer:
    """Return the dataset of a URI."""
    found = _all_of(
        call, listing(DATASET_JSON, "datasets", _of_uri(call, "uri"), DATASETS.usual, Window(1)), "datasets"
    )
    if not found:
        raise Words("Dataset not found", "The Dataset with uri: `{uri}` was not found").refusal(404, "NotFound", call)
    return Answer(found[0])


def _of_uri(call: Call, column: str, link: str | None = None) -> Filter:
    uri = call.path.get("uri")
    return () if uri is None else (Match(column, Operator.EQUALS, uri, link),)


def _all_of(call: Call, page: object, into: str) -> list[Json]:
    found = read_page(call, page)[into]  # type: ignore[arg-type]
    return found if isinstance(found, list) else []


def _waiting(call: Call) -> list[Json]:
    """Return the updates that DAGs have not used yet: of the path's DAG, of its dataset, before an instant."""
    if "dag_id" in call.path:
        call.admit(DAGS)
        call.admit(DAG_ASSETS)
    conditions = [*_of_uri(call, "uri", "asset")]
    if "dag_id" in call.path:
        conditions.append(Match("dag_id", Operator.EQUALS, call.path["dag_id"]))
    if "before" in call.query:
        conditions.append(Match("created_at", Operator.BEFORE, call.query["before"]))
    most = Window(call.session.service.settings.max_page_size)
    page = listing(QUEUED_JSON, "queued_events", tuple(conditions), Order(("created_at",)), most, total=None)
    found = _all_of(call, page, "queued_events")
    for event in found:
        _unfold(event, "uri")
    if not found:
        raise _none_waiting(call)
    return found


def _none_waiting(call: Call) -> RefusedError:
    match "dag_id" in call.path, "uri" in call.path:
        case True, True:
            detail = "Queue event with dag_id: `{dag_id}` and dataset uri: `{uri}` was not found"
        case True, False:
            detail = "Queue event with dag_id: `{dag_id}` was not found"
        case _:
            detail = "Queue event with dataset uri: `{uri}` was not found"
    return Words("Queue event not found", detail).refusal(404, "NotFound", call)


def _queued(call: Call) -> Answer:
    """Return all updates that wait."""
    found = _waiting(call)
    return Answer({"queued_events": found, "total_entries": len(found)})


def _queued_one(call: Call) -> Answer:
    """Return the update of one dataset for which a DAG waits."""
    return Answer(_waiting(call)[0])


def _forget(call: Call) -> Answer:
    """Delete updates that wait."""
    told = call.query.get("before")
    named = {**call.path, "before": told if isinstance(told, datetime) else None}
    try:
        match call.path:
            case {"dag_id": _, "uri": _}:
                call.change(delete_queued_asset_event, named)
            case {"dag_id": _}:
                call.change(delete_queued_asset_events_of_dag, named)
            case _:
                call.change(delete_queued_asset_events, named)
    except NotFound as problem:
        raise _none_waiting(call) from problem
    return Answer(b"", 204, "application/json")


_EVENT_BODY = Body(
    (Property("dataset_uri"), Property("extra", Kind.OBJECT, nullable=True, refuses_null=True)),
    required=("dataset_uri",),
)
_NO_DATASET: Mapping[type[Problem], Words] = {
    NotFound: Words("Dataset not found", "Dataset with uri: '{dataset_uri}' not found")
}


def _create_event(call: Call) -> Answer:
    """Say that a dataset was updated."""

    def told() -> dict[str, object]:
        extra = call.body.get("extra")
        return {"uri": str(call.body["dataset_uri"]), "extra": extra if isinstance(extra, dict) else None}

    try:
        key = call.change(create_asset_event, {}, told)
    except Problem as problem:
        raise said(problem, _NO_DATASET, call) from problem
    found = call.find(EVENT_JSON, id=key.id)
    if found is not None:
        finish_event(call, found)
    return Answer(found)


def _named(parameter: str, column: str, kind: Kind = Kind.TEXT) -> Narrowing:
    return replace(narrow(parameter, column, Operator.EQUALS, kind=kind), drops_nothing=True)


def _upstream(call: Call) -> Answer:
    """Return the updates of datasets that a run was made for."""
    call.admit(RUNS)
    found = call.find(_UPSTREAM_JSON, dag_id=call.path["dag_id"], run_id=call.path["dag_run_id"])
    if found is None:
        raise Words(
            "DAGRun not found", "DAGRun with DAG ID: '{dag_id}' and DagRun ID: '{dag_run_id}' not found"
        ).refusal(404, "NotFound", call)
    events = found["dataset_events"]
    if not isinstance(events, list):
        raise TypeError("a run tells no list of updates")
    for event in events:
        finish_event(call, event)
    return Answer({"dataset_events": events, "total_entries": len(events)})


_OF_DAG = "/dags/{dag_id}/datasets/queuedEvent"
_OF_DATASET = "/datasets/queuedEvent/{uri:path}"

ROWS: tuple[Row, ...] = (
    Custom("GET", "/datasets", _datasets, query=(LIMIT, OFFSET, ORDER_BY, Parameter("uri_pattern"), *lists("dag_ids"))),
    Page(
        "/datasets/events",
        EVENT_JSON,
        "dataset_events",
        _EVENTS,
        (
            _named("dataset_id", "asset_id", Kind.INTEGER),
            _named("source_dag_id", "source_dag_id"),
            _named("source_task_id", "source_task_id"),
            _named("source_run_id", "source_run_id"),
            _named("source_map_index", "source_map_index", Kind.INTEGER),
        ),
        finish=finish_event,
    ),
    Custom("POST", "/datasets/events", _create_event, body=_EVENT_BODY),
    Custom("GET", f"{_OF_DAG}/{{uri:path}}", _queued_one, query=(_BEFORE,)),
    Custom("DELETE", f"{_OF_DAG}/{{uri:path}}", _forget, query=(_BEFORE,)),
    Custom("GET", _OF_DAG, _queued, query=(_BEFORE,)),
    Custom("DELETE", _OF_DAG, _forget, query=(_BEFORE,)),
    Custom("GET", _OF_DATASET, _queued, query=(_BEFORE,)),
    Custom("DELETE", _OF_DATASET, _forget, query=(_BEFORE,)),
    Custom("GET", "/datasets/{uri:path}", _dataset),
    Custom("GET", "/dags/{dag_id}/dagRuns/{dag_run_id}/upstreamDatasetEvents", _upstream),
)
