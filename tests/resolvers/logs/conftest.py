"""Worlds whose logs are in a folder, and with servers of this machine."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import KINDS
from tests.resolvers.logs.serving import KEY
from tests.world import World

Opening = Callable[..., World]


@pytest.fixture(params=KINDS)
def opening(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opening]:
    """Return what opens a world with a DAG and a run, where logs are in `tmp_path`; it takes further configuration."""
    minor, backend = request.param.split("-")
    opened: list[World] = []

    def open_(**options: object) -> World:
        section = "WEBSERVER" if minor.startswith("2") else "API"
        told = {"LOGGING__BASE_LOG_FOLDER": str(tmp_path), f"{section}__SECRET_KEY": KEY, **options}
        environ = {f"AIRFLOW__{name}": str(value) for name, value in told.items()}
        url = request.getfixturevalue(f"{backend}_store").database(minor)
        world = World.configured(url, minor, environ)
        opened.append(world)
        world.dag("etl", {"load": []})
        world.run("etl", "run one", log_template_id=None)
        return world

    yield open_
    for world in opened:
        world.close()


def written(folder: Path, *lines: str, task: str = "load", number: int = 1, suffix: str = "") -> Path:
    """Write the log of a try of the run, and return where it is."""
    path = folder / f"dag_id=etl/run_id=run one/task_id={task}/attempt={number}.log{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines))
    return path
