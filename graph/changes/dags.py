"""Changes to DAGs as a whole."""

from typing import Annotated, Any

import strawberry

from graph.changes.carrying import ContextInfo, Refusal, carry_out, read_back, refusal
from graph.types.dag import DAG
from graph.types.node import global_id
from resolvers.errors import Invalid, Problem
from resolvers.operations.dag_deletion import delete_dag as delete
from resolvers.operations.dags import reparse, set_paused
from resolvers.operations.keys import DagKey

_MOST_DAGS = 500

DagId = Annotated[str, strawberry.argument(description="The DAG's id.")]


@strawberry.input(description="Which DAGs to pause or resume.")
class SetDagsPausedInput:
    """Which DAGs to pause or resume."""

    dag_ids: list[str] = strawberry.field(description="The DAGs' ids; 500 at most.")
    is_paused: bool = strawberry.field(description="True to pause them, false to resume them.")


@strawberry.type(description="What became of one DAG.")
class SetDagPausedResult:
    """What became of one DAG."""

    dag_id: str = strawberry.field(description="The DAG's id.")
    dag: DAG | None = read_back("The DAG as it is now; null if it was refused.", lambda told: told.key)
    refusal: Refusal | None = strawberry.field(description="Why it was refused; null if it was not.")


@strawberry.type(description="What became of each DAG, in the order asked for.")
class SetDagsPausedPayload:
    """What became of each DAG."""

    results: list[SetDagPausedResult] = strawberry.field(description="A result per DAG.")


class _Result:
    """What became of one DAG, as resolvers read it."""

    def __init__(self, dag_id: str, key: DagKey | None, why: Refusal | None) -> None:
        self.dag_id = dag_id
        self.key = key
        self.refusal = why


def pause_dag(info: ContextInfo, dag_id: DagId) -> DAG:
    """Pause a DAG."""
    paused: Any = carry_out(info, set_paused, dag_id=dag_id, is_paused=True)
    return paused  # type: ignore[no-any-return]


def unpause_dag(info: ContextInfo, dag_id: DagId) -> DAG:
    """Resume a DAG."""
    resumed: Any = carry_out(info, set_paused, dag_id=dag_id, is_paused=False)
    return resumed  # type: ignore[no-any-return]


def set_dags_paused(
    info: ContextInfo,
    input: Annotated[SetDagsPausedInput, strawberry.argument(description="Which DAGs.")],
) -> SetDagsPausedPayload:
    """Pause or resume DAGs one by one, so that one refusal does not keep the others from it."""
    if len(input.dag_ids) > _MOST_DAGS:
        raise Invalid(f"{len(input.dag_ids)} DAGs at once are too many.", field="dagIds", hint="Name 500 at most.")
    results: list[Any] = []
    for dag_id in dict.fromkeys(input.dag_ids):
        try:
            key = carry_out(info, set_paused, dag_id=dag_id, is_paused=input.is_paused)
        except Problem as problem:
            results.append(_Result(dag_id, None, refusal(problem)))
        else:
            results.append(_Result(dag_id, key, None))
    return SetDagsPausedPayload(results=results)


def reparse_dag(info: ContextInfo, dag_id: DagId) -> DAG:
    """Ask for a DAG's file to be parsed."""
    asked: Any = carry_out(info, reparse, dag_id=dag_id).dag
    return asked  # type: ignore[no-any-return]


def delete_dag(info: ContextInfo, dag_id: DagId) -> strawberry.ID:
    """Delete a DAG."""
    key = carry_out(info, delete, dag_id=dag_id)
    return strawberry.ID(global_id("DAG", key.dag_id))
