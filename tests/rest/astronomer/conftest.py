"""The API of Astronomer's plugin, served in each of its forms."""

from collections.abc import Iterator

import pytest

from tests.conftest import KINDS
from tests.rest.early import Early, early_of

SECRET = "s3cret"
CONFIGURED = {"AIRFLOW__AIRFLOW__API__PLUGIN_AIRFLOW_API_AUTH": SECRET, "AIRFLOW__CORE__DAGS_FOLDER": "/opt/dags"}


@pytest.fixture(params=KINDS)
def documented(request: pytest.FixtureRequest) -> Iterator[Early]:
    """Serve a world of each kind, for one test to change; it answers as the plugin's documentation says."""
    with early_of(request, request.param, CONFIGURED) as told:
        yield told


@pytest.fixture(params=KINDS)
def original(request: pytest.FixtureRequest) -> Iterator[Early]:
    """Serve a world of each kind, for one test to change; it answers as the plugin did."""
    with early_of(request, request.param, CONFIGURED, astronomer_answers="original") as told:
        yield told
