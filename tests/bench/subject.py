"""What can be measured: a server that is started on a seeded database and asked the workloads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen

from tests.bench.client import Client

Answer = object
"""Parsed JSON in the form that the workload describes, the same of all subjects: so they can be compared."""

Asking = Callable[[], Answer]
"""Asks a workload once: every request that it takes, and its answer brought into the workload's form."""


@dataclass(frozen=True)
class Place:
    """A seeded database as one subject is to reach it, and where the subject may write files."""

    url: str
    """`postgresql://user:password@host/name?...` (the user is this subject's alone) or `sqlite:////path`."""
    airflow: str
    """The minor release whose tables it has, such as `3.3`."""
    folder: Path
    """A folder of this subject, outside the checkout and outside anybody's home."""


@dataclass(frozen=True)
class Running:
    """A started server. Its processes and all their descendants are what is measured, and are ended by the bench."""

    address: str
    """Such as `http://127.0.0.1:8123`; it answers already when this is returned."""
    processes: tuple[Popen[bytes], ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    """What every request carries, such as the authorization."""


@dataclass(frozen=True)
class Scenario:
    """The sizes and the names that the workloads ask for. The same for all subjects of a run."""

    dags: int
    """How many DAGs W1 lists, by id."""
    runs: int
    """How many of the latest runs of each."""
    tasks: int
    """How many of the first task instances of each of these."""
    home_dags: int
    """How many DAGs W2 lists, by id."""
    page: int
    """How many runs W3 and W5 list."""
    depth: int
    """How many runs precede the page of W5."""
    dag_id: str
    """The DAG of W3."""
    wide_dag_id: str
    wide_run_id: str
    """The run of W4, which has a hundred task instances."""


Prepare = Callable[[Client, Scenario], Asking]
"""Does beforehand what a frontend does once (encode the document, find the cursor), and returns what asks."""


def nothing_missing() -> str | None:
    """Say that a subject can be started."""
    return None


@dataclass(frozen=True)
class Subject:
    """A server to measure."""

    name: str
    """Short and unique, letters, digits and `_`: folder, database user and key in the results."""
    title: str
    """What table and picture call it."""
    start: Callable[[Place], Running]
    asks: Mapping[str, Prepare]
    """The workloads (`W1` to `W5`) that it can answer, and how they are asked."""
    airflow: str | None = None
    """The minor release whose database it needs; None where it takes that of the run."""
    missing: Callable[[], str | None] = nothing_missing
    """Why it cannot be started here, in one sentence; None if it can."""
    unlike: frozenset[str] = frozenset()
    """Workloads whose answer it cannot bring into the common form exactly: these are not compared."""
    limit: bool = False
    """Whether it is one of the hand-written forms, the cheapest of which is the limit of a workload."""
