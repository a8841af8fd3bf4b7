"""Counts by state, as lists of pairs."""

from collections.abc import Mapping

import strawberry

from graph.types.enums import DagRunState, TaskInstanceState


@strawberry.type(description="How many DAG runs are in a state.")
class DagRunStateCount:
    """How many DAG runs are in a state."""

    state: DagRunState = strawberry.field(description="The state.")
    count: int = strawberry.field(description="How many runs are in it; never 0.")


@strawberry.type(description="How many task instances are in a state.")
class TaskInstanceStateCount:
    """How many task instances are in a state."""

    state: TaskInstanceState | None = strawberry.field(
        description="The state; null for those that the scheduler has not looked at yet."
    )
    count: int = strawberry.field(description="How many task instances are in it; never 0.")


def counted(numbers: Mapping[str | None, int]) -> list[dict[str, object]]:
    """Return numbers by state as a list of pairs, most first."""
    # No state comes before a state, with which it cannot be compared.
    ordered = sorted([(-number, state is not None, state) for state, number in numbers.items()])
    return [{"state": state, "count": -number} for number, _, state in ordered]
