"""Whatever is asked, the plan answers as graphql-core does over the same rows: data, order, errors and their places."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolvers.access.actor import EVERYTHING, Actor
from resolvers.access.permissions import Permission
from resolvers.settings import Role
from tests.conftest import open_world
from tests.graph.comparing import file_of, restore, same
from tests.graph.documents import Asked, requests
from tests.graph.furnishing import furnish
from tests.world import SCHEMA, World

READ = pytest.mark.parametrize("furnished", ["2.11-sqlite", "3.3-sqlite", "3.3-postgresql"], indirect=True)
READ_SPOILED = pytest.mark.parametrize("spoiled", ["2.11-sqlite", "3.3-sqlite", "3.3-postgresql"], indirect=True)

# Each query is asked twice with other variables: the second time by the plan that the first one made.
QUERIES = requests(SCHEMA, "query", times=2)
MUTATIONS = requests(SCHEMA, "mutation")
# How many documents the slow tests try in each world; thousands take an hour, and have found nothing more so far.
MANY = int(os.environ.get("AIRFLOW_GRAPH_TEST_DOCUMENTS", "150"))
# How many the others try, to tell within seconds whether anything is wrong; the slow ones here try as many more.
FEW, LEFT = 30, 70
WHO = st.sampled_from(["admin", "admin", "admin", "viewer", "one"])


def examples(number: int) -> settings:
    """Return the settings for so many random documents, the same each time."""
    return settings(
        max_examples=number, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )


def actor(world: World, who: str) -> Actor:
    """Return somebody who may do everything, who may read, or who may do everything with two DAGs."""
    if who == "one":
        some = frozenset({"etl", "spoiled"})
        grants = {each: some if each.value.startswith(("dag", "task")) else EVERYTHING for each in Permission}
        return Actor(name="one", method="test", grants=grants)
    return world.actor(Role.ADMIN if who == "admin" else Role.VIEWER)


@pytest.fixture(scope="module", params=["2.11-sqlite", "3.3-sqlite"])
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Path]]:
    """Return a world that is changed, and a copy of it from before."""
    made = furnish(open_world(request, request.param))
    copy = tmp_path_factory.mktemp("kept") / "world.db"
    shutil.copyfile(file_of(made), copy)
    yield made, copy
    made.close()


@READ
@examples(FEW)
@given(asked=QUERIES, who=WHO)
def test_any_query_is_answered_alike(furnished: World, asked: Asked, who: str) -> None:
    same(furnished, asked, actor(furnished, who))


@READ_SPOILED
@examples(FEW)
@given(asked=QUERIES, who=WHO)
def test_any_query_over_rows_that_break_the_rules_is_answered_alike(spoiled: World, asked: Asked, who: str) -> None:
    same(spoiled, asked, actor(spoiled, who))


@examples(FEW)
@given(asked=MUTATIONS, who=WHO)
def test_any_mutation_is_answered_alike(kept: tuple[World, Path], asked: Asked, who: str) -> None:
    world, copy = kept
    restore(world, copy)
    same(world, asked, actor(world, who))


@pytest.mark.slow
@READ
@examples(MANY + LEFT)
@given(asked=QUERIES, who=WHO)
def test_many_more_queries_are_answered_alike(furnished: World, asked: Asked, who: str) -> None:
    same(furnished, asked, actor(furnished, who))


@pytest.mark.slow
@READ_SPOILED
@examples(MANY + LEFT)
@given(asked=QUERIES, who=WHO)
def test_many_more_queries_over_rows_that_break_the_rules_are_answered_alike(
    spoiled: World, asked: Asked, who: str
) -> None:
    same(spoiled, asked, actor(spoiled, who))


@pytest.mark.slow
@examples(MANY + LEFT)
@given(asked=MUTATIONS, who=WHO)
def test_many_more_mutations_are_answered_alike(kept: tuple[World, Path], asked: Asked, who: str) -> None:
    world, copy = kept
    restore(world, copy)
    same(world, asked, actor(world, who))
