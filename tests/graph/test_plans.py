"""A document is planned once: what a request brings along are parameters of what was made for the first."""

from collections.abc import Mapping
from typing import Any

import pytest

from graph.answering import answer
from graph.documents import Documents
from resolvers.plan.ran import Ran
from tests.world import SCHEMA, World

PAGE = """query ($first: Int!, $after: String, $filter: DagRunFilter, $order: DagRunOrder) {
  dagRuns(first: $first, after: $after, filter: $filter, orderBy: $order) {
    nodes { runId state dag { dagId tags } } pageInfo { endCursor }
  }
}"""


@pytest.fixture
def documents(furnished: World) -> Documents:
    """Return what prepares documents, and has seen none."""
    return Documents(SCHEMA, furnished.service.settings)


def ran(world: World, documents: Documents, text: str, **variables: object) -> list[Ran]:
    """Return the statements that answer a document."""
    return asked(world, documents, text, variables)[1]


def asked(
    world: World, documents: Documents, text: str, variables: Mapping[str, object]
) -> tuple[dict[str, Any], list[Ran]]:
    """Return the data of an answer without errors, and the statements that it took."""
    prepared = documents.prepare(text)
    assert prepared.errors == ()
    with world.service.session(world.actor()) as session:
        told = answer(SCHEMA, prepared, prepared.operation(None), variables, session)
        assert list(told.errors) == []
        assert told.data is not None
        return told.data, session.ran


def same(one: list[Ran], other: list[Ran]) -> bool:
    """Say whether the very same statements were run, not only equal ones."""
    return [id(ran.statement) for ran in one] == [id(ran.statement) for ran in other]


def test_other_values_run_the_very_same_statements(furnished: World, documents: Documents) -> None:
    first = ran(furnished, documents, PAGE, first=1, filter={"dagId": ["etl", "idle"], "state": ["SUCCESS", "RUNNING"]})
    other = ran(furnished, documents, PAGE, first=3, filter={"dagId": ["nope", "etl"], "state": ["FAILED", "QUEUED"]})

    assert first
    assert same(first, other)


def test_the_next_page_and_all_after_it_run_the_very_same_statements(furnished: World, documents: Documents) -> None:
    after, seen = None, []
    for _ in range(4):
        data, statements = asked(furnished, documents, PAGE, {"first": 1, "after": after})
        after = data["dagRuns"]["pageInfo"]["endCursor"]
        seen.append(statements)

    assert not same(seen[0][:1], seen[1][:1])
    assert same(seen[1], seen[2])
    assert same(seen[2], seen[3])


@pytest.mark.parametrize(
    "variables",
    [
        {"filter": {"dagId": ["etl"]}},
        {"filter": {"state": ["SUCCESS"]}},
        {"order": "RUN_AFTER_ASC"},
        {"filter": {"dagId": []}},
    ],
)
def test_what_makes_another_statement_is_not_mistaken_for_the_same(
    furnished: World, documents: Documents, variables: dict[str, object]
) -> None:
    plain, _ = asked(furnished, documents, PAGE, {"first": 100})
    _, other = asked(furnished, documents, PAGE, {"first": 100, **variables})
    again, plainly = asked(furnished, documents, PAGE, {"first": 100})

    assert plain == again
    assert other[0].statement != plainly[0].statement


def test_a_plan_is_made_for_each_way_in_which_the_conditions_fall_out(furnished: World, documents: Documents) -> None:
    text = """query ($tags: Boolean!, $runs: Boolean!) {
      dag(dagId: "etl") { dagId tags @include(if: $tags) runs(first: 1) @skip(if: $runs) { nodes { runId } } }
    }"""
    told = {
        (tags, runs): asked(furnished, documents, text, {"tags": tags, "runs": runs})[0]["dag"]
        for tags in (True, False)
        for runs in (True, False)
    }

    assert [set(told[case]) - {"dagId"} for case in told] == [{"tags"}, {"tags", "runs"}, set(), {"runs"}]


def test_an_object_and_its_only_list_are_one_statement_where_the_database_can(
    furnished: World, documents: Documents
) -> None:
    text = """query ($id: String!, $first: Int!) {
      dag(dagId: $id) { dagId displayName runs(first: $first) { nodes { runId } pageInfo { hasNextPage } } }
    }"""
    one = 1 if furnished.service.engine.dialect.name in ("postgresql", "mysql") else 2

    data, statements = asked(furnished, documents, text, {"id": "etl", "first": 2})
    assert len(statements) == one
    assert len(data["dag"]["runs"]["nodes"]) == 2
    assert data["dag"]["runs"]["pageInfo"] == {"hasNextPage": True}

    # An object without a row in its list is there all the same; one that is not there is not.
    data, _ = asked(furnished, documents, text, {"id": "idle", "first": 2})
    assert data["dag"] == {
        "dagId": "idle",
        "displayName": "idle",
        "runs": {"nodes": [], "pageInfo": {"hasNextPage": False}},
    }
    assert asked(furnished, documents, text, {"id": "nope", "first": 2})[0] == {"dag": None}


def test_a_document_keeps_few_plans_however_its_conditions_fall_out(furnished: World, documents: Documents) -> None:
    names = [f"c{number}" for number in range(7)]
    declared = " ".join(f"${name}: Boolean!" for name in names)
    fields = " ".join(f"{name}: dagId @include(if: ${name})" for name in names)
    text = f'query ({declared}) {{ dag(dagId: "etl") {{ isPaused {fields} }} }}'

    for number in range(2 ** len(names)):
        chosen = {name: bool(number >> at & 1) for at, name in enumerate(names)}
        data, _ = asked(furnished, documents, text, chosen)
        assert set(data["dag"]) - {"isPaused"} == {name for name, wanted in chosen.items() if wanted}

    assert len(documents.prepare(text).kept) <= 32
