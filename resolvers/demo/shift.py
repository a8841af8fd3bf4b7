"""What all workers together have at one moment, and what they change: slots, workers, rows, the audit log."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select

from resolvers.demo.rows import ACCOUNT
from resolvers.operations.instances import Change, change_instances
from resolvers.operations.work import Work

# How many tasks may run at once in a queue.
_WORKERS = {"gpu": 1}
_MANY = 32

_TAKING = ("queued", "running")


class Shift:
    """One turn of all workers: what changes is gathered, and written at its end.

    `written` are the assets that tasks wrote, each with its task instance, `triggered` the DAGs that tasks triggered.
    """

    def __init__(self, work: Work, rows: Sequence[Row[Any]]) -> None:
        self.work = work
        self.written: list[tuple[str, Row[Any]]] = []
        self.triggered: list[str] = []
        self._changes: list[Change] = []
        self._slots = _open_slots(work)
        self._busy = Counter(row.queue for row in rows if row.state == "running")
        self._logged: list[dict[str, object]] = []

    def write(self) -> None:
        """Write what has changed."""
        change_instances(self.work, self._changes)
        self.work.insert_all("log", self._logged)

    def change(self, row: Row[Any], values: dict[str, object]) -> None:
        """Note what changes of a task instance."""
        self._changes.append((row, values))

    def tell(self, row: Row[Any], event: str, try_number: int) -> None:
        """Note what the audit log is to say."""
        self._logged.append(
            {
                "dttm": self.work.now,
                "dag_id": row.dag_id,
                "task_id": row.task_id,
                "run_id": row.run_id,
                "map_index": row.map_index,
                "event": event,
                "owner": ACCOUNT,
                "try_number": try_number,
            }
        )

    def take_slots(self, row: Row[Any]) -> bool:
        """Take the slots that a task instance needs, if its pool has them."""
        free = self._slots.get(row.pool)
        if free is not None:
            if free < row.pool_slots:
                return False
            self._slots[row.pool] = free - row.pool_slots
        return True

    def take_worker(self, row: Row[Any]) -> bool:
        """Take a worker of the queue, if one is free."""
        if self._busy[row.queue] >= _WORKERS.get(row.queue, _MANY):
            return False
        self._busy[row.queue] += 1
        return True


def _open_slots(work: Work) -> dict[str, int]:
    """Return the slots that are free, by pool; pools without a limit are left out."""
    column = work.column
    pools = work.connection.execute(
        select(column("pool", "pool"), column("pool", "slots"), column("pool", "include_deferred"))
    ).all()
    state = column("task_instance", "state")
    taken: dict[str, Counter[str]] = defaultdict(Counter)
    counted = (
        select(column("task_instance", "pool"), state, func.sum(column("task_instance", "pool_slots")))
        .where(state.in_((*_TAKING, "deferred")))
        .group_by(column("task_instance", "pool"), state)
    )
    for pool, name, slots in work.connection.execute(counted):
        taken[pool][name] = slots
    return {
        pool: slots - sum(taken[pool][name] for name in (*_TAKING, *(["deferred"] if include_deferred else [])))
        for pool, slots, include_deferred in pools
        if slots >= 0
    }
