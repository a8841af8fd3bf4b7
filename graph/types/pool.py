"""Pools: how many slots they have, and who takes them."""

from collections.abc import Callable, Mapping
from typing import Any

import strawberry

from graph.types.base import aggregated, column, derived, entity, identity, many, matches
from graph.types.guards import POOLS
from graph.types.later import TaskInstanceFilterLater, TaskInstanceLater
from graph.types.node import Node
from graph.types.paging import Page
from resolvers.binding import Match, Operator

Slots = Mapping[str, int]
_TAKING = (Match("state", Operator.IN, ("deferred", "queued", "running", "scheduled")),)


def slots_in(state: str) -> Callable[[Slots], int]:
    """Return a function that tells how many slots are taken by task instances in a state."""
    return lambda slots: slots.get(state, 0)


def occupied(slots: Slots, include_deferred: bool | None) -> int:  # noqa: FBT001 - a row's column
    """Return the slots that nobody else can have."""
    return slots.get("running", 0) + slots.get("queued", 0) + (slots.get("deferred", 0) if include_deferred else 0)


def open_slots(slots: Slots, total: int | None, include_deferred: bool | None) -> int | None:  # noqa: FBT001 - as above
    """Return the slots that are free; none for a pool without a limit, which Airflow stores as -1."""
    if total is None or total < 0:
        return None
    return total - occupied(slots, include_deferred)


def _taken(description: str, by: Callable[..., object], needs: str = "") -> Any:
    # Occupancy is the pool's own figure: whoever may read the pool may read it.
    return aggregated(
        description,
        link="task_instances",
        group="state",
        guard=POOLS,
        by=by,
        measure="pool_slots",
        needs=needs,
        match=_TAKING,
    )


@strawberry.input(description="Which pools. Conditions that are left out do not matter.")
class PoolFilter:
    """Which pools."""

    name: list[str] | None = matches("Its name is one of these.", "pool")
    name_contains: str | None = matches("Its name contains this text, in any case.", "pool", Operator.CONTAINS)


@entity("pool", key="pool", guard=POOLS)
class Pool(Node):
    """A number of slots that task instances share, so that not too many run at once.

    How many are taken is counted when asked for, among the task instances that take or await some: an index finds them.
    """

    id: strawberry.ID = identity()
    name: str = column("Its name.", source="pool")
    slots: int = column("How many slots it has; -1 for no limit.")
    description: str | None = column("What it is for.")
    include_deferred: bool = derived(
        "Whether deferred task instances keep their slots.", needs="include_deferred", by=bool
    )
    running_slots: int = _taken("Slots taken by task instances that run.", slots_in("running"))
    queued_slots: int = _taken("Slots taken by task instances that wait for a worker.", slots_in("queued"))
    scheduled_slots: int = _taken("Slots that scheduled task instances wait for.", slots_in("scheduled"))
    deferred_slots: int = _taken("Slots of deferred task instances.", slots_in("deferred"))
    occupied_slots: int = _taken("Slots that nobody else can have.", occupied, "include_deferred")
    open_slots: int | None = _taken("Slots that are free; null for no limit.", open_slots, "slots include_deferred")
    task_instances: Page[TaskInstanceLater] = many(
        "The task instances that take its slots, or once did. No index serves this in its order: looks at any number "
        "of those of all pools.",
        link="task_instances",
        order="dag_id,run_id,task_id,map_index",
        filter=TaskInstanceFilterLater,
    )
