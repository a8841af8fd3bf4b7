"""Fixtures of the tests that need real Airflow: one of each chosen version for the whole session.

The versions come from `--airflow VERSION` (again for more, `all` for every pinned one), else from
AIRFLOW_GRAPH_LIVE (comma-separated), else they are the two that every test run has to prove.
"""

import os
from collections.abc import Iterator

import pytest

from .airflow import Airflow
from .installing import chosen_versions


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each test every chosen version; `--dist loadgroup` keeps one version on one worker."""
    if "running_airflow" in metafunc.fixturenames:
        flags: list[str] = metafunc.config.getoption("--airflow", default=None) or []
        words = flags or [word for word in os.environ.get("AIRFLOW_GRAPH_LIVE", "").split(",") if word]
        versions = [
            pytest.param(version, marks=pytest.mark.xdist_group(f"airflow-{version}"), id=version)
            for version in chosen_versions(words)
        ]
        metafunc.parametrize("running_airflow", versions, indirect=True, scope="session")


@pytest.fixture(scope="session")
def running_airflow(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Airflow]:
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
