"""Fixtures of the tests that need real Airflow: one of each chosen version for the whole session.

The versions come from `--airflow VERSION` (again for more, `all` for every pinned one), else from
AIRFLOW_GRAPH_LIVE (comma-separated), else they are the two that every test run has to prove.
"""

import os
from collections.abc import Iterator

import pytest

from .airflow import Airflow
from .history import make_history
from .installing import chosen_versions
from .serving import Service


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each test every chosen version, or those that its module's VERSIONS begins.

    With `--dist loadgroup` the tests of one version stay on one worker.
    """
    if "running_airflow" in metafunc.fixturenames:
        flags: list[str] = metafunc.config.getoption("--airflow", default=None) or []
        words = flags or [word for word in os.environ.get("AIRFLOW_GRAPH_LIVE", "").split(",") if word]
        versions = [
            pytest.param(version, marks=pytest.mark.xdist_group(f"airflow-{version}"), id=version)
            for version in chosen_versions(words)
            if version.startswith(getattr(metafunc.module, "VERSIONS", ""))
        ]
        metafunc.parametrize("running_airflow", versions, indirect=True, scope="session")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Name the group of a test in its id, where xdist 3.8 tried to and pytest 9.2 took no notice.

    Without it (https://github.com/pytest-dev/pytest-xdist/issues/1386) each worker starts each version.
    """
    if not getattr(config.option, "loadgroup", False):
        return
    for item in items:
        for mark in item.iter_markers("xdist_group"):
            if not item.nodeid.endswith(f"@{mark.args[0]}"):
                item._id = item.id.parse(f"{item.nodeid}@{mark.args[0]}")


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Stop an Airflow behind the last test of its own, instead of letting it work on beside all other tests.

    Should a later test want it after all, it starts again.
    """
    yield
    if isinstance(item, pytest.Function) and _wants_airflow(item) and not _wants_airflow(nextitem):
        item._fixtureinfo.name2fixturedefs["running_airflow"][-1].finish(item._request)  # type: ignore[arg-type]


def _wants_airflow(item: pytest.Item | None) -> bool:
    return isinstance(item, pytest.Function) and "running_airflow" in item.fixturenames


@pytest.fixture(scope="session")
def running_airflow(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airflow]:
    """Start an Airflow of the version that the parameter names."""
    running = Airflow(request.param, tmp_path_factory.mktemp(f"airflow-{request.param}"))
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture
def airflow(running_airflow: Airflow) -> Iterator[Airflow]:
    """Watch it: what a test does must not make a scheduler log an exception."""
    before = running_airflow.scheduler_exceptions()
    yield running_airflow
    assert running_airflow.scheduler_exceptions() == before


@pytest.fixture(scope="session")
def lived(running_airflow: Airflow) -> Airflow:
    """Let it have run every DAG."""
    make_history(running_airflow)
    return running_airflow


@pytest.fixture
def history(lived: Airflow, airflow: Airflow) -> Airflow:
    """Read what it did, watched as in every test."""
    assert lived is airflow
    return airflow


@pytest.fixture(scope="session")
def service(running_airflow: Airflow) -> Iterator[Service]:
    """Start our own server over its metadata."""
    serving = Service(running_airflow)
    try:
        yield serving
    finally:
        serving.stop()
