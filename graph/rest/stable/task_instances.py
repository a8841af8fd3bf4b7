"""`/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances`: what became of tasks in runs."""

import json

from graph.rest.batch import batch, batch_body
from graph.rest.body import Body, Property
from graph.rest.call import Call, Words
from graph.rest.codec import Json, codec, computed, one, stored
from graph.rest.dialect import Answer, RefusedError
from graph.rest.paging import Narrowing, Sorting, between, listing, narrow, read_page
from graph.rest.params import Kind
from graph.rest.rows import Custom, Page, Read, Row, Write
from graph.rest.stable.tasks import mapped_by_task
from graph.rest.stable.values import TASK_STATES, task_state, task_states
from graph.types.guards import TASK_INSTANCES
from graph.types.task_instance import TaskInstance
from resolvers.access.permissions import Guard
from resolvers.binding import Decrypted, Entity, Match, Operator, Order, Otherwise
from resolvers.errors import NotFound
from resolvers.operations.notes import LONGEST_NOTE
from resolvers.operations.task_notes import set_task_instance_note
from resolvers.selection import Selection, Window

# Reached through a task instance alone, whose guard is the one that counts.
_ITS_OWN = Guard(())
_TRIGGER = Entity("Trigger", "trigger", ("id",), _ITS_OWN)
_JOB = Entity("Job", "job", ("id",), _ITS_OWN)
_SLA_MISS = Entity("SlaMiss", "sla_miss", ("dag_id", "task_id", "logical_date"), TASK_INSTANCES)

JOB_JSON = codec(
    _JOB,
    id=stored("id"),
    dag_id=stored("dag_id"),
    state=stored("state"),
    job_type=stored("job_type"),
    start_date=stored("start_date"),
    end_date=stored("end_date"),
    latest_heartbeat=stored("latest_heartbeat"),
    executor_class=stored("executor_class"),
    hostname=stored("hostname"),
    unixname=stored("unixname"),
)
TRIGGER_JSON = codec(
    _TRIGGER,
    id=stored("id"),
    classpath=stored("classpath"),
    kwargs=Decrypted("kwargs", "is_encrypted"),
    created_date=stored("created_date"),
    triggerer_id=stored("triggerer_id"),
    job=one("job", JOB_JSON),
)
SLA_MISS_JSON = codec(
    _SLA_MISS,
    task_id=stored("task_id"),
    dag_id=stored("dag_id"),
    execution_date=stored("logical_date"),
    email_sent=stored("email_sent"),
    timestamp=stored("timestamp"),
    description=stored("description"),
    notification_sent=stored("notification_sent"),
)

TASK_INSTANCE_JSON = codec(
    TaskInstance,
    "dag_id",
    "task_id",
    "map_index",
    "rendered_map_index",
    "try_number",
    "max_tries",
    "hostname",
    "pool_slots",
    "priority_weight",
    "queue",
    "executor",
    "pid",
    "note",
    dag_run_id="run_id",
    task_display_name="display_name",
    pool="pool_name",
    start_date="started_at",
    end_date="ended_at",
    queued_when="queued_at",
    execution_date=stored("nominal_date"),
    # Airflow always writes one, and strict clients want text.
    unixname=computed("unixname", Otherwise(str)),
    duration=stored("duration"),
    state=computed("state", task_state),
    # The class, whatever the operator calls itself.
    operator=stored("operator"),
    executor_config=computed("executor_settings", lambda settings: str(settings or {})),
    rendered_fields=computed("rendered_fields", Otherwise(dict)),
    sla_miss=one("sla_miss", SLA_MISS_JSON),
    trigger=one("trigger", TRIGGER_JSON),
)


def finish_task_instance(_call: Call, instance: Json) -> None:
    """Write a trigger's arguments as Python does, and its job beside it."""
    trigger = instance["trigger"]
    instance["triggerer_job"] = trigger.pop("job") if isinstance(trigger, dict) else None
    if isinstance(trigger, dict):
        trigger["kwargs"] = _printed(trigger["kwargs"])


def _printed(stored_: object) -> str:
    """Return a trigger's arguments as Python prints them; none where they cannot be read."""
    try:
        told = json.loads(stored_) if isinstance(stored_, str) else {}
    except ValueError:
        return "{}"
    return str(told.get("__var", told) if isinstance(told, dict) else told)


_NARROWINGS: tuple[Narrowing, ...] = (
    *between("execution_date", "nominal_date"),
    *between("start_date", "start_date"),
    *between("end_date", "end_date"),
    *between("duration", "duration", Kind.NUMBER),
    narrow("state", "state", by=task_states, among=TASK_STATES),
    narrow("pool", "pool"),
    narrow("queue", "queue"),
    narrow("executor", "executor"),
)
_UPDATED = between("updated_at", "updated_at")
_BATCH: tuple[Narrowing, ...] = (
    narrow("dag_ids", "dag_id"),
    narrow("dag_run_ids", "run_id"),
    narrow("task_ids", "task_id"),
    *_NARROWINGS,
)
_STATES = (
    *(None, "success", "running", "failed", "upstream_failed", "skipped", "up_for_retry", "up_for_reschedule"),
    *("queued", "none", "scheduled", "deferred", "removed", "restarting"),
)
_ONE = Selection(TASK_INSTANCE_JSON.entity, ())
_UNORDERED = Sorting(Order(()))
_MAPPED = Sorting(
    Order(("map_index",)),
    {name: name for name in ("state", "duration", "start_date", "end_date", "map_index")},
    "Ordering with '{text}' is not supported",
)


