"""What becomes of task instances from one moment to the next, in simple form: begun, ended, tried again."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, func, select

from resolvers.demo.blueprint import DagPlan, Manner, TaskPlan
from resolvers.demo.fate import Try, chosen, expansion
from resolvers.demo.furniture import worker_job
from resolvers.demo.progress import map_label, verdict
from resolvers.demo.rules import FINISHED, Verdict
from resolvers.demo.run_rows import RESUMED_BY
from resolvers.demo.shift import Shift
from resolvers.operations.attempts import give_up_tries
from resolvers.operations.instances import stored_columns
from resolvers.operations.uuid7 import uuid7

_RETRY_DELAY = timedelta(seconds=4)
_LOOK_AGAIN = timedelta(seconds=15)
_UNBEGUN: Mapping[str, object] = {"start_date": None, "end_date": None, "duration": None}
_BEFORE_WAITING = timedelta(seconds=1)

States = dict[str, dict[int, str | None]]
RowsByTask = Mapping[str, Sequence[Row[Any]]]


def states_of(rows: Iterable[Row[Any]]) -> States:
    """Return the states of task instances, by task and map index."""
    states: States = defaultdict(dict)
    for row in rows:
        states[row.task_id][row.map_index] = row.state
    return states


def work_on(shift: Shift, plan: DagPlan, rows: Sequence[Row[Any]], states: States, *, may_begin: bool) -> None:
    """Let the task instances of one run go on; `states` is kept up to date.

    Where nothing `may_begin`, because the DAG is paused, what has begun goes on.
    """
    by_task: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        by_task[row.task_id].append(row)
        if row.task_id not in plan.by_id and row.state not in FINISHED:
            # The DAG has lost this task since: cleared or not, it is not run again.
            shift.change(row, {"state": "removed"})
            states[row.task_id][row.map_index] = "removed"
    for task in plan.tasks:
        for row in by_task[task.task_id]:
            step = _Step(shift, plan, task, row, by_task, states)
            match states[row.task_id].get(row.map_index):
                case "running":
                    step.go_on()
                case "queued":
                    step.begin()
                case state if may_begin and state not in FINISHED:
                    step.prepare(state)


@dataclass(frozen=True)
class _Step:
    """What becomes of one task instance now."""

    shift: Shift
    plan: DagPlan
    task: TaskPlan
    row: Row[Any]
    rows: RowsByTask
    states: States

    def prepare(self, state: str | None) -> None:
        """Let one that has not begun, or rests, come closer to running."""
        match state:
            case None:
                self._decide()
            case "restarting":
                self._become(None)
            case "scheduled":
                self._queue()
            case "up_for_retry" if self._rested(_RETRY_DELAY):
                self._schedule(next_try=True)
            case "up_for_reschedule" if self._rested(_LOOK_AGAIN):
                self._schedule(next_try=False)
            case "deferred" | "awaiting_input" if self._waited:
                self._schedule(next_try=False)

    def begin(self) -> None:
        """Let one that is queued run, if a worker is free."""
        if self.shift.take_worker(self.row):
            self._run(queued_at=self.row.queued_dttm)

    def go_on(self) -> None:
        """Let one that runs go on: it waits, ends, or fails, when its time has come."""
        row, now = self.row, self.shift.work.now
        if self.task.manner is Manner.RESCHEDULES:
            self._end() if self._waited else self._look_again_later()
        elif row.next_method is not None:
            self._end()
        elif self.task.manner in {Manner.DEFERS, Manner.ASKS}:
            if now - row.start_date >= _BEFORE_WAITING:
                # Airflow knows since 3.3 that it is a person who is waited for.
                asks = self.task.manner is Manner.ASKS and self.shift.work.generation.number == 3
                self._become("awaiting_input" if asks else "deferred", next_method=RESUMED_BY)
        elif now - row.start_date >= self._try.lasts:
            self._end()

    @property
    def _try(self) -> Try:
        row = self.row
        return Try(row.dag_id, row.run_id, self.task, row.map_index, row.try_number)

    @property
    def _waited(self) -> bool:
        start = self.row.start_date
        return start is None or self.shift.work.now - start >= timedelta(seconds=self.task.waits)

    def _rested(self, pause: timedelta) -> bool:
        end = self.row.end_date
        return end is None or self.shift.work.now - end >= pause

    def _become(self, state: str | None, **values: object) -> None:
        self.shift.change(self.row, {"state": state, **values})
        self.states[self.row.task_id][self.row.map_index] = state

    def _decide(self) -> None:
        """Let one without a state follow its trigger rule."""
        now = self.shift.work.now
        match verdict(self.plan, self.task, self.row.map_index, self.states):
            case Verdict.WAIT:
                return
            case Verdict.RUN if isinstance(self.task.over, str) and self.row.map_index == -1:
                self._expand()
            case Verdict.RUN if self.task.operator.is_empty:
                # Airflow sends no worker for a task that does nothing.
                number = self.row.try_number + 1
                self._become("success", try_number=number, start_date=now, end_date=now, duration=0.0)
            case Verdict.RUN:
                self._schedule(next_try=True)
            case decided:
                self._become(decided.value, start_date=now, end_date=now, duration=0.0)

    def _expand(self) -> None:
        """Make as many of a mapped task as the task upstream returned values."""
        work, row = self.shift.work, self.row
        common = {name: getattr(row, name) for name in stored_columns(work, "task_instance")}
        begun = {"state": "scheduled", "try_number": row.try_number + 1, "scheduled_dttm": work.now, **_UNBEGUN}
        indexes = range(expansion(row.dag_id, row.run_id, row.task_id))
        ids = [{"id": uuid7()} if work.generation.number == 3 else {} for _ in indexes]
        work.insert_all(
            "task_instance", [{**common, **begun, "map_index": index, **ids[index]} for index in indexes[1:]]
        )
        del self.states[row.task_id][row.map_index]
        self.shift.change(row, {**begun, "map_index": 0})
        self.states[row.task_id] |= dict.fromkeys(indexes, "scheduled")

    def _schedule(self, *, next_try: bool) -> None:
        # One that has waited goes on with the try that it began, and keeps its start.
        fresh = {**_UNBEGUN, "try_number": self.row.try_number + 1} if next_try else {}
        self._become("scheduled", scheduled_dttm=self.shift.work.now, **fresh)

    def _queue(self) -> None:
        """Take slots of the pool, and run at once if a worker is free."""
        if not self.shift.take_slots(self.row):
            return
        if self.shift.take_worker(self.row):
            self._run(queued_at=self.shift.work.now)
        else:
            self._become("queued", queued_dttm=self.shift.work.now)

    def _run(self, queued_at: object) -> None:
        work, row, fate = self.shift.work, self.row, self._try
        values: dict[str, object] = {
            "queued_dttm": queued_at,
            "start_date": row.start_date or work.now,
            "end_date": None,
            "duration": None,
            "hostname": fate.worker,
            "pid": fate.process,
            "rendered_map_index": map_label(self.plan, self.task, row.map_index),
            "last_heartbeat_at": work.now,
        }
        if work.generation.number == 2:
            job = 1 + (work.connection.execute(select(func.max(work.column("job", "id")))).scalar() or 0)
            work.insert("job", worker_job(job, work.now, fate.worker))
            values["job_id"] = job
        self._become("running", **values)
        self.shift.tell(row, "running", row.try_number)

    def _look_again_later(self) -> None:
        """Give the slot back, and note when to look again."""
        work, row = self.shift.work, self.row
        waited = {"start_date": row.queued_dttm or row.start_date, "end_date": work.now}
        if work.generation.number == 3:
            named: dict[str, object] = {"ti_id": row.id}
        else:
            named = {name: getattr(row, name) for name in ("dag_id", "run_id", "task_id", "map_index", "try_number")}
        work.insert(
            "task_reschedule",
            {**named, **waited, "duration": 1, "reschedule_date": work.now + _LOOK_AGAIN},
        )
        self._become("up_for_reschedule", end_date=work.now, duration=self._duration)
        self._end_job("success")

    @property
    def _duration(self) -> float:
        return float((self.shift.work.now - self.row.start_date).total_seconds())

    def _end(self) -> None:
        """Let the try end: well, or badly, and then with another to come or for good."""
        row, shift = self.row, self.shift
        over = {"end_date": shift.work.now, "duration": self._duration, "next_method": None}
        if self._try.succeeds():
            self._become("success", **over)
            shift.tell(row, "success", row.try_number)
            shift.written.extend((uri, row) for uri in self.task.outlets)
            shift.triggered.extend([self.task.triggers] if self.task.triggers else [])
            self._leave_out()
        elif row.try_number <= row.max_tries:
            (given_up,) = give_up_tries(shift.work, [row])
            self._become("up_for_retry", **{**over, **given_up})
            shift.tell(row, "failed", row.try_number)
        else:
            self._become("failed", **over)
            shift.tell(row, "failed", row.try_number)
        self._end_job(str(self.states[row.task_id][row.map_index]))

    def _end_job(self, state: str) -> None:
        work = self.shift.work
        if work.generation.number == 2 and self.row.job_id is not None:
            ended = {"state": "failed" if state == "up_for_retry" else state, "end_date": work.now}
            work.update("job", ended, *work.where("job", id=self.row.job_id))

    def _leave_out(self) -> None:
        """Skip the ways that a branch does not go."""
        if self.task.manner is not Manner.BRANCHES:
            return
        way, now = chosen(self.plan, self.row.run_id, self.task), self.shift.work.now
        for task_id in self.plan.downstream[self.task.task_id]:
            other = self.plan.by_id[task_id]
            if task_id == way or other.upstream != (self.task.task_id,):
                continue
            for row in self.rows.get(task_id, ()):
                if self.states[task_id].get(row.map_index) is None:
                    self.shift.change(row, {"state": "skipped", "start_date": now, "end_date": now, "duration": 0.0})
                    self.states[task_id][row.map_index] = "skipped"
