"""Health and version, which anybody may ask for."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import anyio
import httpx
import pytest
from starlette.applications import Starlette

from graph.rest.routes import rest_routes
from resolvers.metadata.engine import open_engine
from resolvers.service import Service
from tests.world import World


def answer(service: Service, path: str) -> httpx.Response:
    """Ask, in-process and without credentials."""
    app = Starlette(routes=rest_routes(service))

    async def asked() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here/api/v1") as client:
            return await client.get(path)

    return anyio.run(asked)


def beat(world: World, kind: str, *, seconds_ago: float, state: str = "running") -> datetime:
    at = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    world.insert("job", {"job_type": kind, "state": state, "latest_heartbeat": at, "start_date": at})
    return at


def test_the_newest_heartbeat_of_each_process_counts(world: World) -> None:
    beat(world, "SchedulerJob", seconds_ago=1000)
    latest = beat(world, "SchedulerJob", seconds_ago=5)
    beat(world, "TriggererJob", seconds_ago=31)

    health = answer(world.service, "/health").json()

    assert health["scheduler"] == {"status": "healthy", "latest_scheduler_heartbeat": latest.isoformat()}
    assert health["triggerer"]["status"] == "unhealthy"
    assert health["dag_processor"] == {"status": None, "latest_dag_processor_heartbeat": None}


def test_a_job_that_ended_is_no_sign_of_life(world: World) -> None:
    beat(world, "SchedulerJob", seconds_ago=1, state="success")
    beat(world, "TriggererJob", seconds_ago=2)
    newer = beat(world, "TriggererJob", seconds_ago=1, state="failed")

    health = answer(world.service, "/health").json()

    assert health["scheduler"]["status"] == "unhealthy"
    # One that runs comes before a newer one that does not.
    assert health["triggerer"]["status"] == "healthy"
    assert health["triggerer"]["latest_triggerer_heartbeat"] < newer.isoformat()


def test_only_airflow_3_always_has_a_dag_processor(world: World) -> None:
    beat(world, "DagProcessorJob", seconds_ago=1)

    told = answer(world.service, "/health").json()["dag_processor"]["status"]

    assert told == {2: None, 3: "healthy"}[world.generation.number]


def test_the_settings_may_know_the_version_better(world: World) -> None:
    assert answer(world.service, "/version").json()["version"] == world.generation.minor

    settings = world.service.settings.model_copy(update={"airflow_version": "2.11.2"})
    assert answer(replace(world.service, settings=settings), "/version").json()["version"] == "2.11.2"


def test_the_settings_may_switch_the_dialect_off(world: World) -> None:
    settings = world.service.settings.model_copy(update={"dialects": ()})

    assert answer(replace(world.service, settings=settings), "/version").status_code == 404


@pytest.fixture
def unreachable(world: World) -> Iterator[Service]:
    engine = open_engine("postgresql://nobody@127.0.0.1:9/none", world.service.settings)
    yield replace(world.service, engine=engine)
    engine.dispose()


def test_without_a_database_the_health_says_so(unreachable: Service) -> None:
    health = answer(unreachable, "/health")

    assert health.status_code == 200
    assert health.json()["metadatabase"] == {"status": "unhealthy"}
    assert health.json()["scheduler"]["status"] == "unhealthy"
    assert answer(unreachable, "/version").status_code == 200
