"""A real server process under siege: every hostile request has its refusal, and nobody else goes without an answer."""

import asyncio
import json
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import psutil
import psycopg
import pytest
from graphql import get_introspection_query
from sqlalchemy import make_url

from tests.bench.launching import environment, free_port, launch, stop, wait_for
from tests.stores import PostgreSQLStore
from tests.world import World

pytestmark = pytest.mark.slow

GRAPHQL = "application/graphql-response+json"
MEGABYTES = 400
"""Of memory that one worker may take, whatever it is asked."""

CALLERS = 25
RUNS, INSTANCES = 2_000, 20


@dataclass
class Siege:
    """A server process, and what it was seen to do: its memory at most, and what it said of its health."""

    address: str
    process: psutil.Process
    most: float = 0.0
    health: list[int] = field(default_factory=list)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Ask for its health, and look at its memory, all the while."""
        done = threading.Event()

        def watch() -> None:
            with httpx.Client(base_url=self.address, timeout=30) as client:
                while not done.wait(0.1):
                    self.most = max(self.most, self.process.memory_info().rss / 1e6)
                    self.health.append(client.get("/health").status_code)

        with ThreadPoolExecutor(1) as thread:
            watching = thread.submit(watch)
            try:
                yield
            finally:
                done.set()
                watching.result()
        assert self.health
        assert set(self.health) == {200}
        assert self.most < MEGABYTES

    def post(self, body: object, *, caller: int = 0) -> httpx.Response:
        """Send a body, as it is or as JSON."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return httpx.post(f"{self.address}/graphql", content=content, headers=headers(caller), timeout=60)

    def refused(self, body: object) -> tuple[int, dict[str, Any]]:
        """Return the status and the first error of an answer without data."""
        answer = self.post(body)
        told = answer.json()
        assert "data" not in told
        assert len(answer.content) < 50_000
        return answer.status_code, told["errors"][0]


def headers(caller: int) -> dict[str, str]:
    return {"Authorization": f"Bearer token-{caller}", "Content-Type": "application/json", "Accept": GRAPHQL}


@pytest.fixture(scope="module")
def siege(postgresql_store: PostgreSQLStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siege]:
    """Serve 40 DAGs with 2,000 runs and 40,000 task instances, as the product is started."""
    url = postgresql_store.database("3.3")
    world = World.open(url, "3.3")
    with world.together():
        for number in range(40):
            world.dag(f"dag{number:02}")
        world.run("dag00", conf={"text": "x" * 200})
        world.task_instance("dag00", "run", "task")
    world.close()
    with psycopg.connect(make_url(url).render_as_string(hide_password=False), autocommit=True) as connection:
        multiply(connection, "dag_run", RUNS, dag_id="'dag' || lpad((n % 40)::text, 2, '0')", run_id="'r' || n")
        connection.execute(
            f"INSERT INTO task_instance ({columns(connection, 'task_instance')}) "
            f"SELECT {columns(connection, 'task_instance', 't.', dag_id='r.dag_id', run_id='r.run_id')} "
            f"FROM dag_run r, generate_series(1, {INSTANCES}) n, task_instance t WHERE r.run_id <> 'run'".replace(
                "t.task_id", "'task' || n"
            ).encode()
        )
        connection.execute("ANALYZE")
    folder, port = tmp_path_factory.mktemp("siege"), free_port()
    process = launch(
        [sys.executable, "-m", "graph", "serve", "--db", url, "--port", str(port)],
        folder,
        env=environment(
            AIRFLOW_GRAPH_TOKENS=" ".join(f"c{number}:viewer:token-{number}" for number in range(CALLERS)),
            AIRFLOW_HOME=str(folder),
        ),
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/health", process, folder / "server.log")
        yield Siege(address, psutil.Process(process.pid))
        log = (folder / "server.log").read_text()
        assert "Traceback" not in log
        assert "unexpected error" not in log
    finally:
        stop([process])


def columns(connection: psycopg.Connection, table: str, prefix: str = "", **other: str) -> str:
    """Return the columns of a table, some of them as something else; the id of a task instance is made anew."""
    found = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position", (table,)
    )
    names = [str(name) for (name,) in found]
    if table == "dag_run":
        names.remove("id")
    elif prefix:
        other["id"] = "gen_random_uuid()"
    return ", ".join(other.get(name, prefix + name) for name in names)


