"""The demo: an embedded world, its clock, and a server on this machine alone."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from graph.app import create_app
from graph.examples import EXAMPLES
from graph.http.graphiql import Console, OfferedToken
from graph.serving import announcement, check_address, run
from resolvers.demo.clock import DemoClock
from resolvers.demo.world import DEMO_NOTICE, DemoWorld, build_world
from resolvers.service import Service
from resolvers.settings import Settings, load_settings
from resolvers.setup import open_service

# Whoever looks around here is welcome to: GraphiQL works for callers without a token too.
_OPEN = {"introspection": "everyone"}


@dataclass(frozen=True)
class Demo:
    """A world that is being served: its settings, its service, what GraphiQL shows of it."""

    world: DemoWorld
    settings: Settings
    service: Service

    @property
    def console(self) -> Console:
        """What GraphiQL shows: the examples, and the people that one can act as."""
        # The first is acted as: whoever looks around wants to try everything.
        tokens = reversed(self.world.tokens)
        return Console(
            title=f"Airflow {self.service.generation.minor} demo",
            tabs=EXAMPLES,
            notice=DEMO_NOTICE,
            tokens=[OfferedToken(f"{one.name} ({one.role.value})", one.token) for one in tokens],
        )


@contextmanager
def open_demo(*, airflow: int, port: int | None = None) -> Iterator[Demo]:
    """Make a world in a temporary folder and run its clock; both are gone at the end."""
    with tempfile.TemporaryDirectory(prefix="airflow-graph-demo-") as folder:
        world = build_world(Path(folder) / "airflow.db", airflow=airflow, now=datetime.now(UTC))
        # Loopback, whatever the environment says: the tokens are no secrets.
        settings = load_settings(
            **world.settings, host="127.0.0.1", port=port, workers=1, airflow_home=Path(folder), **_OPEN
        )
        service = open_service(settings).service
        clock = DemoClock(world.url)
        clock.start()
        try:
            yield Demo(world, settings, service)
        finally:
            clock.stop()
            service.close()


def serve_demo(*, airflow: int, port: int | None) -> None:
    """Make the world, start its clock, and serve it until stopped."""
    check_address(load_settings(host="127.0.0.1", port=port))
    started = time.perf_counter()
    with open_demo(airflow=airflow, port=port) as demo:
        world = demo.world
        size = f"{world.dags} DAGs, {world.runs:,} runs, {world.task_instances:,} task instances"
        took = time.perf_counter() - started
        place = f"embedded SQLite, made in {took:.1f} s: {size}"
        click.echo(announcement(demo.settings, demo.service, place, notice=DEMO_NOTICE), err=True)
        click.echo("  open       " + click.style(f"http://127.0.0.1:{demo.settings.port}/", bold=True), err=True)
        for token in world.tokens:
            click.echo(f"  token      {token.token}  {token.name} ({token.role.value})", err=True)
        run(demo.settings, create_app(demo.service, demo.console))
