"""What a change that reaches many task instances answers."""

from dataclasses import dataclass

import strawberry

from graph.changes.carrying import read_back
from graph.types.dag_run import DagRun
from graph.types.task_instance import TaskInstance
from resolvers.operations.keys import Cleared, RunKey


@dataclass(frozen=True)
class Reached:
    """What a change reached, or would reach; the runs are those that it touches."""

    cleared: Cleared
    dry_run: bool
    run: RunKey | None = None

    @property
    def runs(self) -> tuple[RunKey, ...]:
        """The runs that it touches, and the one that was named."""
        named = () if self.run is None or self.run in self.cleared.runs else (self.run,)
        return (*named, *self.cleared.runs)


@strawberry.type(description="What a change reached, or in a dry run would reach.")
class ClearedPayload:
    """What a change reached, or in a dry run would reach."""

    dry_run: bool = strawberry.field(description="Whether nothing was changed.")
    task_instances: list[TaskInstance] = read_back(
        "The task instances, as they are now.", lambda told: told.cleared.task_instances
    )
    dag_runs: list[DagRun] = read_back("Their runs, as they are now.", lambda told: told.runs)