def multiply(connection: psycopg.Connection, table: str, times: int, **other: str) -> None:
    dates = {name: f"{name} + n * interval '1 minute'" for name in ("run_after", "logical_date")}
    connection.execute(
        f"INSERT INTO {table} ({columns(connection, table)}) SELECT {columns(connection, table, **other, **dates)} "
        f"FROM {table}, generate_series(1, {times}) n".encode()
    )


def nested(levels: int) -> str:
    return '{ dag(dagId: "x") ' + "{ latestRun { dag " * levels + "{ dagId }" + " } }" * levels + " }"


def nested_lists(*names: str) -> str:
    """Return a query of lists in lists, a thousand rows each."""
    return "{" + "".join(f"{name}(first: 1000) {{ nodes {{ " for name in names) + "id" + "} }" * len(names) + "}"


def spreading(fragments: int) -> str:
    """Return a document whose fragments spread the next one ten times each."""
    spread = "".join(
        f" fragment f{at} on DAG {{ {' '.join(f'a{n}: latestRun {{ dag {{ ...f{at + 1} }} }}' for n in range(10))} }}"
        for at in range(fragments)
    )
    return f'{{ dag(dagId: "x") {{ ...f0 }} }}{spread} fragment f{fragments} on DAG {{ dagId }}'


WHOLE = get_introspection_query()
ABOUT = WHOLE[WHOLE.index("__schema") : WHOLE.index("fragment FullType") - 4]

HOSTILE = {
    "circular fragments": (
        "{ ...f } fragment f on Query { ...g } fragment g on Query { ...f }",
        "BAD_REQUEST",
        "itself",
    ),
    "10,000 aliases": (
        "{ " + " ".join(f"a{at}:viewer{{name}}" for at in range(10_000)) + "}",
        "TOO_EXPENSIVE",
        "100,000 ",
    ),
    "3,000 aliases": (
        "{ viewer {" + " ".join(f"a{at}:name" for at in range(3_000)) + "} }",
        "TOO_EXPENSIVE",
        "3,000 aliases; 500",
    ),
    "deep nesting": (nested(40), "TOO_EXPENSIVE", "82 levels deep; 15"),
    "very deep nesting": (nested(2_000), "BAD_REQUEST", "nested too deeply"),
    "deep values": (
        "{ dags(filter: " + "[" * 6_000 + "]" * 6_000 + ") { totalCount } }",
        "BAD_REQUEST",
        "nested too deeply",
    ),
    "directives": (
        "{ viewer { name " + "@include(if: true) " * 1_500 + "} }",
        "TOO_EXPENSIVE",
        "1,500 directives; 200",
    ),
    "fields": ("{ viewer { " + "name " * 4_900 + "} }", "TOO_EXPENSIVE", "'name' stands 4,900 times"),
    "spreading fragments": (spreading(6), "TOO_EXPENSIVE", "3,222,221 fields"),
    "spreading fragments that are never used": (
        "{ viewer { name } } fragment f on Viewer { " + "name " * 4_900 + "}",
        "BAD_REQUEST",
        "never used",
    ),
    "root fields": (
        "{ " + " ".join(f"a{at}: dags {{ totalCount }}" for at in range(400)) + "}",
        "TOO_EXPENSIVE",
        "400 root fields; 50",
    ),
    "tokens": ("{ viewer { " + "name " * 16_000 + "} }", "TOO_EXPENSIVE", "15,000 tokens"),
    "comments": ("{ viewer { name " + "#\n" * 40_000 + "} }", "TOO_EXPENSIVE", "15,000 tokens"),
    "a long document": ("{ viewer { name } } #" + "x" * 150_000, "TOO_EXPENSIVE", "150,021 bytes; 100,000"),
    "huge firsts": (
        nested_lists("dags", "runs", "taskInstances"),
        "TOO_EXPENSIVE",
        "1,000 x 1,000 x 1,000 rows",
    ),
    "an introspection bomb": (
        "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }",
        "BAD_REQUEST",
        "introspection depth",
    ),
    "introspection over and over": (
        WHOLE.replace(ABOUT, " ".join(f"a{at}: {ABOUT}" for at in range(20))),
        "TOO_EXPENSIVE",
        "would cost",
    ),
    "long names": ("{ " + "x" * 90_000 + " }", "BAD_REQUEST", "Cannot query field"),
    "many faults": ("{ " + " ".join(f"x{at}" for at in range(45)) + " }", "BAD_REQUEST", "Cannot query field"),
}


