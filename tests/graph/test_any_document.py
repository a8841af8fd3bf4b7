"""No valid document, however strange its values, is a fault of ours: it is answered, or refused by a known code."""

from collections.abc import Iterator

import pytest
from graphql import parse, validate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolvers.errors import Problem
from tests.conftest import open_world
from tests.graph.documents import documents
from tests.graph.furnishing import furnish
from tests.world import SCHEMA, World

CODES = {kind.code for kind in Problem.__subclasses__()} | {"BAD_REQUEST"}
MANY = settings(
    max_examples=200,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module", params=["2.11-sqlite", "3.3-sqlite"])
def hammered(request: pytest.FixtureRequest) -> Iterator[World]:
    """Return a world with something of everything, for documents to do their worst to."""
    made = furnish(open_world(request, request.param))
    yield made
    made.close()


def known(world: World, document: str, variables: dict[str, object]) -> None:
    """Check that a document is answered, or refused by known codes alone."""
    assert validate(SCHEMA, parse(document)) == []
    told = world.graph(document, actor=None, **variables)

    for error in told["errors"]:
        assert error["extensions"]["code"] in CODES, (document, variables, error)
        assert error["message"]


@pytest.mark.slow
@MANY
@given(asked=documents(SCHEMA, "query"))
def test_any_query_is_answered_or_refused(hammered: World, asked: tuple[str, dict[str, object]]) -> None:
    known(hammered, *asked)


@pytest.mark.slow
@MANY
@given(asked=documents(SCHEMA, "mutation"))
def test_any_mutation_is_carried_out_or_refused(hammered: World, asked: tuple[str, dict[str, object]]) -> None:
    known(hammered, *asked)


@pytest.mark.slow
@MANY
@given(
    field=st.sampled_from(["dags", "dagRuns", "taskInstances", "pools", "variables"]),
    after=st.one_of(st.text(max_size=40), st.binary(max_size=40).map(lambda data: data.hex())),
)
def test_any_text_for_a_cursor_is_refused(hammered: World, field: str, after: str) -> None:
    known(hammered, f"query ($a: String) {{ {field}(after: $a) {{ totalCount nodes {{ id }} }} }}", {"a": after})
