"""What turns a statement for each parent into one for all of them."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Sequence
from functools import cached_property
from typing import Any, TypeVar

from anyio.to_thread import run_sync
from sqlalchemy import Engine, func, select, tuple_
from sqlalchemy.orm import Session, aliased
from strawberry.dataloader import DataLoader

from tests.bench.ordinary.models import Dag, DagRun, TaskInstance

Key = TypeVar("Key", bound=Hashable)
Made = TypeVar("Made")
RunKey = tuple[str, str]


class Loaders:
    """The loaders of one request; those of lists are made for each number of rows that is asked for."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._by_first: dict[tuple[str, int], DataLoader[Any, Any]] = {}

    async def query(self, read: Callable[[Session], Made]) -> Made:
        """Return what a function reads, on a thread of its own."""

        def run() -> Made:
            with Session(self._engine, expire_on_commit=False) as session:
                return read(session)

        return await run_sync(run)

    def runs(self, first: int) -> DataLoader[str, list[DagRun]]:
        """Return what loads the newest runs of DAGs."""
        return self._loader("runs", first, self._runs)

    def task_instances(self, first: int) -> DataLoader[RunKey, list[TaskInstance]]:
        """Return what loads the first task instances of runs."""
        return self._loader("task_instances", first, self._task_instances)

    @cached_property
    def state_counts(self) -> DataLoader[RunKey, list[tuple[str | None, int]]]:
        """Load how many task instances of runs are in which state."""
        return DataLoader(load_fn=self._state_counts)

    def _loader(
        self, name: str, first: int, load: Callable[[Sequence[Any], int], Awaitable[list[Any]]]
    ) -> DataLoader[Any, Any]:
        if (name, first) not in self._by_first:

            async def of_first(keys: list[Any]) -> list[Any]:
                return await load(keys, first)

            self._by_first[name, first] = DataLoader(load_fn=of_first)
        return self._by_first[name, first]

    async def _runs(self, dag_ids: Sequence[str], first: int) -> list[list[DagRun]]:
        newest = (DagRun.run_after.desc(), DagRun.id.desc())
        number = func.row_number().over(partition_by=DagRun.dag_id, order_by=newest).label("number")
        numbered = select(DagRun, number).where(DagRun.dag_id.in_(dag_ids)).subquery()
        run = aliased(DagRun, numbered)
        statement = select(run).where(numbered.c.number <= first).order_by(numbered.c.number)
        found = defaultdict(list)
        for row in await self.query(lambda session: session.scalars(statement).all()):
            found[row.dag_id].append(row)
        return [found[dag_id] for dag_id in dag_ids]

    async def _task_instances(self, keys: Sequence[RunKey], first: int) -> list[list[TaskInstance]]:
        key = (TaskInstance.dag_id, TaskInstance.run_id)
        place = (TaskInstance.task_id, TaskInstance.map_index)
        number = func.row_number().over(partition_by=key, order_by=place).label("number")
        numbered = select(TaskInstance, number).where(tuple_(*key).in_(keys)).subquery()
        instance = aliased(TaskInstance, numbered)
        statement = select(instance).where(numbered.c.number <= first).order_by(numbered.c.number)
        found = defaultdict(list)
        for row in await self.query(lambda session: session.scalars(statement).all()):
            found[row.dag_id, row.run_id].append(row)
        return [found[key] for key in keys]

    async def _state_counts(self, keys: list[RunKey]) -> list[list[tuple[str | None, int]]]:
        key = (TaskInstance.dag_id, TaskInstance.run_id)
        statement = (
            select(*key, TaskInstance.state, func.count())
            .where(tuple_(*key).in_(keys))
            .group_by(*key, TaskInstance.state)
        )
        found = defaultdict(list)
        for dag_id, run_id, state, number in await self.query(lambda session: session.execute(statement).all()):
            found[dag_id, run_id].append((state, number))
        return [sorted(found[key], key=lambda pair: (-pair[1], pair[0] or "")) for key in keys]


async def dags(loaders: Loaders, first: int) -> Sequence[Dag]:
    """Return DAGs by id."""
    statement = select(Dag).order_by(Dag.dag_id).limit(first)
    return await loaders.query(lambda session: session.scalars(statement).all())


async def dag(loaders: Loaders, dag_id: str) -> Dag | None:
    """Return one DAG."""
    return await loaders.query(lambda session: session.get(Dag, dag_id))


async def newest_runs(loaders: Loaders, first: int, after: tuple[Any, int] | None) -> Sequence[DagRun]:
    """Return the newest runs of all DAGs, those behind a place."""
    statement = select(DagRun).order_by(DagRun.run_after.desc(), DagRun.id.desc()).limit(first)
    if after is not None:
        statement = statement.where(tuple_(DagRun.run_after, DagRun.id) < tuple_(*after))
    return await loaders.query(lambda session: session.scalars(statement).all())
