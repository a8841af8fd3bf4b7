"""What Airflow's audit log says of a state that was set by hand."""

import json

import pytest

from resolvers.operations.run_state import set_run_state
from resolvers.operations.task_state import set_task_instance_state
from tests.resolvers.operations.stopped import changing, stopped
from tests.resolvers.operations.test_states import RUN, SECOND
from tests.world import World

pytestmark = pytest.mark.mysql

set_run = changing(set_run_state)
set_task = changing(set_task_instance_state)


def test_what_airflow_notes_of_a_state_of_a_task(world: World) -> None:
    stopped(world)
    set_task(world, **SECOND, state="success")
    (row,) = world.rows("log", "event dag_id run_id task_id extra")
    extra = json.loads(row.pop("extra"))
    if world.generation.number == 2:
        event = "api.post_set_task_instances_state"
        assert row == {"event": event, "dag_id": "line", "run_id": None, "task_id": None}
        assert extra == {"run_id": "run", "task_id": "second", "state": "success"}
    else:
        assert row == {"event": "patch_task_instance", **SECOND}
        assert extra == {"state": "success", "method": "PATCH"}


def test_a_dry_run_is_noted_by_airflow_2_alone(world: World) -> None:
    stopped(world)
    set_task(world, **SECOND, state="success", dry_run=True)
    assert len(world.rows("log", "event")) == (1 if world.generation.number == 2 else 0)


def test_what_airflow_notes_of_a_state_of_a_run(world: World) -> None:
    stopped(world)
    set_run(world, **RUN, state="success")
    (row,) = world.rows("log", "event dag_id run_id task_id extra")
    extra = json.loads(row.pop("extra"))
    event = "api.update_dag_run_state" if world.generation.number == 2 else "patch_dag_run"
    assert row == {"event": event, **RUN, "task_id": None}
    assert extra["state"] == "success"
