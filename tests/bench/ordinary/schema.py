"""The part of our schema that the workloads ask for, as Strawberry's own types and resolvers."""

import base64
from datetime import datetime
from enum import Enum
from typing import Generic, Self, TypeVar

import strawberry

from tests.bench.ordinary import loaders, models
from tests.bench.ordinary.loaders import Loaders

Info = strawberry.Info[Loaders, None]
Row = TypeVar("Row")


@strawberry.enum
class DagRunState(Enum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"


@strawberry.enum
class DagRunType(Enum):
    MANUAL = "manual"
    SCHEDULED = "scheduled"
    BACKFILL = "backfill"
    ASSET_TRIGGERED = "asset_triggered"
    OPERATOR_TRIGGERED = "operator_triggered"
    ASSET_MATERIALIZATION = "asset_materialization"


@strawberry.enum
class TaskInstanceState(Enum):
    REMOVED = "removed"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    RESTARTING = "restarting"
    FAILED = "failed"
    UP_FOR_RETRY = "up_for_retry"
    UP_FOR_RESCHEDULE = "up_for_reschedule"
    UPSTREAM_FAILED = "upstream_failed"
    SKIPPED = "skipped"
    DEFERRED = "deferred"
    AWAITING_INPUT = "awaiting_input"
    SHUTDOWN = "shutdown"


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class Page(Generic[Row]):
    nodes: list[Row]
    page_info: PageInfo | None = None


@strawberry.type
class StateCount:
    state: TaskInstanceState | None
    count: int


@strawberry.type
class TaskInstance:
    task_id: str
    map_index: int
    state: TaskInstanceState | None
    try_number: int
    started_at: datetime | None
    ended_at: datetime | None
    duration: float | None

    @classmethod
    def of(cls, row: models.TaskInstance) -> Self:
        return cls(
            task_id=row.task_id,
            map_index=row.map_index,
            state=TaskInstanceState(row.state) if row.state else None,
            try_number=row.try_number,
            started_at=row.start_date,
            ended_at=row.end_date,
            duration=row.duration,
        )


@strawberry.type
class DagRun:
    dag_id: str
    run_id: str
    state: DagRunState
    run_type: DagRunType
    logical_date: datetime | None
    run_after: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, row: models.DagRun) -> Self:
        return cls(
            dag_id=row.dag_id,
            run_id=row.run_id,
            state=DagRunState(row.state),
            run_type=DagRunType(row.run_type),
            logical_date=row.logical_date,
            run_after=row.run_after,
            started_at=row.start_date,
            ended_at=row.end_date,
        )

    @strawberry.field
    def duration(self) -> float | None:
        if self.started_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.started_at).total_seconds()

    @strawberry.field
    async def task_instances(self, info: Info, first: int = 100) -> Page[TaskInstance]:
        rows = await info.context.task_instances(first).load((self.dag_id, self.run_id))
        return Page(nodes=[TaskInstance.of(row) for row in rows])

    @strawberry.field
    async def task_state_counts(self, info: Info) -> list[StateCount]:
        counts = await info.context.state_counts.load((self.dag_id, self.run_id))
        return [StateCount(state=TaskInstanceState(state) if state else None, count=number) for state, number in counts]


@strawberry.type
class Dag:
    dag_id: str
    display_name: str
    is_paused: bool
    max_active_tasks: int
    fileloc: str | None
    last_parsed_time: datetime | None

    @classmethod
    def of(cls, row: models.Dag) -> Self:
        return cls(
            dag_id=row.dag_id,
            display_name=row.dag_display_name or row.dag_id,
            is_paused=row.is_paused,
            max_active_tasks=row.max_active_tasks,
            fileloc=row.fileloc,
            last_parsed_time=row.last_parsed_time,
        )

    @strawberry.field
    async def runs(self, info: Info, first: int = 25) -> Page[DagRun]:
        rows = await info.context.runs(first).load(self.dag_id)
        return Page(nodes=[DagRun.of(row) for row in rows])

    @strawberry.field
    async def latest_run(self, info: Info) -> DagRun | None:
        rows = await info.context.runs(1).load(self.dag_id)
        return DagRun.of(rows[0]) if rows else None


@strawberry.type
class Query:
    @strawberry.field
    async def dags(self, info: Info, first: int = 25) -> Page[Dag]:
        return Page(nodes=[Dag.of(row) for row in await loaders.dags(info.context, first)])

    @strawberry.field
    async def dag(self, info: Info, dag_id: str) -> Dag | None:
        row = await loaders.dag(info.context, dag_id)
        return Dag.of(row) if row else None

    @strawberry.field
    async def dag_runs(self, info: Info, first: int = 25, after: str | None = None) -> Page[DagRun]:
        place = _decoded(after) if after else None
        rows = await loaders.newest_runs(info.context, first + 1, place)
        kept = rows[:first]
        end = _encoded(kept[-1]) if kept else None
        return Page(
            nodes=[DagRun.of(row) for row in kept],
            page_info=PageInfo(has_next_page=len(rows) > first, end_cursor=end),
        )


def _encoded(row: models.DagRun) -> str:
    return base64.b64encode(f"{row.run_after.isoformat()}|{row.id}".encode()).decode()


def _decoded(cursor: str) -> tuple[datetime, int]:
    moment, _, number = base64.b64decode(cursor).decode().partition("|")
    return datetime.fromisoformat(moment), int(number)


SCHEMA = strawberry.Schema(Query)
