"""The examples in GraphiQL's tabs: each finds something in the demo, in either layout."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from graphql import OperationDefinitionNode, OperationType, parse

from graph.examples import EXAMPLES
from graph.http.graphiql import Tab
from resolvers.airflow_config import AirflowConfig
from resolvers.demo.world import build_world
from resolvers.service import Service
from resolvers.settings import Role, load_settings
from tests.world import World


@pytest.fixture(scope="module", params=[2, 3], ids=["2.11", "3.3"])
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    path: Path = tmp_path_factory.mktemp("examples") / "world.db"
    built = build_world(path, airflow=request.param, now=datetime.now(UTC))
    service = Service.open(load_settings(**built.settings), AirflowConfig.discover(environ={}), built.url)
    yield World(service, built.url)
    service.close()


def answered(demo: World, example: Tab, role: Role) -> dict[str, Any]:
    """Return what an example answers to somebody of a role."""
    variables: dict[str, Any] = dict(example.variables or {})
    return demo.data(example.query, actor=demo.actor(role), **variables)


def found(answer: object) -> bool:
    """Say whether there is anything in an answer: a value that is neither null nor an empty list."""
    match answer:
        case dict():
            return any(found(value) for value in answer.values())
        case list():
            return any(found(value) for value in answer)
    return answer is not None


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_each_example_finds_something(demo: World, example: Tab) -> None:
    data = answered(demo, example, Role.ADMIN)

    for name, value in data.items():
        assert found(value), name
        for nodes in _lists(value):
            assert nodes, f"{name} has an empty list"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_each_example_is_one_operation_with_a_name_of_its_own(example: Tab) -> None:
    names = [_operation(other).name for other in EXAMPLES]

    assert names.count(_operation(example).name) == 1


def test_the_examples_for_reading_are_open_to_viewers_unless_they_say_to_whom(demo: World) -> None:
    for example in EXAMPLES:
        if _operation(example).operation is OperationType.QUERY:
            told = re.search(r"Needs the role (\w+)", example.query)
            answered(demo, example, Role(told[1]) if told else Role.VIEWER)


def _operation(example: Tab) -> OperationDefinitionNode:
    (operation,) = parse(example.query, no_location=True).definitions
    assert isinstance(operation, OperationDefinitionNode)
    assert operation.name is not None
    return operation


def _lists(value: object) -> Iterator[list[object]]:
    """Yield the lists of the first level, which an example is about."""
    if isinstance(value, dict):
        for inner in value.values():
            if isinstance(inner, list):
                yield inner
            elif isinstance(inner, dict) and isinstance(nodes := inner.get("nodes"), list):
                yield nodes
