"""Changes to backfills."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from graph.changes.carrying import ContextInfo, carry_out
from graph.types.backfill import Backfill, ReprocessBehavior
from graph.types.base import entity_of
from graph.types.scalars import JSON
from resolvers.binding import Column
from resolvers.errors import Invalid
from resolvers.operations import backfills
from resolvers.operations.keys import BackfillKey
from resolvers.operations.operation import Operation
from resolvers.selection import Lookup, Selection, Wanted

_WHOSE = Selection(entity_of(Backfill), (Wanted("dag_id", Column("dag_id")),))

BackfillId = Annotated[int, strawberry.argument(description="The backfill's number.")]


@strawberry.input(description="A backfill to make.")
class CreateBackfillInput:
    """A backfill to make."""

    dag_id: str = strawberry.field(description="The DAG.")
    from_date: datetime = strawberry.field(description="The first date that it reaches, if the DAG was due then.")
    to_date: datetime = strawberry.field(description="The last date that it reaches, if the DAG was due then.")
    run_backwards: bool = strawberry.field(default=False, description="Whether the last date comes first.")
    conf: JSON | None = strawberry.field(default=None, description="An object that its runs are given.")
    reprocess_behavior: ReprocessBehavior = strawberry.field(
        default=ReprocessBehavior.NONE, description="What becomes of dates that have a run already."
    )
    max_active_runs: int = strawberry.field(default=10, description="How many of its runs may be active at once.")
    run_on_latest_version: bool | None = strawberry.field(
        default=None,
        description="Whether runs that are cleared run on the newest version of the DAG, as they do unless said.",
    )


def create_backfill(
    info: ContextInfo,
    input: Annotated[CreateBackfillInput, strawberry.argument(description="The backfill.")],
) -> Backfill:
    """Make the runs of a DAG for the dates of its schedule between two dates."""
    if input.conf is not None and not isinstance(input.conf, dict):
        raise Invalid("conf must be an object.", field="conf")
    made: Any = carry_out(
        info,
        backfills.create_backfill,
        dag_id=input.dag_id,
        from_date=input.from_date,
        to_date=input.to_date,
        run_backwards=input.run_backwards,
        conf=input.conf,
        reprocess_behavior=str(input.reprocess_behavior.value),
        max_active_runs=input.max_active_runs,
        run_on_latest_version=input.run_on_latest_version,
    )
    return made  # type: ignore[no-any-return]


def pause_backfill(info: ContextInfo, backfill_id: BackfillId) -> Backfill:
    """Let no further run of a backfill be started."""
    return _changed(info, backfills.pause_backfill, backfill_id)


def resume_backfill(info: ContextInfo, backfill_id: BackfillId) -> Backfill:
    """Let the runs of a backfill be started again."""
    return _changed(info, backfills.resume_backfill, backfill_id)


def cancel_backfill(info: ContextInfo, backfill_id: BackfillId) -> Backfill:
    """End a backfill."""
    return _changed(info, backfills.cancel_backfill, backfill_id)


def _changed(info: ContextInfo, operation: Operation[..., BackfillKey], backfill_id: int) -> Backfill:
    """Change a backfill by its number, which says which DAG's it is; one that may not be seen is not there."""
    [whose] = info.context.session.read(Lookup(_WHOSE, ({"id": backfill_id},))).values()
    if whose is None:
        raise backfills.no_backfill(backfill_id)
    changed: Any = carry_out(info, operation, dag_id=whose["dag_id"], backfill_id=backfill_id)
    return changed  # type: ignore[no-any-return]
