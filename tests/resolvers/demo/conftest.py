"""Demo worlds for tests: built once for each generation, and copied for each test."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from resolvers.airflow_config import AirflowConfig
from resolvers.demo.clock import DemoClock
from resolvers.demo.world import DemoWorld, build_world
from resolvers.operations.trigger import trigger_run
from resolvers.service import Service
from resolvers.settings import load_settings
from tests.world import World

NOW = datetime(2026, 3, 11, 9, 17, 23, 456789, tzinfo=UTC)


@dataclass(kw_only=True)
class Demo(World):
    """A demo world, with words to let time pass in it."""

    built: DemoWorld
    clock: DemoClock
    now: datetime = NOW

    def pass_seconds(self, seconds: int, *, until: Callable[[], bool] = lambda: False) -> int:
        """Take a turn for each second until something holds; return how many it took."""
        for second in range(seconds):
            self.now += timedelta(seconds=1)
            self.clock.turn(self.now)
            if until():
                return second + 1
        return seconds

    def trigger(self, dag_id: str, run_id: str = "by-hand") -> str:
        """Trigger a run. What befalls it hangs on its id alone, so that it is the same in each test run."""
        with self.service.session(self.actor()) as session:
            session.run(trigger_run, dag_id=dag_id, run_id=run_id)
        self.catch_up()
        return run_id

    def catch_up(self) -> None:
        """Let it be no earlier than it really is, since operations go by the real time."""
        self.now = max(self.now, datetime.now(UTC))

    def finish(self, dag_id: str, run_id: str) -> int:
        """Let time pass until a run is over; return how many seconds that took, at most 120."""
        return self.pass_seconds(120, until=lambda: self.run_state(dag_id, run_id) in {"success", "failed"})

    def run_state(self, dag_id: str, run_id: str) -> str:
        """Return the state of a run."""
        (row,) = self.rows("dag_run", "state", dag_id=dag_id, run_id=run_id)
        return str(row["state"])

    def task_states(self, dag_id: str, run_id: str) -> dict[tuple[str, int], str | None]:
        """Return the states of a run's task instances, by task and map index."""
        rows = self.rows("task_instance", "task_id map_index state", dag_id=dag_id, run_id=run_id)
        return {(row["task_id"], row["map_index"]): row["state"] for row in rows}

    def a_run(self, dag_id: str, state: str) -> str:
        """Return the id of the newest run of a DAG that is in a state."""
        runs = self.rows("dag_run", "id run_id", dag_id=dag_id, state=state)
        return str(max(runs, key=lambda run: int(run["id"]))["run_id"])


@pytest.fixture(scope="package", params=[2, 3], ids=["2.11", "3.3"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> DemoWorld:
    """Return a world that nobody changes."""
    path = tmp_path_factory.mktemp("demo") / "world.db"
    return build_world(path, airflow=request.param, now=NOW)


@pytest.fixture
def demo(built: DemoWorld, tmp_path: Path) -> Iterator[Demo]:
    """Return a world of the test's own; its clock stands still until it is told otherwise."""
    copy = replace(built, path=tmp_path / "world.db")
    shutil.copyfile(built.path, copy.path)
    service = Service.open(load_settings(**copy.settings), AirflowConfig.discover(environ={}), copy.url)
    clock = DemoClock(copy.url)
    yield Demo(service=service, url=copy.url, built=copy, clock=clock)
    clock.stop()
    service.close()
