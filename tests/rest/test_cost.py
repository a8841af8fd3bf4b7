"""What an answer of the stable API costs: one object one statement, of a plan that is made once."""

from graph.rest.call import Call, Limits
from graph.rest.stable import STABLE
from resolvers.plan.ran import Ran
from tests.graph.furnishing import furnish
from tests.world import World


def statements(world: World, path: str, **names: object) -> int:
    """Return how often a GET row asked the database."""
    return len(ran(world, path, **names))


def ran(world: World, path: str, **names: object) -> list[Ran]:
    """Return the statements by which a GET row is answered."""
    row = next(row for row in STABLE.rows if (row.method, row.path) == ("GET", path))
    with world.service.session(world.actor()) as session:
        answer = row.answer(Call(session, names, {}, {}, Limits(100, 100)))
        assert answer.status == 200
        return session.ran


def test_one_object_is_one_statement(world: World) -> None:
    furnish(world)
    run = {"dag_id": "etl", "dag_run_id": "r2"}

    assert statements(world, "/dags/{dag_id}/dagRuns/{dag_run_id}", **run) == 1
    instance = "/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}"
    assert statements(world, instance, **run, task_id="load") == 1
    assert statements(world, "/variables/{variable_key:path}", variable_key="plain") == 1


def test_a_row_is_planned_once_for_all_its_requests(world: World) -> None:
    furnish(world)
    runs = "/dags/{dag_id}/dagRuns"

    first, other = ran(world, runs, dag_id="etl"), ran(world, runs, dag_id="idle")
    assert [id(one.statement) for one in first] == [id(one.statement) for one in other]
