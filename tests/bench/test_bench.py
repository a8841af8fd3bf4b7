"""The benchmark itself: everybody whom it measures gives the same answers, and says what they cost."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from tests.bench import ours
from tests.bench.__main__ import main
from tests.bench.cpu import Cost
from tests.bench.databases import PostgreSQLDatabases, SQLiteDatabases
from tests.bench.handwritten.subjects import subjects as handwritten
from tests.bench.measuring import Measured, Started, compare, measure, started
from tests.bench.ordinary.subject import subject as ordinary
from tests.bench.picture import draw
from tests.bench.results import Results
from tests.bench.seed import Size, fill
from tests.bench.workloads import WORKLOADS, alike
from tests.stores import PostgreSQLStore

SMALL = Size(dags=12, runs=5)
NAMES = [workload.name for workload in WORKLOADS]


@pytest.fixture(params=["3.3-postgresql", "2.11-sqlite"])
def everybody(
    request: pytest.FixtureRequest, postgresql_store: PostgreSQLStore, tmp_path: Path
) -> Iterator[list[Started]]:
    """Start all that can be started without further installations, on a small database."""
    airflow, kind = request.param.split("-")
    subjects = [ours.subject(), *handwritten(kind), ordinary()]
    databases = PostgreSQLDatabases(postgresql_store.server) if kind == "postgresql" else SQLiteDatabases(tmp_path)
    with started(subjects, databases, airflow, SMALL, tmp_path, workloads=NAMES) as running:
        yield running
    databases.close()


@pytest.mark.slow
def test_everybody_gives_the_same_answers_at_a_cost_that_is_known(everybody: list[Started]) -> None:
    objects = {name: compare(everybody, name) for name in NAMES}
    assert objects["W1"] == 12 * (1 + 5 * (1 + 20))
    assert objects["W2"] > 12 * 2
    assert (objects["W3"], objects["W5"]) == (6, 6)
    assert objects["W4"] > 100
    of_postgresql = len(everybody) > 4
    for measured in measure(everybody[:2], ["W3"], rounds=1, seconds=0.02):
        ((cost,),) = [measured.rounds]
        assert cost.server > 0
        assert (cost.database > 0) == of_postgresql


def test_answers_are_compared_to_the_last_field_and_moments_as_moments() -> None:
    answer = {"runs": [{"at": "2026-03-01T00:00:00.5+00:00", "state": None}]}
    assert alike(answer, {"runs": [{"at": "2026-03-01T01:00:00.500000+01:00", "state": None}]}) is None
    assert alike(answer, {"runs": [{"at": "2026-03-01T00:00:00.6+00:00", "state": None}]}, "W3") is not None
    assert alike(answer, {"runs": [{"at": answer["runs"][0]["at"], "state": "FAILED"}]}, "W3") == (
        "W3.runs[0].state: None, not 'FAILED'"
    )
    assert alike(answer, {"runs": []}, "W3") == "W3.runs: 1 rows, not 0"
    assert alike(answer, {"runs": answer["runs"], "more": 1}, "W3") == "W3: the fields ['more'] are on one side alone"


_ROWS = (
    "SELECT dag_id, run_id, task_id, map_index, state, try_number, duration, hostname, operator "
    "FROM task_instance ORDER BY dag_id, run_id, task_id, map_index"
)


def test_a_size_is_the_same_rows_in_every_database(postgresql_store: PostgreSQLStore, tmp_path: Path) -> None:
    size = Size(dags=6, runs=4)
    seen: list[tuple[int, int]] = []
    found = []
    for minor in ("2.9", "3.3"):
        path = tmp_path / f"{minor}.db"
        fill(f"sqlite:///{path}", minor, size, lambda done, whole: seen.append((done, whole)))
        found.append(sqlite3.connect(path).execute(_ROWS).fetchall())
    databases = PostgreSQLDatabases(postgresql_store.server)
    with psycopg.connect(databases.seeded("3.3", size, lambda _done, _whole: None)) as connection:
        connection.execute("SET search_path TO public")
        found.append(connection.execute(_ROWS).fetchall())
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == size.task_instances + 100
    assert seen[-1] == (size.task_instances, size.task_instances)


@pytest.mark.parametrize(
    ("task_instances", "size"),
    [(10_000, Size(50, 10)), (100_000, Size(98, 50)), (205_000, Size(200, 50)), (2_000_000, Size(200, 488))],
)
def test_a_number_of_task_instances_becomes_dags_and_runs(task_instances: int, size: Size) -> None:
    assert Size.of(task_instances) == size
    assert size.task_instances == pytest.approx(task_instances, rel=0.03)


@pytest.fixture
def results() -> Results:
    """Return what a run might have found: ours at 1.1 times the cheapest form in W1, at twice in W3."""
    cheap, dear = handwritten("postgresql")[:2]
    costs = {"W1": [(cheap, 10.0), (dear, 30.0), (ours.subject(), 11.0)], "W3": [(cheap, 1.0), (ours.subject(), 2.0)]}
    return Results(
        "3.3",
        "postgresql",
        Size(),
        [
            Measured(subject, workload, 5, [Cost(total * share / 2, total * share / 2) for share in (0.9, 1.0, 1.1)])
            for workload, subjects in costs.items()
            for subject, total in subjects
        ],
        rounds=3,
    )


def test_goals_are_judged_by_the_cheapest_form_of_each_page(results: Results) -> None:
    judged = {each.sentence: each.met for each in results.goals()}
    assert judged["W1 at most 1.2 x the hand-written limit: 1.10 x"] is True
    assert judged["W3 at most 1.5 x the hand-written limit: 2.00 x"] is False
    assert judged["W2 at most 1.2 x the hand-written limit: not measured"] is None


def test_results_are_data_and_a_picture(results: Results, tmp_path: Path) -> None:
    grid = json.loads(json.dumps(results.document()))["workloads"]["W1"]
    assert grid["limit"] == handwritten("postgresql")[0].name
    assert grid["subjects"]["ours"]["ratio"] == 1.1
    assert grid["subjects"]["ours"]["rounds"] == [9.9, 11.0, 12.1]
    draw(results, tmp_path / "bench.png")
    assert (tmp_path / "bench.png").read_bytes().startswith(b"\x89PNG")


def test_a_subject_that_is_none_is_told_by_name() -> None:
    answer = CliRunner().invoke(main, ["--subject", "hasura"])
    assert answer.exit_code == 2
    assert "There is no hasura; there are ours, hand_psycopg_threads_rows," in answer.output


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/none", "mysql://root@localhost/airflow"])
def test_a_server_that_cannot_be_reached_is_told_without_a_stack_trace(url: str) -> None:
    answer = CliRunner().invoke(main, ["--postgres", url])
    assert answer.exit_code == 1
    assert answer.output.startswith("Error: This PostgreSQL cannot be reached: ")
