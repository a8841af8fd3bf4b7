"""graphql-core executes what asks about the schema, and nothing else: all other fields are answered by plans."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from graphql import FieldNode
from graphql.execution.collect_fields import collect_fields
from graphql.execution.executor import Executor
from hypothesis import given

from graph.examples import EXAMPLES
from graph.http.graphiql import Tab
from tests.conftest import open_world
from tests.graph.comparing import answered
from tests.graph.documents import Asked, requests
from tests.graph.furnishing import furnish
from tests.graph.test_reference import examples
from tests.world import SCHEMA, World

README = (Path(__file__).parents[2] / "README.md").read_text()
ABOUT_THE_SCHEMA = {"__schema", "__type"}


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Return a world with something of everything, which the documents may change."""
    made = furnish(open_world(request, "3.3-sqlite"))
    yield made
    made.close()


@contextmanager
def executed() -> Iterator[list[str]]:
    """Give the names of the root fields that graphql-core executes meanwhile, by whichever way it is called."""
    names: list[str] = []
    execute = Executor.execute_operation

    def noted(self: Executor[Any], *arguments: Any) -> Any:
        type_ = self.schema.get_root_type(self.operation.operation)
        assert type_ is not None
        found, *_ = collect_fields(self.schema, self.fragments, self.variable_values, type_, self.operation, False)
        for details in found.values():
            assert isinstance(details[0].node, FieldNode)
            names.append(details[0].node.name.value)
        return execute(self, *arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Executor, "execute_operation", noted)
        yield names


def test_what_asks_about_the_schema_is_executed(world: World) -> None:
    with executed() as names:
        world.data('{ __schema { queryType { name } } dags { totalCount } about: __type(name: "DAG") { name } }')

    assert names == ["__schema", "__type"]


@examples(100)
@given(asked=requests(SCHEMA, "query"))
def test_no_field_of_a_random_query_is(world: World, asked: Asked) -> None:
    with executed() as names:
        answered(world, asked)

    assert set(names) <= ABOUT_THE_SCHEMA, asked


@examples(50)
@given(asked=requests(SCHEMA, "mutation"))
def test_no_field_of_a_random_mutation_is(world: World, asked: Asked) -> None:
    with executed() as names:
        answered(world, asked)

    assert names == [], asked


@pytest.mark.parametrize("document", re.findall(r"```graphql\n(.*?)```", README, re.DOTALL))
def test_no_field_of_the_readme_is(world: World, document: str) -> None:
    with executed() as names:
        answered(world, Asked(document))

    assert names == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_no_field_of_an_example_is(world: World, example: Tab) -> None:
    with executed() as names:
        answered(world, Asked(example.query, (dict(example.variables or {}),)))

    assert names == []
