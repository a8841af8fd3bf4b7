"""Words for tests that trigger runs."""

from datetime import timedelta
from typing import Any

import pytest

from resolvers.errors import Problem
from resolvers.operations.keys import RunKey
from resolvers.operations.trigger import trigger_run
from resolvers.settings import Role
from tests.world import DAY, World

LATER = DAY + timedelta(hours=5)


def trigger(world: World, role: Role = Role.ADMIN, **arguments: Any) -> RunKey:
    """Trigger a run in somebody's name."""
    with world.service.session(world.actor(role)) as session:
        return session.run(trigger_run, **arguments)


def only(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the one row that there is."""
    (row,) = rows
    return row


def run_of(world: World, key: RunKey, columns: str) -> dict[str, Any]:
    """Return logical columns of a run."""
    return only(world.rows("dag_run", columns, dag_id=key.dag_id, run_id=key.run_id))


def refused(world: World, kind: type[Problem], match: str, **arguments: Any) -> Problem:
    """Trigger in vain; nothing may be left but the audit row."""
    before = len(world.rows("log", "id"))
    runs = len(world.rows("dag_run", "run_id"))
    with pytest.raises(kind, match=match) as caught:
        trigger(world, **arguments)
    assert len(world.rows("dag_run", "run_id")) == runs
    assert world.rows("task_instance", "task_id") == []
    assert world.rows("dag_run_note", "content") == []
    assert len(world.rows("log", "id")) == before + 1
    return caught.value
