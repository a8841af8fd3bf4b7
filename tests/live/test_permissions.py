"""Whoever calls our /api/v1 may do what they may do at a real Airflow 2.11's, and is refused in its words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from graph.rest.rows import Row

from .airflow import PATIENCE
from .cells import Cell, cells, rows
from .judge import NOBODY_IS_PUBLIC, Judge
from .people import CALLERS, UNKNOWN, Caller
from .serving import Service

pytestmark = [pytest.mark.live, pytest.mark.timeout(PATIENCE), pytest.mark.xdist_group("judge-2.11.2")]
VERSION = "2.11.2"
BASIC = {"AIRFLOW_GRAPH_AUTHENTICATION": "basic"}
PUBLIC = {**BASIC, "AIRFLOW_GRAPH_ANONYMOUS_ROLE": "Public"}
ROWS = rows()
OF_BOTH = pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.path}")
DENIED = (401, 403)
AUDITED = ("event", "owner", "owner_display_name", "dag_id", "run_id", "task_id", "map_index", "extra")
_TASK_INSTANCES = "/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances"
DIFFERENCES = {
    # Who sees no DAG is shown the task instances of all by Airflow's batch list, and of none by ours.
    ("POST", "/dags/~/dagRuns/~/taskInstances/list"): {"runner", "corrector"},
    # Airflow lists what is of DAGs that one may edit but not read, and refuses the same by the DAG's name.
    ("GET", _TASK_INSTANCES): {"corrector"},
    ("GET", "/importErrors"): {"corrector"},
    ("GET", "/dagWarnings"): {"corrector"},
    # Airflow tells who may not read a thing whether it is there.
    ("GET", "/importErrors/{import_error_id:int}"): {"reader", "editor", "runner", "corrector"},
    ("PUT", "/parseDagFile/{file_token}"): {"editor", "writer", "corrector"},
}
"""Rows that answer some callers otherwise on purpose, as docs/differences.md says."""
UNCOUNTED = ("/eventLogs",)
"""Lists whose length is another one with us: we have refusals audited that Airflow does not."""


@dataclass
class Both:
    """A real web server and ours, over databases that were alike at first: what changes one is to change the other."""

    judge: Judge
    theirs: str
    ours: str

    def ask(self, row: Row, callers: Iterable[Caller]) -> Iterator[tuple[Caller, Cell, httpx.Response, httpx.Response]]:
        """Give the two answers to each request of each caller."""
        number = ROWS.index(row)
        # From an address of the row's own: we keep those waiting from where too many wrong passwords come.
        own = httpx.HTTPTransport(local_address=f"127.0.1.{number + 1}")
        with httpx.Client(timeout=60, trust_env=False) as real, httpx.Client(timeout=60, transport=own) as ours:
            for caller in callers:
                for cell in cells(row, caller, self.judge.layout.dags):
                    credentials = caller.credentials(number)
                    theirs = _asked(real, self.theirs, cell, credentials)
                    yield caller, cell, theirs, _asked(ours, self.ours, cell, credentials)

    def audited(self) -> tuple[int, int]:
        """Return how many rows the two audit logs have."""
        return self.judge.audited(self.judge.theirs), self.judge.audited(self.judge.database_url)

    def audit_rows(self, since: tuple[int, int]) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
        """Return the rows that came to the two audit logs since."""
        theirs, ours = since
        return (
            self.judge.audit_rows(self.judge.theirs, AUDITED, theirs),
            self.judge.audit_rows(self.judge.database_url, AUDITED, ours),
        )


def _asked(client: httpx.Client, base: str, cell: Cell, credentials: tuple[str, str] | None) -> httpx.Response:
    address = f"{base}/api/v1{cell.path}"
    try:
        return client.request(cell.method, address, params=cell.query, auth=credentials, json=cell.body)
    finally:
        # Airflow would know them again by the session that it opens.
        client.cookies.clear()


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    judging = Judge(VERSION, tmp_path_factory.mktemp("judge"))
    try:
        judging.people()
        yield judging
    finally:
        judging.stop()


def _both(judge: Judge, name: str, configuration: str, settings: Mapping[str, str]) -> Iterator[Both]:
    address = judge.serve(name, configuration)
    service = Service(judge, settings={**judge.told, **settings})
    try:
        judge.wait(address)
        yield Both(judge, address, service.url)
    finally:
        service.stop()


@pytest.fixture(scope="module")
def public(judge: Judge) -> Iterator[Both]:
    """Return the two where nobody known has the role Public, as out of the box."""
    yield from _both(judge, "public", "", PUBLIC)


@pytest.fixture(scope="module")
def private(judge: Judge) -> Iterator[Both]:
    """Return the two where nobody known has no role."""
    yield from _both(judge, "private", NOBODY_IS_PUBLIC, BASIC)


@OF_BOTH
def test_nobody_known_is_answered_as_by_the_real_one_that_has_no_public_role(private: Both, row: Row) -> None:
    told = [
        apart for caller, cell, *answers in private.ask(row, UNKNOWN) if (apart := _apart(row, cell, caller, *answers))
    ]

    assert not told, "\n".join(told)


@OF_BOTH
def test_every_caller_is_answered_and_audited_as_by_the_real_one(public: Both, row: Row) -> None:
    told: list[str] = []
    on_purpose = DIFFERENCES.get((row.method, row.path), set())
    differing = set()
    before = public.audited()
    for caller, cell, theirs, ours in public.ask(row, CALLERS):
        if apart := _apart(row, cell, caller, theirs, ours):
            differing.add(caller.name)
            if caller.name not in on_purpose:
                told.append(apart)
        if row.method != "GET":
            real, own = public.audit_rows(before)
            before = public.audited()
            if real != own and theirs.status_code not in DENIED:
                told.append(f"{_name(cell, caller)}: audited by ours {own}, by theirs {real}")

    assert not told, "\n".join(told)
    assert differing == on_purpose


def _apart(row: Row, cell: Cell, caller: Caller, theirs: httpx.Response, ours: httpx.Response) -> str | None:
    """Say where two answers differ: their status, the problem, how many there are, the header that asks who calls."""
    real, own = _told(row, theirs), _told(row, ours)
    if theirs.status_code == 500 and 400 <= ours.status_code < 500:
        return None
    return None if real == own else f"{_name(cell, caller)}: ours {own}, theirs {real}"


def _name(cell: Cell, caller: Caller) -> str:
    return f"{caller.name} {cell.method} {cell.path} {cell.about}"


def _told(row: Row, answer: httpx.Response) -> object:
    challenge = answer.headers.get("www-authenticate")
    if answer.is_success:
        body = answer.json() if answer.content and "json" in answer.headers["content-type"] else None
        total = body.get("total_entries") if isinstance(body, dict) and row.path not in UNCOUNTED else None
        return answer.status_code, total, challenge
    body = answer.json() if "json" in answer.headers.get("content-type", "") else None
    return answer.status_code, body, challenge
