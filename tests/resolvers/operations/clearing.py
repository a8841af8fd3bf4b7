"""Words to clear with: what stopped, told to run again."""

from typing import Any

from resolvers.operations.clear import clear_run, clear_task_instances
from resolvers.operations.keys import Cleared
from tests.resolvers.operations.stopped import changing
from tests.world import World

clear_line = changing(clear_task_instances)
clear_whole = changing(clear_run)
RUN: dict[str, Any] = {"dag_id": "line", "run_id": "run", "reset_dag_runs": True}
DO: dict[str, Any] = {**RUN, "dry_run": False}


def clear(world: World, **options: object) -> Cleared:
    cleared: Cleared = clear_line(world, **{**DO, **options})
    return cleared
