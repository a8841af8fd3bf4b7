"""The dialects of Airflow's early years over real HTTP, on a world like the one of which the originals were asked."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.http.server import ADMIN, TOKENS, served
from tests.world import World

FIRST, LATER = datetime(2021, 5, 1, tzinfo=UTC), datetime(2026, 11, 20, 23, 45, 26, tzinfo=UTC)
STARTED = datetime(2026, 11, 20, 23, 26, 54, 387681, tzinfo=UTC)
ENDED = datetime(2026, 11, 20, 23, 26, 54, 563738, tzinfo=UTC)


@dataclass(frozen=True)
class Early:
    """A world, served."""

    world: World
    address: str

    def send(self, method: str, path: str, *, authorization: str | None = f"Bearer {ADMIN}", **how: Any) -> Any:
        """Send a request with this Authorization."""
        headers = {**({"Authorization": authorization} if authorization else {}), **how.pop("headers", {})}
        return httpx.request(method, f"{self.address}{path}", headers=headers, timeout=30, **how)


@contextmanager
def early_of(
    request: pytest.FixtureRequest, kind: str, airflow: Mapping[str, str] | None = None, **settings: object
) -> Iterator[Early]:
    """Serve the world of `furnish_early` with the dialects on, until the end of the block."""
    minor, backend = kind.split("-")
    url = request.getfixturevalue(f"{backend}_store").database(minor)
    told = {"tokens": TOKENS, "dialects": ("stable", "experimental", "astronomer"), **settings}
    world = World.configured(url, minor, airflow or {}, **told)
    try:
        furnish_early(world)
        with served(world) as at:
            yield Early(world, at.address)
    finally:
        world.close()


def furnish_early(world: World) -> None:
    """Put into a world what the originals had: a DAG with two runs, one of them over, and a paused one without any."""
    tasks = {"extract": ["transform"], "transform": ["load", "notify"], "load": ["notify"], "notify": []}
    with world.together():
        world.dag("demo_etl", tasks, fileloc="/opt/dags/demo.py")
        world.dag("another", fileloc="/opt/dags/other.py", is_paused=True)
        world.recorded_dag("when_daily")
        world.run(
            "demo_etl", "r1", logical_date=FIRST, run_after=FIRST, state="success", start_date=STARTED, end_date=ENDED
        )
        world.run("demo_etl", "x1", logical_date=LATER, run_after=LATER, state="running", end_date=None)
        world.task_instance(
            "demo_etl", "r1", "extract", "success", start_date=STARTED, end_date=ENDED, duration=0.176057
        )
