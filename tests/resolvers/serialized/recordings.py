"""The serialized DAGs and the facts that real Airflows recorded, per minor version."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from resolvers.serialized.dag import SerializedDag

DATABASES = Path(__file__).parents[2] / "databases"
MINORS = ("2.9", "2.10", "2.11", "3.0", "3.1", "3.2", "3.3")


@cache
def stored(minor: str) -> dict[str, dict[str, Any]]:
    """Return `serialized_dag.data` by DAG id."""
    return _read(minor, "serialized.json")


@cache
def facts(minor: str) -> dict[str, dict[str, Any]]:
    """Return what the Airflow of that minor concluded from the same, by DAG id."""
    return _read(minor, "facts.json")


@cache
def runs(minor: str) -> dict[str, dict[str, Any]]:
    """Return the rows that it inserted for a run of each DAG, or its refusal."""
    return _read(minor, "runs.json")


@cache
def dags(minor: str) -> dict[str, SerializedDag]:
    """Return the same DAGs as we decode them."""
    return {dag_id: SerializedDag.decode(data) for dag_id, data in stored(minor).items()}


def _read(minor: str, name: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads((DATABASES / minor / name).read_text(encoding="utf-8"))
    return found
