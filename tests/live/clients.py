"""Airflow's own Python client beside a real Airflow: what it asks for there, and our server for it to ask."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from airflow_client.client import ApiClient, Configuration  # type: ignore[import-untyped]

from tests.rest.client_calls import Place

from .airflow import Airflow
from .configuration import environment
from .installing import install
from .serving import TOKEN, Service

PLACE = Place(
    dag_id="passes",
    run_id="history",
    task_id="b",
    mapped=("maps_xcom", "history", "square"),
    xcom=("passes", "history", "a"),
    spare=("paused", "only"),
    doomed="nothing",
    uri="s3://nothing",
    waiting="passes",
)


@dataclass(frozen=True)
class Ours:
    """Our server under the configuration of that Airflow, and a client of it."""

    service: Service
    client: ApiClient


@contextmanager
def served_beside(airflow: Airflow) -> Iterator[Ours]:
    """Start our server, until the end of the block."""
    told = environment(airflow.layout, major=airflow.major, venv=install(airflow.version))
    service = Service(airflow, settings={name: value for name, value in told.items() if name.startswith("AIRFLOW__")})
    try:
        with ApiClient(Configuration(f"{service.url}/api/v1"), "Authorization", f"Bearer {TOKEN}") as client:
            yield Ours(service, client)
    finally:
        service.stop()
