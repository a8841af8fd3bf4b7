"""`/dags`: what a DAG is called, when it runs, and whether it is paused."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from graph.rest.body import Body, Property
from graph.rest.call import ANY, Call, Words
from graph.rest.codec import Json, beside, codec, computed, each, one, stored
from graph.rest.dialect import Answer, RefusedError
from graph.rest.paging import LIMIT, OFFSET, Fields, Narrowing, Sorting, listing, narrow, read_page, window
from graph.rest.params import MASK, Kind, Parameter, lists
from graph.rest.rows import Custom, Page, Read, Row, Write
from graph.rest.stable.file_token import place_of_file, with_file_token
from graph.rest.stable.tasks import params_json
from graph.rest.stable.values import dataset_expression, schedule, span, split_owners
from graph.types.dag import DAG
from graph.types.dag_definition import DagDefinition
from graph.types.guards import DAGS, EDITABLE_DAGS
from resolvers.binding import Column, Entity, Match, Operator, Order
from resolvers.errors import Conflict, NotFound
from resolvers.operations.dag_deletion import delete_dag
from resolvers.operations.dags import set_dags_paused, set_paused
from resolvers.selection import Listing, Selection

# Without a key to order by, for Airflow lists tags as the database has them.
_TAG = Entity("DagTag", "dag_tag", (), DAGS, {"name": Column("name")})

DAG_JSON = codec(
    DAG,
    "dag_id",
    "description",
    "is_paused",
    "fileloc",
    "has_import_errors",
    "max_active_runs",
    "max_active_tasks",
    "max_consecutive_failed_dag_runs",
    dag_display_name="display_name",
    is_active=computed("is_stale", lambda stale: not stale),
    owners=computed("owners", split_owners),
    tags=each("tags", codec(_TAG, "name")),
    schedule_interval=computed("schedule_interval schedule", schedule),
    timetable_description=stored("timetable_description"),
    next_dagrun=stored("next_logical_date"),
    next_dagrun_create_after=stored("next_run_after"),
    next_dagrun_data_interval_start=stored("next_dagrun_data_interval_start"),
    next_dagrun_data_interval_end=stored("next_dagrun_data_interval_end"),
    has_task_concurrency_limits=stored("has_task_concurrency_limits"),
    last_parsed_time=stored("last_parsed_time"),
    last_expired=stored("last_expired"),
    file_token=computed("bundle_name relative_fileloc fileloc", place_of_file),
    # What Airflow 3 no longer has reads as Airflow 2 had it by default.
    default_view=computed("default_view", lambda view: view or "grid"),
    is_subdag=computed("is_subdag", bool),
    root_dag_id=stored("root_dag_id"),
    pickle_id=stored("pickle_id"),
    last_pickled=stored("last_pickled"),
    scheduler_lock=stored("scheduler_lock"),
)
# The same of those DAGs alone that somebody may edit.
_EDITABLE_JSON = Selection(replace(DAG_JSON.entity, guard=EDITABLE_DAGS), DAG_JSON.wanted)

_DEFINITION_JSON = codec(
    DagDefinition,
    "catchup",
    "doc_md",
    "render_template_as_native_obj",
    start_date="starts_on",
    end_date="ends_on",
    dag_run_timeout=computed("dagrun_timeout", span),
    is_paused_upon_creation=stored("is_paused_upon_creation"),
    orientation=computed("orientation", lambda orientation: orientation or "LR"),
    params=computed("params", params_json),
    template_searchpath=stored("template_searchpath"),
)

DETAILS_JSON = beside(
    DAG_JSON,
    concurrency=stored("max_active_tasks"),
    dataset_expression=computed("asset_expression", dataset_expression),
    definition=one("definition", _DEFINITION_JSON),
)
# The details are the DAG and its definition in one object.
DETAILS = frozenset(wanted.key for codec_ in (DETAILS_JSON, _DEFINITION_JSON) for wanted in codec_.wanted) - {
    "definition"
} | {"last_loaded", "timezone"}

_MISSING = Words("DAG not found", "The DAG with dag_id: {dag_id} was not found")
_UNKNOWN_FIELDS = "Invalid fields for <{schema}(many=False)>: OrderedSet({{names}})."

_READ_ONLY = {
    Kind.TEXT: "dag_id dag_display_name root_dag_id fileloc file_token description default_view timetable_description",
    Kind.BOOLEAN: "is_active is_subdag scheduler_lock has_task_concurrency_limits has_import_errors",
    Kind.INTEGER: "max_active_tasks max_active_runs max_consecutive_failed_dag_runs",
    Kind.LIST: "owners tags",
    Kind.MOMENT: "last_parsed_time last_pickled last_expired next_dagrun next_dagrun_data_interval_start "
    "next_dagrun_data_interval_end next_dagrun_create_after",
}
_BODY = Body(
    (
        Property("is_paused", Kind.BOOLEAN, nullable=True, refuses_null=True),
        *(Property(name, kind, read_only=True) for kind, names in _READ_ONLY.items() for name in names.split()),
    )
)


def _pattern(text: str) -> str:
    return f"%{text}%"


_NARROWINGS: tuple[Narrowing, ...] = (
    Narrowing(Parameter("tags", Kind.LIST), "name", Operator.IN, link="tags", guard=DAGS),
    narrow("dag_id_pattern", "dag_id", Operator.LIKE, kind=Kind.TEXT, by=_pattern),
)
_ACTIVE = Match("is_stale", Operator.EQUALS, value=False)
_BY_ID = Order(("dag_id",))


def _finish_details(call: Call, dag: Json) -> None:
    """Make one object of a DAG and its definition."""
    definition = dag.pop("definition")
    if definition is None:
        raise _MISSING.refusal(404, "NotFound", call)
    with_file_token(call, dag)
    dag.update(definition)  # type: ignore[call-overload] # the object of the nested codec
    # Airflow loads the DAG anew for this answer, and finds no owner on what it loads.
    dag.update(last_parsed=datetime.now(UTC), owners=[])
    # The zone of the installation, whatever that of the DAG.
    zone = call.session.service.config.value("core", "default_timezone") or "utc"
    dag["timezone"] = "UTC" if zone.lower() == "utc" else zone


def _details(call: Call) -> Answer:
    """Return all that is known of a DAG, or the fields of it that are asked for."""
    answer = Read("", DETAILS_JSON, _MISSING, finish=_finish_details).answer(call)
    names = call.query.get("fields")
    if not isinstance(names, tuple) or not isinstance(answer.body, dict):
        return answer
    unknown = [name for name in dict.fromkeys(names) if name not in DETAILS]
    if unknown:
        detail = f"Invalid fields for <DAGDetailSchema(many=False)>: OrderedSet({unknown})."
        raise RefusedError(400, detail, title="DAGDetailSchema init error")
    # The schema of this answer calls that one otherwise than the answer does.
    wanted = {"last_parsed" if name == "last_loaded" else name for name in names}
    return Answer({name: value for name, value in answer.body.items() if name in wanted})


def _only_paused(call: Call) -> frozenset[str] | None:
    """Refuse a change of anything but `is_paused`."""
    mask = call.query.get("update_mask")
    if (isinstance(mask, tuple) and set(mask) != {"is_paused"}) or "is_paused" not in call.body:
        raise RefusedError(400, "Only `is_paused` field can be updated through the REST API")
    return None


def _pause_many(call: Call) -> Answer:
    """Pause or resume the DAGs of a page, and return them."""
    found: Json = {}

    def told() -> Mapping[str, object]:
        _only_paused(call)
        found.update(read_page(call, _editable(call), finish=with_file_token))
        dags: list[Json] = found["dags"]  # type: ignore[assignment] # as the codec says
        is_paused = bool(call.body["is_paused"])
        for dag in dags:
            dag["is_paused"] = is_paused
        return {"dag_ids": [dag["dag_id"] for dag in dags], "is_paused": is_paused}

    call.change(set_dags_paused, {"dag_ids": ()}, told)
    return Answer(found)


def _editable(call: Call) -> Listing:
    """Return the read of the DAGs that a call is about, of those that the caller may edit."""
    pattern = call.query["dag_id_pattern"]
    usual = () if call.query.get("only_active") is False else (_ACTIVE,)
    given = tuple(
        narrowing.condition(call.query[name])
        for narrowing in _NARROWINGS
        if (name := narrowing.parameter.name) in call.query and not (name == "dag_id_pattern" and pattern == ANY)
    )
    return listing(_EDITABLE_JSON, "dags", usual + given, _BY_ID, window(call))


ROWS: tuple[Row, ...] = (
    Page(
        "/dags",
        DAG_JSON,
        "dags",
        Sorting(_BY_ID, {"dag_id": "dag_id"}),
        (*_NARROWINGS, narrow("paused", "is_paused", Operator.EQUALS, kind=Kind.BOOLEAN)),
        fields=Fields("DAGCollectionSchema error", _UNKNOWN_FIELDS.format(schema="DAGSchema")),
        finish=with_file_token,
        unless={"only_active": _ACTIVE},
    ),
    Custom(
        "PATCH",
        "/dags",
        _pause_many,
        body=_BODY,
        query=(
            Parameter("dag_id_pattern", required=True),
            LIMIT,
            OFFSET,
            Parameter("only_active", Kind.BOOLEAN),
            *lists("tags"),
            MASK,
        ),
    ),
    Read(
        "/dags/{dag_id}",
        DAG_JSON,
        _MISSING,
        fields=Fields("DAGSchema init error", _UNKNOWN_FIELDS.format(schema="DAGSchema")),
        finish=with_file_token,
    ),
    Write(
        "PATCH",
        "/dags/{dag_id}",
        set_paused,
        DAG_JSON,
        path_as={"dag_id": "dag_id"},
        body=_BODY,
        body_as={"is_paused": "is_paused"},
        query=(MASK,),
        check=_only_paused,
        words={NotFound: Words("Dag with id: '{dag_id}' not found")},
        finish=with_file_token,
    ),
    Write(
        "DELETE",
        "/dags/{dag_id}",
        delete_dag,
        path_as={"dag_id": "dag_id"},
        words={
            NotFound: Words("Dag with id: '{dag_id}' not found"),
            Conflict: Words("Conflict", "Task instances of dag with id: '{dag_id}' are still running"),
        },
    ),
    Custom("GET", "/dags/{dag_id}/details", _details, query=lists("fields")),
)
