"""Triggering a series of runs."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from graph.changes.carrying import ContextInfo, carry_out, read_back
from graph.types.dag_run import DagRun
from graph.types.scalars import JSON
from resolvers.errors import Invalid
from resolvers.operations.series import MOST_RUNS, trigger_series


@strawberry.input(description="Runs to trigger: one for each date of the DAG's schedule from one date to another.")
class TriggerDagSeriesInput:
    """Runs to trigger."""

    dag_id: str = strawberry.field(description="The DAG to run. If it is paused, the runs wait.")
    from_date: datetime = strawberry.field(description="The first date that counts.")
    to_date: datetime = strawberry.field(description="The last date that counts.")
    prefix: str = strawberry.field(
        default="manual",
        description="What the ids of the runs begin with; their dates follow. Not `scheduled_` and the like, by which "
        "Airflow knows other kinds of run.",
    )
    limit: int = strawberry.field(default=MOST_RUNS, description=f"How many runs at most; {MOST_RUNS} is the most.")
    partial: bool = strawberry.field(
        default=False, description="Where there are more dates than the limit: make the first ones, instead of none."
    )
    conf: JSON | None = strawberry.field(
        default=None, description="An object for the tasks of each; must fit the DAG's params."
    )


@strawberry.type(description="The runs that were triggered.")
class TriggerDagSeriesPayload:
    """The runs that were triggered."""

    dag_runs: list[DagRun] = read_back(
        "The runs, by their dates. Dates that had a run already are not among them.", lambda series: series.runs
    )


def trigger_dag_series(
    info: ContextInfo,
    input: Annotated[TriggerDagSeriesInput, strawberry.argument(description="The runs.")],
) -> TriggerDagSeriesPayload:
    """Trigger a series of runs."""
    if input.conf is not None and not isinstance(input.conf, dict):
        raise Invalid("conf must be an object.", field="conf", hint='Such as {"day": "2026-03-01"}.')
    made: Any = carry_out(
        info,
        trigger_series,
        dag_id=input.dag_id,
        from_date=input.from_date,
        to_date=input.to_date,
        prefix=input.prefix,
        limit=input.limit,
        partial=input.partial,
        conf=input.conf,
    )
    return made  # type: ignore[no-any-return]
