"""Our /api/v1 answers requests that nobody thought of as a real Airflow 2.11 does, and changes what that changes.

Each request is made up of the seed, its operation and its number. AIRFLOW_GRAPH_BESIDE says how many of each operation
are asked, AIRFLOW_GRAPH_BESIDE_SEED which ones.
"""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.rest.rows import Row
from graph.rest.stable import STABLE
from tests.live.airflow import DAGS, PATIENCE
from tests.live.configuration import SECRET
from tests.live.judge import Judge
from tests.live.people import PASSWORD
from tests.live.serving import Service

from .beside import Beside
from .deliberate import DELIBERATE
from .vocabulary import read_vocabulary

pytestmark = [pytest.mark.live, pytest.mark.timeout(PATIENCE), pytest.mark.xdist_group("beside-2.11.2")]
VERSION = "2.11.2"
HERE = Path(__file__).parent
EACH = int(os.environ.get("AIRFLOW_GRAPH_BESIDE", "6"))
SEED = os.environ.get("AIRFLOW_GRAPH_BESIDE_SEED", "beside")
CALLERS = ("admin", "op", "user", "viewer", "public", "reader", "roleless")
"""The first may do everything; the program that fills the database knows what the others may."""
SETTINGS = {
    "AIRFLOW_GRAPH_AUTHENTICATION": "basic",
    "AIRFLOW_GRAPH_ANONYMOUS_ROLE": "Public",
    "AIRFLOW_GRAPH_AIRFLOW_VERSION": VERSION,
}


def operation(row: Row) -> str:
    """Return the name of a row's operation."""
    return f"{row.method} {re.sub(':[a-z]+}', '}', row.path)}"


OPERATIONS = sorted(operation(row) for row in STABLE.rows)


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beside]:
    judge = Judge(VERSION, tmp_path_factory.mktemp("beside"))
    service = None
    try:
        for folder in (DAGS, HERE / "dags"):
            shutil.copytree(folder, judge.layout.dags, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        judge.fill(HERE / "filling.py", PASSWORD)
        address = judge.serve("theirs")
        service = Service(judge, settings={**judge.told, **SETTINGS})
        judge.wait(address)
        callers = dict.fromkeys(CALLERS, PASSWORD)
        theirs, ours = (address, judge.theirs), (service.url, judge.database_url)
        both = Beside(theirs, ours, callers, read_vocabulary(judge.theirs, SECRET))
        yield both
        both.close()
    finally:
        if service is not None:
            service.stop()
        judge.stop()


def test_every_operation_of_the_real_document_is_asked(beside: Beside) -> None:
    assert sorted(beside.operations) == OPERATIONS


@pytest.mark.parametrize("name", OPERATIONS)
def test_made_up_requests_are_answered_and_carried_out_as_by_the_real_one(beside: Beside, name: str) -> None:
    told = []
    for number in range(EACH):
        request = beside.request(name, SEED, number)
        if apart := beside.apart(request):
            told += [f"{request} (seed {SEED!r})", *(f"    {line}" for line in apart)]

    assert not told, "\n".join(told)


def test_differences_that_are_meant_stand_in_the_list() -> None:
    listed = (HERE.parents[2] / "docs" / "differences.md").read_text(encoding="utf-8")

    assert [name for name in DELIBERATE if f"**{name}.**" not in listed] == []