@pytest.mark.parametrize(("document", "code", "told"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_document_is_refused_with_the_figure(siege: Siege, document: str, code: str, told: str) -> None:
    status, error = siege.refused({"query": document})

    assert (status, error["extensions"]["code"]) == (400, code)
    assert told in error["message"]
    assert code != "TOO_EXPENSIVE" or error["extensions"]["hint"]


def test_a_batch_is_refused(siege: Siege) -> None:
    status, error = siege.refused([{"query": "{ viewer { name } }"}] * 1_000)

    assert (status, error["extensions"]["code"]) == (400, "INVALID")
    assert "an array of 1,000 requests" in error["message"]


def test_a_body_of_five_megabytes_is_refused(siege: Siege) -> None:
    for body in (b" " * 5_000_000, b'{"query": "' + b"x" * 5_000_000 + b'"}'):
        status, error = siege.refused(body)

        assert (status, error["extensions"]["code"]) == (400, "TOO_EXPENSIVE")
        assert "2,000,000 bytes" in error["message"]


LARGE = "query ($n: Int!) { dagRuns(first: $n) { nodes { id dagId runId state runType conf startedAt endedAt note } } }"
GRID = """{ dags(first: 40) { nodes { dagId runs(first: 25) { nodes { runId state taskInstances(first: 20) { nodes {
  taskId state
} } } } } } }"""
SMALL = "{ viewer { name } }"

Outcome = tuple[int, str]


async def besiege(siege: Siege, number: int) -> Counter[Outcome]:
    """Send so many requests at once, of all kinds and callers; return what became of them."""
    hostile = [document for document, _, _ in HOSTILE.values()]
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)

    async def ask(client: httpx.AsyncClient, at: int) -> Outcome:
        kind = at % 5
        document = (LARGE, GRID, SMALL, hostile[at // 5 % len(hostile)], hostile[at // 7 % len(hostile)])[kind]
        # One caller in four asks for all that the others do together.
        sender = 0 if at % 4 == 0 else at % CALLERS
        told = await client.post(
            "/graphql", json={"query": document, "variables": {"n": 1_000}}, headers=headers(sender)
        )
        body = told.json()
        return told.status_code, body["errors"][0]["extensions"]["code"] if "errors" in body else "ok"

    async with httpx.AsyncClient(base_url=siege.address, limits=limits, timeout=300) as client:
        return Counter(await asyncio.gather(*(ask(client, at) for at in range(number))))


def test_five_hundred_requests_at_once_are_each_answered_or_refused(siege: Siege) -> None:
    with siege.watched():
        outcomes = asyncio.run(besiege(siege, 500))

    assert sum(outcomes.values()) == 500
    assert {status for status, _ in outcomes} <= {200, 400, 429, 503}
    assert outcomes[200, "ok"] >= 100
    assert outcomes[400, "TOO_EXPENSIVE"] >= 50
    # Who asked for more than fifty things at once.
    assert outcomes[429, "TOO_MANY"] > 0


def test_documents_that_are_never_the_same_do_not_fill_the_memory(siege: Siege) -> None:
    fields = " ".join(f"b{at}: runId" for at in range(400))
    with siege.watched(), httpx.Client(base_url=siege.address, timeout=60) as client:
        for number in range(150):
            document = f"{{ dagRuns(first: 1) {{ nodes {{ n{number}: dagId {fields} }} }} }}"
            told = client.post("/graphql", json={"query": document}, headers=headers(number % CALLERS))
            assert told.status_code == 200


def test_clients_who_do_not_read_hold_nobody_up(siege: Siege) -> None:
    body = json.dumps({"query": LARGE, "variables": {"n": 1_000}}).encode()

    async def slow() -> asyncio.StreamWriter:
        address = httpx.URL(siege.address)
        _, writer = await asyncio.open_connection(address.host, address.port, limit=1)
        lines = [f"{name}: {value}" for name, value in headers(1).items()]
        head = "\r\n".join(["POST /graphql HTTP/1.1", "host: here", *lines, f"content-length: {len(body)}", "", ""])
        writer.write(head.encode() + body)
        await writer.drain()
        return writer

    async def all_slow() -> None:
        writers = await asyncio.gather(*(slow() for _ in range(40)))
        await asyncio.sleep(3)
        for _ in range(20):
            assert (await asyncio.to_thread(siege.post, {"query": SMALL}, caller=2)).status_code == 200
        for writer in writers:
            writer.transport.abort()

    with siege.watched():
        asyncio.run(all_slow())