def _batch_body() -> Body:
    """Return the body of the batch list: of its lists, only the states are among those that there are."""
    body = batch_body(tuple(narrowing for narrowing in _BATCH if narrowing.parameter.name != "state"))
    return Body((*body.properties, Property("state", Kind.LIST, items=Kind.TEXT, among=_STATES)))


def _batch(call: Call) -> Answer:
    """Return the task instances of many runs that a body describes; those of other DAGs are refused by name."""
    call.admit(TASK_INSTANCES)
    dag_ids = call.body.get("dag_ids")
    actor = call.session.actor
    if isinstance(dag_ids, list):
        for dag_id in dag_ids:
            if not all(actor.may(permission, dag_id) for permission in TASK_INSTANCES.permissions):
                raise RefusedError(
                    403,
                    f"User not allowed to access some of these DAGs: {dag_ids}",
                    title="Forbidden",
                    section="PermissionDenied",
                )
    page = batch(call, TASK_INSTANCE_JSON, "task_instances", _BATCH, _UNORDERED.usual)
    return Answer(read_page(call, page, finish=finish_task_instance))


MAPPED_PAGE = Page(
    "",
    TASK_INSTANCE_JSON,
    "task_instances",
    _MAPPED,
    (*_NARROWINGS, *_UPDATED),
    always=(Match("map_index", Operator.AT_LEAST, 0),),
    takes_any=False,
    finish=finish_task_instance,
)


def _mapped(call: Call) -> Answer:
    """Return the instances of a mapped task; that there are none may mean that it is not one."""
    call.admit(TASK_INSTANCES)
    path = tuple(Match(name, Operator.EQUALS, value) for name, value in call.columns().items())
    some = read_page(call, listing(_ONE, "some", path + MAPPED_PAGE.always, Order(()), Window(1), total=None))
    if not some["some"]:
        mapped = mapped_by_task(call)
        task_id = call.path["task_id"]
        if mapped is None:
            raise Words("DAG {dag_id} not found").refusal(404, "NotFound", call)
        if task_id not in mapped:
            raise Words("Task id {task_id} not found").refusal(404, "NotFound", call)
        if not mapped[task_id]:
            raise Words("Task id {task_id} is not mapped").refusal(404, "NotFound", call)
    if call.query.get("order_by") == "map_index":
        # It is the order without any other, and has no name of its own.
        raise RefusedError(400, "Ordering with 'map_index' is not supported")
    return MAPPED_PAGE.answer(call)


_MISSING = Words("Task instance not found")
_IS_MAPPED = Words("Task instance not found", "Task instance is mapped, add the map_index value to the URL")


def _unmapped(call: Call) -> Answer:
    """Return an instance of a task that is not mapped."""
    call.admit(TASK_INSTANCES)
    found = call.find(TASK_INSTANCE_JSON, **call.columns(), map_index=-1)
    if found is None:
        path = tuple(Match(name, Operator.EQUALS, value) for name, value in call.columns().items())
        some = read_page(call, listing(_ONE, "some", path, Order(()), Window(1), total=None))
        raise (_IS_MAPPED if some["some"] else _MISSING).refusal(404, "NotFound", call)
    finish_task_instance(call, found)
    return Answer(found)


_INSTANCES = "/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances"
_TASK_PATH = {"dag_id": "dag_id", "dag_run_id": "run_id", "task_id": "task_id"}
_NOTE_BODY = Body((Property("note", longest=LONGEST_NOTE),), required=("note",))
_NO_INSTANCE = Words("Task Instance not found for dag_id={dag_id}, run_id={dag_run_id}, task_id={task_id}")


def _note(path: str, path_as: dict[str, str]) -> Row:
    return Write(
        "PATCH",
        f"{_INSTANCES}/{path}/setNote",
        set_task_instance_note,
        TASK_INSTANCE_JSON,
        path_as=path_as,
        body=_NOTE_BODY,
        body_as={"note": "note"},
        words={NotFound: _NO_INSTANCE},
        finish=finish_task_instance,
    )


ROWS: tuple[Row, ...] = (
    Custom("POST", "/dags/~/dagRuns/~/taskInstances/list", _batch, body=_batch_body()),
    Page(
        _INSTANCES,
        TASK_INSTANCE_JSON,
        "task_instances",
        _UNORDERED,
        (*_NARROWINGS, *_UPDATED),
        finish=finish_task_instance,
        zero_is_usual=False,
    ),
    Custom("GET", f"{_INSTANCES}/{{task_id}}", _unmapped),
    Custom("GET", f"{_INSTANCES}/{{task_id}}/listMapped", _mapped, query=MAPPED_PAGE.query),
    Read(f"{_INSTANCES}/{{task_id}}/{{map_index:int}}", TASK_INSTANCE_JSON, _MISSING, finish=finish_task_instance),
    _note("{task_id}", _TASK_PATH),
    _note("{task_id}/{map_index:int}", {**_TASK_PATH, "map_index": "map_index"}),
)
