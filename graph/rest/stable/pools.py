"""`/pools`: how many slots there are, and who has them."""

from collections.abc import Mapping
from dataclasses import replace

from graph.rest.body import Body, Property
from graph.rest.call import Call, Words
from graph.rest.codec import codec, stored
from graph.rest.dialect import RefusedError
from graph.rest.paging import Sorting
from graph.rest.params import MASK, Kind
from graph.rest.rows import Page, Read, Row, Write
from graph.types.base import entity_of
from graph.types.pool import Pool, occupied
from resolvers.binding import Aggregated, Order
from resolvers.errors import Conflict, NotFound
from resolvers.operations.pools import DEFAULT_POOL, NAME_LENGTH, create_pool, delete_pool, update_pool

# What Airflow stores for a pool without a limit.
_ENDLESS = -1


def _open(slots: Mapping[str, int], total: int, include_deferred: bool | None) -> int:  # noqa: FBT001 - a row's column
    return total if total == _ENDLESS else total - occupied(slots, include_deferred)


def _open_slots() -> Aggregated:
    """Return the free slots, which strict clients want to be a number even where there is no limit."""
    known = entity_of(Pool).fields["open_slots"]
    assert isinstance(known, Aggregated)  # noqa: S101 - for the type checker
    return replace(known, by=_open)


POOL_JSON = codec(
    Pool,
    "name",
    "description",
    "include_deferred",
    "occupied_slots",
    "running_slots",
    "queued_slots",
    "scheduled_slots",
    "deferred_slots",
    slots=stored("slots"),
    open_slots=_open_slots(),
)

_COUNTS = "occupied_slots running_slots queued_slots scheduled_slots open_slots deferred_slots"
_BODY = Body(
    (
        Property("name", longest=NAME_LENGTH),
        Property("slots", Kind.INTEGER),
        *(Property(name, Kind.INTEGER, read_only=True) for name in _COUNTS.split()),
        Property("description", nullable=True),
        Property("include_deferred", Kind.BOOLEAN),
    )
)
_BODY_AS = {name: name for name in ("slots", "description", "include_deferred")}
# What may be changed of every pool, also under another name in the body.
_OF_ALL = {"slots", "include_deferred"}
# Without a word of it, a change of a pool ends that it counts what is deferred.
_UNSAID = {"include_deferred": False}
_MISSING = Words("Not Found", "Pool with name:'{pool_name}' not found")


def _counted(call: Call) -> None:
    """Refuse a pool without a limit, of which Airflow cannot tell how many slots are open, and crashes."""
    if call.body.get("slots") == -1:
        raise RefusedError(400, "-1 slots are no limit, and the open ones of such a pool cannot be told - 'slots'")


def _whole(call: Call) -> None:
    _counted(call)
    absent = sorted({"name", "slots"} - set(call.body))
    if absent:
        raise RefusedError(400, f"Missing required property(ies): {absent}")


def _masked(call: Call) -> frozenset[str] | None:
    """Return the names in `update_mask`; without one, name and slots must be there."""
    _counted(call)
    mask = call.query.get("update_mask")
    names = None if not isinstance(mask, tuple) else [name.strip() for name in mask]
    renamed = call.body.get("name") != DEFAULT_POOL and (names is None or not _OF_ALL.issuperset(names))
    if call.path["pool_name"] == DEFAULT_POOL and renamed:
        raise RefusedError(400, "Default Pool's name can't be modified")
    if call.find(POOL_JSON) is None:
        # The operation says so, and has it audited.
        return None
    if names is None:
        _whole(call)
        return None
    for known in ({one.name for one in _BODY.properties}, {"name", *_BODY_AS}, {*call.body, *_UNSAID}):
        unknown = next((name for name in names if name not in known), None)
        if unknown is not None:
            raise RefusedError(400, f"Invalid field: {unknown} in update mask")
    return frozenset(names)


ROWS: tuple[Row, ...] = (
    Page(
        "/pools",
        POOL_JSON,
        "pools",
        Sorting(Order(("id",)), {"id": "id", "name": "pool", "slots": "slots"}),
    ),
    Write(
        "POST",
        "/pools",
        create_pool,
        POOL_JSON,
        body=_BODY,
        body_as={"name": "name", **_BODY_AS},
        check=_whole,
        words={Conflict: Words("Conflict", "Pool: {name} already exists")},
    ),
    Read("/pools/{pool_name}", POOL_JSON, _MISSING),
    Write(
        "PATCH",
        "/pools/{pool_name}",
        update_pool,
        POOL_JSON,
        path_as={"pool_name": "name"},
        body=_BODY,
        body_as={"name": "new_name", **_BODY_AS},
        query=(MASK,),
        check=_masked,
        unsaid=_UNSAID,
        words={NotFound: _MISSING, Conflict: Words("Conflict", "Pool: {name} already exists")},
    ),
    Write(
        "DELETE",
        "/pools/{pool_name}",
        delete_pool,
        path_as={"pool_name": "name"},
        words={NotFound: _MISSING},
        nothing="text/html",
    ),
)
